//! Completions for shells, from the definition of the command line.

use clap::CommandFactory;
use clap_complete::{Generator, Shell};

use crate::cli::args::{Arguments, CompletionsArguments};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::process::world::World;

/// Prints the completions of a shell.
pub(crate) fn run(arguments: &CompletionsArguments, world: &World) -> u8 {
    world.stdout.write(&script(arguments.shell));
    SUCCESS
}

/// Every script that is part of a release: its file name and its content.
pub fn scripts() -> Vec<(String, Vec<u8>)> {
    let shells = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish];
    shells.map(|shell| (shell.file_name("cosput"), script(shell))).into()
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cosput", &mut script);
    script
}

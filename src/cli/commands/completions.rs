//! `cosput completions`: prints the script that a shell loads. The scripts ask the program, see `completion`.

use crate::cli::args::{CompletionsArguments, Shell};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::process::world::World;

/// Prints the completions of a shell.
pub(crate) fn run(arguments: &CompletionsArguments, world: &World) -> u8 {
    world.stdout.write(script(arguments.shell).as_bytes());
    SUCCESS
}

fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("../../../completions/cosput.bash"),
        Shell::Elvish => include_str!("../../../completions/cosput.elv"),
        Shell::Fish => include_str!("../../../completions/cosput.fish"),
        Shell::PowerShell => include_str!("../../../completions/_cosput.ps1"),
        Shell::Zsh => include_str!("../../../completions/_cosput"),
    }
}

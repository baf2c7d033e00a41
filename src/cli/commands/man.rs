//! Man pages, from the definition of the command line.

use std::fs;

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::args::{Arguments, ManArguments};
use crate::cli::output::console::shown;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;

/// Writes the man pages to a directory, and creates it if needed.
pub(crate) fn run(arguments: &ManArguments) -> Result<u8, Failure> {
    let directory = &arguments.directory;
    let shown = shown(directory);
    fs::create_dir_all(directory).with_context(|| format!("could not make the directory {shown}"))?;
    for (name, page) in pages() {
        fs::write(directory.join(&name), page).with_context(|| format!("could not write {name} into {shown}"))?;
    }
    Ok(SUCCESS)
}

/// Every page: its file name and its content.
pub fn pages() -> Vec<(String, Vec<u8>)> {
    let mut command = Arguments::command();
    command.build();
    std::iter::once(&command).chain(command.get_subcommands()).map(page).collect()
}

fn page(command: &Command) -> (String, Vec<u8>) {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page).expect("writing to memory does not fail");
    (man.get_filename(), page)
}

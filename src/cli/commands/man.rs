//! `cosput man`: writes the man pages.

use std::fs;

use anyhow::Context;

use crate::cli::args::ManArguments;
use crate::cli::manual::pages;
use crate::cli::output::console::shown;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::language::message;

/// Writes the man pages to a directory, and creates it if needed.
pub(crate) fn run(arguments: &ManArguments) -> Result<u8, Failure> {
    let directory = &arguments.directory;
    let shown = shown(directory);
    fs::create_dir_all(directory)
        .with_context(|| message!("could not make the directory {directory}", directory = shown))?;
    for (name, page) in pages() {
        let unwritable = || message!("could not write {file} into {directory}", file = name, directory = shown);
        fs::write(directory.join(&name), page).with_context(unwritable)?;
    }
    Ok(SUCCESS)
}

//! The man pages, from the definition of the command line.
//!
//! - `page`: one page, section by section
//! - `roff`: the language of man pages
//! - `option`: an argument or an option and its description
//! - `notes`: the text below a command's long help: paragraphs and examples
//! - `exit_status`, `environment`, `files`: the sections that the definition does not contain

mod environment;
mod exit_status;
mod files;
mod notes;
mod option;
mod page;
mod roff;

pub use self::page::pages;

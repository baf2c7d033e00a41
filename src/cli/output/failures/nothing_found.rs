//! That nothing was found to upload: which places were searched, and what was left out there.

use std::fmt;
use std::path::PathBuf;

use crate::cli::output::console::{is_stdin, shown};
use crate::cli::values::units::counted;
use crate::language::{Message, Series, message, phrase};
use crate::upload::source::LeftOut;

/// How many sources are named.
const NAMED: usize = 3;

/// A search that found nothing to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NothingFound {
    /// The files and directories that were named.
    pub named: Vec<PathBuf>,
    /// The list of paths, if one was given.
    pub list: Option<PathBuf>,
    /// What was left out.
    pub left_out: LeftOut,
    /// Whether the command has --allow-empty.
    pub may_be_allowed: bool,
}

impl NothingFound {
    fn places(&self) -> String {
        let mut places: Vec<String> = self.named.iter().take(NAMED).map(|path| shown(path).to_string()).collect();
        if self.named.len() > NAMED {
            places.push(counted((self.named.len() - NAMED) as u64, phrase!("more source")).to_string());
        }
        places.extend(self.list.iter().map(|list| match is_stdin(list) {
            true => message!("the list on stdin").to_string(),
            false => message!("the list {list}", list = shown(list)).to_string(),
        }));
        Series(&places).to_string()
    }

    /// What was left out, by the rule that did it.
    fn reasons(&self) -> Vec<Message> {
        let LeftOut { excluded_files, excluded_directories, links, others, own, empty_directories } = self.left_out;
        let excluded =
            [(excluded_files, counted(excluded_files, phrase!("file"))), of_directories(excluded_directories)];
        let excluded: Vec<String> =
            excluded.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text.to_string()).collect();
        let mut reasons = Vec::new();
        if !excluded.is_empty() {
            reasons.push(message!(
                "{what} left out by --include or --exclude",
                what = excluded.join(phrase!(" and ").text())
            ));
        }
        let others = [
            (links, message!("{links} not followed", links = counted(links, phrase!("symbolic link")))),
            (others, message!("{files} that cannot be uploaded", files = counted(others, phrase!("special file")))),
            (own, message!("{files} written by this run", files = counted(own, phrase!("file")))),
            of_empty_directories(empty_directories),
        ];
        reasons.extend(others.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text));
        reasons
    }
}

fn of_directories(number: u64) -> (u64, Message) {
    (number, if number == 1 { message!("1 directory") } else { message!("{number} directories", number) })
}

fn of_empty_directories(number: u64) -> (u64, Message) {
    (number, if number == 1 { message!("1 empty directory") } else { message!("{number} empty directories", number) })
}

impl fmt::Display for NothingFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places();
        let reasons: Vec<String> = self.reasons().iter().map(ToString::to_string).collect();
        match reasons.join(phrase!(", ").text()) {
            none if none.is_empty() => write!(f, "{}", message!("found nothing to upload in {places}", places)),
            reasons => write!(f, "{}", message!("found nothing to upload in {places}: {reasons}", places, reasons)),
        }
    }
}

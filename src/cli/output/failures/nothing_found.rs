//! That nothing was found to upload: which places were searched, and what was left out there.

use std::fmt;
use std::path::PathBuf;

use crate::cli::output::console::{is_stdin, shown};
use crate::cli::values::units::counted;
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
}

impl NothingFound {
    fn places(&self) -> String {
        let mut places: Vec<String> = self.named.iter().take(NAMED).map(|path| shown(path).to_string()).collect();
        if self.named.len() > NAMED {
            places.push(counted((self.named.len() - NAMED) as u64, "more source"));
        }
        places.extend(self.list.iter().map(|list| match is_stdin(list) {
            true => "the list on stdin".to_owned(),
            false => format!("the list {}", shown(list)),
        }));
        places.join(", ")
    }

    /// What was left out, by the rule that did it.
    fn reasons(&self) -> Vec<String> {
        let LeftOut { excluded_files, excluded_directories, links, others, own, empty_directories } = self.left_out;
        let excluded = [(excluded_files, counted(excluded_files, "file")), of_directories(excluded_directories, "")];
        let excluded: Vec<String> =
            excluded.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
        let mut reasons = Vec::new();
        if !excluded.is_empty() {
            reasons.push(format!("{} left out by --include or --exclude", excluded.join(" and ")));
        }
        let others = [
            (links, format!("{} not followed", counted(links, "symbolic link"))),
            (others, format!("{} that cannot be uploaded", counted(others, "special file"))),
            (own, format!("{} written by this run", counted(own, "file"))),
            of_directories(empty_directories, "empty "),
        ];
        reasons.extend(others.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text));
        reasons
    }
}

fn of_directories(number: u64, kind: &str) -> (u64, String) {
    let noun = if number == 1 { "directory" } else { "directories" };
    (number, format!("{number} {kind}{noun}"))
}

impl fmt::Display for NothingFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found nothing to upload in {}", self.places())?;
        match self.reasons() {
            reasons if reasons.is_empty() => Ok(()),
            reasons => write!(f, ": {}", reasons.join(", ")),
        }
    }
}

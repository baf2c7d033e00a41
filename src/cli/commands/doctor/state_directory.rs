//! The directory of the journals: cosput can write and lock a file there.

use std::path::Path;

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::console::shown;
use crate::cli::output::failures::exit::OTHER;
use crate::cli::uploading::journals;
use crate::cli::values::units;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::journal::file::{JournalFile, OpenError};

const HINT: Phrase = phrase!(
    "make the directory writable, or name another one with --state-dir or COSPUT_STATE_DIR; without a journal, an \
     interrupted upload starts over"
);

/// Opens a journal as an upload does, then removes it.
pub(super) fn check(directory: Option<&Path>, probe: &str) -> Finding {
    let Some(directory) = directory else {
        let unknown = phrase!("no home directory is known");
        return Finding::failed(Check::StateDirectory, unknown, Some(HINT.into()), OTHER);
    };
    let opened = JournalFile::open(&directory.join(format!("{probe}.jsonl")));
    match opened.and_then(|(journal, _)| Ok(journal.remove()?)) {
        Ok(()) => {
            let journals = journals::paths_in(directory).map_or(0, |paths| paths.len());
            let journals = units::counted(journals as u64, phrase!("journal"));
            let detail = message!("{directory} is writable, {journals}", directory = shown(directory), journals);
            Finding::ok(Check::StateDirectory, detail)
        }
        Err(error) => {
            let why = match error {
                OpenError::Busy => message!("another process has locked a new file"),
                OpenError::Unusable(error) => Message::of(&error),
            };
            let detail = message!("{directory} cannot be used: {why}", directory = shown(directory), why);
            Finding::failed(Check::StateDirectory, detail, Some(HINT.into()), OTHER)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;

    #[test]
    fn a_writable_directory_passes_and_keeps_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new");
        assert_eq!(check(Some(&path), "probe").verdict, Verdict::Ok);
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_its_place_fails_with_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let finding = check(Some(file.path()), "probe");
        assert_eq!(
            (finding.verdict, finding.exit_code, finding.hint.as_deref()),
            (Verdict::Failed, OTHER, Some(HINT.english()))
        );
        assert_eq!(check(None, "probe").verdict, Verdict::Failed);
    }
}

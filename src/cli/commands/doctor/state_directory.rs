//! The directory of the journals: cosput can write and lock a file there.

use std::path::Path;

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::console::shown;
use crate::cli::output::failures::exit::OTHER;
use crate::cli::uploading::journals;
use crate::cli::values::units;
use crate::upload::journal::file::{JournalFile, OpenError};

const HINT: &str = "make the directory writable, or name another one with --state-dir or COSPUT_STATE_DIR; without a \
    journal, an interrupted upload starts over";

/// Opens a journal as an upload does, then removes it.
pub(super) fn check(directory: Option<&Path>, probe: &str) -> Finding {
    let Some(directory) = directory else {
        return Finding::failed(
            Check::StateDirectory,
            "no home directory is known",
            Some(HINT.to_owned().into()),
            OTHER,
        );
    };
    let opened = JournalFile::open(&directory.join(format!("{probe}.jsonl")));
    match opened.and_then(|(journal, _)| Ok(journal.remove()?)) {
        Ok(()) => {
            let journals = journals::paths_in(directory).map_or(0, |paths| paths.len());
            let detail = format!("{} is writable, {}", shown(directory), units::counted(journals as u64, "journal"));
            Finding::ok(Check::StateDirectory, detail)
        }
        Err(error) => {
            let why = match error {
                OpenError::Busy => "another process has locked a new file".to_owned(),
                OpenError::Unusable(error) => error.to_string(),
            };
            let detail = format!("{} cannot be used: {why}", shown(directory));
            Finding::failed(Check::StateDirectory, detail, Some(HINT.to_owned().into()), OTHER)
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
        assert_eq!((finding.verdict, finding.exit_code, finding.hint.as_deref()), (Verdict::Failed, OTHER, Some(HINT)));
        assert_eq!(check(None, "probe").verdict, Verdict::Failed);
    }
}

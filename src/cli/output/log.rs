//! The log file: every message, and the details that only `-v` shows, each line with its time. Messages hold no
//! secrets, so the log holds none.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use crate::upload::owner_only;

/// A file that lines are appended to.
pub(crate) struct Log {
    file: File,
    clock: fn() -> SystemTime,
}

impl Log {
    /// Opens the file; a new file is readable only by its owner.
    pub(crate) fn open(path: &Path, clock: fn() -> SystemTime) -> io::Result<Self> {
        Ok(Self { file: owner_only::files().append(true).open(path)?, clock })
    }

    /// Appends the lines of a text in one write, because another process may log into the same file.
    pub(crate) fn append(&mut self, text: &str) -> io::Result<()> {
        let time = humantime::format_rfc3339_millis((self.clock)());
        let lines: String = text.lines().map(|line| format!("{time} {line}\n")).collect();
        self.file.write_all(lines.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    fn clock() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042)
    }

    #[test]
    fn lines_are_appended_with_their_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        fs::write(&path, "earlier\n").unwrap();
        Log::open(&path, clock).unwrap().append("one").unwrap();
        Log::open(&path, clock).unwrap().append("two\nthree").unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "earlier\n2023-11-14T22:13:20.042Z one\n2023-11-14T22:13:20.042Z two\n2023-11-14T22:13:20.042Z three\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_log_that_is_made_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        Log::open(&path, clock).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

//! The record of `--publish-together`: one line in a file beside the journals, there from before the first object is
//! completed until the last one is.

use serde::{Deserialize, Serialize};

use super::header::SCHEMA;
use crate::cos::checksum::crc64;

/// Objects that are being completed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publishing {
    /// How many there were to complete.
    pub objects: u64,
}

#[derive(Serialize, Deserialize)]
struct Line {
    schema: u32,
    publishing: u64,
}

impl Publishing {
    /// The line, with its end.
    pub fn line(self) -> String {
        let line = Line { schema: SCHEMA, publishing: self.objects };
        let mut line = serde_json::to_string(&line).expect("a record is plain data");
        line.push('\n');
        line
    }

    /// Reads the line, without its end.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().map(|Line { publishing, .. }| Self { objects: publishing })
    }
}

/// The name of the record's file; `what` says which sources go where.
pub fn file_name(what: &str) -> String {
    format!("publishing-{:016x}.json", crc64(what.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::journal::lines::{Content, read};

    #[test]
    fn a_record_is_read_as_what_it_is() {
        let record = Publishing { objects: 3 };
        assert_eq!(record.line(), "{\"schema\":1,\"publishing\":3}\n");
        assert_eq!(read(record.line().as_bytes()), Content::Publishing(record));
    }

    #[test]
    fn a_torn_record_says_that_nothing_was_completed_yet() {
        let line = Publishing { objects: 30 }.line();
        for cut in 0..line.len() {
            assert_eq!(read(&line.as_bytes()[..cut]), Content::Nothing, "cut at {cut}");
        }
    }
}

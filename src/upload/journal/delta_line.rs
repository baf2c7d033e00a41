//! The parts of a delta upload in the first line of its journal: from it alone the next run knows what to copy.

use serde::{Deserialize, Serialize};

use crate::upload::plan::delta_parts::DeltaParts;

/// The object that is copied from, and every part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaLine {
    etag: String,
    parts: Vec<PartOfLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PartOfLine {
    size: u64,
    /// The CRC-64 of the source's bytes, if the part is copied. A string, as in the other lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crc64: Option<String>,
}

impl DeltaLine {
    pub(super) fn new(delta: &DeltaParts) -> Self {
        let part = |part: crate::upload::plan::delta_parts::DeltaPart| PartOfLine {
            size: part.range.length,
            crc64: part.copied.map(|crc64| crc64.to_string()),
        };
        Self { etag: delta.etag.to_string(), parts: delta.iter().map(part).collect() }
    }

    /// The parts of a source of this size; `None` if they cannot be.
    pub(super) fn parts(&self, size: u64) -> Option<DeltaParts> {
        let part = |part: &PartOfLine| match part.crc64.as_deref().map(str::parse) {
            Some(crc64) => Some((part.size, Some(crc64.ok()?))),
            None => Some((part.size, None)),
        };
        let parts: Option<Vec<_>> = self.parts.iter().map(part).collect();
        DeltaParts::new(&self.etag, parts?).filter(|parts| parts.size() == size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::journal::header::tests::header;
    use crate::upload::journal::header::{DELTA_SCHEMA, Header};
    use crate::upload::journal::lines::{Content, read};

    const MIB: u64 = 1 << 20;

    fn delta() -> DeltaParts {
        DeltaParts::new("\"e-3\"", [(39 * MIB, Some(u64::MAX)), (MIB, None)]).unwrap()
    }

    #[test]
    fn the_parts_are_read_as_they_were_written() {
        let header = header().with_delta(Some(&delta()));
        let Content::Journal(journal) = read(header.line().as_bytes()) else { panic!("{header:?}") };
        assert_eq!((journal.header.schema, journal.header.delta_parts()), (DELTA_SCHEMA, Some(delta())));
        assert_eq!(journal.header, header);
    }

    #[test]
    fn an_upload_that_sends_every_part_has_the_first_schema_and_no_parts() {
        let line = header().with_delta(Some(&delta())).with_delta(None).line();
        assert_eq!(line, header().line());
    }

    #[test]
    fn parts_that_do_not_make_up_the_source_make_no_journal() {
        let line = header().with_delta(Some(&delta())).line();
        let other_size = Header { size: 41 * MIB, ..header() }.with_delta(Some(&delta())).line();
        let no_number = line.replace("18446744073709551615", "-1");
        let small = line.replace("40894464", "1").replace("1048576", "41943039");
        for broken in [other_size, no_number, small] {
            assert_eq!(read(broken.as_bytes()), Content::Garbage, "{broken}");
        }
    }
}

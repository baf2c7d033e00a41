//! The journal of one upload while it runs: which events are written, and which must be on disk before it goes on.

use super::header::{DIVIDED_SCHEMA, Header};
use super::lines::{division_line, part_line};
use super::recorder::Recorder;
use crate::cos::multipart::PartNumber;
use crate::language::Message;
use crate::upload::event::{DeltaNotice, Event, Notice};

/// Where an upload's journal is written, and its first line.
pub struct Log {
    /// The writer.
    pub recorder: Recorder,
    /// The first line; the upload ID is filled in once there is one.
    pub header: Header,
}

impl Log {
    /// Writes an event. If it must be on disk before the upload goes on, it is once the future ends.
    pub(crate) fn record(&mut self, event: &Event) -> Option<impl Future<Output = Result<(), Message>> + Send + use<>> {
        match event {
            Event::Initiated(upload_id) => {
                let header = Header { upload_id: upload_id.as_str().to_owned(), ..self.header.clone() };
                self.recorder.append(&header.line());
                Some(self.recorder.flush())
            }
            Event::PartStored(record) => {
                self.recorder.append(&part_line(record));
                None
            }
            // On disk before the first of these parts: the next run would divide the source in another way.
            Event::Notice(Notice::SmallerParts { division, .. }) => {
                if division.first == PartNumber::FIRST {
                    self.header.part_size = division.part_size;
                }
                self.recorder.set_schema(DIVIDED_SCHEMA);
                self.recorder.append(&division_line(*division));
                Some(self.recorder.flush())
            }
            // Emptied before another upload begins: an empty journal warns the next run of a possible orphan.
            Event::Notice(Notice::StartedAnew(_)) => {
                self.recorder.start_anew();
                Some(self.recorder.flush())
            }
            Event::Notice(Notice::Delta(DeltaNotice::Restarted(_))) => {
                self.header = self.header.clone().with_delta(None);
                self.recorder.start_anew();
                Some(self.recorder.flush())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::upload::journal::file::JournalFile;
    use crate::upload::journal::file::tests::path;
    use crate::upload::journal::header::tests::header;
    use crate::upload::plan::divisions::Division;

    #[tokio::test]
    async fn earlier_versions_refuse_a_journal_of_divided_parts_and_read_the_next_one() {
        let (_directory, path) = path();
        let mut log = Log { recorder: Recorder::start(JournalFile::open(&path).unwrap().0), header: header() };
        let id = UploadId::new(&header().upload_id).unwrap();
        let division = Division { first: PartNumber::new(7).unwrap(), part_size: 1 << 20 };
        let smaller = Event::Notice(Notice::SmallerParts { from: 4 << 20, division, given_up: 0 });
        let events = [Event::Initiated(id.clone()), smaller];
        for event in &events {
            log.record(event).expect("it has to be on disk").await.unwrap();
        }
        let divided = header().line().replace("\"schema\":1", "\"schema\":3") + &division_line(division);
        assert_eq!(fs::read_to_string(&path).unwrap(), divided);
        for event in [Event::Notice(Notice::StartedAnew(id.clone())), Event::Initiated(id)] {
            log.record(&event).expect("it has to be on disk").await.unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), header().line());
        log.recorder.stop();
    }
}

//! The journal of one upload while it runs: which events are written, and which must be on disk before it goes on.

use super::header::Header;
use super::lines::{part_line, part_size_line};
use super::recorder::Recorder;
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
    pub(crate) fn record(&mut self, event: &Event) -> Option<impl Future<Output = Result<(), String>> + Send + use<>> {
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
            Event::Notice(Notice::SmallerParts { to, .. }) => {
                self.header.part_size = *to;
                self.recorder.append(&part_size_line(*to));
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

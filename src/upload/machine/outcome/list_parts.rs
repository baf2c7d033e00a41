//! What a list of the parts on the server means.

use crate::cos::etag::looks_like_md5;
use crate::cos::multipart::list_parts::{ListedPart, Page};
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Phase, Recovery};
use crate::upload::plan::parts::PartBoard;

impl Upload {
    pub(super) fn parts_listed(&mut self, page: Page) {
        for listed in page.parts {
            self.part_listed(listed);
        }
        let Phase::List { after: before } = self.phase else { return };
        // A page that leads back would go round for ever; parts that are not listed are sent.
        match page.next.filter(|next| Some(*next) > before) {
            Some(after) => self.enter(Phase::List { after: Some(after) }),
            None => self.compare_parts(),
        }
    }

    /// A part counts if journal and server agree, or if its ETag is the MD5 of the source's bytes.
    fn part_listed(&mut self, listed: ListedPart) {
        if let Some(stream) = &mut self.stream {
            stream.remember(listed.clone());
        }
        let fits = |board: &&mut PartBoard| {
            board.size_of(listed.number) == Some(listed.size) && !board.is_elsewhere(listed.number)
        };
        let Some(board) = self.board.as_mut().filter(fits) else { return };
        match self.journalled.get(&listed.number) {
            // CDCS lists ETags with their quotes or without.
            Some(record) if same_etag(&record.etag.to_string(), &listed.etag) && record.size == listed.size => {
                let resumed = self.recovery == Recovery::None;
                board.store(listed.number, listed.etag.into(), record.crc64, resumed);
            }
            _ if self.settings.etags_are_md5 && looks_like_md5(&listed.etag) => {
                board.doubt(listed.number, listed.etag.into(), true);
            }
            _ => {}
        }
    }

    /// The parts on the server are known: those that the journal lacks are compared first.
    fn compare_parts(&mut self) {
        let Some(board) = &mut self.board else { return };
        board.queue_the_rest();
        let doubtful = board.doubtful_count();
        if doubtful > 0 && self.recovery == Recovery::None {
            self.report(Event::Notice(Notice::ComparingParts(doubtful)));
        }
        self.enter(Phase::CompareParts);
    }
}

fn same_etag(one: &str, other: &str) -> bool {
    one.trim_matches('"') == other.trim_matches('"')
}

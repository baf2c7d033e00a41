//! Whether the object is already what the source is, so that nothing need be sent.
//!
//! Sizes are compared first; the source is read only where they are the same. Whatever leaves a doubt is uploaded: there
//! may be needless uploads, but never an object that is left as it was although the source is another.

use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::cos::head_object::Object;
use crate::upload::event::{Event, Finished, Notice, Unchanged};
use crate::upload::machine::{Likeness, Phase, Upload};
use crate::upload::wire::call::Failure;

impl Upload {
    /// Ends the upload before it begins where the object is like its source. To be said before the first `next`.
    pub fn unless_unchanged(&mut self, likeness: Likeness) {
        self.after_look = Some(self.phase.clone());
        self.phase = Phase::Compare(likeness);
    }

    pub(crate) fn compared(&mut self, found: Option<Object>) {
        let Phase::Compare(likeness) = &self.phase else { return };
        let same_size = found.filter(|found| found.size == Some(self.whole_size()));
        match (likeness, same_size) {
            (Likeness::Modified(time), Some(found)) if found.modified.as_ref() == Some(time) => self.unchanged(&found),
            (Likeness::Content, Some(found)) if found.crc64.is_some() || found.etag.is_some() => {
                let with_md5 = found.crc64.is_none();
                // An ETag is all that CDCS tells; where it is no MD5, reading the source would be in vain.
                if with_md5 && !(self.settings.etags_are_md5 && found.etag.as_deref().is_some_and(looks_like_md5)) {
                    return self.changed();
                }
                self.enter(Phase::ReadSource(found));
            }
            _ => self.changed(),
        }
    }

    pub(crate) fn source_read(&mut self, read: Digest) {
        let Phase::ReadSource(found) = &self.phase else { return };
        let found = found.clone();
        let same = match (found.crc64, read.md5, &found.etag) {
            (Some(crc64), _, _) => crc64 == read.crc64,
            (None, Some(md5), Some(etag)) => md5.is_etag(etag),
            _ => false,
        };
        if same && Some(read.length) == found.size {
            self.unchanged(&Object { crc64: Some(read.crc64), ..found });
        } else {
            self.changed();
        }
    }

    /// The object may not be looked at; that is no reason not to replace it.
    pub(crate) fn not_compared(&mut self, failure: Failure) {
        self.tell(Event::Notice(Notice::NotCompared(failure.into_cause())));
        self.changed();
    }

    /// The upload begins as if nothing had been asked.
    pub(crate) fn changed(&mut self) {
        if let Some(phase) = self.after_look.take() {
            self.enter(phase);
        }
    }

    fn unchanged(&mut self, found: &Object) {
        self.finished = Some(Finished::Unchanged(Unchanged {
            size: self.whole_size(),
            crc64: found.crc64,
            etag: found.etag.clone(),
            request_id: found.request_id.clone(),
        }));
    }
}

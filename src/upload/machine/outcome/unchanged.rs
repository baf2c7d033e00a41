//! Whether the object is a copy of its source already, so that nothing is sent.
//!
//! Sizes are compared first; the source is read only if they are equal. If any doubt is left, the source is uploaded: an
//! upload may be needless, but a changed source is never skipped.

use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::cos::objects::head_object::Object;
use crate::upload::event::{Event, Notice};
use crate::upload::finished::{Finished, Unchanged};
use crate::upload::machine::phase::{Phase, UnlessEqual};
use crate::upload::machine::{Likeness, Upload};
use crate::upload::wire::call::Failure;

impl Upload {
    pub(super) fn compared(&mut self, found: Option<Object>) {
        let Phase::Compare(likeness) = &self.phase else { return };
        let same_size = found.filter(|found| found.size == Some(self.whole_size()));
        match (likeness, same_size) {
            (Likeness::Modified(time), Some(found)) if found.modified.as_ref() == Some(time) => self.unchanged(&found),
            (Likeness::Content, Some(found)) if found.crc64.is_some() || found.etag.is_some() => {
                let with_md5 = found.crc64.is_none();
                // CDCS gives an ETag only; if it is no MD5, reading the source proves nothing.
                if with_md5 && !(self.settings.etags_are_md5 && found.etag.as_deref().is_some_and(looks_like_md5)) {
                    return self.changed();
                }
                self.enter(Phase::ReadSource { found, unless_equal: UnlessEqual::Upload });
            }
            _ => self.changed(),
        }
    }

    /// The object lacks headers that this upload asks for, or has other metadata, so its content does not matter.
    pub(super) fn other_headers(&mut self, found: &Object) {
        if found.size == Some(self.whole_size()) {
            self.report(Event::Notice(Notice::OtherHeaders));
        }
        self.changed();
    }

    pub(super) fn source_read(&mut self, read: Digest) {
        let Phase::ReadSource { found, unless_equal } = self.phase.clone() else { return };
        let same = match (found.crc64, read.md5, &found.etag) {
            (Some(crc64), _, _) => crc64 == read.crc64,
            (None, Some(md5), Some(etag)) => md5.is_etag(etag),
            _ => false,
        };
        match (same && Some(read.length) == found.size, unless_equal) {
            (true, UnlessEqual::Upload) => self.unchanged(&Object { crc64: Some(read.crc64), ..found }),
            (true, UnlessEqual::Gone(..)) => self.finish_completed_before(found, read.crc64),
            (false, UnlessEqual::Upload) => self.changed(),
            (false, UnlessEqual::Gone(operation, cause)) => self.not_resumed(operation, cause),
        }
    }

    /// HEAD is denied; that is no reason not to replace the object.
    pub(super) fn not_compared(&mut self, failure: Failure) {
        self.report(Event::Notice(Notice::NotCompared(failure.into_cause())));
        self.changed();
    }

    /// The object differs, so the upload begins.
    pub(super) fn changed(&mut self) {
        if self.only_compares {
            self.finish_held_back();
            return;
        }
        self.enter(Phase::first(self.plan, self.upload_id.is_some(), self.settings.no_overwrite));
    }

    fn unchanged(&mut self, found: &Object) {
        self.end(Finished::Unchanged(Unchanged {
            size: self.whole_size(),
            crc64: found.crc64,
            etag: found.etag.clone(),
            version_id: found.version_id.clone(),
            request_id: found.request_id.clone(),
        }));
    }
}

//! What HEAD says of an object that is in doubt.

use crate::language::message;
use std::time::Instant;

use crate::cos::objects::head_object::Object;
use crate::cos::objects::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::event::NoProof;
use crate::upload::machine::Upload;
use crate::upload::machine::phase::{Doubt, ObjectMade, Phase, UnlessEqual};
use crate::upload::machine::proofs::ProvenBy;

impl Upload {
    pub(super) fn looked(&mut self, now: Instant, object: Option<Object>) {
        let Phase::Look(doubt) = self.phase.clone() else { return };
        if let Doubt::NotResumed(operation, cause) = doubt {
            return self.completed_by_an_earlier_run(object, operation, cause);
        }
        if let Some(object) = &object
            && self.resolves(&doubt, object)
        {
            return;
        }
        if let (Doubt::UploadGone(..), Some(found)) = (&doubt, &object)
            && self.copies()
            && !self.copies_from(found)
        {
            // Perhaps it is made of wrong copies, perhaps it is another client's.
            let what = message!("the object differs from the bytes read");
            let request_id = found.request_id.clone();
            return self.replace_unproved_copy(Cause::Integrity { what, request_id });
        }
        match doubt {
            Doubt::Unproved(stored) => self.unproved(object, stored),
            Doubt::PutLost { attempts, cause } => self.fail_put(attempts, cause),
            Doubt::CompleteLost(cause) => self.complete_again(now, cause),
            Doubt::UploadGone(operation, cause) | Doubt::NotResumed(operation, cause) => {
                self.start_anew(operation, cause);
            }
        }
    }

    /// The object is the upload's if it has the size and the checksum of the file.
    fn completed_by_an_earlier_run(&mut self, object: Option<Object>, operation: Operation, cause: Cause) {
        let has_checksum = |found: &Object| {
            found.crc64.is_some() || found.etag.as_deref().is_some_and(|etag| self.proofs.is_comparable(etag))
        };
        let comparable = object.filter(|found| found.size == Some(self.whole_size())).filter(has_checksum);
        match comparable {
            Some(found) => {
                self.enter(Phase::ReadSource { found, unless_equal: UnlessEqual::Gone(operation, cause) });
            }
            None => self.not_resumed(operation, cause),
        }
    }

    /// Ends the upload if this object answers the question.
    fn resolves(&mut self, doubt: &Doubt, object: &Object) -> bool {
        let Some(expected) = self.expected_crc64().filter(|_| object.size == Some(self.whole_size())) else {
            return false;
        };
        if object.crc64 == Some(expected) {
            self.finish(stored_of(object), expected);
            return true;
        }
        if object.crc64.is_some() {
            return false;
        }
        match doubt {
            // The server reports that it put the parts together, and each of them was proved.
            Doubt::Unproved(stored) if self.board.is_some() && !self.copies() => {
                let etag = object.etag.clone().unwrap_or_else(|| stored.etag.clone());
                self.finish(Stored { etag, ..stored_of(object) }, expected);
            }
            // No MD5 was sent with it, so it goes again with one, which the server compares.
            Doubt::Unproved(_) if self.board.is_none() && self.proofs.by() < ProvenBy::ContentMd5 => {
                self.rely_on(ProvenBy::ContentMd5, NoProof::Crc64Missing);
                self.object_made = ObjectMade::Possibly;
                self.enter(Phase::Put);
            }
            Doubt::PutLost { .. } => match self.is_what_put_sent(object) {
                Some(true) => self.finish(stored_of(object), expected),
                Some(false) => return false,
                None => {
                    self.object_made = ObjectMade::Possibly;
                    return false;
                }
            },
            // The key is taken, perhaps by this upload's object; a new upload would be refused.
            Doubt::UploadGone(operation, cause) if self.settings.service.is_write_once() => {
                self.object_made = ObjectMade::Possibly;
                self.fail(*operation, 1, cause.clone());
            }
            _ => return false,
        }
        true
    }

    /// Whether the object's ETag is the MD5 of the bytes that PUT sent; `None` if they cannot be compared.
    fn is_what_put_sent(&self, object: &Object) -> Option<bool> {
        let etag = object.etag.as_deref().filter(|etag| self.proofs.is_comparable(etag))?;
        Some(self.put_sent?.md5?.is_etag(etag))
    }

    /// The server reported that it has the object; HEAD gives no proof, or proves the contrary.
    fn unproved(&mut self, object: Option<Object>, stored: Stored) {
        self.upload_id = None;
        let request_id = object.as_ref().and_then(|object| object.request_id.clone()).or(stored.request_id);
        let whole = self.whole_size();
        let (what, known) = match object {
            None => (message!("the server said it stored the object, but holds none"), true),
            Some(Object { crc64: Some(crc64), .. }) => {
                let expected = self.expected_crc64().unwrap_or_default();
                (message!("the object's CRC-64 is {crc64}, and the bytes read have {expected}", crc64, expected), true)
            }
            Some(Object { size: Some(size), .. }) if size != whole => {
                (message!("the object has {size} bytes, but {whole} were read", size, whole), true)
            }
            Some(Object { size: None, .. }) => {
                (message!("the server stored the object but does not report its size"), false)
            }
            Some(_) => (message!("the server stored the object but gives no checksum to prove it by"), false),
        };
        if self.copies() {
            let cause = Cause::Integrity { what, request_id };
            return if known { self.replace_wrong_copy(cause) } else { self.replace_unproved_copy(cause) };
        }
        if !known {
            self.object_made = ObjectMade::Possibly;
        }
        self.fail(Operation::HeadObject, self.retries.single.sent(), Cause::Integrity { what, request_id });
    }
}

fn stored_of(object: &Object) -> Stored {
    Stored {
        etag: object.etag.clone().unwrap_or_default(),
        crc64: object.crc64,
        version_id: object.version_id.clone(),
        request_id: object.request_id.clone(),
    }
}

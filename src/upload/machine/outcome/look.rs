//! What HEAD says of an object that is in doubt.

use std::time::Instant;

use crate::cos::head_object::Object;
use crate::cos::put_object::Stored;
use crate::upload::error::{Cause, Operation};
use crate::upload::machine::phase::{Doubt, ObjectMade, Phase};
use crate::upload::machine::{Proving, Upload};

impl Upload {
    pub(super) fn looked(&mut self, now: Instant, object: Option<Object>) {
        let Phase::Look(doubt) = self.phase.clone() else { return };
        if let Some(object) = &object
            && self.resolves(&doubt, object)
        {
            return;
        }
        match doubt {
            Doubt::Unproved(stored) => self.unproved(object, stored),
            Doubt::PutLost { attempts, cause } => self.fail_put(attempts, cause),
            Doubt::CompleteLost(cause) => self.complete_again(now, cause),
            Doubt::UploadGone(operation, cause) => self.start_anew(operation, cause),
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
        if self.settings.proving == Proving::Crc64 || object.crc64.is_some() {
            return false;
        }
        match doubt {
            // The server reports that it put the parts together, and each of them was proved.
            Doubt::Unproved(stored) if self.board.is_some() => {
                let etag = object.etag.clone().unwrap_or_else(|| stored.etag.clone());
                self.finish(Stored { etag, ..stored_of(object) }, expected);
            }
            Doubt::PutLost { .. } if self.is_what_put_sent(object) => self.finish(stored_of(object), expected),
            // Nothing else may write the key, so this may be this upload's object; a new upload would be refused.
            Doubt::UploadGone(operation, cause) => {
                self.object_made = ObjectMade::Possibly;
                self.fail(*operation, 1, cause.clone());
            }
            _ => return false,
        }
        true
    }

    fn is_what_put_sent(&self, object: &Object) -> bool {
        let md5 = self.put_sent.and_then(|sent| sent.md5).filter(|_| self.settings.etags_are_md5);
        md5.zip(object.etag.as_deref()).is_some_and(|(md5, etag)| md5.is_etag(etag))
    }

    /// The server reported that it has the object; HEAD gives no proof, or proves the contrary.
    fn unproved(&mut self, object: Option<Object>, stored: Stored) {
        self.upload_id = None;
        let request_id = object.as_ref().and_then(|object| object.request_id.clone()).or(stored.request_id);
        let by_crc64 = self.settings.proving == Proving::Crc64;
        let whole = self.whole_size();
        let (what, known) = match object {
            None => ("the server said it stored the object, but holds none".to_owned(), true),
            Some(Object { crc64: Some(crc64), .. }) => {
                let expected = self.expected_crc64().unwrap_or_default();
                (format!("the object's CRC-64 is {crc64}, that of what was read is {expected}"), true)
            }
            Some(_) if by_crc64 => {
                ("the server stored the object but gives no CRC-64 to prove it by".to_owned(), false)
            }
            Some(Object { size: Some(size), .. }) if size != whole => {
                (format!("the object has {size} bytes, what was read has {whole}"), true)
            }
            Some(_) => ("the server stored the object but does not say its size".to_owned(), false),
        };
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

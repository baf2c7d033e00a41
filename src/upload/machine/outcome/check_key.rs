//! What HEAD says of the key before any part is sent, if objects must not be overwritten.

use crate::cos::objects::head_object::Object;
use crate::upload::error::{Cause, Operation};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::Phase;

impl Upload {
    /// There is no object, or HEAD is denied; Initiate and Complete are refused if there is one after all.
    pub(super) fn key_is_free(&mut self) {
        self.enter(if self.upload_id.is_some() { Phase::Parts } else { Phase::Initiate });
    }

    pub(super) fn key_is_taken(&mut self, object: Object) {
        let cause = Cause::KeyTaken { request_id: object.request_id };
        self.fail(Operation::HeadObject, self.retries.single.sent(), cause);
    }
}

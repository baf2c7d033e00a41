//! What HEAD says of the key before anything is sent, if objects must not be overwritten. In a bucket that has or had
//! versioning, COS does not check that itself.

use crate::cos::objects::head_object::Object;
use crate::upload::error::{Cause, Operation};
use crate::upload::machine::Upload;
use crate::upload::machine::phase::Phase;

impl Upload {
    /// There is no object, or HEAD is denied; the server refuses to store one if there is one after all.
    pub(super) fn key_is_free(&mut self) {
        let begins = if self.plan.is_put() { Phase::Put } else { Phase::Initiate };
        self.enter(if self.upload_id.is_some() { Phase::Parts } else { begins });
    }

    pub(super) fn key_is_taken(&mut self, object: Object) {
        let cause = Cause::KeyTaken { request_id: object.request_id };
        self.fail(Operation::HeadObject, self.retries.single.sent(), cause);
    }
}

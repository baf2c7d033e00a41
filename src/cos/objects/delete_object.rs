//! DELETE Object (document 436/7743). An object that does not exist counts as deleted.

use crate::cos::address::Target;
use crate::cos::error::AnswerError;
use crate::cos::request::{Method, Request, Response};

/// The request.
pub fn request(target: &Target) -> Request {
    target.request(Method::Delete)
}

/// Reads the answer.
pub fn read(response: &Response) -> Result<(), AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(());
    }
    AnswerError::check(response)
}

//! Abort Multipart Upload (document 436/7740). An upload that no longer exists counts as aborted.

use super::UploadId;
use crate::cos::address::Target;
use crate::cos::error::{AnswerError, Fault};
use crate::cos::request::{Method, Request, Response};

/// The request.
pub fn request(target: &Target, upload_id: &UploadId) -> Request {
    target.request(Method::Delete).with_query("uploadId", upload_id.as_str())
}

/// Reads the answer.
pub fn read(response: &Response) -> Result<(), AnswerError> {
    match AnswerError::check(response) {
        Err(AnswerError::Service(error)) if error.fault() == Fault::NoSuchUpload => Ok(()),
        other => other,
    }
}

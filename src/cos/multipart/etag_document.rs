//! The document whose ETag makes an answer a success. The status may be 200 and the document an error.

use serde::Deserialize;

use crate::cos::document;
use crate::cos::error::{AnswerError, ServiceError};
use crate::cos::request::Response;
use crate::language::message;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "ETag", default)]
    etag: String,
}

/// Reads the ETag from a document with this root, or from a JSON object.
pub(super) fn read(response: &Response, root: &str) -> Result<String, AnswerError> {
    AnswerError::check(response)?;
    if document::read_error(&response.body).is_some() {
        return Err(AnswerError::Service(Box::new(ServiceError::read(response))));
    }
    let Document { etag } =
        document::read(&response.body, root).map_err(|what| AnswerError::malformed(response, what))?;
    if etag.trim_matches('"').is_empty() {
        return Err(AnswerError::malformed(response, message!("the answer has no ETag")));
    }
    Ok(etag)
}

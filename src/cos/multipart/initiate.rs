//! Initiate Multipart Upload (document 436/7746). Each call makes a new upload, so a lost answer may leave an orphan.

use serde::Deserialize;

use super::UploadId;
use crate::cos::address::Target;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::request::{Headers, Method, Request, Response};

/// The request, with the headers that shape the object.
pub fn request(target: &Target, object: &Headers) -> Request {
    let mut request = target.request(Method::Post).with_query("uploads", "").with_header("Content-Length", "0");
    for (name, value) in object.iter() {
        request.headers.set(name, value);
    }
    request
}

/// Reads the upload's id. The echoed key is not looked at: it can be illegal XML.
pub fn read(response: &Response) -> Result<UploadId, AnswerError> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "UploadId", alias = "UploadID")]
        upload_id: String,
    }
    AnswerError::check(response)?;
    let document: Document = document::read(&response.body, "InitiateMultipartUploadResult")
        .map_err(|what| AnswerError::malformed(response, what))?;
    UploadId::new(&document.upload_id)
        .ok_or_else(|| AnswerError::malformed(response, "the answer's upload id is empty"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_before_the_document_are_no_trouble() {
        let body = "\n\n<InitiateMultipartUploadResult>\n  <Bucket>examplebucket-1250000000</Bucket>\n  <Key>exampleobject</Key>\n  <UploadId>1585130821cbb7</UploadId>\n</InitiateMultipartUploadResult>";
        let response = Response { status: 200, headers: Headers::new(), body: body.into() };
        assert_eq!(read(&response).unwrap().as_str(), "1585130821cbb7");
    }
}

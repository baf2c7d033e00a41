//! Initiate Multipart Upload (documents 436/7746 and 1232/44677). Each call creates a new upload, so a lost
//! answer may leave an unused one; in CDCS it blocks its key.

use serde::Deserialize;

use super::UploadId;
use crate::cos::address::Target;
use crate::cos::document;
use crate::cos::error::AnswerError;
use crate::cos::request::{Headers, Method, Request, Response};
use crate::language::message;

/// The request, with the headers of the object.
pub fn request(target: &Target, object: &Headers) -> Request {
    let mut request = target.request(Method::Post).with_query("uploads", "").with_header("Content-Length", "0");
    for (name, value) in object.iter() {
        request.headers.set(name, value);
    }
    request
}

/// Reads the upload ID. The key in the answer is ignored: it may not be valid XML.
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
        .ok_or_else(|| AnswerError::malformed(response, message!("the answer's upload ID is empty")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_editions_of_cdcs_are_read() {
        let id = "1484727270323ddb949d528c629235314a9ead80f0ba5d993a3d76b460e6a9cceb9633b08e";
        let json = format!(r#"{{"Coffer":"examplecoffer-1250000000","Key":"exampleobject","UploadId":"{id}"}}"#);
        let xml = format!(
            "<InitiateMultipartUploadResult><Coffer>examplecoffer-1250000000</Coffer><Key>exampleobject</Key>\
             <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        );
        for body in [json, xml] {
            let response = Response { status: 200, headers: Headers::new(), body: body.into() };
            assert_eq!(read(&response).unwrap().as_str(), id);
        }
        let body = r#"{"Coffer":"examplecoffer-1250000000"}"#;
        assert!(read(&Response { status: 200, headers: Headers::new(), body: body.into() }).is_err());
    }

    #[test]
    fn blank_lines_before_the_document_are_accepted() {
        let body = "\n\n<InitiateMultipartUploadResult>\n  <Bucket>examplebucket-1250000000</Bucket>\n  <Key>exampleobject</Key>\n  <UploadId>1585130821cbb7</UploadId>\n</InitiateMultipartUploadResult>";
        let response = Response { status: 200, headers: Headers::new(), body: body.into() };
        assert_eq!(read(&response).unwrap().as_str(), "1585130821cbb7");
    }
}

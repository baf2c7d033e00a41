//! GET Object (document 436/7753), for small objects: the whole content in one answer.

use bytes::Bytes;

use crate::cos::address::Target;
use crate::cos::checksum::crc64;
use crate::cos::error::AnswerError;
use crate::cos::request::{Method, Request, Response};
use crate::language::message;

/// The request.
pub fn request(target: &Target) -> Request {
    target.request(Method::Get)
}

/// Reads the answer; `None` if the object does not exist. Content that is not what the server stored is no answer.
pub fn read(response: &Response) -> Result<Option<Bytes>, AnswerError> {
    if response.status == 404 && response.request_id().is_some() {
        return Ok(None);
    }
    AnswerError::check(response)?;
    match response.crc64() {
        Some(stored) if stored != crc64(&response.body) => {
            Err(AnswerError::malformed(response, message!("the content has another CRC-64 than the object")))
        }
        _ => Ok(Some(response.body.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    #[test]
    fn content_counts_if_it_is_what_the_server_stored() {
        let answer = |status, crc64: u64| {
            let headers: Headers = [("x-cos-request-id", "1".to_owned()), ("x-cos-hash-crc64ecma", crc64.to_string())]
                .into_iter()
                .collect();
            read(&Response { status, headers, body: "receipts".into() })
        };
        assert_eq!(answer(200, crc64(b"receipts")), Ok(Some("receipts".into())));
        assert!(answer(200, 1).is_err());
        assert_eq!(answer(404, 1), Ok(None));
        assert!(answer(403, 1).is_err());
    }
}

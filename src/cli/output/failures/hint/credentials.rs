//! Hints about credentials, permissions and SSE-C keys.

use crate::cos::Service;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::{Cause, Operation, UploadError};

/// The hint if the server denies access.
pub(super) const PERMISSIONS: Phrase = phrase!(
    "the credentials lack permission; an upload needs cos:PutObject, \
    cos:InitiateMultipartUpload, cos:ListParts, cos:UploadPart, cos:CompleteMultipartUpload, cos:AbortMultipartUpload \
    and cos:HeadObject"
);

/// Returns the hint for a code that is about the credentials.
pub(super) fn for_code(code: &str) -> Option<Phrase> {
    match code {
        "SignatureDoesNotMatch" => {
            Some(phrase!("check the secret key; if it is correct, a proxy may be changing the requests"))
        }
        "InvalidAccessKeyId" => Some(phrase!("check the secret ID; it may be disabled or deleted")),
        "AccessDenied" => Some(PERMISSIONS),
        _ => None,
    }
}

/// A response to HEAD has no body and so no code; a 400 from COS itself means a missing or wrong SSE-C key.
pub(super) fn for_customer_key(error: &UploadError, service: Service) -> Option<Message> {
    let Cause::Service(answer) = &error.cause else { return None };
    let refused = error.operation == Some(Operation::HeadObject) && answer.status == 400 && answer.code.is_none();
    (refused && service == Service::Cos && answer.request_id.is_some()).then(|| {
        message!("an object encrypted with your own key (SSE-C) can only be read with that key: name it with --sse-c-key-file or \
         COSPUT_SSE_C_KEY, and name none for any other object")
    })
}

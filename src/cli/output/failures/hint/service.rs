//! Hints about COS's error codes and redirects.

use super::credentials;
use crate::cos::{Fault, ServiceError};
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::Cause;

/// The hint if a response did not come from COS.
pub(super) const NOT_FROM_COS: Phrase = phrase!(
    "the response has no x-cos-request-id, so another server sent it, such as a captive portal; log in to this network if \
    it has one, and check the endpoint and the proxy settings"
);

/// The hint if a redirect did not come from COS.
const REDIRECT_NOT_FROM_COS: Phrase = phrase!(
    "the redirect has no x-cos-request-id, so another server sent it, such as a captive portal; \
    log in to this network if it has one, and check the endpoint and the proxy settings"
);

/// The hint if the object must not be overwritten.
pub(super) const KEY_TAKEN: Phrase = phrase!("choose another key, or delete the object first");

/// Redirects are not followed: the next host would get a signature made for another one.
pub(super) fn for_redirect(cause: &Cause) -> Option<Message> {
    let Cause::Service(error) = cause else { return None };
    let region = error.region.as_ref()?.as_str();
    Some(message!("the bucket is in {region}; use --region {region}, or an endpoint in that region", region))
}

/// Returns the hint about an error response.
pub(super) fn for_error(error: &ServiceError) -> Option<Phrase> {
    match error.fault() {
        Fault::Skewed => return Some(phrase!("set this machine's clock")),
        Fault::Expired => return Some(phrase!("the credentials have expired; get new ones")),
        Fault::Throttled => {
            return Some(phrase!("the server throttles requests; lower --concurrency, or try again later"));
        }
        Fault::Corrupted => {
            return Some(phrase!("the data was corrupted in transit; check the network and this machine's memory"));
        }
        Fault::AlreadyExists => return Some(KEY_TAKEN),
        _ => {}
    }
    if let Some(hint) = error.code.as_deref().and_then(credentials::for_code) {
        return Some(hint);
    }
    match (error.code.as_deref(), error.status) {
        (Some("NoSuchBucket"), _) => {
            Some(phrase!("check the bucket's name and region; a bucket is in one region only"))
        }
        (Some("NoSuchUpload"), _) => {
            Some(phrase!("it was completed or aborted, or the ID is wrong; see cosput list-uploads"))
        }
        (Some("InsufficientStorage"), _) => Some(phrase!("free space on the disk of the emulator")),
        (_, 300..=399) if error.request_id.is_none() => Some(REDIRECT_NOT_FROM_COS),
        (_, 301 | 302 | 307 | 308) => Some(phrase!("the bucket is in another region; check --region or --endpoint")),
        _ if error.request_id.is_none() => Some(NOT_FROM_COS),
        (None, 401 | 403) => Some(credentials::PERMISSIONS),
        _ => None,
    }
}

//! Aborts one upload of a plan.

use std::sync::Arc;

use super::plan_uploads::PlanUpload;
use crate::cli::uploading::bucket_requests::target;
use crate::cos::multipart::{self, UploadId};
use crate::cos::{Address, AnswerError, Fault, Key, Response};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Event, Operation, UploadError};

/// How often an upload is aborted until the server no longer knows it: a part that arrives meanwhile would stay.
const MOST_TRIES: u32 = 5;

/// An upload that was to be aborted.
pub(crate) struct AbortedUpload {
    pub(crate) upload: PlanUpload,
    /// True if the server aborted it; false if it did not know it.
    pub(crate) aborted: bool,
    /// Why it may still be there.
    pub(crate) error: Option<UploadError>,
    /// What happened on the way.
    pub(crate) events: Vec<Event>,
}

/// Aborts an upload until the server no longer knows it.
pub(crate) async fn abort(mut requester: Requester<Arc<Http>>, upload: PlanUpload) -> AbortedUpload {
    let (mut events, mut aborted, mut error) = (Vec::new(), false, None);
    if let (Ok(key), Some(id)) = (Key::new(&upload.key), UploadId::new(&upload.id)) {
        for _ in 0..MOST_TRIES {
            let request = |address: &Address| multipart::abort::request(&target(address, &key), &id);
            match requester.send(Operation::Abort, request, is_gone, &mut |event| events.push(event)).await {
                Ok(true) => break,
                Ok(false) => aborted = true,
                Err(failed) => {
                    error = Some(failed);
                    break;
                }
            }
        }
    }
    AbortedUpload { upload, aborted, error, events }
}

/// True if the server does not know the upload; false if it just aborted it.
fn is_gone(response: &Response) -> Result<bool, AnswerError> {
    match AnswerError::check(response) {
        Ok(()) => Ok(false),
        Err(AnswerError::Service(error)) if error.fault() == Fault::NoSuchUpload => Ok(true),
        Err(error) => Err(error),
    }
}

//! One request for each permission. It names an upload that does not exist, or has a checksum that is wrong, so a server that
//! allows it refuses it for that reason and changes nothing.

use std::sync::Arc;

use super::check::Check;
use super::finding::Finding;
use crate::cli::uploading::bucket_requests::target;
use crate::cos::checksum::Md5Digest;
use crate::cos::multipart::{PartNumber, UploadId, abort, complete, list_parts, upload_part};
use crate::cos::{
    Address, AnswerError, Etag, Fault, Headers, Key, Method, Request, Response, Service, ServiceError, Target,
    objects::head_object, objects::put_object,
};
use crate::language::{message, phrase};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Cause, Operation, UploadError};

/// The body of a request that is to be refused.
const BODY: &[u8] = b"cosput doctor";

/// Sends the requests.
pub(super) struct Permissions {
    requester: Requester<Arc<Http>>,
    key: Key,
    /// The ID of an upload that does not exist.
    unknown: UploadId,
}

impl Permissions {
    /// Requests about this key. `unknown` is the ID of no upload.
    pub(super) fn new(requester: Requester<Arc<Http>>, key: Key, unknown: UploadId) -> Self {
        Self { requester, key, unknown }
    }

    pub(super) async fn list_parts(&mut self) -> Result<(), UploadError> {
        self.ask(Operation::ListParts, |target, unknown| list_parts::request(target, unknown, None)).await
    }

    pub(super) async fn head_object(&mut self) -> Result<(), UploadError> {
        self.ask(Operation::HeadObject, |target, _| head_object::request(target)).await
    }

    pub(super) async fn upload_part(&mut self) -> Result<(), UploadError> {
        let request = |target: &Target, unknown: &UploadId| {
            let request = upload_part::request(target, unknown, PartNumber::FIRST, BODY.len() as u64, None);
            Request { document: BODY.into(), ..request }
        };
        self.ask(Operation::UploadPart(PartNumber::FIRST), request).await
    }

    pub(super) async fn complete(&mut self) -> Result<(), UploadError> {
        let etag = format!("\"{}\"", Md5Digest::of(BODY).hex());
        let parts = [(PartNumber::FIRST, Etag::from(etag.as_str()))];
        self.ask(Operation::Complete, |target, unknown| complete::request(target, unknown, &parts)).await
    }

    pub(super) async fn abort(&mut self) -> Result<(), UploadError> {
        self.ask(Operation::Abort, abort::request).await
    }

    /// Sends an object with a wrong MD5. Returns true if the server stored it nevertheless, and does not delete it again.
    pub(super) async fn put_object(&mut self) -> Result<bool, UploadError> {
        let Self { requester, key, .. } = self;
        let wrong = Md5Digest::of(b"");
        let put = |address: &Address| {
            let request = put_object::request(&target(address, key), &Headers::new(), BODY.len() as u64, Some(wrong));
            Request { document: BODY.into(), ..request }
        };
        let stored = |response: &Response| allowed(response).map(|()| response.is_success());
        let stored = requester.send(Operation::PutObject, put, stored, &mut |_| {}).await?;
        if !stored {
            return Ok(false);
        }
        let delete = |address: &Address| target(address, key).request(Method::Delete);
        let deleted = requester.send(Operation::PutObject, delete, AnswerError::check, &mut |_| {}).await;
        Ok(deleted.is_err())
    }

    async fn ask(
        &mut self,
        operation: Operation,
        request: impl Fn(&Target, &UploadId) -> Request,
    ) -> Result<(), UploadError> {
        let Self { requester, key, unknown } = self;
        let request = |address: &Address| request(&target(address, key), unknown);
        requester.send(operation, request, allowed, &mut |_| {}).await
    }
}

/// Reads the answer to a request that is to be refused for another reason than permission.
fn allowed(response: &Response) -> Result<(), AnswerError> {
    match AnswerError::check(response) {
        Err(AnswerError::Service(error)) if is_past_permission(&error) => Ok(()),
        other => other,
    }
}

/// True if the server allowed the request, and then refused it for what it was. An answer to HEAD has no code.
fn is_past_permission(error: &ServiceError) -> bool {
    let of_service = error.request_id.is_some();
    let bodiless_404 = error.status == 404 && error.code.is_none();
    let code = matches!(error.code.as_deref(), Some("BadDigest" | "InvalidDigest" | "NoSuchKey"));
    of_service && (bodiless_404 || code || error.fault() == Fault::NoSuchUpload)
}

/// What the answer says about a permission.
pub(super) fn judge(check: Check, answer: &Result<(), UploadError>, service: Service) -> Finding {
    let Err(error) = answer else { return Finding::ok(check, phrase!("allowed")) };
    let finding = Finding::of_request(check, error, service);
    if is_denied(&error.cause) {
        let hint = message!(
            "allow {action} for this bucket and prefix in the policy of the credentials",
            action = check.as_str()
        );
        return Finding { hint: Some(hint), ..finding };
    }
    finding
}

fn is_denied(cause: &Cause) -> bool {
    let Cause::Service(error) = cause else { return false };
    error.request_id.is_some() && error.status == 403 && matches!(error.code.as_deref(), None | Some("AccessDenied"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;
    use crate::cli::output::failures::exit::CREDENTIALS;

    fn answer(status: u16, code: &str) -> Response {
        let headers = [("x-cos-request-id", "1")].into_iter().collect();
        let body = if code.is_empty() { String::new() } else { format!("<Error><Code>{code}</Code></Error>") };
        Response { status, headers, body: body.into() }
    }

    #[test]
    fn an_answer_about_the_request_means_that_it_is_allowed_and_one_about_access_that_it_is_not() {
        for (status, code) in [(404, "NoSuchUpload"), (400, "BadDigest"), (404, ""), (200, ""), (204, "")] {
            assert_eq!(allowed(&answer(status, code)), Ok(()), "{status} {code}");
        }
        for (status, code) in [(403, ""), (403, "AccessDenied"), (404, "NoSuchBucket"), (503, "SlowDown"), (301, "")] {
            assert!(allowed(&answer(status, code)).is_err(), "{status} {code}");
        }
        let foreign = Response { headers: Headers::new(), ..answer(404, "") };
        assert!(allowed(&foreign).is_err());
    }

    #[test]
    fn a_denied_request_names_its_action() {
        let Err(AnswerError::Service(error)) = allowed(&answer(403, "AccessDenied")) else { unreachable!() };
        let cause = Cause::Service(error);
        let denied = Err(UploadError { operation: Some(Operation::Complete), attempts: 1, cause, leftover: None });
        let finding = judge(Check::Complete, &denied, Service::Cos);
        assert_eq!((finding.verdict, finding.exit_code), (Verdict::Failed, CREDENTIALS));
        assert!(finding.hint.unwrap().starts_with("allow cos:CompleteMultipartUpload "));
    }
}

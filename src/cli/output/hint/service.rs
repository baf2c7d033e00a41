//! What a person can do about a failure. Codes are in `exit`, what failed is in `message`.

use super::cdcs;
use crate::cli::output::circumstances::Circumstances;
use crate::cli::output::exit;
use crate::cli::process::signals::{INTERRUPTED, TERMINATED};
use crate::cos::{Fault, Service, ServiceError};
use crate::upload::{Cause, FileKind, Operation, SendErrorKind, SourceError, UploadError};

const PERMISSIONS: &str = "the credentials lack permission; an upload needs cos:PutObject, cos:InitiateMultipartUpload, \
    cos:ListParts, cos:UploadPart, cos:CompleteMultipartUpload, cos:AbortMultipartUpload and cos:HeadObject";

/// Advice about the cause first, then about what is left to do.
pub(crate) fn of_upload(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Vec<String> {
    let service = circumstances.service;
    let usual = || of_cause(&error.cause, error.operation);
    let about_cause = of_redirect(&error.cause)
        .or_else(|| of_customer_key(error, service))
        .or_else(|| cdcs::of_cause(&error.cause, error.operation, service).or_else(usual).map(str::to_owned))
        .map(|advice| advice.replace(Service::Cos.request_id_header(), service.request_id_header()));
    about_cause.into_iter().chain(how_to_go_on(error, circumstances, exit_code)).collect()
}

/// Advice about a source.
pub(crate) fn of_source(error: &SourceError) -> Option<&'static str> {
    match error {
        SourceError::NotAFile(FileKind::Directory) => Some("give -r to upload directories with all they hold"),
        SourceError::Changed(_) => Some("upload it again once nothing writes to it"),
        SourceError::EmptyStream => Some("what feeds it may have failed; if it is to be empty, say --allow-empty"),
        SourceError::Shorter { .. } | SourceError::Longer { .. } | SourceError::OtherCrc64 { .. } => {
            Some("what feeds it may have failed; if it has not, correct --expect-size or --expect-crc64")
        }
        SourceError::Outgrown { .. } => {
            Some("name its size with --expect-size, or a larger --part-size; either may need more --memory")
        }
        _ => None,
    }
}

/// A redirect is not followed: the next host would be handed a signature meant for another.
fn of_redirect(cause: &Cause) -> Option<String> {
    let Cause::Service(error) = cause else { return None };
    let region = error.region.as_ref()?.as_str();
    Some(format!("the bucket is in {region}; use --region {region}, or an endpoint there"))
}

/// An answer to HEAD has no body and so no code; a 400 from COS itself is about the key of SSE-C, sent or not.
fn of_customer_key(error: &UploadError, service: Service) -> Option<String> {
    let Cause::Service(answer) = &error.cause else { return None };
    let refused = error.operation == Some(Operation::HeadObject) && answer.status == 400 && answer.code.is_none();
    (refused && service == Service::Cos && answer.request_id.is_some()).then(|| {
        "an object that was encrypted with a key of one's own (SSE-C) needs that very key, with --sse-c-key-file or \
         COSPUT_SSE_C_KEY; any other object needs none"
            .to_owned()
    })
}

fn of_cause(cause: &Cause, operation: Option<Operation>) -> Option<&'static str> {
    match cause {
        Cause::Source(error) => of_source(error),
        Cause::Service(error) => of_service(error),
        Cause::Network(error) => match error.kind {
            SendErrorKind::Connect => Some("check the region or endpoint, the network and the proxy settings"),
            SendErrorKind::Certificate => {
                Some("check the endpoint, and whether a proxy opens encrypted connections on the way")
            }
            SendErrorKind::Broken | SendErrorKind::Stalled { .. } | SendErrorKind::NoCredentials => None,
        },
        Cause::Integrity { .. } if matches!(operation, Some(Operation::UploadPart(_) | Operation::ReadSource)) => {
            Some("the bytes change on their way or on disk; nothing was completed with them")
        }
        Cause::Integrity { .. } => Some("do not use the object; upload it again"),
        Cause::Unencrypted { .. } => Some(
            "what was sent may lie there in the clear: remove the object, and check the endpoint and what is on the way",
        ),
        Cause::Malformed { request_id: None, .. } => Some(SOMETHING_ELSE_ANSWERED),
        Cause::Malformed { .. } | Cause::UploadVanished(_) | Cause::Interrupted => None,
    }
}

const SOMETHING_ELSE_ANSWERED: &str =
    "the answer has no x-cos-request-id, so something else sent it; check the endpoint and the proxy settings";

fn of_service(error: &ServiceError) -> Option<&'static str> {
    match error.fault() {
        Fault::Skewed => return Some("set this machine's clock"),
        Fault::Expired => return Some("the credentials have expired; get new ones"),
        Fault::Throttled => return Some("the service asks for less; try a smaller --concurrency, or again later"),
        Fault::Corrupted => return Some("the bytes changed on their way; check the network and this machine's memory"),
        Fault::AlreadyExists => return Some("choose another key, or remove the object first"),
        _ => {}
    }
    match (error.code.as_deref(), error.status) {
        (Some("SignatureDoesNotMatch"), _) => {
            Some("check the secret key; if it is right, something on the way changes requests")
        }
        (Some("InvalidAccessKeyId"), _) => Some("check the secret id; it may be disabled or deleted"),
        (Some("AccessDenied"), _) => Some(PERMISSIONS),
        (Some("NoSuchBucket"), _) => Some("check the bucket's name, and the region: a bucket is in one region alone"),
        (_, 301 | 302 | 307 | 308) => Some("the bucket is elsewhere; check the region or endpoint"),
        _ if error.request_id.is_none() => Some(SOMETHING_ELSE_ANSWERED),
        (None, 401 | 403) => Some(PERMISSIONS),
        _ => None,
    }
}

fn how_to_go_on(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<String> {
    if circumstances.stream {
        return how_to_feed_again(error, circumstances, exit_code);
    }
    if circumstances.unknown {
        return Some("run the same command again: it looks whether the object is there".to_owned());
    }
    let stopped_midway = matches!(exit_code, exit::UNAVAILABLE | INTERRUPTED | TERMINATED);
    match (&error.leftover, circumstances.journal) {
        (Some(id), Some(_)) if stopped_midway => {
            Some(format!("run the same command again: it goes on with upload {id}"))
        }
        (Some(id), Some(_)) => {
            Some(format!("then run the same command again: it goes on with upload {id}, whose parts are kept"))
        }
        (Some(id), None) if circumstances.service.is_write_once() => Some(format!(
            "upload {id} may be left on the server, where it keeps this key from other uploads, and there is no journal to \
             resume it: abort it with cosput abort --service cdcs --key KEY --upload-id {id}"
        )),
        (Some(id), None) => {
            Some(format!("the parts of upload {id} may be left on the server, and there is no journal to resume it"))
        }
        (None, _) if stopped_midway => Some("run the same command again".to_owned()),
        (None, _) => None,
    }
}

/// A stream cannot be read again; whoever made it may be able to make it once more.
fn how_to_feed_again(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<String> {
    if circumstances.unknown {
        return Some("look whether the object is there before you send the same stream again".to_owned());
    }
    match &error.leftover {
        Some(id) if circumstances.service.is_write_once() => Some(format!(
            "upload {id} may be left on the server, where it keeps this key from other uploads: send the same stream again \
             with --resume-upload-id {id}, or abort it with cosput abort --service cdcs --key KEY --upload-id {id}"
        )),
        Some(id) => Some(format!(
            "the parts that were sent are kept: send the same stream again with --resume-upload-id {id}, and the same \
             --memory, --part-size and --expect-size, so that they fit"
        )),
        None => matches!(exit_code, exit::UNAVAILABLE | INTERRUPTED | TERMINATED)
            .then(|| "send the same stream again".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::upload::SendError;

    fn service(status: u16, code: &str, request_id: Option<&str>) -> Cause {
        Cause::Service(Box::new(ServiceError {
            status,
            code: (!code.is_empty()).then(|| code.to_owned()),
            message: None,
            request_id: request_id.map(str::to_owned),
            trace_id: None,
            retry_after: None,
            server_time: None,
            region: None,
        }))
    }

    #[test]
    fn common_troubles_come_with_advice() {
        let id = Some("id");
        let network = |kind| Cause::Network(SendError { kind, message: String::new() });
        let table = [
            (service(403, "SignatureDoesNotMatch", id), "check the secret key"),
            (service(403, "AccessDenied", id), "the credentials lack permission"),
            (service(403, "", id), "the credentials lack permission"),
            (service(403, "InvalidAccessKeyId", id), "check the secret id"),
            (service(400, "ExpiredToken", id), "the credentials have expired"),
            (service(404, "NoSuchBucket", id), "check the bucket's name, and the region"),
            (service(403, "RequestTimeTooSkewed", id), "set this machine's clock"),
            (service(301, "", id), "the bucket is elsewhere"),
            (service(307, "", id), "the bucket is elsewhere"),
            (service(503, "SlowDown", id), "the service asks for less"),
            (service(403, "", None), "the answer has no x-cos-request-id"),
            (service(502, "", None), "the answer has no x-cos-request-id"),
            (service(409, "FileAlreadyExists", id), "choose another key"),
            (network(SendErrorKind::Connect), "check the region or endpoint, the network"),
            (network(SendErrorKind::Certificate), "check the endpoint, and whether a proxy"),
            (Cause::Source(SourceError::NotAFile(FileKind::Directory)), "give -r"),
            (Cause::Source(SourceError::Changed("size".to_owned())), "upload it again once"),
        ];
        for (cause, beginning) in table {
            let advice = of_cause(&cause, None).unwrap_or_default();
            assert!(advice.starts_with(beginning), "{cause:?}: {advice}");
        }
        assert_eq!(of_cause(&service(400, "InvalidArgument", id), None), None);
        assert_eq!(of_cause(&Cause::Interrupted, None), None);
    }

    #[test]
    fn a_redirect_that_names_a_region_becomes_advice_to_use_it() {
        let Cause::Service(mut error) = service(301, "PermanentRedirect", Some("id")) else { unreachable!() };
        error.region = crate::cos::Region::new("ap-beijing").ok();
        let error = UploadError { operation: None, attempts: 1, cause: Cause::Service(error), leftover: None };
        let circumstances = Circumstances::of("f", Service::Cos);
        assert_eq!(
            of_upload(&error, circumstances, 1),
            ["the bucket is in ap-beijing; use --region ap-beijing, or an endpoint there"]
        );
    }

    #[test]
    fn what_is_left_on_the_server_is_named() {
        let journal = Some(Path::new("j"));
        let go_on = |leftover: Option<&str>, journal, exit_code| {
            let leftover = leftover.and_then(UploadId::new);
            let error = UploadError { operation: None, attempts: 1, cause: Cause::Interrupted, leftover };
            let service = Service::Cos;
            let circumstances = Circumstances {
                service,
                source: "f",
                parts: None,
                journal,
                signal: None,
                unknown: false,
                stream: false,
            };
            how_to_go_on(&error, circumstances, exit_code)
        };
        assert_eq!(go_on(None, journal, 4), None);
        assert_eq!(go_on(None, journal, 6).as_deref(), Some("run the same command again"));
        assert_eq!(
            go_on(Some("id"), journal, 4).as_deref(),
            Some("then run the same command again: it goes on with upload id, whose parts are kept")
        );
        assert_eq!(
            go_on(Some("id"), None, 6).as_deref(),
            Some("the parts of upload id may be left on the server, and there is no journal to resume it")
        );
    }
}

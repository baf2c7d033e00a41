//! All hints of a failed request, the cause first, then how to continue.

use super::{cdcs, credentials, network, next_step, service, source};
use crate::cli::output::failures::circumstances::Circumstances;
use crate::cos::Service;
use crate::language::{Message, Phrase, phrase};
use crate::upload::{Cause, Operation, UploadError};

/// Returns the hints about the cause of a failure and about the next step.
pub(crate) fn for_upload(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Vec<Message> {
    let about_cause = about_cause(error, circumstances.service);
    about_cause.into_iter().chain(next_step::after(error, circumstances, exit_code)).collect()
}

/// Returns the hint about the cause of a failure.
pub(crate) fn about_cause(error: &UploadError, service: Service) -> Option<Message> {
    let general = || for_cause(&error.cause, error.operation);
    service::for_redirect(&error.cause)
        .or_else(|| credentials::for_customer_key(error, service))
        .or_else(|| cdcs::for_cause(&error.cause, service).or_else(general).map(Message::from))
        .map(|hint| hint.mapped(|hint| hint.replace(Service::Cos.request_id_header(), service.request_id_header())))
}

fn for_cause(cause: &Cause, operation: Option<Operation>) -> Option<Phrase> {
    match cause {
        Cause::Source(error) => source::for_source(error),
        Cause::Service(error) => service::for_error(error),
        Cause::Network(error) => network::for_send_error(error),
        Cause::Integrity { .. } if matches!(operation, Some(Operation::UploadPart(_) | Operation::ReadSource)) => {
            Some(phrase!("the data is corrupted in transit or on disk; no object was completed from it"))
        }
        Cause::Integrity { .. } => Some(phrase!("do not use the object; upload it again")),
        Cause::Unencrypted { .. } => {
            Some(phrase!("the object may be stored unencrypted: delete it, then check the endpoint and any proxy"))
        }
        Cause::KeyTaken { .. } => Some(service::KEY_TAKEN),
        Cause::Malformed { request_id: None, .. } => Some(service::NOT_FROM_COS),
        Cause::Malformed { .. } | Cause::UploadVanished(_) | Cause::Interrupted => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::failures::exit;
    use crate::cos::ServiceError;
    use crate::upload::{FileKind, SendError, SendErrorKind, SourceError};

    fn service(status: u16, code: &str, request_id: Option<&str>) -> Cause {
        let error = *exit::tests::service(status, code);
        Cause::Service(Box::new(ServiceError { request_id: request_id.map(str::to_owned), ..error }))
    }

    #[test]
    fn common_failures_have_hints() {
        let id = Some("id");
        let network = |kind| Cause::Network(SendError { kind, message: "".into() });
        let table = [
            (service(403, "SignatureDoesNotMatch", id), "check the secret key"),
            (service(403, "AccessDenied", id), "the credentials lack permission"),
            (service(404, "NoSuchUpload", id), "it was completed or aborted"),
            (service(403, "", id), "the credentials lack permission"),
            (service(403, "InvalidAccessKeyId", id), "check the secret ID"),
            (service(400, "ExpiredToken", id), "the credentials have expired"),
            (service(404, "NoSuchBucket", id), "check the bucket's name and region"),
            (service(507, "InsufficientStorage", id), "free space on the disk"),
            (service(403, "RequestTimeTooSkewed", id), "set this machine's clock"),
            (service(301, "", id), "the bucket is in another region"),
            (service(307, "", id), "the bucket is in another region"),
            (service(503, "SlowDown", id), "the server throttles requests"),
            (service(403, "", None), "the response has no x-cos-request-id"),
            (service(502, "", None), "the response has no x-cos-request-id"),
            (service(409, "FileAlreadyExists", id), "choose another key"),
            (network(SendErrorKind::Connect), "check the region or endpoint, the network"),
            (network(SendErrorKind::Certificate), "check the endpoint; if a proxy"),
            (Cause::Source(SourceError::NotAFile(FileKind::Directory)), "use -r"),
            (Cause::Source(SourceError::Changed("size".into())), "upload it again when"),
        ];
        for (cause, beginning) in table {
            let hint = for_cause(&cause, None).map_or("", Phrase::english);
            assert!(hint.starts_with(beginning), "{cause:?}: {hint}");
        }
        assert_eq!(for_cause(&service(400, "InvalidArgument", id), None), None);
        assert_eq!(for_cause(&Cause::Interrupted, None), None);
    }

    #[test]
    fn a_redirect_that_names_a_region_becomes_a_hint_to_use_it() {
        let Cause::Service(mut error) = service(301, "PermanentRedirect", Some("id")) else { unreachable!() };
        error.region = crate::cos::Region::new("ap-beijing").ok();
        let error = UploadError { operation: None, attempts: 1, cause: Cause::Service(error), leftover: None };
        let circumstances = Circumstances::of("f", Service::Cos);
        assert_eq!(
            for_upload(&error, circumstances, 1),
            ["the bucket is in ap-beijing; use --region ap-beijing, or an endpoint in that region"]
        );
    }
}

//! What a person can do about a failure that CDCS alone has, or means differently than COS (document 1232/44620).

use crate::cos::{Service, ServiceError};
use crate::upload::{Cause, Operation};

/// Advice about a failure at CDCS; `None` at COS, and where the advice is that for COS.
pub(crate) fn of_cause(cause: &Cause, operation: Option<Operation>, service: Service) -> Option<&'static str> {
    if service != Service::Cdcs {
        return None;
    }
    match (cause, operation) {
        (Cause::Service(error), _) => of_service(error),
        (Cause::Integrity { .. }, Some(Operation::UploadPart(_))) => Some(
            "the bytes change on their way, or the ETags of this coffer are no MD5s; with --checksum md5 the server compares \
             instead; nothing was completed",
        ),
        _ => None,
    }
}

fn of_service(error: &ServiceError) -> Option<&'static str> {
    Some(match error.code.as_deref()? {
        "AssumeRoleFailed" | "ErrAssumeRoleFailed" => {
            "CDCS may not act for this account yet: authorise its service role in the CDCS console, or in CAM under Roles, \
             and see that the role may use COS and KMS"
        }
        "KMSFailed" | "ErrKMSFailed" => {
            "CDCS encrypts with KMS, which failed: see that the account's key is enabled and KMS is not in arrears, or wait"
        }
        "ObjectAlreadyExists" | "ObjectAlreadyExistsOwnedByYou" => {
            "objects in CDCS are written once, and an unfinished upload keeps its key too: choose another key, or finish \
             or abort what holds this one; cosput list-uploads --service cdcs shows unfinished uploads"
        }
        "ObjectAlreadyUploading" => {
            "an unfinished upload holds this key, perhaps from an initiate whose answer was lost: to go on with it, run the \
             command that began it, where its journal is; or find its id with cosput list-uploads --service cdcs and abort it \
             with cosput abort --service cdcs --key KEY --upload-id ID"
        }
        "MultipartAlreadyCompleted" => {
            "the upload was completed before: look at the object; it cannot be written again"
        }
        "DataSynchronization" | "AlreadyLock" => "the coffer is busy with itself; try again later",
        "ServiceNotOpen" => "the account may not use CDCS yet: apply for it in the console",
        "AuthFailed" => "check the secret id and key, and this machine's clock",
        "PolicyCheckFailed" => "neither CAM nor the coffer's policy lets these credentials do this",
        "CofferNotFound" | "NoSuchCoffer" => "check the coffer's name, and the region: a coffer is in one region",
        "ObjectEmpty" => "CDCS takes no empty objects",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::PartNumber;

    fn service(status: u16, code: &str) -> Cause {
        Cause::Service(Box::new(ServiceError {
            status,
            code: Some(code.to_owned()),
            message: None,
            request_id: Some("id".to_owned()),
            trace_id: None,
            retry_after: None,
            server_time: None,
            region: None,
        }))
    }

    #[test]
    fn the_troubles_of_cdcs_come_with_advice_of_their_own() {
        let table = [
            (409, "AssumeRoleFailed", "CDCS may not act for this account yet: authorise its service role"),
            (409, "ErrAssumeRoleFailed", "CDCS may not act for this account yet"),
            (409, "KMSFailed", "CDCS encrypts with KMS, which failed"),
            (409, "ObjectAlreadyExists", "objects in CDCS are written once"),
            (409, "ObjectAlreadyUploading", "an unfinished upload holds this key"),
            (409, "MultipartAlreadyCompleted", "the upload was completed before"),
            (409, "DataSynchronization", "the coffer is busy"),
            (401, "ServiceNotOpen", "the account may not use CDCS yet"),
            (401, "PolicyCheckFailed", "neither CAM nor the coffer's policy"),
            (404, "CofferNotFound", "check the coffer's name"),
        ];
        for (status, code, beginning) in table {
            let cause = service(status, code);
            let advice = of_cause(&cause, None, Service::Cdcs).unwrap_or_default();
            assert!(advice.starts_with(beginning), "{code}: {advice}");
            assert_eq!(of_cause(&cause, None, Service::Cos), None);
        }
        assert_eq!(of_cause(&service(403, "SignatureDoesNotMatch"), None, Service::Cdcs), None);
    }

    #[test]
    fn a_part_that_is_not_what_was_read_may_have_another_kind_of_etag() {
        let cause = Cause::Integrity { what: "differs".to_owned(), request_id: None };
        let part = Operation::UploadPart(PartNumber::new(1).unwrap());
        assert!(of_cause(&cause, Some(part), Service::Cdcs).unwrap().contains("--checksum md5"));
        assert_eq!(of_cause(&cause, Some(part), Service::Cos), None);
        assert_eq!(of_cause(&cause, Some(Operation::Complete), Service::Cdcs), None);
    }
}

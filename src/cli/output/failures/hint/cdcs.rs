//! Hints about failures that occur only at CDCS or have another meaning there (document 1232/44620).

use crate::cos::{Service, ServiceError};
use crate::language::{Phrase, phrase};
use crate::upload::Cause;

/// Returns the hint about a failure at CDCS, if it differs from the hint for COS.
pub(super) fn for_cause(cause: &Cause, service: Service) -> Option<Phrase> {
    match cause {
        Cause::Service(error) if service == Service::Cdcs => for_error(error),
        _ => None,
    }
}

fn for_error(error: &ServiceError) -> Option<Phrase> {
    Some(match error.code.as_deref()? {
        "AssumeRoleFailed" | "ErrAssumeRoleFailed" => {
            phrase!(
                "CDCS is not authorised for this account: authorise its service role in the CDCS console, or in CAM under \
             Roles, and let the role use COS and KMS"
            )
        }
        "KMSFailed" | "ErrKMSFailed" => {
            phrase!(
                "CDCS could not encrypt with KMS: check that the account's key is enabled and KMS is not in arrears, or try \
             again later"
            )
        }
        "ObjectAlreadyExists" | "ObjectAlreadyExistsOwnedByYou" => {
            phrase!(
                "CDCS objects cannot be overwritten, and an unfinished upload reserves its key: choose another key, or finish \
             or abort that upload; cosput list-uploads --service cdcs lists unfinished uploads"
            )
        }
        "ObjectAlreadyUploading" => {
            phrase!(
                "an unfinished upload reserves this key, perhaps one whose response was lost: to resume it, run the command \
             that started it where its journal is; or find its ID with cosput list-uploads --service cdcs and abort it \
             with cosput abort --service cdcs --key KEY --upload-id ID"
            )
        }
        "MultipartAlreadyCompleted" => {
            phrase!("the upload was completed earlier: check the object; it cannot be overwritten")
        }
        "DataSynchronization" | "AlreadyLock" => phrase!("the coffer is synchronizing; try again later"),
        "ServiceNotOpen" => phrase!("this account cannot use CDCS yet; apply for access in the console"),
        "AuthFailed" => phrase!("check the secret ID and key, and this machine's clock"),
        "PolicyCheckFailed" => phrase!("neither CAM nor the coffer's policy allows this request"),
        "CofferNotFound" | "NoSuchCoffer" => {
            phrase!("check the coffer's name and region; a coffer is in one region only")
        }
        "ObjectEmpty" => phrase!("CDCS does not accept empty objects"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::failures::exit;

    fn service(status: u16, code: &str) -> Cause {
        Cause::Service(exit::tests::service(status, code))
    }

    #[test]
    fn failures_of_cdcs_have_hints_of_their_own() {
        let table = [
            (409, "AssumeRoleFailed", "CDCS is not authorised for this account: authorise its service role"),
            (409, "ErrAssumeRoleFailed", "CDCS is not authorised for this account"),
            (409, "KMSFailed", "CDCS could not encrypt with KMS"),
            (409, "ObjectAlreadyExists", "CDCS objects cannot be overwritten"),
            (409, "ObjectAlreadyUploading", "an unfinished upload reserves this key"),
            (409, "MultipartAlreadyCompleted", "the upload was completed earlier"),
            (409, "DataSynchronization", "the coffer is synchronizing"),
            (401, "ServiceNotOpen", "this account cannot use CDCS yet"),
            (401, "PolicyCheckFailed", "neither CAM nor the coffer's policy"),
            (404, "CofferNotFound", "check the coffer's name and region"),
        ];
        for (status, code, beginning) in table {
            let cause = service(status, code);
            let hint = for_cause(&cause, Service::Cdcs).map_or("", Phrase::english);
            assert!(hint.starts_with(beginning), "{code}: {hint}");
            assert_eq!(for_cause(&cause, Service::Cos), None);
        }
        assert_eq!(for_cause(&service(403, "SignatureDoesNotMatch"), Service::Cdcs), None);
    }
}

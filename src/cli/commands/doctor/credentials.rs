//! Checks which credentials are used, and whether the server accepts their signature.

use std::time::{Duration, SystemTime};

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::console::visible;
use crate::cli::values::units;
use crate::cos::{Fault, Service};
use crate::credentials::Described;
use crate::language::{Message, message, phrase};
use crate::upload::{Cause, UploadError};

/// Credentials that expire sooner may not last as long as an upload.
const SOON: Duration = Duration::from_secs(900);

/// The credentials in words, without secrets.
pub(super) fn in_words(found: &Described, now: SystemTime) -> Message {
    let kind = if found.temporary { phrase!("temporary") } else { phrase!("permanent") };
    let left = found.expires.and_then(|expires| expires.duration_since(now).ok());
    let left = left.map(|left| message!(", expire in {time}", time = units::duration(left))).unwrap_or_default();
    let (id, source) = (&found.masked_id, &found.source);
    let words = message!("{id}, {kind}{left}, from {source}", id, kind, left, source);
    words.mapped(|text| visible(text).into_owned())
}

/// What the answer to the first signed request says about them; `None` if it was not sent.
pub(super) fn judge(
    found: &Described,
    now: SystemTime,
    answer: Option<&Result<(), UploadError>>,
    service: Service,
) -> Finding {
    let words = in_words(found, now);
    let left = found.expires.and_then(|expires| expires.duration_since(now).ok());
    match answer {
        Some(Err(error)) if refuses_signature(error) => {
            let finding = Finding::of_request(Check::Credentials, error, service);
            Finding { detail: message!("{what}: {cause}", what = words, cause = finding.detail), ..finding }
        }
        _ if left.is_some_and(|left| left < SOON) => {
            Finding::warning(Check::Credentials, words, phrase!("they expire soon; get new ones before a long upload"))
        }
        Some(Ok(())) => Finding::ok(Check::Credentials, words),
        Some(Err(_)) | None => {
            Finding::ok(Check::Credentials, message!("{credentials}; not tried at the server", credentials = words))
        }
    }
}

/// True if the server rejected the signature, and so did not check permissions.
pub(super) fn refuses_signature(error: &UploadError) -> bool {
    let Cause::Service(answer) = &error.cause else { return false };
    matches!(answer.code.as_deref(), Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidSecurityToken"))
        || matches!(answer.fault(), Fault::Expired | Fault::Skewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;
    use crate::cli::output::failures::exit::tests::service;

    fn found(expires: Option<u64>) -> Described {
        let expires = expires.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        Described { source: "the profile ci".into(), masked_id: "AK..x".to_owned(), expires, temporary: false }
    }

    fn refused(code: &str) -> Result<(), UploadError> {
        Err(UploadError { operation: None, attempts: 1, cause: Cause::Service(service(403, code)), leftover: None })
    }

    #[test]
    fn only_a_refused_signature_is_a_fault_of_the_credentials() {
        let verdict = |answer: Result<(), UploadError>| {
            judge(&found(None), SystemTime::UNIX_EPOCH, Some(&answer), Service::Cos).verdict
        };
        assert_eq!(verdict(Ok(())), Verdict::Ok);
        for code in ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "RequestTimeTooSkewed"] {
            assert_eq!(verdict(refused(code)), Verdict::Failed, "{code}");
        }
        for code in ["AccessDenied", "NoSuchBucket"] {
            assert_eq!(verdict(refused(code)), Verdict::Ok, "{code}");
        }
    }

    #[test]
    fn credentials_that_expire_soon_are_a_warning() {
        let judged = |expires| judge(&found(Some(expires)), SystemTime::UNIX_EPOCH, Some(&Ok(())), Service::Cos);
        assert_eq!(judged(7200).detail, "AK..x, permanent, expire in 2 h 0 min, from the profile ci");
        assert_eq!((judged(7200).verdict, judged(60).verdict), (Verdict::Ok, Verdict::Warning));
    }
}

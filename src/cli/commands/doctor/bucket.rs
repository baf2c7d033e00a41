//! The bucket: it exists, and it is in the region that the address names.

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::failures::exit::{CREDENTIALS, classify};
use crate::cos::Service;
use crate::language::{message, phrase};
use crate::upload::UploadError;

/// What the answer to a signed request says about the bucket.
pub(super) fn judge(location: &str, answer: &Result<(), UploadError>, service: Service) -> Finding {
    match answer {
        Ok(()) => Finding::ok(Check::Bucket, message!("it exists, at {location}", location)),
        Err(error) if classify(&error.cause, None).0 == CREDENTIALS => {
            let why = phrase!("without permission, the server does not say whether it exists");
            Finding::not_checked(Check::Bucket, why)
        }
        Err(error) => Finding::of_request(Check::Bucket, error, service),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;
    use crate::cli::output::failures::exit::tests::service;
    use crate::cos::Region;
    use crate::upload::Cause;

    fn judged(status: u16, code: &str, region: Option<&str>) -> Finding {
        let mut answer = service(status, code);
        answer.region = region.map(|region| Region::new(region).unwrap());
        let cause = Cause::Service(answer);
        let error = UploadError { operation: None, attempts: 1, cause, leftover: None };
        judge("h", &Err(error), Service::Cos)
    }

    #[test]
    fn a_bucket_elsewhere_or_nowhere_fails_with_what_to_do() {
        assert_eq!(judge("h", &Ok(()), Service::Cos).verdict, Verdict::Ok);
        assert_eq!(judged(403, "AccessDenied", None).verdict, Verdict::NotChecked);
        assert_eq!(judged(404, "NoSuchBucket", None).verdict, Verdict::Failed);
        let hint = judged(301, "PermanentRedirect", Some("ap-beijing")).hint.unwrap();
        assert!(hint.contains("--region ap-beijing"), "{hint}");
    }
}

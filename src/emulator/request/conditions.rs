//! Conditional reads (document 436/7745).

use std::time::{Duration, SystemTime};

use super::request_head::RequestHead;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// The result of the conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Whole,
    /// The client already has the object.
    NotModified,
}

/// Checks the conditions of a request. A condition on the ETag takes precedence over one on the time.
pub(crate) fn check(head: &RequestHead, etag: &str, modified: SystemTime) -> Result<Reading, Refusal> {
    let field = |name| head.headers.get(name);
    let newer_than =
        |name| field(name).and_then(|date| httpdate::parse_http_date(date).ok()).map(|date| seconds(modified) > date);
    let wanted = match field("if-match") {
        Some(etags) => names(etags, etag),
        None => newer_than("if-unmodified-since") != Some(true),
    };
    let known = match field("if-none-match") {
        Some(etags) => names(etags, etag),
        None => newer_than("if-modified-since") == Some(false),
    };
    match (wanted, known) {
        (false, _) => Err(refusal::PRECONDITION_FAILED),
        (true, true) => Ok(Reading::NotModified),
        (true, false) => Ok(Reading::Whole),
    }
}

fn names(etags: &str, etag: &str) -> bool {
    etags.split(',').map(str::trim).any(|known| known == "*" || known.trim_matches('"') == etag)
}

/// A time in whole seconds, as in headers.
fn seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
    const THEN: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

    #[test]
    fn conditions_are_checked_against_etag_and_time() {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_500);
        let failed = Err(refusal::PRECONDITION_FAILED);
        for (headers, expected) in [
            (vec![], Ok(Reading::Whole)),
            (vec![("If-Match", "\"ab\"")], Ok(Reading::Whole)),
            (vec![("If-Match", "*")], Ok(Reading::Whole)),
            (vec![("If-Match", "\"cd\", ab")], Ok(Reading::Whole)),
            (vec![("If-Match", "\"cd\"")], failed.clone()),
            (vec![("If-None-Match", "\"ab\"")], Ok(Reading::NotModified)),
            (vec![("If-None-Match", "\"cd\"")], Ok(Reading::Whole)),
            (vec![("If-Unmodified-Since", BEFORE)], failed),
            (vec![("If-Unmodified-Since", THEN)], Ok(Reading::Whole)),
            (vec![("If-Match", "\"ab\""), ("If-Unmodified-Since", BEFORE)], Ok(Reading::Whole)),
            (vec![("If-Modified-Since", BEFORE)], Ok(Reading::Whole)),
            (vec![("If-Modified-Since", THEN)], Ok(Reading::NotModified)),
            (vec![("If-None-Match", "\"cd\""), ("If-Modified-Since", THEN)], Ok(Reading::Whole)),
            (vec![("If-Modified-Since", "no date")], Ok(Reading::Whole)),
        ] {
            let head = RequestHead::new("GET", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap();
            assert_eq!(check(&head, "ab", modified), expected, "{headers:?}");
        }
    }
}

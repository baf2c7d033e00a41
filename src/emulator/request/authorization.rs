//! Verifies the signature of a request (document 436/7778). Every header and parameter in the lists is used with the value
//! that arrived.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cos::Credentials;
use crate::cos::address::Service;
use crate::cos::encoding::{decode, encode};
use crate::cos::sign::{KeyTime, canonical, http_string, signature, string_to_sign};

use super::request_head::RequestHead;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// The largest allowed difference between the clocks.
pub(super) const TOLERANCE: Duration = Duration::from_secs(15 * 60);

/// How strictly the time of signing is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clocks {
    /// Like the service: the signature may have become valid long ago.
    Lenient,
    /// The signature must have become valid within the tolerance, so that a wrong clock is always noticed.
    Strict,
}

/// Refuses a request whose signature, token or time is wrong.
pub(crate) fn verify(
    head: &RequestHead,
    service: Service,
    credentials: &[Credentials],
    now: SystemTime,
    clocks: Clocks,
) -> Result<(), Refusal> {
    let authorization = Authorization::of(head)?;
    let credentials = select(credentials, &authorization.secret_id, token(head, service))?;
    verify_token(token(head, service), credentials, now)?;
    authorization.verify_time(head, now, clocks)?;
    authorization.verify_signature(head, credentials)
}

/// True if the request has a signature, valid or not.
pub(crate) fn is_signed(head: &RequestHead) -> bool {
    head.headers.get("authorization").is_some()
        || head.query.iter().any(|(name, _)| name == "sign" || name.starts_with("q-"))
}

/// The credentials with this ID, preferably those with this token.
pub(crate) fn select<'a>(
    credentials: &'a [Credentials],
    secret_id: &str,
    token: Option<&str>,
) -> Result<&'a Credentials, Refusal> {
    let mut known = credentials.iter().filter(|known| known.secret_id() == secret_id);
    let exact = known.clone().find(|known| known.session_token() == token);
    exact.or_else(|| known.next()).ok_or(refusal::INVALID_ACCESS_KEY_ID)
}

/// The token of the request, in a header or a parameter.
fn token(head: &RequestHead, service: Service) -> Option<&str> {
    let name = service.token_header();
    head.headers.get(name).or_else(|| head.parameter(name))
}

/// Refuses a token that is missing, wrong or expired.
pub(crate) fn verify_token(token: Option<&str>, credentials: &Credentials, now: SystemTime) -> Result<(), Refusal> {
    match (credentials.session_token(), token) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(refusal::INVALID_ACCESS_KEY_ID),
        (Some(expected), Some(sent)) if expected == sent => match credentials.expires() {
            Some(expires) if expires <= now => Err(refusal::EXPIRED_TOKEN),
            _ => Ok(()),
        },
        _ => Err(refusal::ACCESS_DENIED.saying("The security token is not valid.")),
    }
}

/// The seven fields, from the header or from a presigned URL.
struct Authorization {
    secret_id: String,
    time: KeyTime,
    headers: String,
    parameters: String,
    signature: String,
}

impl Authorization {
    fn of(head: &RequestHead) -> Result<Self, Refusal> {
        let items: Vec<(String, String)> = if let Some(text) = head.headers.get("authorization") {
            items(text)
        } else if let Some(text) = head.parameter("sign") {
            items(text)
        } else {
            head.query.iter().filter(|(name, _)| name.starts_with("q-")).cloned().collect()
        };
        if items.is_empty() {
            return Err(refusal::ACCESS_DENIED);
        }
        Self::read(&items).ok_or(refusal::ACCESS_DENIED.saying("The authorization is malformed."))
    }

    fn read(items: &[(String, String)]) -> Option<Self> {
        let item = |name: &str| items.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let sign_time = item("q-sign-time")?;
        if item("q-sign-algorithm")? != "sha1" || item("q-key-time")? != sign_time {
            return None;
        }
        let (start, end) = sign_time.split_once(';')?;
        Some(Self {
            secret_id: item("q-ak")?.to_owned(),
            time: KeyTime { start: start.parse().ok()?, end: end.parse().ok()? },
            headers: item("q-header-list")?.to_owned(),
            parameters: item("q-url-param-list")?.to_owned(),
            signature: item("q-signature")?.to_owned(),
        })
    }

    fn verify_time(&self, head: &RequestHead, now: SystemTime, clocks: Clocks) -> Result<(), Refusal> {
        let at = |seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(refusal::ACCESS_DENIED);
        let (start, end) = (at(self.time.start)?, at(self.time.end)?);
        let date = head.headers.get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        if start > now + TOLERANCE
            || date.is_some_and(|date| apart(date, now) > TOLERANCE)
            || (clocks == Clocks::Strict && apart(start, now) > TOLERANCE)
        {
            return Err(refusal::REQUEST_TIME_TOO_SKEWED);
        }
        if end < now { Err(refusal::REQUEST_HAS_EXPIRED) } else { Ok(()) }
    }

    fn verify_signature(&self, head: &RequestHead, credentials: &Credentials) -> Result<(), Refusal> {
        let parameters = head.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters = listed(&self.parameters, parameters).ok_or(refusal::SIGNATURE_DOES_NOT_MATCH)?;
        let headers = listed(&self.headers, head.headers.iter()).ok_or(refusal::SIGNATURE_DOES_NOT_MATCH)?;
        let http_string = http_string(&head.method, &head.path, &canonical(&parameters).1, &canonical(&headers).1);
        if signature(credentials.secret_key(), self.time, &http_string) == self.signature {
            Ok(())
        } else {
            let details =
                vec![("StringToSign", string_to_sign(self.time, &http_string)), ("FormatString", http_string)];
            Err(Refusal { details, ..refusal::SIGNATURE_DOES_NOT_MATCH })
        }
    }
}

fn items(text: &str) -> Vec<(String, String)> {
    text.trim()
        .split('&')
        .filter_map(|item| item.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The names in a list. Older clients write parameters in mixed case.
fn names(list: &str) -> Vec<String> {
    let list = list.to_ascii_lowercase();
    let mut names: Vec<String> = list.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The pairs whose names are listed; `None` if a listed name did not arrive. Some clients escape the semicolons of the
/// list; but a name may contain an escaped semicolon itself.
fn listed<'a>(list: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Vec<(&'a str, &'a str)>> {
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let unescaped = list.replace("%3B", ";").replace("%3b", ";");
    select_pairs(&names(list), &pairs).or_else(|| select_pairs(&names(&unescaped), &pairs))
}

fn select_pairs<'a>(names: &[String], pairs: &[(&'a str, &'a str)]) -> Option<Vec<(&'a str, &'a str)>> {
    let pairs: Vec<(String, (&str, &str))> =
        pairs.iter().map(|pair| (encode(pair.0).to_ascii_lowercase(), *pair)).collect();
    let mut found = Vec::new();
    for name in names {
        let before = found.len();
        let plain = decode(name).map(|name| encode(&name).to_ascii_lowercase());
        found.extend(pairs.iter().filter(|(known, _)| Some(known) == plain.as_ref()).map(|(_, pair)| *pair));
        if found.len() == before {
            return None;
        }
    }
    Some(found)
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Headers;
    use crate::cos::sign::authorization;
    use proptest::prelude::*;

    const NOW: u64 = 1_700_000_000;
    const TOKEN: &str = "x-cos-security-token";
    const HOST: &str = "b-1.cos.ap-beijing.myqcloud.com";

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn credentials(token: Option<&str>) -> Credentials {
        Credentials::new("AKIDexample", "invented-key", token).unwrap()
    }

    fn time(start: u64) -> KeyTime {
        KeyTime { start, end: start + 3600 }
    }

    /// A PUT of a part, signed for `time`, with one more header that is not signed.
    fn head(time: KeyTime, more: (&str, &str)) -> RequestHead {
        let signed = [("host", HOST), ("content-length", "3"), ("x-cos-meta-a", "中 b")];
        let query = [("partNumber", "1"), ("uploadId", "a/b")];
        let signature = authorization("AKIDexample", "invented-key", time, "PUT", "/a b", &query, &signed);
        let headers = signed.into_iter().chain([("authorization", signature.as_str()), more]).collect();
        RequestHead::new("PUT", HOST, "/a%20b", Some("partNumber=1&uploadId=a%2Fb"), headers).unwrap()
    }

    fn code(head: &RequestHead, credentials: &Credentials) -> Option<&'static str> {
        verify(head, Service::Cos, std::slice::from_ref(credentials), at(NOW), Clocks::Lenient)
            .err()
            .map(|refusal| refusal.code)
    }

    proptest! {
        /// The client signs decoded text; the emulator reads encoded text.
        #[test]
        fn every_signed_request_is_verified(
            key in ".{1,20}",
            query in prop::collection::btree_map("[a-zA-Z;-]{1,8}", ".{0,12}", 0..5),
            value in "[ -~]{0,12}",
        ) {
            let wire = format!("/{}", encode(&key));
            let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let signed = [("host", HOST), ("x-cos-meta-a", value.as_str())];
            let path = format!("/{key}");
            let signature = authorization("AKIDexample", "invented-key", time(NOW - 60), "PUT", &path, &query, &signed);
            let headers = signed.into_iter().chain([("authorization", signature.as_str())]).collect();
            let head = RequestHead::new("PUT", HOST, &wire, Some(pairs.join("&").as_str()), headers).unwrap();
            prop_assert_eq!(code(&head, &credentials(None)), None);
        }
    }

    #[test]
    fn a_correct_signature_is_accepted_and_any_change_is_refused() {
        let good = head(time(NOW - 60), ("x", "y"));
        assert_eq!(code(&good, &credentials(None)), None);
        let other = Credentials::new("AKIDexample", "another-key", None).unwrap();
        assert_eq!(code(&good, &other), Some("SignatureDoesNotMatch"));
        let other = Credentials::new("AKIDanother", "invented-key", None).unwrap();
        assert_eq!(code(&good, &other), Some("InvalidAccessKeyId"));
        let mut changed = head(time(NOW - 60), ("x", "y"));
        changed.headers.set("content-length", "4");
        assert_eq!(code(&changed, &credentials(None)), Some("SignatureDoesNotMatch"));
        let mut changed = head(time(NOW - 60), ("x", "y"));
        changed.query[0].1 = "2".to_owned();
        assert_eq!(code(&changed, &credentials(None)), Some("SignatureDoesNotMatch"));
        changed.path.push('/');
        assert_eq!(code(&changed, &credentials(None)), Some("SignatureDoesNotMatch"));
    }

    #[test]
    fn a_listed_header_or_parameter_that_was_not_sent_does_not_match() {
        let mut head = head(time(NOW - 60), ("x", "y"));
        head.query.clear();
        assert_eq!(code(&head, &credentials(None)), Some("SignatureDoesNotMatch"));
    }

    #[test]
    fn a_signature_that_does_not_match_shows_the_text_that_was_expected() {
        let mut head = head(time(NOW - 60), ("x", "y"));
        head.headers.set("content-length", "4");
        let refused = verify(&head, Service::Cos, &[credentials(None)], at(NOW), Clocks::Lenient).unwrap_err();
        let names: Vec<&str> = refused.details.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["StringToSign", "FormatString"]);
        assert!(refused.details[1].1.starts_with("put\n/a b\npartnumber=1&uploadid=a%2Fb\ncontent-length=4&"));
    }

    #[test]
    fn permanent_and_temporary_credentials_are_accepted_together() {
        let temporary = Credentials::new("AKIDother", "other-key", Some("token-1")).unwrap();
        let both = [temporary, credentials(None)];
        let permanent = head(time(NOW - 60), ("x", "y"));
        assert_eq!(verify(&permanent, Service::Cos, &both, at(NOW), Clocks::Lenient), Ok(()));
        assert_eq!(select(&both, "AKIDother", Some("token-1")).unwrap().secret_key(), "other-key");
        assert_eq!(select(&both, "AKIDunknown", None).unwrap_err(), refusal::INVALID_ACCESS_KEY_ID);
    }

    #[test]
    fn the_case_of_listed_parameters_does_not_matter() {
        let mut head = head(time(NOW - 60), ("x", "y"));
        let mixed = head.headers.get("authorization").unwrap().replace("partnumber;uploadid", "partNumber;uploadId");
        head.headers.set("authorization", mixed);
        assert_eq!(code(&head, &credentials(None)), None);
    }

    #[test]
    fn time_is_checked_in_both_directions() {
        let with = |start| code(&head(time(start), ("x", "y")), &credentials(None));
        assert_eq!(with(NOW - 3600), None);
        assert_eq!(with(NOW + 900), None);
        assert_eq!(with(NOW + 901), Some("RequestTimeTooSkewed"));
        let expired =
            verify(&head(time(NOW - 3601), ("x", "y")), Service::Cos, &[credentials(None)], at(NOW), Clocks::Lenient);
        assert_eq!(expired, Err(refusal::REQUEST_HAS_EXPIRED));
        let strict =
            verify(&head(time(NOW - 3601), ("x", "y")), Service::Cos, &[credentials(None)], at(NOW), Clocks::Strict);
        assert_eq!(strict, Err(refusal::REQUEST_TIME_TOO_SKEWED));
    }

    #[test]
    fn a_wrong_date_is_skewed() {
        let with = |date| code(&head(time(NOW - 60), ("date", date)), &credentials(None));
        assert_eq!(with("Tue, 14 Nov 2023 22:13:20 GMT"), None);
        assert_eq!(with("Tue, 14 Nov 2023 22:29:20 GMT"), Some("RequestTimeTooSkewed"));
        assert_eq!(with("Tue, 14 Nov 2023 21:57:20 GMT"), Some("RequestTimeTooSkewed"));
    }

    #[test]
    fn a_token_must_be_sent_exactly_if_the_credentials_have_one() {
        let with = |sent: &str, token| code(&head(time(NOW - 60), (sent, "token-1")), &credentials(token));
        assert_eq!(with("x-cos-security-token", Some("token-1")), None);
        assert_eq!(with("x-cos-security-token", Some("token-2")), Some("AccessDenied"));
        assert_eq!(with("x-other", Some("token-1")), Some("InvalidAccessKeyId"));
        assert_eq!(with("x-cos-security-token", None), Some("AccessDenied"));
    }

    #[test]
    fn a_request_without_authorization_or_with_half_of_one_is_denied() {
        let bare = RequestHead::new("GET", HOST, "/", None, Headers::new()).unwrap();
        assert_eq!(code(&bare, &credentials(None)), Some("AccessDenied"));
        let mut half = bare;
        half.headers.set("authorization", "q-sign-algorithm=sha1&q-ak=AKIDexample");
        assert_eq!(code(&half, &credentials(None)), Some("AccessDenied"));
    }

    #[test]
    fn signatures_of_official_clients_are_accepted() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/signing.json");
        let vectors: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for vector in &vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let pairs = |name: &str| -> Vec<(String, String)> {
                let pairs = vector[name].as_object().unwrap().iter();
                pairs.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
            };
            let mut headers: Headers = pairs("headers").into_iter().collect();
            headers.set("Authorization", text("authorization"));
            let head = RequestHead {
                method: text("method").to_ascii_uppercase(),
                host: String::new(),
                path: text("path").to_owned(),
                wire_path: String::new(),
                query: pairs("params"),
                headers,
            };
            let token = head.headers.get(TOKEN);
            let credentials = Credentials::new(text("secret_id"), text("secret_key"), token).unwrap();
            let now = at(vector["sign_time_start"].as_u64().unwrap());
            assert_eq!(verify(&head, Service::Cos, &[credentials], now, Clocks::Lenient), Ok(()), "{}", text("name"));
        }
    }

    #[test]
    fn a_presigned_url_is_accepted() {
        let query = "q-sign-algorithm=sha1&q-ak=AKIDcosputINVENTEDid0000000000000001&q-sign-time=1700000000%3B1700003600&q-key-time=1700000000%3B1700003600&q-header-list=host&q-url-param-list=&q-signature=a8484b27927dd8d0158c163081dea293d107d7d7";
        let host = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com";
        let head = RequestHead::new("PUT", host, "/dir/a%20b.txt", Some(query), [("host", host)].into_iter().collect());
        let known = "AKIDcosputINVENTEDid0000000000000001";
        let credentials = Credentials::new(known, "cosputINVENTEDkey000000000000001", None).unwrap();
        assert_eq!(code(&head.unwrap(), &credentials), None);
    }
}

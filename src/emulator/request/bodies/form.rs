//! The form of POST Object: its fields, and its policy (document 436/14690).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::cos::sign::policy_signature;
use crate::cos::{Credentials, Headers};
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::authorization::{TOLERANCE, select, verify_token};
use crate::emulator::request::request_head::RequestHead;

/// The fields before the file, which is the last field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    file_name: String,
    /// The offset of the file in the body.
    pub(crate) file: usize,
}

/// The boundary in the content type.
pub(crate) fn boundary(head: &RequestHead) -> Result<String, Refusal> {
    let read = || {
        let (kind, rest) = head.headers.get("content-type")?.split_once(';')?;
        let boundary =
            rest.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?.trim_matches('"');
        (kind.trim().eq_ignore_ascii_case("multipart/form-data") && !boundary.is_empty()).then(|| boundary.to_owned())
    };
    read().ok_or_else(|| malformed("The body must be multipart/form-data with a boundary."))
}

/// The number of bytes after the file: the last boundary. `end` is the end of the body.
pub(crate) fn length_of_end(end: &[u8], boundary: &str) -> Result<usize, Refusal> {
    let delimiter = format!("\r\n--{boundary}");
    let at = end.windows(delimiter.len()).rposition(|window| window == delimiter.as_bytes());
    at.map(|at| end.len() - at).ok_or_else(|| malformed("The form has no end."))
}

impl Form {
    /// Reads the fields at the beginning of a body.
    pub(crate) fn read(beginning: &[u8], boundary: &str) -> Result<Self, Refusal> {
        let delimiter = format!("--{boundary}\r\n");
        let next = format!("\r\n--{boundary}");
        let mut fields = Vec::new();
        let mut at = 0;
        loop {
            let rest = beginning.get(at..).and_then(|rest| rest.strip_prefix(delimiter.as_bytes()));
            let rest = rest.ok_or_else(|| malformed("The form has no field named file."))?;
            let content = find(rest, "\r\n\r\n").ok_or_else(|| malformed("A field of the form has no content."))? + 4;
            let headers = String::from_utf8_lossy(&rest[..content]).into_owned();
            let name = attribute(&headers, "name").ok_or_else(|| malformed("A field of the form has no name."))?;
            at += delimiter.len() + content;
            if name.eq_ignore_ascii_case("file") {
                let file_name = attribute(&headers, "filename").unwrap_or_default();
                return Ok(Self { fields, file_name, file: at });
            }
            let length = find(&rest[content..], &next).ok_or_else(|| malformed("The form has no field named file."))?;
            let value = String::from_utf8_lossy(&rest[content..content + length]).into_owned();
            fields.push((name, value));
            at += length + 2;
        }
    }

    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The key, with the name of the file in place of `${filename}`.
    pub(crate) fn key(&self) -> Result<String, Refusal> {
        let key = self.field("key").filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| malformed("The form has no field named key."))?;
        Ok(key.replace("${filename}", &self.file_name))
    }

    /// The fields as headers of PUT Object.
    pub(crate) fn headers(&self) -> Headers {
        let header = |(name, value): &(String, String)| {
            let name = if name.eq_ignore_ascii_case("acl") { "x-cos-acl" } else { name.as_str() };
            (name.to_owned(), value.clone())
        };
        self.fields.iter().map(header).collect()
    }

    /// Refuses a form whose signature is wrong or which does not match its policy. `key`, `bucket` and `size` are those of
    /// the new object.
    pub(crate) fn verify(
        &self,
        credentials: &[Credentials],
        now: SystemTime,
        (bucket, key, size): (&str, &str, u64),
    ) -> Result<(), Refusal> {
        let field = |name| self.field(name).ok_or(refusal::ACCESS_DENIED);
        let token = self.field("x-cos-security-token");
        let credentials = select(credentials, field("q-ak")?, token)?;
        verify_token(token, credentials, now)?;
        let policy = STANDARD.decode(field("policy")?).map_err(|_| refusal::POLICY_DOES_NOT_MATCH)?;
        verify_key_time(field("q-key-time")?, now)?;
        let expected = policy_signature(credentials.secret_key(), field("q-key-time")?, &policy);
        if expected != field("q-signature")? {
            return Err(refusal::SIGNATURE_DOES_NOT_MATCH);
        }
        let policy: Policy = serde_json::from_slice(&policy).map_err(|_| refusal::POLICY_DOES_NOT_MATCH)?;
        if humantime::parse_rfc3339(&policy.expiration).map_or(true, |expires| expires <= now) {
            return Err(refusal::POLICY_DOES_NOT_MATCH.saying("The policy has expired."));
        }
        let value = |name: &str| match name.to_ascii_lowercase().as_str() {
            "bucket" => Some(bucket.to_owned()),
            "key" => Some(key.to_owned()),
            "q-sign-time" => self.field("q-sign-time").or(self.field("q-key-time")).map(str::to_owned),
            name => self.field(name).map(str::to_owned),
        };
        match policy.conditions.iter().find(|condition| !is_met(condition, &value, size)) {
            Some(condition) => Err(refusal::POLICY_DOES_NOT_MATCH.saying(format!("Not met: {condition}"))),
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
struct Policy {
    expiration: String,
    conditions: Vec<Value>,
}

/// `{"NAME": "VALUE"}`, `["eq", "$NAME", "VALUE"]`, `["starts-with", "$NAME", "BEGINNING"]`, or
/// `["content-length-range", FIRST, LAST]`.
fn is_met(condition: &Value, value: &impl Fn(&str) -> Option<String>, size: u64) -> bool {
    if let Some(pairs) = condition.as_object() {
        return pairs.iter().all(|(name, expected)| value(name).as_deref() == expected.as_str());
    }
    let Some([kind, first, second]) = condition.as_array().map(Vec::as_slice) else { return false };
    let value = || value(first.as_str()?.strip_prefix('$')?);
    match (kind.as_str(), second.as_str()) {
        (Some("eq"), Some(expected)) => value().as_deref() == Some(expected),
        (Some("starts-with"), Some(beginning)) => value().is_some_and(|value| value.starts_with(beginning)),
        (Some("content-length-range"), None) => {
            let limit = |limit: &Value| limit.as_u64();
            limit(first).zip(limit(second)).is_some_and(|(first, last)| (first..=last).contains(&size))
        }
        _ => false,
    }
}

/// Refuses a form outside the time for which it was signed.
fn verify_key_time(key_time: &str, now: SystemTime) -> Result<(), Refusal> {
    let at = |seconds: &str| UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?));
    let times = key_time.split_once(';').and_then(|(start, end)| Some((at(start)?, at(end)?)));
    let (start, end) = times.ok_or(refusal::ACCESS_DENIED.saying("q-key-time must be START;END."))?;
    if start > now + TOLERANCE {
        return Err(refusal::REQUEST_TIME_TOO_SKEWED);
    }
    if end < now { Err(refusal::REQUEST_HAS_EXPIRED) } else { Ok(()) }
}

fn malformed(message: &'static str) -> Refusal {
    refusal::INVALID_ARGUMENT.saying(message)
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text.as_bytes())
}

/// The value of `NAME="VALUE"` in the headers of a field.
fn attribute(headers: &str, name: &str) -> Option<String> {
    let (_, rest) = headers.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "1699999000;1700001000";
    const BODY: &str = "--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\ndir/${filename}\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\
        content\r\n--B--\r\n";

    #[test]
    fn fields_and_file_are_found() {
        let form = Form::read(BODY.as_bytes(), "B").unwrap();
        assert_eq!(form.key(), Ok("dir/a.txt".to_owned()));
        let end = length_of_end(BODY.as_bytes(), "B").unwrap();
        assert_eq!(&BODY[form.file..BODY.len() - end], "content");
        for bad in ["", "--B\r\n", "--B\r\nx: name\r\n\r\n", &BODY[..60]] {
            assert!(Form::read(bad.as_bytes(), "B").is_err(), "{bad}");
        }
    }

    #[test]
    fn the_boundary_is_one_parameter_of_the_type() {
        let of = |kind: &str| {
            let headers = [("Content-Type", kind)].into_iter().collect();
            boundary(&RequestHead::new("POST", "h", "/b-1", None, headers).unwrap()).ok()
        };
        for kind in ["multipart/form-data; boundary=B", "multipart/form-data;charset=utf-8; boundary=\"B\"; x=y"] {
            assert_eq!(of(kind).as_deref(), Some("B"), "{kind}");
        }
        assert_eq!(of("multipart/form-data; charset=utf-8"), None);
    }

    fn form(policy: &str) -> Form {
        let policy = STANDARD.encode(policy);
        let signature = policy_signature("key", TIME, &STANDARD.decode(&policy).unwrap());
        let fields =
            [("q-ak", "id"), ("q-key-time", TIME), ("policy", &policy), ("q-signature", &signature), ("a", "bc")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Form { fields, file_name: String::new(), file: 0 }
    }

    #[test]
    fn a_form_must_match_its_policy() {
        let credentials = [Credentials::new("id", "key", None).unwrap()];
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let verified = |expiration: &str, conditions: &str| {
            let policy = format!(r#"{{"expiration":"{expiration}","conditions":[{conditions}]}}"#);
            form(&policy).verify(&credentials, now, ("b-1", "dir/k", 5)).map_err(|refusal| refusal.message.into_owned())
        };
        let later = "2023-11-14T23:13:20Z";
        for met in [
            "",
            r#"{"bucket":"b-1"},{"a":"bc"}"#,
            r#"["starts-with","$key","dir/"],["eq","$a","bc"]"#,
            r#"["content-length-range",5,5]"#,
        ] {
            assert_eq!(verified(later, met), Ok(()), "{met}");
        }
        for failed in [
            r#"{"bucket":"b-2"}"#,
            r#"["starts-with","$key","other/"]"#,
            r#"["content-length-range",6,9]"#,
            r#"["eq","$missing",""]"#,
            "1",
        ] {
            assert!(verified(later, failed).is_err(), "{failed}");
        }
        assert_eq!(verified("2023-11-14T21:13:20Z", ""), Err("The policy has expired.".to_owned()));
        let mut changed = form(r#"{"expiration":"2023-11-14T23:13:20Z","conditions":[]}"#);
        for (time, code) in [
            ("1699999000;1700002000", "SignatureDoesNotMatch"),
            ("1699999000;1699999999", "AccessDenied"),
            ("1700001000;1700002000", "RequestTimeTooSkewed"),
            ("1699999000", "AccessDenied"),
        ] {
            changed.fields[1].1 = time.to_owned();
            let refused = changed.verify(&credentials, now, ("b-1", "k", 5));
            assert_eq!(refused.unwrap_err().code, code, "{time}");
        }
    }
}

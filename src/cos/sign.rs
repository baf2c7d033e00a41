//! The request signature, `q-sign-algorithm=sha1` (documents 436/7778 and 1232/44619), one function for each step.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

use super::credentials::Credentials;
use super::encoding::encode;
use super::request::Request;
use super::service::Service;

/// The headers that official clients sign, in addition to every `x-cos-…` and `x-ci-…`.
const SIGNED: [&str; 17] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "origin",
    "pic-operations",
    "range",
    "transfer-encoding",
];

/// The time in which a signature is valid, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTime {
    /// The first second.
    pub start: u64,
    /// The last second.
    pub end: u64,
}

impl KeyTime {
    /// From one minute ago, because clocks differ a little, to one hour from now.
    pub fn around(now: SystemTime) -> Self {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        Self { start: now.saturating_sub(60), end: now + 3600 }
    }

    fn text(self) -> String {
        format!("{};{}", self.start, self.end)
    }
}

/// Signs `request` at `now`: adds the token of temporary credentials and `Authorization`.
pub fn sign(request: &mut Request, credentials: &Credentials, service: Service, now: SystemTime) {
    if let Some(token) = credentials.session_token() {
        request.headers.set(service.token_header(), token);
    }
    let query: Vec<(&str, &str)> = request.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let headers: Vec<(&str, &str)> = request.headers.iter().collect();
    let authorization = authorization(
        credentials.secret_id(),
        credentials.secret_key(),
        KeyTime::around(now),
        request.method.as_str(),
        &request.path,
        &query,
        &headers,
    );
    request.headers.set("Authorization", authorization);
}

/// The value of `Authorization` for a request whose path is given decoded.
pub fn authorization(
    secret_id: &str,
    secret_key: &str,
    time: KeyTime,
    method: &str,
    path: &str,
    query: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> String {
    let signed: Vec<_> = headers.iter().copied().filter(|(name, _)| is_signed(name)).collect();
    let (url_param_list, http_parameters) = canonical(query);
    let (header_list, http_headers) = canonical(&signed);
    let signature = signature(secret_key, time, &http_string(method, path, &http_parameters, &http_headers));
    let key_time = time.text();
    format!(
        "q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={key_time}&q-key-time={key_time}\
         &q-header-list={header_list}&q-url-param-list={url_param_list}&q-signature={signature}"
    )
}

/// The signature of an `HttpString` (steps 2, 6 and 7).
pub fn signature(secret_key: &str, time: KeyTime, http_string: &str) -> String {
    hmac_sha1(&sign_key(secret_key, &time.text()), &string_to_sign(time, http_string))
}

/// The text that is signed (step 6).
pub fn string_to_sign(time: KeyTime, http_string: &str) -> String {
    format!("sha1\n{}\n{}\n", time.text(), hex(&Sha1::digest(http_string)))
}

/// The signature of the policy of a form upload (document 436/14690). `key_time` is the text of `q-key-time`.
pub fn policy_signature(secret_key: &str, key_time: &str, policy: &[u8]) -> String {
    hmac_sha1(&sign_key(secret_key, key_time), &hex(&Sha1::digest(policy)))
}

/// The key that signs for a time (step 2).
fn sign_key(secret_key: &str, key_time: &str) -> String {
    hmac_sha1(secret_key, key_time)
}

/// Method, decoded path, parameters and headers, each on its own line (step 5).
pub fn http_string(method: &str, path: &str, http_parameters: &str, http_headers: &str) -> String {
    let method = method.to_ascii_lowercase();
    format!("{method}\n{path}\n{http_parameters}\n{http_headers}\n")
}

/// The list of names and the `name=value` pairs, sorted by encoded lower-case name (steps 3 and 4).
pub fn canonical(pairs: &[(&str, &str)]) -> (String, String) {
    let mut pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (encode(name).to_ascii_lowercase(), encode(value))).collect();
    pairs.sort();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (names.join(";"), values.join("&"))
}

fn is_signed(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    SIGNED.contains(&name.as_str())
        || name.starts_with("x-cos-")
        || name.starts_with("x-ci-")
        || name == Service::Cdcs.token_header()
}

fn hmac_sha1(key: &str, message: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const TIME: KeyTime = KeyTime { start: 1_700_000_000, end: 1_700_003_600 };

    #[test]
    fn each_step_of_the_worked_example_is_reproduced() {
        let key = "cosputINVENTEDkey000000000000001";
        assert_eq!(hmac_sha1(key, &TIME.text()), "8edec33145651790791acffa526f8cf35107981f");
        let upload_id = "1590000000aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aa";
        let (_, parameters) = canonical(&[("partNumber", "1"), ("uploadId", upload_id)]);
        let (list, headers) = canonical(&[
            ("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"),
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", "13"),
            ("Content-MD5", "EI9SjrY7Zec08nrjMfX/qg=="),
        ]);
        assert_eq!(list, "content-length;content-md5;content-type;host");
        let http_string = http_string("PUT", "/exampleobject", &parameters, &headers);
        assert_eq!(hex(&Sha1::digest(&http_string)), "10e86abf00dc48f4be95b9d24b146c21f33f3b46");
        assert_eq!(signature(key, TIME, &http_string), "5c4f20dd476d6aae442cb5feeea6e614049e3da0");
    }

    proptest! {
        #[test]
        fn neither_the_order_nor_the_case_of_names_matters_and_each_value_does(
            path in "/.{0,20}",
            query in prop::collection::btree_map("[a-z-]{1,8}", ".{0,12}", 0..5),
            headers in prop::collection::btree_map("x-cos-[a-z]{1,8}", "[ -~]{0,12}", 1..5),
            other in "[ -~]{0,12}",
        ) {
            let pairs = |map: &BTreeMap<String, String>| map.clone().into_iter().collect::<Vec<_>>();
            let signed = |path: &str, query: &[(String, String)], headers: &[(String, String)]| {
                let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                authorization("id", "key", TIME, "PUT", path, &query, &headers)
            };
            let (query, headers) = (pairs(&query), pairs(&headers));
            let text = signed(&path, &query, &headers);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);

            let backwards = |pairs: &[(String, String)]| pairs.iter().rev().cloned().collect::<Vec<_>>();
            let shouted: Vec<_> = headers.iter().map(|(name, value)| (name.to_ascii_uppercase(), value.clone())).collect();
            prop_assert_eq!(&signed(&path, &backwards(&query), &backwards(&shouted)), &text);

            let mut changed = headers.clone();
            changed[0].1 = other.clone();
            prop_assert_eq!(signed(&path, &query, &changed) == text, headers[0].1 == other);
            prop_assert_ne!(signed(&format!("{path}/"), &query, &headers), text);
        }
    }

    #[test]
    fn a_request_without_anything_keeps_its_empty_lines() {
        assert_eq!(http_string("GET", "/", "", ""), "get\n/\n\n\n");
    }
}

//! The signature of Tencent Cloud's API, `TC3-HMAC-SHA256`, one function for each step: a POST to `/` with two signed headers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The `Content-Type`, which is signed.
pub(crate) const CONTENT_TYPE: &str = "application/json";
const SERVICE: &str = "sts";

/// Seconds since 1970, for `X-TC-Timestamp`.
pub(crate) fn timestamp(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// The value of `Authorization`.
pub(crate) fn authorization(secret_id: &str, secret_key: &str, host: &str, timestamp: u64, body: &str) -> String {
    let scope = scope(timestamp);
    let string = string_to_sign(timestamp, &canonical_request(host, body));
    let signature = signature(secret_key, timestamp, &string);
    format!("TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}")
}

fn canonical_request(host: &str, body: &str) -> String {
    let digest = hex(&Sha256::digest(body));
    format!("POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\ncontent-type;host\n{digest}")
}

fn string_to_sign(timestamp: u64, canonical_request: &str) -> String {
    let digest = hex(&Sha256::digest(canonical_request));
    format!("TC3-HMAC-SHA256\n{timestamp}\n{}\n{digest}", scope(timestamp))
}

fn signature(secret_key: &str, timestamp: u64, string_to_sign: &str) -> String {
    let secret = Zeroizing::new(format!("TC3{secret_key}"));
    let mut key = Zeroizing::new(secret.as_bytes().to_vec());
    for step in [date(timestamp).as_str(), SERVICE, "tc3_request"] {
        key = Zeroizing::new(hmac_sha256(&key, step));
    }
    hex(&hmac_sha256(&key, string_to_sign))
}

fn scope(timestamp: u64) -> String {
    format!("{}/{SERVICE}/tc3_request", date(timestamp))
}

/// The day in UTC.
fn date(timestamp: u64) -> String {
    let time = crate::credentials::parsing::expiry::unix(timestamp).unwrap_or(UNIX_EPOCH);
    let mut text = humantime::format_rfc3339_seconds(time).to_string();
    text.truncate("2023-11-14".len());
    text
}

fn hmac_sha256(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_that_of_the_official_clients() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../../../tests/vectors/tc3.json")).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert_eq!(vectors.len(), 3);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            assert_eq!((text("content_type"), text("service")), (CONTENT_TYPE, SERVICE));
            let timestamp = vector["timestamp"].as_u64().unwrap();
            let canonical = canonical_request(text("host"), text("body"));
            assert_eq!(canonical, text("canonical_request"));
            assert_eq!(string_to_sign(timestamp, &canonical), text("string_to_sign"));
            assert_eq!(
                authorization(text("secret_id"), text("secret_key"), text("host"), timestamp, text("body")),
                text("authorization")
            );
        }
    }
}

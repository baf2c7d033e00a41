//! The head of a request as it arrived, and the bucket and key that it names.

use crate::cos::Headers;
use crate::cos::address::{Bucket, Key, LONGEST_KEY};
use crate::cos::encoding::decode;

use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;
use crate::emulator::request::operation::Level;

/// Method, host, decoded path, decoded parameters and headers.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: String,
    pub(crate) host: String,
    /// The decoded path, which is signed.
    pub(crate) path: String,
    /// The path as it was sent.
    pub(crate) wire_path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Headers,
}

impl RequestHead {
    /// Decodes path and query string. In a query string `+` is a space: the official Python client sends it so, and
    /// signs a space.
    pub(crate) fn new(
        method: &str,
        host: &str,
        path: &str,
        query: Option<&str>,
        headers: Headers,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            method: method.to_owned(),
            host: host.to_owned(),
            path: decode(path).ok_or(refusal::INVALID_URI)?,
            wire_path: path.to_owned(),
            query: parameters(query.unwrap_or_default())?,
            headers,
        })
    }

    /// A parameter's value; empty where it was sent without one.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Host and path as they were sent, for errors and locations.
    pub(crate) fn resource(&self) -> String {
        format!("{}{}", self.host, self.wire_path)
    }

    /// The bucket and the key, not yet checked: the first label of the host if it is a bucket name, otherwise the first
    /// segment of the path.
    pub(crate) fn place(&self) -> Place<'_> {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        match self.host.split_once('.') {
            Some((label, _)) if Bucket::new(label).is_ok() => Place { bucket: label, key: path },
            _ => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                Place { bucket, key }
            }
        }
    }
}

/// The bucket and the key of a request; empty if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

impl Place<'_> {
    pub(crate) fn level(self) -> Level {
        match (self.bucket, self.key) {
            ("", _) => Level::Service,
            (_, "") => Level::Bucket,
            _ => Level::Object,
        }
    }

    pub(crate) fn bucket(self) -> Result<Bucket, Refusal> {
        Bucket::new(self.bucket).map_err(|error| refusal::INVALID_BUCKET_NAME.saying(error.to_string()))
    }

    pub(crate) fn key(self) -> Result<Key, Refusal> {
        if self.key.len() > LONGEST_KEY {
            return Err(refusal::KEY_TOO_LONG);
        }
        Key::new(self.key).map_err(|error| refusal::INVALID_OBJECT_NAME.saying(error.to_string()))
    }
}

fn parameters(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    let decoded = |text: &str| decode(&text.replace('+', " ")).ok_or(refusal::INVALID_URI);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(host: &str, path: &str, query: &str) -> RequestHead {
        RequestHead::new("GET", host, path, Some(query), Headers::new()).unwrap()
    }

    #[test]
    fn a_bucket_is_found_in_the_host_or_in_the_path() {
        for (host, path, bucket, key) in [
            ("127.0.0.1:9460", "/b-1/a%2F%2Fb/../c", "b-1", "a//b/../c"),
            ("localhost:9460", "/b-1", "b-1", ""),
            ("[::1]:9460", "/b-1/", "b-1", ""),
            ("b-1.localhost:9460", "/b-2/k", "b-1", "b-2/k"),
            ("b-1.cos.ap-beijing.myqcloud.com", "/", "b-1", ""),
            ("cos.ap-beijing.myqcloud.com", "/b-1/k", "b-1", "k"),
            ("localhost", "/", "", ""),
        ] {
            assert_eq!(head(host, path, "").place(), Place { bucket, key }, "{host}{path}");
        }
    }

    #[test]
    fn a_parameter_without_a_value_is_empty_and_a_plus_is_a_space() {
        let head = head("h", "/", "uploads&prefix=a+b%20c%2Bd&uploadId=");
        assert_eq!(head.parameter("uploads"), Some(""));
        assert_eq!(head.parameter("prefix"), Some("a b c+d"));
        assert_eq!(head.parameter("uploadId"), Some(""));
        assert_eq!(head.parameter("max-parts"), None);
    }

    #[test]
    fn a_path_that_is_not_utf8_is_an_invalid_uri() {
        let refused = RequestHead::new("GET", "h", "/%ff", None, Headers::new()).map(|_| ());
        assert_eq!(refused, Err(refusal::INVALID_URI));
    }
}

//! The head of a request as it arrived, decoded.

use crate::cos::Headers;
use crate::cos::encoding::decode;

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// Whether a path names the service, a bucket or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Service,
    Bucket,
    Object,
}

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

    /// A parameter's value; empty if it was sent without one.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Host and path as they were sent, for errors and locations.
    pub(crate) fn resource(&self) -> String {
        format!("{}{}", self.host, self.wire_path)
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

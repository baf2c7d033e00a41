//! Requests and responses as plain data.

use std::fmt;

use bytes::Bytes;

use super::encoding::encode;
use super::service::Service;

/// The methods that COS answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers alone.
    Head,
    /// Stores an object or a part.
    Put,
    /// Initiates or completes a multipart upload.
    Post,
    /// Aborts a multipart upload.
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Header fields in the order they were added; names compare without case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// Values of these headers are secrets and never shown.
const SECRET: [&str; 4] =
    ["authorization", "x-cos-security-token", "x-cdcs-security-token", "x-cos-server-side-encryption-customer-key"];

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, replacing one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), value.into()));
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value)| {
            let secret = SECRET.iter().any(|known| known.eq_ignore_ascii_case(name));
            (name, if secret { "<redacted>" } else { value })
        };
        f.debug_map().entries(self.iter().map(shown)).finish()
    }
}

/// One request, unsigned until [`sign`](super::sign::sign) adds its `Authorization`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// `http` or `https`, host and port: `https://host:port`.
    pub origin: String,
    /// The path as it is signed: decoded, beginning with `/`.
    pub path: String,
    /// The path as it is sent: percent-encoded.
    pub wire_path: String,
    /// Query parameters; the sub-resource first, since COS routes on the first one.
    pub query: Vec<(&'static str, String)>,
    /// Header fields, `Host` among them.
    pub headers: Headers,
    /// The body, where it is a small document; a file's bytes travel beside the request.
    pub document: Bytes,
}

impl Request {
    /// The URL, ready to be sent.
    pub fn url(&self) -> String {
        let mut url = format!("{}{}", self.origin, self.wire_path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(&encode(name));
            if !value.is_empty() {
                url.push('=');
                url.push_str(&encode(value));
            }
        }
        url
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header field.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.set(name, value);
        self
    }

    /// Makes `document` the body, with its length and type.
    #[must_use]
    pub fn with_document(mut self, content_type: &str, document: impl Into<Bytes>) -> Self {
        self.document = document.into();
        self.headers.set("Content-Type", content_type);
        self.headers.set("Content-Length", self.document.len().to_string());
        self
    }
}

/// One answer, its body read to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// True for 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The id that support asks for. An answer without one came from neither COS nor CDCS.
    pub fn request_id(&self) -> Option<&str> {
        self.of_either(Service::request_id_header)
    }

    /// The second id that support asks for.
    pub fn trace_id(&self) -> Option<&str> {
        self.of_either(Service::trace_id_header)
    }

    fn of_either(&self, name: impl Fn(Service) -> &'static str) -> Option<&str> {
        [Service::Cos, Service::Cdcs].into_iter().find_map(|service| self.headers.get(name(service)))
    }

    /// The ETag as sent, quotes included; `None` where it is missing or empty.
    pub fn etag(&self) -> Option<&str> {
        self.headers.get("etag").filter(|etag| !etag.trim_matches('"').is_empty())
    }

    /// The CRC-64 that the server computed, where it says so.
    pub fn crc64(&self) -> Option<u64> {
        self.headers.get("x-cos-hash-crc64ecma")?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_headers_shows_no_secret() {
        let headers: Headers = [
            ("Authorization", "q-signature=1"),
            ("X-Cos-Security-Token", "t"),
            ("x-cos-server-side-encryption-customer-key", "k"),
            ("Host", "h"),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            format!("{headers:?}"),
            r#"{"Authorization": "<redacted>", "X-Cos-Security-Token": "<redacted>", "x-cos-server-side-encryption-customer-key": "<redacted>", "Host": "h"}"#
        );
    }

    #[test]
    fn the_url_keeps_the_subresource_first_and_encodes_values() {
        let request = Request {
            method: Method::Get,
            origin: "https://h".into(),
            path: "/a b".into(),
            wire_path: "/a%20b".into(),
            query: vec![("uploads", String::new()), ("prefix", "中/ ".into())],
            headers: Headers::new(),
            document: Bytes::new(),
        };
        assert_eq!(request.url(), "https://h/a%20b?uploads&prefix=%E4%B8%AD%2F%20");
    }
}

//! Requests and responses as plain data.

use bytes::Bytes;

use super::encoding::encode;
use super::service::Service;

pub use super::header_list::Headers;

/// The HTTP methods that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads only the headers.
    Head,
    /// Stores an object or a part.
    Put,
    /// Initiates or completes a multipart upload.
    Post,
    /// Aborts a multipart upload.
    Delete,
}

impl Method {
    /// The method as it is sent.
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

/// One request. [`sign`](super::sign::sign) adds its `Authorization`.
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
    /// Query parameters, with the sub-resource first: COS selects the operation by the first one.
    pub query: Vec<(&'static str, String)>,
    /// Header fields, `Host` among them.
    pub headers: Headers,
    /// The body if it is a small document; the bytes of a file are passed separately.
    pub document: Bytes,
}

impl Request {
    /// The URL, encoded.
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

    /// Sets the body, its length and its type.
    #[must_use]
    pub fn with_document(mut self, content_type: &str, document: impl Into<Bytes>) -> Self {
        self.document = document.into();
        self.headers.set("Content-Type", content_type);
        self.headers.set("Content-Length", self.document.len().to_string());
        self
    }
}

/// One answer with its whole body.
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

    /// The request ID, which Tencent support needs. An answer without one comes from neither COS nor CDCS.
    pub fn request_id(&self) -> Option<&str> {
        self.of_either(Service::request_id_header)
    }

    /// The trace ID, which Tencent support needs.
    pub fn trace_id(&self) -> Option<&str> {
        self.of_either(Service::trace_id_header)
    }

    fn of_either(&self, name: impl Fn(Service) -> &'static str) -> Option<&str> {
        [Service::Cos, Service::Cdcs].into_iter().find_map(|service| self.headers.get(name(service)))
    }

    /// The ETag as sent, quotes included; `None` if it is missing or empty.
    pub fn etag(&self) -> Option<&str> {
        self.headers.get("etag").filter(|etag| !etag.trim_matches('"').is_empty())
    }

    /// The CRC-64 that the server computed, if the answer has it.
    pub fn crc64(&self) -> Option<u64> {
        self.headers.get("x-cos-hash-crc64ecma")?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sub_resource_comes_first_in_the_url_and_values_are_encoded() {
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

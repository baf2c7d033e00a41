//! The header fields of a request or a response.

use std::fmt;

/// Header fields in the order they were added; names compare without case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// The values of these headers are secrets; debug output masks them.
const SECRET: [&str; 5] = [
    "authorization",
    "x-cos-security-token",
    "x-cdcs-security-token",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-copy-source-server-side-encryption-customer-key",
];

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field, replacing a field of the same name.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_headers_shows_no_secret() {
        let headers: Headers = [
            ("Authorization", "q-signature=1"),
            ("X-Cos-Security-Token", "t"),
            ("x-cos-server-side-encryption-customer-key", "k"),
            ("x-cos-copy-source-server-side-encryption-customer-key", "k"),
            ("Host", "h"),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            format!("{headers:?}"),
            r#"{"Authorization": "<redacted>", "X-Cos-Security-Token": "<redacted>", "x-cos-server-side-encryption-customer-key": "<redacted>", "x-cos-copy-source-server-side-encryption-customer-key": "<redacted>", "Host": "h"}"#
        );
    }
}

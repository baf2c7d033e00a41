//! The properties of an object besides its bytes: headers, access, tags and encryption, from PUT or Initiate.

use serde::{Deserialize, Serialize};

use super::encryption::Encryption;
use super::{access, tags};
use crate::cos::headers::STORAGE_CLASSES;
use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;
use crate::emulator::dialect::Dialect;
use crate::emulator::http::request_head::RequestHead;

/// The headers that HEAD and GET return, besides the metadata, which begins with [`METADATA`].
const RETURNED: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    STORAGE_CLASS,
];
const METADATA: &str = "x-cos-meta-";
const STORAGE_CLASS: &str = "x-cos-storage-class";
const STANDARD: &str = "STANDARD";
/// One piece of metadata, name and value, in bytes.
const LARGEST_METADATA: usize = 2048;
/// All metadata of an object, names and values, in bytes.
const LARGEST_METADATA_OF_ALL: usize = 4096;

/// What is properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectProperties {
    /// The headers that HEAD and GET return, with names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// `x-cos-acl` and the grants.
    #[serde(default)]
    pub(crate) access: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) encryption: Encryption,
}

impl ObjectProperties {
    /// Reads the headers of PUT or Initiate and refuses values that the service refuses.
    pub(crate) fn requested(head: &RequestHead, dialect: Dialect) -> Result<Self, Refusal> {
        let mut properties = Self { encryption: Encryption::requested(head)?, ..Self::default() };
        for (name, value) in head.headers.iter() {
            let name = name.to_ascii_lowercase();
            if name == STORAGE_CLASS {
                let class = storage_class(value)?;
                properties.headers.extend((class != STANDARD).then_some((name, class)));
            } else if name == "x-cos-tagging" {
                properties.tags = tags::read(value)?;
            } else if access::is_access(&name) {
                access::check(&name, value)?;
                properties.access.push((name, value.to_owned()));
            } else if name.starts_with(METADATA) || RETURNED.contains(&name.as_str()) {
                properties.headers.push((name, value.to_owned()));
            }
        }
        check_metadata(&properties.headers)?;
        // CDCS keeps only the content type.
        properties.headers.retain(|(name, _)| !dialect.is_cdcs() || name == "content-type");
        Ok(properties)
    }

    /// The storage class.
    pub(crate) fn storage_class(&self) -> &str {
        let class = self.headers.iter().find(|(name, _)| name == STORAGE_CLASS);
        class.map_or(STANDARD, |(_, value)| value)
    }
}

/// The storage class in upper case; clients may write it in any case.
fn storage_class(value: &str) -> Result<String, Refusal> {
    let class = value.to_ascii_uppercase();
    if STORAGE_CLASSES.contains(&class.as_str()) { Ok(class) } else { Err(refusal::NOT_SUPPORTED_STORAGE_CLASS) }
}

fn check_metadata(headers: &[(String, String)]) -> Result<(), Refusal> {
    let (mut largest, mut sum) = (0, 0);
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with(METADATA)) {
        if name == METADATA || name.contains('_') {
            return Err(refusal::INVALID_ARGUMENT.saying(format!("'{name}' is not a valid name for metadata.")));
        }
        let size = name.len() + value.len();
        (largest, sum) = (size.max(largest), sum + size);
    }
    let too_large = largest > LARGEST_METADATA || sum > LARGEST_METADATA_OF_ALL;
    if too_large { Err(refusal::INVALID_ARGUMENT.saying("The metadata is too large.")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(headers: &[(&str, &str)]) -> Result<ObjectProperties, &'static str> {
        let head = RequestHead::new("PUT", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap();
        ObjectProperties::requested(&head, Dialect::Cos).map_err(|refusal| refusal.code)
    }

    #[test]
    fn headers_of_the_object_are_kept_and_others_are_not() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let headers = [
            ("Content-Type", "t"),
            ("X-Cos-Meta-A", "1_2"),
            ("Date", "d"),
            ("x-cos-storage-class", "Archive"),
            ("x-cos-acl", "private"),
            ("x-cos-tagging", "a=b"),
        ];
        let expected = ObjectProperties {
            headers: pairs(&[("content-type", "t"), ("x-cos-meta-a", "1_2"), ("x-cos-storage-class", "ARCHIVE")]),
            access: pairs(&[("x-cos-acl", "private")]),
            tags: pairs(&[("a", "b")]),
            encryption: Encryption::None,
        };
        assert_eq!(properties(&headers), Ok(expected));
        assert_eq!(properties(&[("x-cos-storage-class", "Standard")]), Ok(ObjectProperties::default()));
    }

    #[test]
    fn values_that_the_service_refuses_are_refused() {
        let largest = "v".repeat(LARGEST_METADATA - "x-cos-meta-a".len());
        let twice = [("x-cos-meta-a", largest.as_str()), ("x-cos-meta-b", &largest)];
        assert!(properties(&twice).is_ok());
        assert_eq!(properties(&[&twice[..], &[("x-cos-meta-c", "v")]].concat()), Err("InvalidArgument"));
        for (name, value, code) in [
            ("x-cos-meta-ab", largest.as_str(), "InvalidArgument"),
            ("x-cos-meta-a_b", "v", "InvalidArgument"),
            ("x-cos-meta-", "v", "InvalidArgument"),
            ("x-cos-storage-class", "COLD", "NotSupportedStorageClass"),
            ("x-cos-tagging", "=b", "InvalidTag"),
            ("x-cos-acl", "everyone", "InvalidArgument"),
            ("x-cos-server-side-encryption", "aes", "SSEContentNotSupported"),
        ] {
            assert_eq!(properties(&[(name, value)]), Err(code), "{name}: {value}");
        }
    }
}

//! The properties of an object besides its bytes: headers, access, tags and encryption, from PUT or Initiate.

use serde::{Deserialize, Serialize};

use super::encryption::Encryption;
use super::{access, tags};
use crate::cos::headers::STORAGE_CLASSES;
use crate::emulator::dialect::Dialect;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

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
/// The longest name and value of one item of metadata, in bytes.
const LARGEST_ITEM: usize = 2048;
/// The longest names and values of all metadata, in bytes.
const LARGEST_METADATA: usize = 4096;

/// The properties of an object.
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
            if value.trim().is_empty() {
                continue;
            }
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

    /// Takes the headers of `source`, except the storage class.
    pub(crate) fn keep_metadata_of(&mut self, source: &Self) {
        self.headers.retain(|(name, _)| name == STORAGE_CLASS);
        self.headers.extend(source.headers.iter().filter(|(name, _)| name != STORAGE_CLASS).cloned());
    }

    /// Sets the content type that the extension of the key suggests, unless the request has one.
    pub(crate) fn with_type_of(mut self, key: &str) -> Self {
        let guess = mime_guess::from_path(key).first_raw();
        if let Some(guess) = guess.filter(|_| !self.headers.iter().any(|(name, _)| name == "content-type")) {
            self.headers.push(("content-type".to_owned(), guess.to_owned()));
        }
        self
    }

    /// True if the object can be read without a signature.
    pub(crate) fn is_public(&self) -> bool {
        access::is_public(&self.access)
    }

    /// True if the object must be restored before it can be read.
    pub(crate) fn is_archived(&self) -> bool {
        self.storage_class().ends_with("ARCHIVE")
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
    let mut size = 0;
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with(METADATA)) {
        if name == METADATA || name.contains('_') {
            return Err(refusal::INVALID_ARGUMENT.saying(format!("'{name}' is not a valid name for metadata.")));
        }
        let item = name.len() + value.len();
        if item > LARGEST_ITEM {
            return Err(refusal::INVALID_ARGUMENT.saying(format!("'{name}' is larger than {LARGEST_ITEM} bytes.")));
        }
        size += item;
    }
    if size > LARGEST_METADATA { Err(refusal::INVALID_ARGUMENT.saying("The metadata is too large.")) } else { Ok(()) }
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
        let largest = "v".repeat(LARGEST_ITEM - "x-cos-meta-a".len());
        assert!(properties(&[("x-cos-meta-a", &largest), ("x-cos-meta-b", &largest)]).is_ok());
        let three = [("x-cos-meta-a", largest.as_str()), ("x-cos-meta-b", &largest), ("x-cos-meta-c", "v")];
        assert_eq!(properties(&three), Err("InvalidArgument"));
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

    #[test]
    fn an_empty_header_is_as_if_it_had_not_been_sent() {
        assert_eq!(properties(&[("Cache-Control", ""), ("x-cos-acl", " ")]), Ok(ObjectProperties::default()));
    }

    #[test]
    fn the_extension_of_the_key_decides_the_type() {
        let of = |headers: &[(&str, &str)], key: &str| {
            properties(headers).unwrap().with_type_of(key).headers.first().map(|(_, value)| value.clone())
        };
        assert_eq!(of(&[], "dir/1.zip").as_deref(), Some("application/zip"));
        assert_eq!(of(&[("Content-Type", "t")], "1.zip").as_deref(), Some("t"));
        assert_eq!(of(&[], "zip"), None);
    }
}

//! What an object keeps from PUT or Initiate beside its bytes.

use serde::{Deserialize, Serialize};

use super::encryption::Encryption;
use super::{access, tags};
use crate::cos::headers::STORAGE_CLASSES;
use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;
use crate::emulator::http::request_head::Head;

/// The headers that HEAD and GET give back, and the metadata, which begins with [`METADATA`].
const GIVEN_BACK: [&str; 7] = [
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
/// All metadata of an object, names and values, in bytes.
const LARGEST_METADATA: usize = 2048;

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// What HEAD and GET give back, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// `x-cos-acl` and the grants.
    #[serde(default)]
    pub(crate) access: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) encryption: Encryption,
}

impl Kept {
    /// Takes what is to be kept and refuses what the service would refuse.
    pub(crate) fn of(head: &Head) -> Result<Self, Refusal> {
        let mut kept = Self { encryption: Encryption::requested(head)?, ..Self::default() };
        for (name, value) in head.headers.iter() {
            let name = name.to_ascii_lowercase();
            if name == STORAGE_CLASS {
                let class = storage_class(value)?;
                kept.headers.extend((class != STANDARD).then_some((name, class)));
            } else if name == "x-cos-tagging" {
                kept.tags = tags::read(value)?;
            } else if access::is_access(&name) {
                access::check(&name, value)?;
                kept.access.push((name, value.to_owned()));
            } else if name.starts_with(METADATA) || GIVEN_BACK.contains(&name.as_str()) {
                kept.headers.push((name, value.to_owned()));
            }
        }
        check_metadata(&kept.headers)?;
        Ok(kept)
    }

    /// The storage class.
    pub(crate) fn storage_class(&self) -> &str {
        let class = self.headers.iter().find(|(name, _)| name == STORAGE_CLASS);
        class.map_or(STANDARD, |(_, value)| value)
    }
}

/// The class as it is told; clients write it in any case.
fn storage_class(value: &str) -> Result<String, Refusal> {
    let class = value.to_ascii_uppercase();
    if STORAGE_CLASSES.contains(&class.as_str()) { Ok(class) } else { Err(refusal::NOT_SUPPORTED_STORAGE_CLASS) }
}

fn check_metadata(headers: &[(String, String)]) -> Result<(), Refusal> {
    let mut size = 0;
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with(METADATA)) {
        if name == METADATA || name.contains('_') {
            return Err(refusal::INVALID_ARGUMENT.saying(format!("'{name}' is no name for metadata.")));
        }
        size += name.len() + value.len();
    }
    if size > LARGEST_METADATA { Err(refusal::INVALID_ARGUMENT.saying("The metadata is too large.")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(headers: &[(&str, &str)]) -> Result<Kept, &'static str> {
        let head = Head::new("PUT", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap();
        Kept::of(&head).map_err(|refusal| refusal.code)
    }

    #[test]
    fn what_shapes_the_object_is_kept_and_the_rest_is_not() {
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
        let expected = Kept {
            headers: pairs(&[("content-type", "t"), ("x-cos-meta-a", "1_2"), ("x-cos-storage-class", "ARCHIVE")]),
            access: pairs(&[("x-cos-acl", "private")]),
            tags: pairs(&[("a", "b")]),
            encryption: Encryption::None,
        };
        assert_eq!(kept(&headers), Ok(expected));
        assert_eq!(kept(&[("x-cos-storage-class", "Standard")]), Ok(Kept::default()));
    }

    #[test]
    fn what_the_service_refuses_is_refused() {
        let largest = "v".repeat(LARGEST_METADATA - "x-cos-meta-a".len());
        assert!(kept(&[("x-cos-meta-a", &largest)]).is_ok());
        for (name, value, code) in [
            ("x-cos-meta-ab", largest.as_str(), "InvalidArgument"),
            ("x-cos-meta-a_b", "v", "InvalidArgument"),
            ("x-cos-meta-", "v", "InvalidArgument"),
            ("x-cos-storage-class", "COLD", "NotSupportedStorageClass"),
            ("x-cos-tagging", "=b", "InvalidTag"),
            ("x-cos-acl", "everyone", "InvalidArgument"),
            ("x-cos-server-side-encryption", "aes", "SSEContentNotSupported"),
        ] {
            assert_eq!(kept(&[(name, value)]), Err(code), "{name}: {value}");
        }
    }
}

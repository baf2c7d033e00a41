//! What an object keeps from PUT or Initiate beside its bytes, and gives back on HEAD and GET.

use serde::{Deserialize, Serialize};

use crate::cos::encoding::decode;

use super::encryption::Encryption;
use super::head::Head;
use super::refusal::{self, Refusal};

const KEPT: [&str; 9] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-cos-acl",
    "x-cos-storage-class",
    "x-cos-tagging",
];
const KEPT_PREFIXES: [&str; 2] = ["x-cos-meta-", "x-cos-grant-"];
const STORAGE_CLASSES: [&str; 10] = [
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
    "MAZ_ARCHIVE",
    "MAZ_DEEP_ARCHIVE",
];
/// The most tags of an object.
const MOST_TAGS: usize = 10;
/// All metadata of an object, in bytes.
const LARGEST_METADATA: usize = 2048;

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) encryption: Encryption,
}

impl Kept {
    /// The storage class.
    pub(crate) fn storage_class(&self) -> &str {
        let class = self.headers.iter().find(|(name, _)| name == "x-cos-storage-class");
        class.map_or("STANDARD", |(_, value)| value)
    }
}

/// Takes what is to be kept and refuses what the service would refuse.
pub(crate) fn of(head: &Head) -> Result<Kept, Refusal> {
    Ok(Kept { headers: headers(head)?, encryption: Encryption::requested(head)? })
}

fn headers(head: &Head) -> Result<Vec<(String, String)>, Refusal> {
    let mut kept: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| is_kept(name))
        .collect();
    for (name, value) in &mut kept {
        if name == "x-cos-storage-class" {
            *value = storage_class(value)?;
        }
        if name == "x-cos-tagging" {
            check_tags(value)?;
        }
    }
    check_metadata(&kept)?;
    kept.retain(|(name, value)| name != "x-cos-storage-class" || value != "STANDARD");
    Ok(kept)
}

fn is_kept(name: &str) -> bool {
    KEPT.contains(&name) || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn storage_class(value: &str) -> Result<String, Refusal> {
    let class = value.to_ascii_uppercase();
    if STORAGE_CLASSES.contains(&class.as_str()) { Ok(class) } else { Err(refusal::NOT_SUPPORTED_STORAGE_CLASS) }
}

fn check_tags(value: &str) -> Result<(), Refusal> {
    let tags: Vec<&str> = value.split('&').filter(|tag| !tag.is_empty()).collect();
    let named = tags.iter().all(|tag| !tag.starts_with('=') && decode(tag).is_some());
    if tags.len() <= MOST_TAGS && named { Ok(()) } else { Err(refusal::INVALID_TAG) }
}

fn check_metadata(kept: &[(String, String)]) -> Result<(), Refusal> {
    let metadata = kept.iter().filter(|(name, _)| name.starts_with("x-cos-meta-"));
    let size: usize = metadata.map(|(name, value)| name.len() + value.len()).sum();
    if size > LARGEST_METADATA { Err(refusal::INVALID_ARGUMENT.saying("The metadata is too large.")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(headers: &[(&str, &str)]) -> Result<Vec<(String, String)>, &'static str> {
        let head = Head::new("PUT", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap();
        of(&head).map(|kept| kept.headers).map_err(|refusal| refusal.code)
    }

    #[test]
    fn what_shapes_the_object_is_kept_and_the_rest_is_not() {
        let headers = [("Content-Type", "t"), ("X-Cos-Meta-A", "1"), ("Date", "d"), ("x-cos-storage-class", "Archive")];
        let expected = [("content-type", "t"), ("x-cos-meta-a", "1"), ("x-cos-storage-class", "ARCHIVE")];
        assert_eq!(kept(&headers).unwrap(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(kept(&[("x-cos-storage-class", "STANDARD")]), Ok(vec![]));
    }

    #[test]
    fn limits_are_kept() {
        let tags = |count: usize| vec!["a=b"; count].join("&");
        assert!(kept(&[("x-cos-tagging", &tags(10))]).is_ok());
        assert_eq!(kept(&[("x-cos-tagging", &tags(11))]), Err("InvalidTag"));
        assert_eq!(kept(&[("x-cos-storage-class", "COLD")]), Err("NotSupportedStorageClass"));
        assert_eq!(kept(&[("x-cos-meta-a", &"v".repeat(2048))]), Err("InvalidArgument"));
    }
}

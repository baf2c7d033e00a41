//! `cos://NAME-APPID/KEY` as typed, and the key of a file.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use crate::cos::encoding::decode;
use crate::cos::{Bucket, Key};
use crate::language::{Message, message};

/// The beginning of a destination, in any case.
const SCHEME: &str = "cos://";

/// The schemes of other tools.
const OTHER_SCHEMES: [&str; 6] = ["s3", "oss", "gs", "obs", "minio", "az"];

/// A bucket, perhaps with a key or a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The bucket.
    pub bucket: Bucket,
    /// The key or the prefix, if there is one.
    pub key: Option<String>,
}

/// Why a destination or a key is invalid, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDestination(Message);

impl fmt::Display for InvalidDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidDestination {}

impl Destination {
    /// True if the argument begins with `cos://`.
    pub(crate) fn is(argument: &OsStr) -> bool {
        argument
            .as_encoded_bytes()
            .get(..SCHEME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME.as_bytes()))
    }

    /// Reads `cos://NAME-APPID`, with or without a slash and a key.
    pub fn parse(text: &str) -> Result<Self, InvalidDestination> {
        let rest = text.get(SCHEME.len()..).filter(|_| Self::is(OsStr::new(text)));
        let Some(rest) = rest else {
            return Err(InvalidDestination(message!(
                "a destination is typed as cos://NAME-APPID/KEY, or with --bucket and --key"
            )));
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let bucket = Bucket::new(bucket).map_err(|error| InvalidDestination(Message::of(&error)))?;
        Ok(Self { bucket, key: (!key.is_empty()).then(|| key.to_owned()) })
    }
}

/// How to write a destination that has the form of another tool. `None` if the text has no such form.
pub(crate) fn misspelt(text: &str) -> Option<Message> {
    let (scheme, rest) = text.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.trim_start_matches('/');
    match scheme.as_str() {
        "cos" => Some(written(&format!("{SCHEME}{rest}"))),
        "http" | "https" => Some(from_url(rest)),
        _ if OTHER_SCHEMES.contains(&scheme.as_str()) => Some(written(&format!("{SCHEME}{rest}"))),
        _ => None,
    }
}

/// The destination of an address like `BUCKET.cos.REGION.myqcloud.com/KEY?QUERY`.
fn from_url(address: &str) -> Message {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (host, key) = address.split_once('/').unwrap_or((address, ""));
    let key = decode(key).unwrap_or_else(|| key.to_owned());
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [bucket, "cos", region, "myqcloud", "com"] | [bucket, "cos", region, "tencentcos", "cn"] => {
            let destination = format!("{SCHEME}{bucket}/{key}");
            message!("write the destination as {destination}, with --region {region}", destination, region)
        }
        _ => message!("write the destination as cos://BUCKET/KEY, and the server as --endpoint URL"),
    }
}

fn written(destination: &str) -> Message {
    message!("write the destination as {destination}", destination)
}

/// The key of a file: as typed, with the file's name after a final slash; without one, the file's name.
pub(crate) fn key(typed: Option<&str>, source: &Path) -> Result<Key, InvalidDestination> {
    let key = match typed {
        Some("") => {
            let empty = message!("--key is empty; leave it out and the file's name is the key");
            return Err(InvalidDestination(empty));
        }
        Some(key) if key.ends_with('/') => format!("{key}{}", file_name(source)?),
        Some(key) => key.to_owned(),
        None => file_name(source)?.to_owned(),
    };
    Key::new(&key).map_err(|error| InvalidDestination(Message::of(&error)))
}

fn file_name(source: &Path) -> Result<&str, InvalidDestination> {
    let shown = spelt_out(source);
    let name = source.file_name().ok_or_else(|| {
        InvalidDestination(message!(
            "'{source}' has no file name to make a key from; give a file, or a key with --key",
            source = shown
        ))
    })?;
    name.to_str().ok_or_else(|| {
        InvalidDestination(message!(
            "the name of '{source}' is not UTF-8, as keys are; give a key with --key",
            source = shown
        ))
    })
}

/// The path, with a byte that is not UTF-8 as `\xe9`.
fn spelt_out(path: &Path) -> String {
    let chunks = path.as_os_str().as_encoded_bytes().utf8_chunks();
    chunks.map(|chunk| format!("{}{}", chunk.valid(), chunk.invalid().escape_ascii())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_bucket_with_or_without_a_key() {
        let bucket = Bucket::new("b-1").unwrap();
        let table = [
            ("cos://b-1", None),
            ("cos://b-1/", None),
            ("cos://b-1/k", Some("k")),
            ("cos://b-1/a/", Some("a/")),
            ("cos://b-1//k", Some("/k")),
            ("COS://b-1/K", Some("K")),
        ];
        for (text, key) in table {
            let expected = Destination { bucket: bucket.clone(), key: key.map(str::to_owned) };
            assert_eq!(Destination::parse(text), Ok(expected), "{text}");
        }
        for bad in ["", "b-1/k", "cos:/b-1/k", "cos://", "cos:///k", "cos://bucket/k", "s3://b-1/k"] {
            assert!(Destination::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_gets_the_key_that_was_typed_or_its_name() {
        let key = |typed, source: &str| key(typed, Path::new(source)).map(|key| key.as_str().to_owned());
        assert_eq!(key(None, "dir/a.txt").as_deref(), Ok("a.txt"));
        assert_eq!(key(Some("k"), "dir/a.txt").as_deref(), Ok("k"));
        assert_eq!(key(Some("k/"), "dir/a.txt").as_deref(), Ok("k/a.txt"));
        assert_eq!(key(Some("k"), "..").as_deref(), Ok("k"));
        let refused = |typed, source| key(typed, source).unwrap_err().to_string();
        assert_eq!(refused(Some(""), "a"), "--key is empty; leave it out and the file's name is the key");
        assert_eq!(refused(None, ".."), "'..' has no file name to make a key from; give a file, or a key with --key");
        assert_eq!(refused(Some("/"), "a"), "the key '/a' begins with a slash; remove it");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf8_needs_a_key() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let source = Path::new(OsStr::from_bytes(b"caf\xe9"));
        assert_eq!(
            key(None, source).unwrap_err().to_string(),
            "the name of 'caf\\xe9' is not UTF-8, as keys are; give a key with --key"
        );
        assert_eq!(key(Some("k"), source).unwrap().as_str(), "k");
    }
}

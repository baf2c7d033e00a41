//! The source of a copy: `x-cos-copy-source` and the headers beside it (documents 436/10881 and 436/8287).

use crate::cos::Headers;
use crate::cos::address::{Bucket, Key};
use crate::cos::encoding::decode;

use super::place::Place;
use super::request_head::RequestHead;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::range::Range;

const SOURCE: &str = "x-cos-copy-source";
const RANGE: &str = "x-cos-copy-source-range";
/// The beginning of the conditions and of the customer's key of the source.
const PREFIX: &str = "x-cos-copy-source-";

/// An object to copy from.
#[derive(Debug)]
pub(crate) struct CopySource {
    pub(crate) bucket: Bucket,
    pub(crate) key: Key,
    /// The version, if the source names one.
    pub(crate) version_id: Option<String>,
    /// The region in the host of the source, if it has one.
    pub(crate) region: Option<String>,
    /// A read of the source: its conditions and its customer's key, as headers of GET.
    pub(crate) read: RequestHead,
}

impl CopySource {
    /// Reads the headers of a copy.
    pub(crate) fn of(head: &RequestHead) -> Result<Self, Refusal> {
        let wrong =
            || refusal::INVALID_ARGUMENT.saying(format!("{SOURCE} must be HOST/KEY, with the key percent-encoded."));
        let text = head.headers.get(SOURCE).ok_or_else(wrong)?;
        let text = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
        let (path, version) = text.split_once("?versionId=").unwrap_or((text, ""));
        let path = decode(path).ok_or_else(wrong)?;
        let (host, key) = path.split_once('/').ok_or_else(wrong)?;
        let key = format!("/{key}");
        // A bucket without a domain is accepted as well.
        let place = match Bucket::new(host) {
            Ok(_) => Place { bucket: host, key: &key[1..], region: None },
            Err(_) => Place::of(host, &key),
        };
        Ok(Self {
            bucket: place.bucket()?,
            key: place.key()?,
            version_id: Some(version).filter(|version| !version.is_empty()).map(str::to_owned),
            region: place.region.map(str::to_owned),
            read: read(head)?,
        })
    }
}

/// The bytes of a source of this size to copy; the range must lie within the source.
pub(crate) fn range(head: &RequestHead, size: u64) -> Result<Range, Refusal> {
    let whole = Range { first: 0, last: size.saturating_sub(1) };
    let Some(text) = head.headers.get(RANGE) else { return Ok(whole) };
    let read = || {
        let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
        Some(Range { first: first.parse().ok()?, last: last.parse().ok()? })
    };
    let range = read().filter(|range| range.first <= range.last);
    let range = range.ok_or_else(|| refusal::INVALID_ARGUMENT.saying(format!("{RANGE} must be bytes=FIRST-LAST.")))?;
    if range.last < size { Ok(range) } else { Err(refusal::INVALID_RANGE) }
}

/// The headers for the source, with the names that GET has for them.
fn read(head: &RequestHead) -> Result<RequestHead, Refusal> {
    let header = |(name, value): (&str, &str)| {
        let rest = name.to_ascii_lowercase().strip_prefix(PREFIX)?.to_owned();
        let name = if rest.starts_with("server-side-encryption") { format!("x-cos-{rest}") } else { rest };
        Some((name, value.to_owned()))
    };
    let headers: Headers = head.headers.iter().filter_map(header).filter(|(name, _)| name != "range").collect();
    RequestHead::new("GET", &head.host, &head.wire_path, None, headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(headers: &[(&str, &str)]) -> Result<CopySource, &'static str> {
        let head = RequestHead::new("PUT", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap();
        CopySource::of(&head).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_source_is_a_host_and_an_encoded_key() {
        for (text, bucket, key) in [
            ("b-1.cos.ap-beijing.myqcloud.com/a%20b/c", "b-1", "a b/c"),
            ("/b-1/a%2Fb", "b-1", "a/b"),
            ("http://127.0.0.1:9460/b-1/k", "b-1", "k"),
            ("b-1.localhost:9460/k", "b-1", "k"),
        ] {
            let source = source(&[(SOURCE, text)]).unwrap();
            assert_eq!((source.bucket.as_str(), source.key.as_str()), (bucket, key), "{text}");
        }
        let version = |text| source(&[(SOURCE, text)]).unwrap().version_id;
        assert_eq!((version("b-1/k?versionId=1").as_deref(), version("b-1/k%3FversionId=1")), (Some("1"), None));
        for (text, code) in [
            ("b-1", "InvalidArgument"),
            ("b-1/%ff", "InvalidArgument"),
            ("b.cos.ap-beijing.myqcloud.com/k", "InvalidBucketName"),
        ] {
            assert_eq!(source(&[(SOURCE, text)]).map(|_| ()), Err(code), "{text}");
        }
    }

    #[test]
    fn the_headers_of_the_source_become_those_of_a_read() {
        let source = source(&[
            (SOURCE, "b-1/k"),
            ("x-cos-copy-source-If-Match", "e"),
            ("x-cos-copy-source-server-side-encryption-customer-algorithm", "AES256"),
            (RANGE, "bytes=0-1"),
            ("If-Match", "other"),
        ])
        .unwrap();
        let headers: Vec<_> = source.read.headers.iter().collect();
        assert_eq!(headers, [("if-match", "e"), ("x-cos-server-side-encryption-customer-algorithm", "AES256")]);
    }

    #[test]
    fn a_range_lies_within_the_source() {
        let of = |text: &str| {
            let headers = [(RANGE, text)].into_iter().collect();
            let head = RequestHead::new("PUT", "h", "/b-1/k", None, headers).unwrap();
            range(&head, 10).map(|range| (range.first, range.length())).map_err(|refusal| refusal.code)
        };
        assert_eq!(of("bytes=0-9"), Ok((0, 10)));
        assert_eq!(of("bytes=9-9"), Ok((9, 1)));
        assert_eq!(of("bytes=5-10"), Err("InvalidRange"));
        for bad in ["bytes=5-4", "bytes=5-", "bytes=-5", "5-6", ""] {
            assert_eq!(of(bad), Err("InvalidArgument"), "{bad}");
        }
    }
}

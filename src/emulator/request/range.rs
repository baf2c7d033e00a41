//! The header `Range` of GET Object (document 436/7753).

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// A range of bytes, including the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Range {
    pub(crate) fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

/// Reads one range. `None`, for the whole object, if the header is malformed or has several ranges.
pub(crate) fn read(header: Option<&str>, size: u64) -> Result<Option<Range>, Refusal> {
    let Some((first, last)) = header.and_then(|text| text.trim().strip_prefix("bytes=")?.split_once('-')) else {
        return Ok(None);
    };
    let (first, last) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(0)) if first.is_empty() => return Err(refusal::INVALID_RANGE),
        (Err(_), Ok(count)) if first.is_empty() => (size.saturating_sub(count), size.saturating_sub(1)),
        _ => return Ok(None),
    };
    if first >= size { Err(refusal::INVALID_RANGE) } else { Ok(Some(Range { first, last })) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        let of = |text, size| read(Some(text), size).map(|range| range.map(|range| (range.first, range.last)));
        assert_eq!(of("bytes=0-3", 10), Ok(Some((0, 3))));
        assert_eq!(of("bytes=8-99", 10), Ok(Some((8, 9))));
        assert_eq!(of("bytes=4-", 10), Ok(Some((4, 9))));
        assert_eq!(of("bytes=-3", 10), Ok(Some((7, 9))));
        assert_eq!(of("bytes=-99", 10), Ok(Some((0, 9))));
        for outside in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(of(outside, 10), Err(refusal::INVALID_RANGE), "{outside}");
        }
        assert_eq!(of("bytes=0-", 0), Err(refusal::INVALID_RANGE));
        for malformed in ["bytes=3-1", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-"] {
            assert_eq!(of(malformed, 10), Ok(None), "{malformed}");
        }
    }
}

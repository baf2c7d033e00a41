//! Bytes that exist only as their size and their CRC-64.

use super::MEBIBYTE;
use crate::cos::checksum::{Combiner, Md5Digest};
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_range::Range;

/// The bytes of an object or of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) size: u64,
    pub(super) crc64: u64,
}

impl Content {
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", md5(self.crc64).hex())
    }
}

/// Stands for the MD5 of bytes that exist only as their CRC-64.
pub(super) fn md5(crc64: u64) -> Md5Digest {
    Md5Digest::of(&crc64.to_le_bytes())
}

/// The bytes of a range of the source, in this version of it.
pub(super) fn read(range: Range, version: u64) -> Content {
    // Parts of other sizes have the same bytes, as long as they begin at multiples of this, as those that cosput chooses do.
    const PIECE: u64 = MEBIBYTE / 4;
    let piece = |offset: u64| crate::cos::checksum::crc64(&[offset.to_le_bytes(), version.to_le_bytes()].concat());
    let end = range.offset + range.length;
    let (mut combiner, mut offset) = (Combiner::new(), range.offset);
    while offset < end {
        let next = (offset / PIECE * PIECE + PIECE).min(end);
        combiner.append(piece(offset), next - offset);
        offset = next;
    }
    Content { size: range.length, crc64: if range.length == 0 { piece(offset) } else { combiner.crc64() } }
}

pub(super) fn whole(plan: Plan) -> Content {
    match plan {
        Plan::Put { size } => read(Range { offset: 0, length: size }, 0),
        Plan::Multipart(parts) => {
            let mut combiner = Combiner::new();
            for number in parts.numbers() {
                let content = read(parts.range(number).unwrap(), 0);
                combiner.append(content.crc64, content.size);
            }
            Content { size: parts.size(), crc64: combiner.crc64() }
        }
        Plan::Stream(_) => unreachable!("the size of a simulated stream is known"),
    }
}

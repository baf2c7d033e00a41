//! Bytes that only exist as their size and their CRC-64.

use crate::cos::checksum::{Combiner, Md5Digest};
use crate::upload::plan::object_plan::{Plan, Range};

/// An object or a part on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) size: u64,
    pub(super) crc64: u64,
}

impl Held {
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", md5(self.crc64).hex())
    }
}

/// Stands for the MD5 of bytes that only exist as their CRC-64.
pub(super) fn md5(crc64: u64) -> Md5Digest {
    Md5Digest::of(&crc64.to_le_bytes())
}

/// The bytes of a range, as a file of this `version` has them, are known by their CRC-64 alone.
pub(super) fn read(range: Range, version: u64) -> Held {
    let crc64 = crate::cos::checksum::crc64(&[range.offset.to_le_bytes(), version.to_le_bytes()].concat());
    Held { size: range.length, crc64 }
}

pub(super) fn whole(plan: Plan) -> Held {
    match plan {
        Plan::Put { size } => read(Range { offset: 0, length: size }, 0),
        Plan::Multipart(parts) => {
            let mut combiner = Combiner::new();
            for number in parts.numbers() {
                let held = read(parts.range(number).unwrap(), 0);
                combiner.append(held.crc64, held.size);
            }
            Held { size: parts.size(), crc64: combiner.crc64() }
        }
        Plan::Stream(_) => unreachable!("here everybody knows how a stream will end"),
    }
}

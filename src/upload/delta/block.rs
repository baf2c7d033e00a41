//! The checksums of a block, and how large blocks are.
//!
//! The hash is BLAKE3. A CRC-64 alone is no proof against content that was chosen to collide; SHA-256 is slow
//! on processors without instructions for it, and BLAKE3 is fast on all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cos::checksum::Combiner;
use crate::cos::multipart::SMALLEST_PART;

/// The smallest block: a smaller range is not copied.
pub(super) const SMALLEST_BLOCK: u64 = SMALLEST_PART;
/// The most blocks of an object. Their checksums take 2.6 MB in memory and 3.9 MB in a map.
pub(super) const MOST_BLOCKS: u64 = 1 << 16;

/// The checksums of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its CRC-64.
    pub(crate) crc64: u64,
    /// Its BLAKE3.
    pub(crate) hash: [u8; 32],
}

/// The size of the blocks of a file of `size` bytes: that of the object's map, unless they would be too many.
pub(super) fn block_size(size: u64, mapped: Option<u64>) -> u64 {
    let smallest = size.div_ceil(MOST_BLOCKS).next_multiple_of(SMALLEST_BLOCK).max(SMALLEST_BLOCK);
    mapped.filter(|mapped| *mapped >= smallest).unwrap_or(smallest)
}

/// The length of a block of a file of `size` bytes.
pub(super) fn block_length(size: u64, block_size: u64, index: u64) -> u64 {
    size.saturating_sub(index * block_size).min(block_size)
}

/// The CRC-64 of consecutive blocks, each with its length.
pub(super) fn combined(blocks: impl Iterator<Item = (u64, u64)>) -> u64 {
    let mut combiner = Combiner::new();
    blocks.for_each(|(crc64, length)| combiner.append(crc64, length));
    combiner.crc64()
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&self.crc64.to_be_bytes());
        bytes[8..].copy_from_slice(&self.hash);
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let bytes: [u8; 40] = STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| D::Error::invalid_value(Unexpected::Str(text), &"40 bytes in Base64"))?;
        let (crc64, hash) = bytes.split_at(8);
        let crc64 = u64::from_be_bytes(crc64.try_into().expect("eight bytes were split off"));
        Ok(Self { crc64, hash: hash.try_into().expect("32 bytes are left") })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::cos::multipart::LARGEST_OBJECT;
    use proptest::prelude::*;

    /// A block with this content.
    pub(in crate::upload::delta) fn block(content: u64) -> Block {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&content.to_be_bytes());
        Block { crc64: content, hash }
    }

    #[test]
    fn blocks_are_small_and_not_too_many() {
        let mib = 1 << 20;
        assert_eq!(block_size(1, None), mib);
        assert_eq!(block_size(64 << 30, None), mib);
        assert_eq!(block_size((64 << 30) + 1, None), 2 * mib);
        assert_eq!(block_size(1, Some(4 * mib)), 4 * mib, "those of the map are kept");
        assert_eq!(block_size(65 << 30, Some(mib)), 2 * mib, "unless they would be too many");
        assert_eq!(block_length(10, 4, 2), 2);
        assert_eq!(block_length(10, 4, 3), 0);
    }

    proptest! {
        #[test]
        fn every_object_has_blocks_within_the_limits(size in 1..=LARGEST_OBJECT) {
            let block_size = block_size(size, None);
            prop_assert!(block_size.is_multiple_of(SMALLEST_BLOCK) && size.div_ceil(block_size) <= MOST_BLOCKS);
        }

        #[test]
        fn a_block_is_read_as_it_was_written(crc64: u64, hash: [u8; 32]) {
            let block = Block { crc64, hash };
            let text = serde_json::to_string(&block).unwrap();
            prop_assert_eq!(serde_json::from_str::<Block>(&text).unwrap(), block);
        }
    }
}

//! The map of an object: which object it is, and the checksums of its blocks. JSON, with a version and a checksum of itself.
//!
//! It is a cache: a map that is missing, torn, or of another object costs a full upload.

use serde::{Deserialize, Serialize};

use super::block::{Block, MOST_BLOCKS, SMALLEST_BLOCK, block_length, combined};
use crate::cos::Target;
use crate::language::{Message, message};

/// The version of the maps that this cosput writes.
const SCHEMA: u32 = 1;
/// The name of the hash of blocks.
const HASH: &str = "blake3";
/// 40 bytes in Base64, quotes and a comma.
const LENGTH_OF_BLOCK: usize = 59;
/// Enough for all but the blocks, in most maps.
const LENGTH_OF_THE_REST: usize = 2 << 10;

/// The map of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectMap {
    /// The object's size in bytes.
    pub(crate) size: u64,
    /// Its ETag as received.
    pub(crate) etag: String,
    /// Its version ID, if the bucket keeps versions.
    pub(crate) version_id: Option<String>,
    /// Its blocks.
    pub(crate) blocks: Blocks,
}

/// The blocks of a file or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// The size of every block but the last.
    pub(crate) block_size: u64,
    /// The checksums of the blocks, in order.
    pub(crate) list: Vec<Block>,
}

impl Blocks {
    /// The CRC-64 of all of `size` bytes.
    pub(crate) fn crc64(&self, size: u64) -> u64 {
        let length = |index: usize| block_length(size, self.block_size, index as u64);
        combined(self.list.iter().enumerate().map(|(index, block)| (block.crc64, length(index))))
    }
}

/// The map as it is written.
#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    service: String,
    bucket: String,
    key: String,
    size: u64,
    etag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    /// A string, since many readers of JSON lose digits of numbers above 2^53.
    crc64: String,
    block_size: u64,
    hash: String,
    blocks: Vec<Block>,
    /// The BLAKE3 of the document with an empty checksum.
    checksum: String,
}

impl Document {
    fn checksum(&mut self) -> String {
        self.checksum.clear();
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(&mut hasher, self).expect("a map is plain data, and a hash takes every byte");
        hasher.finalize().to_hex().to_string()
    }
}

impl ObjectMap {
    /// The text of the map of this target's object. The map is used up: both are large.
    pub(crate) fn into_text(self, target: &Target) -> String {
        let crc64 = self.crc64().to_string();
        let Self { size, etag, version_id, blocks: Blocks { block_size, list } } = self;
        let length = list.len() * LENGTH_OF_BLOCK + LENGTH_OF_THE_REST;
        let mut document = Document {
            schema: SCHEMA,
            service: target.address.service.as_str().to_owned(),
            bucket: target.address.bucket.as_str().to_owned(),
            key: target.key.as_str().to_owned(),
            size,
            etag,
            version_id,
            crc64,
            block_size,
            hash: HASH.to_owned(),
            blocks: list,
            checksum: String::new(),
        };
        document.checksum = document.checksum();
        let mut text = Vec::with_capacity(length);
        serde_json::to_writer(&mut text, &document).expect("a map is plain data");
        text.push(b'\n');
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    /// Reads the map of this target's object; the error says what is wrong with it.
    pub(crate) fn read(text: &[u8], target: &Target) -> Result<Self, Message> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        match serde_json::from_slice::<Version>(text) {
            Ok(Version { schema }) if schema > SCHEMA => {
                return Err(message!("it was written by a later version of cosput"));
            }
            Ok(_) => {}
            Err(_) => return Err(message!("it is damaged")),
        }
        let mut document: Document = serde_json::from_slice(text).map_err(|_| message!("it is damaged"))?;
        let checksum = std::mem::take(&mut document.checksum);
        if document.checksum() != checksum {
            return Err(message!("it is damaged"));
        }
        let Document { service, bucket, key, size, etag, version_id, crc64, block_size, hash, blocks, .. } = document;
        if (service.as_str(), bucket.as_str(), key.as_str())
            != (target.address.service.as_str(), target.address.bucket.as_str(), target.key.as_str())
        {
            return Err(message!("it is about another object"));
        }
        let count = blocks.len() as u64;
        let divided = block_size >= SMALLEST_BLOCK && count <= MOST_BLOCKS && size.div_ceil(block_size) == count;
        let map = Self { size, etag, version_id, blocks: Blocks { block_size, list: blocks } };
        if hash != HASH || !divided || map.crc64().to_string() != crc64 {
            return Err(message!("it is damaged"));
        }
        Ok(map)
    }

    /// The CRC-64 of the object.
    pub(crate) fn crc64(&self) -> u64 {
        self.blocks.crc64(self.size)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::cos::{Address, Addressing, Bucket, Edition, Endpoint, Key, Service};
    use crate::upload::delta::block::tests::block;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;

    pub(in crate::upload::delta) fn target(key: &str) -> Target {
        let endpoint = Endpoint::parse("https://cos.ap-guangzhou.myqcloud.com").unwrap();
        let bucket = Bucket::new("examplebucket-1250000000").unwrap();
        let (service, edition, addressing) = (Service::Cos, Edition::default(), Addressing::Virtual);
        let address = Address { service, edition, endpoint, addressing, bucket };
        Target { address, key: Key::new(key).unwrap() }
    }

    pub(in crate::upload::delta) fn map(contents: &[u64], size: u64) -> ObjectMap {
        let list = contents.iter().map(|content| block(*content)).collect();
        let blocks = Blocks { block_size: MIB, list };
        ObjectMap { size, etag: "\"e-3\"".to_owned(), version_id: None, blocks }
    }

    #[test]
    fn a_map_is_read_as_it_was_written() {
        let map = ObjectMap { version_id: Some("v".to_owned()), ..map(&[1, 2, 3], 2 * MIB + 5) };
        let text = map.clone().into_text(&target("k"));
        assert_eq!(ObjectMap::read(text.as_bytes(), &target("k")), Ok(map));
        assert_eq!(ObjectMap::read(text.as_bytes(), &target("other")), Err("it is about another object".into()));
    }

    #[test]
    fn a_map_of_a_later_version_is_named_as_such() {
        let text = map(&[1], 5).into_text(&target("k")).replace("\"schema\":1", "\"schema\":2");
        let refused = ObjectMap::read(text.as_bytes(), &target("k"));
        assert_eq!(refused, Err("it was written by a later version of cosput".into()));
    }

    #[test]
    fn a_map_whose_blocks_are_not_those_of_its_size_is_damaged() {
        for wrong in [map(&[1, 2], 5), map(&[1], MIB + 1), map(&[], 1)] {
            let refused = ObjectMap::read(wrong.clone().into_text(&target("k")).as_bytes(), &target("k"));
            assert_eq!(refused, Err("it is damaged".into()), "{wrong:?}");
        }
    }

    #[test]
    fn a_map_that_is_cut_off_anywhere_is_damaged() {
        let text = map(&[1, 2, 3], 2 * MIB + 5).into_text(&target("k"));
        for cut in 0..text.len() - 1 {
            assert!(ObjectMap::read(&text.as_bytes()[..cut], &target("k")).is_err(), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn a_map_with_a_changed_byte_is_not_used(at: prop::sample::Index, byte: u8) {
            let map = map(&[1, 2, 3], 2 * MIB + 5);
            let mut text = map.clone().into_text(&target("k")).into_bytes();
            // The end of the line is not part of the document.
            let at = at.index(text.len() - 1);
            prop_assume!(text[at] != byte);
            text[at] = byte;
            prop_assert!(ObjectMap::read(&text, &target("k")).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = ObjectMap::read(&bytes, &target("k"));
        }
    }
}

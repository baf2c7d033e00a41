//! What the far server holds: parts and the object, as the checksums of their pieces of 1 MiB. That is enough to copy
//! ranges that begin and end with a piece.

use std::collections::BTreeMap;

use cosput::cos::checksum::{Combiner, Hasher};

use super::sink::etag;

/// The length of a piece in bytes.
const PIECE: u64 = 1 << 20;

/// The checksums and the lengths of consecutive pieces. Only the last one may be shorter than 1 MiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pieces(Vec<(u64, u64)>);

impl Pieces {
    /// The CRC-64 of all of them.
    pub(crate) fn crc64(&self) -> u64 {
        let mut whole = Combiner::new();
        self.0.iter().for_each(|(crc64, length)| whole.append(*crc64, *length));
        whole.crc64()
    }

    fn length(&self) -> u64 {
        self.0.iter().map(|(_, length)| length).sum()
    }

    /// The pieces from byte `first` to byte `last`; `None` if these are no whole pieces.
    fn range(&self, first: u64, last: u64) -> Option<Self> {
        let end = last + 1;
        let whole = first.is_multiple_of(PIECE) && (end.is_multiple_of(PIECE) || end == self.length());
        let index = |offset: u64| usize::try_from(offset.div_ceil(PIECE)).ok();
        self.0.get(index(first)?..index(end)?).filter(|_| whole).map(|pieces| Self(pieces.to_vec()))
    }
}

/// Takes the checksums of the pieces of a body as it arrives.
pub(crate) struct Arriving {
    pieces: Pieces,
    hasher: Hasher,
    length: u64,
}

impl Arriving {
    /// Nothing has arrived.
    pub(crate) fn new() -> Self {
        Self { pieces: Pieces::default(), hasher: Hasher::crc64(), length: 0 }
    }

    /// Some bytes arrived.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(PIECE - self.length).map_or(bytes.len(), |room| room.min(bytes.len()));
            let (now, later) = bytes.split_at(room);
            self.hasher.update(now);
            self.length += now.len() as u64;
            bytes = later;
            if self.length == PIECE {
                self.end_piece();
            }
        }
    }

    /// The pieces of the whole body.
    pub(crate) fn finish(mut self) -> Pieces {
        if self.length > 0 {
            self.end_piece();
        }
        self.pieces
    }

    fn end_piece(&mut self) {
        let hasher = std::mem::replace(&mut self.hasher, Hasher::crc64());
        self.pieces.0.push((hasher.finish().crc64, std::mem::take(&mut self.length)));
    }
}

/// An object.
#[derive(Debug, Default)]
pub(crate) struct Object {
    pieces: Pieces,
    /// Its type, as Initiate named it.
    pub content_type: String,
    /// Its ETag, without quotes.
    pub etag: String,
}

impl Object {
    /// Its CRC-64.
    pub(crate) fn crc64(&self) -> u64 {
        self.pieces.crc64()
    }

    /// Its size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.pieces.length()
    }
}

/// The parts of the upload in progress, and the object.
#[derive(Debug, Default)]
pub(crate) struct Store {
    parts: BTreeMap<u64, Pieces>,
    content_type: String,
    /// The object, once there is one.
    pub object: Option<Object>,
}

impl Store {
    /// Begins an upload.
    pub(crate) fn begin(&mut self, content_type: &str) {
        self.parts.clear();
        content_type.clone_into(&mut self.content_type);
    }

    /// Stores a part.
    pub(crate) fn put(&mut self, number: u64, pieces: Pieces) {
        self.parts.insert(number, pieces);
    }

    /// Copies a part from the object, and returns its CRC-64; `None` if the object has no such range of whole pieces.
    pub(crate) fn copy(&mut self, number: u64, range: &str) -> Option<u64> {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        let pieces = self.object.as_ref()?.pieces.range(first.parse().ok()?, last.parse().ok()?)?;
        let crc64 = pieces.crc64();
        self.put(number, pieces);
        Some(crc64)
    }

    /// Makes the object of the parts.
    pub(crate) fn complete(&mut self) -> &Object {
        let pieces = Pieces(self.parts.values().flat_map(|part| part.0.iter().copied()).collect());
        let etag = format!("{}-{}", etag(pieces.crc64()), self.parts.len());
        self.object.insert(Object { pieces, content_type: self.content_type.clone(), etag })
    }
}

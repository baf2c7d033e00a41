//! CRC-64 and MD5 of a stream of bytes, and the CRC-64 of consecutive parts combined.
//!
//! `x-cos-hash-crc64ecma` is CRC-64/XZ, printed as an unsigned decimal. It is computed with the widest instructions that
//! the processor has, because every byte that is sent passes through here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm::Crc64Xz;
use md5::{Digest as _, Md5};

/// The reflected polynomial of CRC-64/XZ: the highest bit is the coefficient of x to the power 0.
const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;
/// The polynomial 1.
const ONE: u64 = 1 << 63;

/// An MD5, shown as hex in an ETag and as Base64 in `Content-MD5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Md5Digest([u8; 16]);

impl Md5Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Md5::digest(bytes).into())
    }

    /// Lower-case hex, as in an ETag.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Base64, as in `Content-MD5`.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads the value of `Content-MD5`: 24 characters of Base64.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// True if `etag`, quoted or not, is this digest.
    pub fn is_etag(&self, etag: &str) -> bool {
        etag.trim_matches('"').eq_ignore_ascii_case(&self.hex())
    }
}

/// Length and checksums of a stream of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// The number of bytes.
    pub length: u64,
    /// Their CRC-64.
    pub crc64: u64,
    /// Their MD5, if it was computed: it takes ninety times as long as the CRC-64.
    pub md5: Option<Md5Digest>,
}

/// An implementation of CRC-64/XZ.
pub trait Crc64 {
    /// The state before the first byte.
    fn new() -> Self;
    /// Adds bytes.
    fn update(&mut self, bytes: &[u8]);
    /// The CRC-64 of all bytes added.
    fn value(&self) -> u64;
}

impl Crc64 for crc_fast::Digest {
    fn new() -> Self {
        Self::new(Crc64Xz)
    }

    fn update(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn value(&self) -> u64 {
        self.finalize()
    }
}

/// Computes the digest of a stream of bytes.
pub type Hasher = HasherWith<crc_fast::Digest>;

/// A hasher with an implementation of CRC-64 of the caller's choice.
pub struct HasherWith<C> {
    length: u64,
    crc64: C,
    md5: Option<Md5>,
}

impl<C: Crc64> HasherWith<C> {
    /// A hasher of CRC-64 alone.
    pub fn crc64() -> Self {
        Self { length: 0, crc64: C::new(), md5: None }
    }

    /// A hasher of CRC-64 and MD5.
    pub fn crc64_and_md5() -> Self {
        Self { md5: Some(Md5::new()), ..Self::crc64() }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.crc64.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// The digest of all bytes added.
    pub fn finish(self) -> Digest {
        Digest {
            length: self.length,
            crc64: self.crc64.value(),
            md5: self.md5.map(|md5| Md5Digest(md5.finalize().into())),
        }
    }
}

/// The CRC-64 of `bytes`.
pub fn crc64(bytes: &[u8]) -> u64 {
    let mut hasher = Hasher::crc64();
    hasher.update(bytes);
    hasher.finish().crc64
}

/// Combines the CRC-64s of consecutive pieces without reading their bytes.
///
/// A CRC-64 is a polynomial modulo that of CRC-64/XZ, and appending `n` zero bytes multiplies it by x to the power `8n`. The
/// factor of the last length is kept, because all parts of an upload except the last have the same length.
#[derive(Default)]
pub struct Combiner {
    crc64: u64,
    zeros: Option<(u64, u64)>,
}

impl Combiner {
    /// The CRC-64 of no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a piece of `length` bytes whose CRC-64 is `crc64`.
    pub fn append(&mut self, crc64: u64, length: u64) {
        let factor = match self.zeros {
            Some((known, factor)) if known == length => factor,
            _ => zeros(length),
        };
        self.crc64 = multiply(factor, self.crc64) ^ crc64;
        self.zeros = Some((length, factor));
    }

    /// The CRC-64 of all pieces.
    pub fn crc64(&self) -> u64 {
        self.crc64
    }
}

/// What appending `length` zero bytes multiplies by.
fn zeros(mut length: u64) -> u64 {
    let (mut product, mut power) = (ONE, ONE >> 8);
    while length > 0 {
        if length & 1 == 1 {
            product = multiply(product, power);
        }
        power = multiply(power, power);
        length >>= 1;
    }
    product
}

/// The product of two polynomials modulo [`POLYNOMIAL`].
fn multiply(left: u64, mut right: u64) -> u64 {
    let mut product = 0;
    for bit in (0..64).rev() {
        if left >> bit & 1 == 1 {
            product ^= right;
        }
        let carry = right & 1;
        right = (right >> 1) ^ (carry * POLYNOMIAL);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn combined_pieces_have_the_crc64_of_the_whole(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
            let mut combiner = Combiner::new();
            for piece in &pieces {
                combiner.append(crc64(piece), piece.len() as u64);
            }
            prop_assert_eq!(combiner.crc64(), crc64(&pieces.concat()));
        }
    }

    #[test]
    fn an_etag_is_compared_without_its_quotes() {
        let digest = Md5Digest::of(b"[Object Part]");
        assert!(digest.is_etag("\"108f528eb63b65e734f27ae331f5ffaa\""));
        assert!(!digest.is_etag("\"208f528eb63b65e734f27ae331f5ffaa\""));
        assert_eq!(Md5Digest::from_base64(&digest.base64()), Some(digest));
        assert_eq!(Md5Digest::from_base64("x"), None);
    }
}

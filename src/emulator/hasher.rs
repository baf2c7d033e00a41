//! The digest of the bytes that arrive. The CRC-64 comes from another library than the client's, so that an error in either
//! is noticed.

use crate::cos::checksum::{Crc64, HasherWith};

/// Computes the digest of a stream of bytes.
pub(crate) type Hasher = HasherWith<crc64fast::Digest>;

impl Crc64 for crc64fast::Digest {
    fn new() -> Self {
        Self::new()
    }

    fn update(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }

    fn value(&self) -> u64 {
        self.sum64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::checksum;

    /// Every length up to a multiple of the widest instructions, whole and in two pieces.
    #[test]
    fn both_libraries_agree_on_every_length() {
        let bytes: Vec<u8> = (0..2500_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
        for length in 0..bytes.len() {
            let mut theirs = Hasher::crc64_and_md5();
            let mut ours = checksum::Hasher::crc64_and_md5();
            let (first, second) = bytes[..length].split_at(length / 3);
            for piece in [first, second] {
                theirs.update(piece);
                ours.update(piece);
            }
            let ours = ours.finish();
            assert_eq!(theirs.finish(), ours);
            assert_eq!(checksum::crc64(&bytes[..length]), ours.crc64, "of {length} bytes");
        }
    }
}

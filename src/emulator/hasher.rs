//! What the emulator takes of the bytes that arrive: their CRC-64 by another library than the client's, so that a mistake
//! of either is seen.

use md5::{Digest as _, Md5};

use crate::cos::checksum::{Digest, Md5Digest};

/// Takes bytes as they go by.
pub(crate) struct Hasher {
    length: u64,
    crc64: crc64fast::Digest,
    md5: Option<Md5>,
}

impl Hasher {
    /// A hasher of CRC-64 alone.
    pub(crate) fn crc64() -> Self {
        Self { length: 0, crc64: crc64fast::Digest::new(), md5: None }
    }

    /// A hasher of CRC-64 and MD5.
    pub(crate) fn crc64_and_md5() -> Self {
        Self { md5: Some(Md5::new()), ..Self::crc64() }
    }

    /// Takes the bytes that follow.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.crc64.write(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// The digest of all that was taken.
    pub(crate) fn finish(self) -> Digest {
        let md5 = self.md5.map(|md5| Md5Digest::from(<[u8; 16]>::from(md5.finalize())));
        Digest { length: self.length, crc64: self.crc64.sum64(), md5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::checksum;

    /// Every length up to where the widest instructions have come round, whole and in two pieces.
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

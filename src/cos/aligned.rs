//! Memory for bulk bytes that begins at a multiple of 64 bytes.
//!
//! The system's allocator puts a large buffer 16 bytes into a page, and there some processors (AMD's Zen 3 and 4) copy at a
//! fifth of their speed.

/// Where the memory begins: at a multiple of this.
const ALIGNMENT: usize = 64;

/// A number of bytes that begin at a multiple of 64.
#[derive(Debug, Default)]
pub(crate) struct AlignedBytes {
    memory: Box<[u8]>,
    begin: usize,
    length: usize,
}

impl AlignedBytes {
    /// `length` bytes, all zero.
    pub(crate) fn zeroed(length: usize) -> Self {
        let memory = vec![0; length + ALIGNMENT].into_boxed_slice();
        let begin = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { memory, begin, length }
    }
}

impl AsRef<[u8]> for AlignedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.memory[self.begin..self.begin + self.length]
    }
}

impl AsMut<[u8]> for AlignedBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.begin..self.begin + self.length]
    }
}

/// Fails if bulk bytes begin at an address where copying is slow on some processors.
#[cfg(test)]
pub(crate) fn assert_aligned(bytes: &[u8]) {
    assert_eq!(bytes.as_ptr().align_offset(ALIGNMENT), 0, "{:?}", bytes.as_ptr());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_every_length_begins_at_a_multiple_of_64() {
        for length in [0, 1, 63, 64, 65, 4096, 256 << 10] {
            let mut bytes = AlignedBytes::zeroed(length);
            assert_eq!((bytes.as_ref().len(), bytes.as_mut().len()), (length, length));
            assert_aligned(bytes.as_ref());
        }
    }
}

//! Buffers for bulk bytes, used again and again: a fresh one costs the kernel a page at a time, and is zeroed.
//!
//! Each begins at a multiple of 64 bytes. The system's allocator puts a large one 16 bytes into a page, and there some
//! processors (AMD's Zen 3 and 4) copy at a fifth of their speed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes are read, hashed and sent in pieces of this size. Larger ones bring a server more at a time, which then waits
/// less, and take more memory; docs/performance.md has the figures.
pub(crate) const CHUNK: usize = 224 << 10;
/// Where a buffer begins: at a multiple of this.
const ALIGNMENT: usize = 64;
/// Once bodies hold this much, further pieces are small, so that many slow connections need little memory.
const BODIES: usize = 8 * CHUNK;
/// A small piece.
const SMALL_CHUNK: usize = 32 << 10;

/// Whole buffers that wait for their next use. There are never more than were in use at one time.
static SPARE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());
/// What the bodies of all requests share.
static OF_BODIES: Budget = Budget(AtomicUsize::new(0));

/// How many bytes are lent to bodies.
#[derive(Debug)]
struct Budget(AtomicUsize);

/// A buffer on loan. It goes back when it is dropped, by any thread.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: Box<[u8]>,
    begin: usize,
    length: usize,
    counted: Option<(&'static Budget, usize)>,
}

impl Buffer {
    /// A buffer of `length` bytes, at most `CHUNK`. Its content is left over from an earlier use.
    pub(crate) fn lend(length: usize) -> Self {
        let whole = length > CHUNK / 2;
        let spare = if whole { spare().pop() } else { None };
        let memory =
            spare.unwrap_or_else(|| vec![0; if whole { CHUNK } else { length } + ALIGNMENT].into_boxed_slice());
        let begin = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { memory, begin, length: length.min(CHUNK), counted: None }
    }

    /// A buffer for the next piece of a body, of up to `wanted` bytes: fewer if bodies hold many already.
    pub(crate) fn for_body(wanted: usize) -> Self {
        Self::within(&OF_BODIES, wanted)
    }

    fn within(budget: &'static Budget, wanted: usize) -> Self {
        let held = budget.0.load(Ordering::Relaxed);
        let most = if held + CHUNK <= BODIES { CHUNK } else { SMALL_CHUNK };
        let mut buffer = Self::lend(wanted.min(most));
        budget.0.fetch_add(buffer.length, Ordering::Relaxed);
        buffer.counted = Some((budget, buffer.length));
        buffer
    }

    /// The bytes, to be filled.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.begin..self.begin + self.length]
    }

    /// The first `length` bytes alone.
    #[must_use]
    pub(crate) fn shortened(mut self, length: usize) -> Self {
        self.length = length.min(self.length);
        self
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.memory[self.begin..self.begin + self.length]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some((budget, bytes)) = self.counted {
            budget.0.fetch_sub(bytes, Ordering::Relaxed);
        }
        if self.memory.len() == CHUNK + ALIGNMENT {
            spare().push(std::mem::take(&mut self.memory));
        }
    }
}

fn spare() -> MutexGuard<'static, Vec<Box<[u8]>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_buffer_has_the_length_that_was_asked_for_and_begins_at_a_multiple_of_64() {
        let mut lent = Vec::new();
        for length in [0, 1, CHUNK / 2, CHUNK / 2 + 1, CHUNK].into_iter().cycle().take(50) {
            let mut buffer = Buffer::lend(length);
            assert_eq!(buffer.bytes_mut().len(), length);
            buffer.bytes_mut().fill(7);
            assert_aligned(buffer.as_ref());
            if length % 2 == 0 {
                lent.push(buffer);
            } else {
                assert_eq!(buffer.shortened(length / 3).as_ref(), vec![7; length / 3]);
            }
        }
    }

    #[test]
    fn bodies_that_hold_many_bytes_get_small_pieces() {
        static BUDGET: Budget = Budget(AtomicUsize::new(0));
        let lent: Vec<Buffer> = (0..64).map(|_| Buffer::within(&BUDGET, CHUNK)).collect();
        let bytes: usize = lent.iter().map(|buffer| buffer.as_ref().len()).sum();
        assert!(bytes <= BODIES + 64 * SMALL_CHUNK, "{bytes}");
        assert!(lent.iter().all(|buffer| buffer.as_ref().len() >= SMALL_CHUNK));
        lent.iter().for_each(|buffer| assert_aligned(buffer.as_ref()));
        drop(lent);
        assert_eq!(BUDGET.0.load(Ordering::Relaxed), 0);
    }
}

//! Buffers for bulk bytes, used again and again: a fresh one costs the kernel a page at a time, and is zeroed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cos::aligned::AlignedBytes;

/// Bytes are read, hashed and sent in pieces of this size. Larger ones bring a server more at a time, which then waits
/// less, and take more memory; docs/performance.md has the figures.
pub(crate) const CHUNK: usize = 224 << 10;
/// Once bodies hold this much, further pieces are small, so that many slow connections need little memory.
const BODIES: usize = 8 * CHUNK;
/// A small piece.
const SMALL_CHUNK: usize = 32 << 10;

/// The sizes of buffers that are kept for their next use. Allocators like musl's give memory of these sizes back to the
/// kernel whenever it is freed: 256 MiB sent by 64 connections took twice the CPU while small pieces were not kept.
const KEPT: [usize; 2] = [SMALL_CHUNK, CHUNK];

/// Buffers of each kept size that wait for their next use. There are never more than were in use at one time.
static SPARE: [Mutex<Vec<AlignedBytes>>; 2] = [const { Mutex::new(Vec::new()) }; 2];
/// What the bodies of all requests share.
static OF_BODIES: Budget = Budget(AtomicUsize::new(0));

/// How many bytes are lent to bodies.
#[derive(Debug)]
struct Budget(AtomicUsize);

/// A buffer on loan. It goes back when it is dropped, by any thread.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: AlignedBytes,
    length: usize,
    counted: Option<(&'static Budget, usize)>,
}

impl Buffer {
    /// A buffer of `length` bytes, at most `CHUNK`. Its content is left over from an earlier use.
    pub(crate) fn lend(length: usize) -> Self {
        let length = length.min(CHUNK);
        let memory = match kept_size(length) {
            Some(kept) => spare(kept).pop().unwrap_or_else(|| AlignedBytes::zeroed(KEPT[kept])),
            None => AlignedBytes::zeroed(length),
        };
        Self { memory, length, counted: None }
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
        &mut self.memory.as_mut()[..self.length]
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
        &self.memory.as_ref()[..self.length]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some((budget, bytes)) = self.counted {
            budget.0.fetch_sub(bytes, Ordering::Relaxed);
        }
        let size = self.memory.as_ref().len();
        if let Some(kept) = KEPT.iter().position(|kept| *kept == size) {
            spare(kept).push(std::mem::take(&mut self.memory));
        }
    }
}

/// Which kept size `length` bytes are lent from; `None` if less than half of it would be used.
fn kept_size(length: usize) -> Option<usize> {
    KEPT.iter().position(|size| length <= *size && length > size / 2)
}

fn spare(kept: usize) -> MutexGuard<'static, Vec<AlignedBytes>> {
    SPARE[kept].lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::aligned::assert_aligned;

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
    fn pieces_of_bodies_are_kept_and_short_ones_take_no_more_than_they_need() {
        assert_eq!([CHUNK, SMALL_CHUNK].map(kept_size), [Some(1), Some(0)]);
        for length in 0..=CHUNK {
            let taken = kept_size(length).map_or(length, |kept| KEPT[kept]);
            assert!(length <= taken && (length == 0 || taken < 2 * length), "{length} in {taken}");
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

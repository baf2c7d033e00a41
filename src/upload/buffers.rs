//! Buffers for bulk bytes, used again and again: a fresh one costs the kernel a page at a time, and is zeroed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cos::aligned::AlignedBytes;

/// Bytes are read, hashed and sent in pieces of this size. Larger ones bring a server more at a time, which then waits
/// less, and take more memory; docs/performance.md has the figures.
pub(crate) const CHUNK: usize = 224 << 10;
/// Once bodies hold this much, further pieces are small.
const BODIES: usize = 8 * CHUNK;
/// Up to this many bodies share that. If there are more, they share less, because each also holds a small piece.
const FEW_BODIES: usize = 16;
/// A small piece, for slow connections, each of which holds one for long.
pub(crate) const SMALL_CHUNK: usize = 32 << 10;

/// The sizes of buffers that are kept for their next use. Allocators like musl's give memory of these sizes back to the
/// kernel whenever it is freed: 256 MiB sent by 64 connections took twice the CPU while small pieces were not kept.
const KEPT: [usize; 2] = [SMALL_CHUNK, CHUNK];

/// Buffers of each kept size that wait for their next use. There are never more than were in use at one time, and no
/// whole ones once connections are slow.
static SPARE: [Mutex<Vec<AlignedBytes>>; 2] = [const { Mutex::new(Vec::new()) }; 2];
/// What the bodies of all requests share.
static OF_BODIES: Budget = Budget::new();

/// How many bytes are lent to bodies, and how many bodies there are.
#[derive(Debug)]
struct Budget {
    held: AtomicUsize,
    bodies: AtomicUsize,
}

/// A body that takes pieces, until it is dropped.
#[derive(Debug)]
pub(crate) struct CountedBody(&'static Budget);

impl CountedBody {
    /// Counts one more body.
    pub(crate) fn begin() -> Self {
        OF_BODIES.begin()
    }
}

impl Drop for CountedBody {
    fn drop(&mut self) {
        self.0.bodies.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Budget {
    const fn new() -> Self {
        Self { held: AtomicUsize::new(0), bodies: AtomicUsize::new(0) }
    }

    fn begin(&'static self) -> CountedBody {
        self.bodies.fetch_add(1, Ordering::Relaxed);
        CountedBody(self)
    }

    /// The longest piece that a body may have now that wants so many bytes. A body's last piece depends on the bytes alone, so
    /// that a short file stays one piece.
    fn longest(&self, wanted: usize) -> usize {
        let (held, bodies) = (self.held.load(Ordering::Relaxed), self.bodies.load(Ordering::Relaxed));
        let sharing = if wanted < CHUNK { FEW_BODIES } else { bodies.max(FEW_BODIES) };
        if held + CHUNK <= BODIES * FEW_BODIES / sharing { CHUNK } else { SMALL_CHUNK }
    }
}

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

    /// A buffer for the next piece of a body that a slow connection sends, of up to `wanted` bytes. One whole buffer that
    /// waits is freed.
    pub(crate) fn for_slow_body(wanted: usize) -> Self {
        if let Some(whole) = kept_size(CHUNK) {
            drop(spare(whole).pop());
        }
        Self::within(&OF_BODIES, wanted.min(SMALL_CHUNK))
    }

    fn within(budget: &'static Budget, wanted: usize) -> Self {
        let mut buffer = Self::lend(wanted.min(budget.longest(wanted)));
        budget.held.fetch_add(buffer.length, Ordering::Relaxed);
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
            budget.held.fetch_sub(bytes, Ordering::Relaxed);
        }
        let size = self.memory.as_ref().len();
        if let Some(kept) = KEPT.iter().position(|kept| *kept == size) {
            spare(kept).push(std::mem::take(&mut self.memory));
        }
    }
}

/// Frees the buffers that wait for their next use.
pub(crate) fn free_spare() {
    (0..KEPT.len()).for_each(|kept| drop(std::mem::take(&mut *spare(kept))));
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
        static BUDGET: Budget = Budget::new();
        let lent: Vec<Buffer> = (0..64).map(|_| Buffer::within(&BUDGET, CHUNK)).collect();
        let bytes: usize = lent.iter().map(|buffer| buffer.as_ref().len()).sum();
        assert!(bytes <= BODIES + 64 * SMALL_CHUNK, "{bytes}");
        assert!(lent.iter().all(|buffer| buffer.as_ref().len() >= SMALL_CHUNK));
        lent.iter().for_each(|buffer| assert_aligned(buffer.as_ref()));
        drop(lent);
        assert_eq!(BUDGET.held.load(Ordering::Relaxed), 0);
    }
    /// Every body takes a piece as long as it may have; none gives one back.
    #[test]
    fn the_more_bodies_the_fewer_whole_pieces() {
        static BUDGET: Budget = Budget::new();
        for (bodies, whole) in [(1, 1), (8, 8), (16, 8), (32, 4), (50, 2), (256, 0)] {
            let counted: Vec<CountedBody> = (0..bodies).map(|_| BUDGET.begin()).collect();
            let lent: Vec<Buffer> = counted.iter().map(|_| Buffer::within(&BUDGET, CHUNK)).collect();
            assert_eq!(lent.iter().filter(|buffer| buffer.as_ref().len() == CHUNK).count(), whole, "{bodies} bodies");
            let bytes: usize = lent.iter().map(|buffer| buffer.as_ref().len()).sum();
            assert_eq!(bytes, whole * CHUNK + (bodies - whole) * SMALL_CHUNK);
        }
        assert_eq!(BUDGET.bodies.load(Ordering::Relaxed), 0);
    }
}

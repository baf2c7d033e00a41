//! Buffers for pieces of a file, used again and again: a fresh one costs the kernel a page at a time, and zeroes besides.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;

use crate::upload::source::file::CHUNK;

/// Buffers that wait for their next use. There are never more than were in use at one time.
static SPARE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());
/// More than these are given back to the system.
const MOST_SPARE: usize = 64;

/// A buffer on loan; it goes back when it is dropped, by whichever thread.
pub(crate) struct Chunk {
    buffer: Box<[u8]>,
    length: usize,
    gate: Option<Gate>,
}

/// Lets chunks out one at a time: the next only when nobody needs the last one any more.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Latch>);

#[derive(Default)]
struct Latch {
    closed: AtomicBool,
    waiting: AtomicWaker,
}

impl Gate {
    /// Waits until the chunk that went through is dropped.
    pub(crate) fn poll_open(&self, context: &mut Context<'_>) -> Poll<()> {
        let open = || !self.0.closed.load(Ordering::Acquire);
        if open() {
            return Poll::Ready(());
        }
        self.0.waiting.register(context.waker());
        if open() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
    }

    fn open(&self) {
        self.0.closed.store(false, Ordering::Release);
        self.0.waiting.wake();
    }
}

impl Chunk {
    /// A buffer of `length` bytes, at most `CHUNK`. What it holds is of no use.
    pub(crate) fn lend(length: usize) -> Self {
        let whole = length > CHUNK / 2;
        let spare = if whole { spare().pop() } else { None };
        let buffer = spare.unwrap_or_else(|| vec![0; if whole { CHUNK } else { length }].into_boxed_slice());
        Self { length: length.min(buffer.len()), buffer, gate: None }
    }

    /// Where the bytes go.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.length]
    }

    /// The first `length` bytes alone.
    pub(crate) fn cut(mut self, length: usize) -> Self {
        self.length = length.min(self.length);
        self
    }

    /// The bytes, to be sent; the gate is closed while they are in use.
    pub(crate) fn into_bytes(mut self, gate: Option<&Gate>) -> Bytes {
        if let Some(gate) = gate {
            gate.close();
            self.gate = Some(gate.clone());
        }
        Bytes::from_owner(self)
    }
}

/// Bytes that others hold too.
struct Shared {
    bytes: Bytes,
    gate: Gate,
}

/// Bytes that others hold too, to be sent; the gate is closed while they are in use here.
pub(crate) fn lend_shared(bytes: Bytes, gate: Option<&Gate>) -> Bytes {
    let Some(gate) = gate else { return bytes };
    gate.close();
    Bytes::from_owner(Shared { bytes, gate: gate.clone() })
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.gate.open();
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let mut spare = spare();
        if self.buffer.len() == CHUNK && spare.len() < MOST_SPARE {
            spare.push(std::mem::take(&mut self.buffer));
        }
        drop(spare);
        if let Some(gate) = &self.gate {
            gate.open();
        }
    }
}

fn spare() -> std::sync::MutexGuard<'static, Vec<Box<[u8]>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_holds_what_was_put_in_and_no_more() {
        for length in [0, 1, CHUNK / 2, CHUNK / 2 + 1, CHUNK] {
            let mut chunk = Chunk::lend(length);
            assert_eq!(chunk.bytes_mut().len(), length);
            chunk.bytes_mut().fill(7);
            let sent = chunk.cut(length / 3).into_bytes(None);
            let other = Chunk::lend(length);
            assert_eq!(sent, vec![7; length / 3]);
            drop(other);
        }
    }
    #[test]
    fn a_gate_is_closed_while_the_bytes_that_went_through_are_in_use() {
        let gate = Gate::default();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(gate.poll_open(&mut context).is_ready());
        let held = Bytes::from_static(b"held elsewhere too");
        for bytes in [Chunk::lend(7).into_bytes(Some(&gate)), lend_shared(held.clone(), Some(&gate))] {
            gate.close();
            let half = bytes.slice(..3);
            drop(bytes);
            assert!(gate.poll_open(&mut context).is_pending());
            drop(half);
            assert!(gate.poll_open(&mut context).is_ready());
        }
    }
}

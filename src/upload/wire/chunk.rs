//! Chunks of a body, and the gate that releases them one at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;

use crate::upload::buffers::Buffer;

/// A connection that takes fewer bytes a microsecond is slow: a whole chunk would stay in memory for 28 ms and more.
const QUICK: u64 = 8;

/// A piece of a file.
pub(crate) struct Chunk {
    buffer: Buffer,
    gate: Option<Closed>,
}

/// Releases chunks one at a time: the next one when the previous one is dropped.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Latch>);

/// How fast a connection takes the bytes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Fast enough for whole chunks.
    Quick,
    /// So slowly that a whole chunk would be held for long.
    Slow,
}

impl Speed {
    /// The speed at which a connection took these bytes.
    pub(crate) fn of(bytes: usize, time: Duration) -> Self {
        let quick = Duration::from_micros(u64::try_from(bytes).unwrap_or(u64::MAX) / QUICK);
        if time > quick { Self::Slow } else { Self::Quick }
    }
}

#[derive(Default)]
struct Latch {
    closed: AtomicBool,
    waiting: AtomicWaker,
}

/// Keeps a gate closed until it is dropped.
struct Closed(Gate);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.open();
    }
}

impl Gate {
    /// Waits until the previous chunk is dropped.
    pub(crate) fn poll_open(&self, context: &mut Context<'_>) -> Poll<()> {
        let open = || !self.0.closed.load(Ordering::Acquire);
        if open() {
            return Poll::Ready(());
        }
        self.0.waiting.register(context.waker());
        if open() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn close(&self) -> Closed {
        self.0.closed.store(true, Ordering::Release);
        Closed(self.clone())
    }

    fn open(&self) {
        self.0.closed.store(false, Ordering::Release);
        self.0.waiting.wake();
    }
}

impl Chunk {
    /// A chunk of up to `wanted` bytes, fewer if other bodies hold many. It still has the content of an earlier use.
    pub(crate) fn lend(wanted: usize, speed: Speed) -> Self {
        let buffer = match speed {
            Speed::Quick => Buffer::for_body(wanted),
            Speed::Slow => Buffer::for_slow_body(wanted),
        };
        Self { buffer, gate: None }
    }

    /// The bytes to fill.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.buffer.bytes_mut()
    }

    /// Only the first `length` bytes.
    pub(crate) fn shortened(self, length: usize) -> Self {
        Self { buffer: self.buffer.shortened(length), ..self }
    }

    /// The bytes to send; the gate is closed while they are in use.
    pub(crate) fn into_bytes(mut self, gate: Option<&Gate>) -> Bytes {
        self.gate = gate.map(Gate::close);
        Bytes::from_owner(self)
    }
}

/// Bytes that have other owners too.
struct Shared {
    bytes: Bytes,
    _gate: Closed,
}

/// Wraps bytes that have other owners too; the gate is closed while they are in use here.
pub(crate) fn lend_shared(bytes: Bytes, gate: Option<&Gate>) -> Bytes {
    let Some(gate) = gate else { return bytes };
    Bytes::from_owner(Shared { bytes, _gate: gate.close() })
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self.buffer.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::buffers::{CHUNK, SMALL_CHUNK};

    #[test]
    fn a_connection_is_slow_below_eight_megabytes_a_second() {
        assert_eq!(Speed::of(229_376, Duration::from_millis(28)), Speed::Quick);
        assert_eq!(Speed::of(229_376, Duration::from_millis(29)), Speed::Slow);
        assert_eq!(Speed::of(32_768, Duration::from_millis(5)), Speed::Slow);
        assert_eq!(Speed::of(1, Duration::ZERO), Speed::Quick);
        assert_eq!(Speed::of(0, Duration::from_secs(1)), Speed::Slow);
    }

    #[test]
    fn a_slow_connection_gets_small_chunks() {
        let lent: Vec<Chunk> = (0..4).map(|_| Chunk::lend(CHUNK, Speed::Slow)).collect();
        assert!(lent.iter().all(|chunk| chunk.as_ref().len() <= SMALL_CHUNK));
        assert_eq!(Chunk::lend(7, Speed::Slow).as_ref().len(), 7);
    }

    #[test]
    fn a_gate_is_closed_while_the_bytes_that_went_through_are_in_use() {
        let gate = Gate::default();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(gate.poll_open(&mut context).is_ready());
        let held = Bytes::from_static(b"held elsewhere too");
        let lend: [&dyn Fn() -> Bytes; 2] =
            [&|| Chunk::lend(7, Speed::Quick).into_bytes(Some(&gate)), &|| lend_shared(held.clone(), Some(&gate))];
        for lend in lend {
            let bytes = lend();
            let half = bytes.slice(..3);
            drop(bytes);
            assert!(gate.poll_open(&mut context).is_pending());
            drop(half);
            assert!(gate.poll_open(&mut context).is_ready());
        }
    }
}

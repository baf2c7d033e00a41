//! Chunks of a body, and the gate that releases them one at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;

use crate::upload::buffers::Buffer;

/// A piece of a file.
pub(crate) struct Chunk {
    buffer: Buffer,
    gate: Option<Closed>,
}

/// Releases chunks one at a time: the next one when the previous one is dropped.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Latch>);

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
    pub(crate) fn lend(wanted: usize) -> Self {
        Self { buffer: Buffer::for_body(wanted), gate: None }
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

    #[test]
    fn a_gate_is_closed_while_the_bytes_that_went_through_are_in_use() {
        let gate = Gate::default();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(gate.poll_open(&mut context).is_ready());
        let held = Bytes::from_static(b"held elsewhere too");
        let lend: [&dyn Fn() -> Bytes; 2] =
            [&|| Chunk::lend(7).into_bytes(Some(&gate)), &|| lend_shared(held.clone(), Some(&gate))];
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

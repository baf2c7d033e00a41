//! Buffers for pieces of a file, used again and again: a fresh one costs the kernel a page at a time, and zeroes besides.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::source::file::CHUNK;

/// Buffers that wait for their next use. There are never more than were in use at one time.
static SPARE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());
/// More than these are given back to the system.
const MOST_SPARE: usize = 64;

/// A buffer on loan; it goes back when it is dropped, by whichever thread.
pub struct Chunk {
    buffer: Box<[u8]>,
    length: usize,
}

impl Chunk {
    /// A buffer of `length` bytes, at most `CHUNK`. What it holds is of no use.
    pub fn lend(length: usize) -> Self {
        let whole = length > CHUNK / 2;
        let spare = if whole { spare().pop() } else { None };
        let buffer = spare.unwrap_or_else(|| vec![0; if whole { CHUNK } else { length }].into_boxed_slice());
        Self { length: length.min(buffer.len()), buffer }
    }

    /// Where the bytes go.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.length]
    }

    /// The first `length` bytes, to be sent.
    pub fn into_bytes(mut self, length: usize) -> Bytes {
        self.length = length.min(self.length);
        Bytes::from_owner(self)
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
            let sent = chunk.into_bytes(length / 3);
            let other = Chunk::lend(length);
            assert_eq!(sent, vec![7; length / 3]);
            drop(other);
        }
    }
}

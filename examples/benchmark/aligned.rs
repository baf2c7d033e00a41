//! A buffer whose address is a multiple of 64, as in cosput. The system's allocator places large buffers 16 bytes into
//! a page, and some processors copy there at a fifth of their speed.

use std::ops::{Deref, DerefMut};

const ALIGNMENT: usize = 64;

/// The buffer.
pub(crate) struct Aligned {
    memory: Vec<u8>,
    begin: usize,
}

impl Aligned {
    /// A buffer of `length` zeros.
    pub(crate) fn new(length: usize) -> Self {
        let memory = vec![0; length + ALIGNMENT];
        let begin = memory.as_ptr().align_offset(ALIGNMENT);
        assert!(begin < ALIGNMENT, "a pointer to bytes can be aligned");
        Self { memory, begin }
    }
}

impl Deref for Aligned {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[self.begin..self.memory.len() - ALIGNMENT + self.begin]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [u8] {
        let end = self.memory.len() - ALIGNMENT + self.begin;
        &mut self.memory[self.begin..end]
    }
}

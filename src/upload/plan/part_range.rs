//! Where the bytes of a part are in the source.

/// A part's position in the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its length.
    pub length: u64,
}

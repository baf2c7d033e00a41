//! The content of files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes without a pattern, the same ones for the same seed.
pub(crate) fn noise(size: u64, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}

/// Compares two files without holding either.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    let (mut one, mut other) = (File::open(one).unwrap(), File::open(other).unwrap());
    if one.metadata().unwrap().len() != other.metadata().unwrap().len() {
        return false;
    }
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = one.read(&mut left).unwrap();
        if read == 0 {
            return true;
        }
        other.read_exact(&mut right[..read]).unwrap();
        if left[..read] != right[..read] {
            return false;
        }
    }
}

/// Bytes whose pattern repeats after 251, which no part size is a multiple of.
pub(crate) fn pattern(size: usize) -> Vec<u8> {
    (0..=250).cycle().map(|byte: u8| byte.wrapping_mul(31)).take(size).collect()
}

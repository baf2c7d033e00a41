//! The content of files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes without a pattern, the same ones for the same seed.
pub(crate) fn noise(size: u64, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}

/// Bytes without a pattern, made as they are read.
pub(crate) struct Noise {
    random: fastrand::Rng,
    left: u64,
}

impl Noise {
    /// This many bytes.
    pub(crate) fn new(size: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(5), left: size }
    }
}

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Always the same number of random numbers, however many bytes are requested: whole words, except for the last.
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len() / 8 * 8);
        self.random.fill(&mut buffer[..wanted]);
        self.left -= wanted as u64;
        Ok(wanted)
    }
}

/// Asserts that an object is [`Noise`] of this size, byte by byte.
#[track_caller]
pub(crate) fn assert_noise(object: impl Read, size: u64) {
    let mut object = io::BufReader::with_capacity(1 << 20, object);
    let mut expected = Noise::new(size);
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = expected.read(&mut left).unwrap();
        object.read_exact(&mut right[..read]).unwrap();
        assert!(left[..read] == right[..read], "the object is not what was sent");
        if read == 0 {
            assert_eq!(object.read(&mut right).unwrap(), 0);
            return;
        }
    }
}

/// Writes a script that can be executed at once.
#[cfg(unix)]
pub(crate) fn executable(path: &Path, content: impl AsRef<[u8]>) {
    use std::os::unix::fs::PermissionsExt;
    let draft = path.with_extension("draft");
    std::fs::write(&draft, content).unwrap();
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o755)).unwrap();
    copy_executable(&draft, path);
    std::fs::remove_file(draft).unwrap();
}

/// Copies a program that can be executed at once. Another process does it: a file that is open for writing cannot be executed,
/// and each program that another test starts meanwhile would inherit what is open for writing here, for a moment.
#[cfg(unix)]
pub(crate) fn copy_executable(from: &Path, to: &Path) {
    assert!(std::process::Command::new("cp").arg("-p").arg(from).arg(to).status().unwrap().success());
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

//! Random identifiers, as the service makes them.

/// Returns a number of random 64-bit words as lower-case hexadecimal digits, 16 for each.
#[expect(clippy::disallowed_methods, reason = "the only place of the emulator that draws random numbers")]
pub(crate) fn hex(words: usize) -> String {
    (0..words).map(|_| format!("{:016x}", fastrand::u64(..))).collect()
}

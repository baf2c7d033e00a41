//! The number of requests that the user asked for.

use super::search::{FEW, LEAST_EACH, MOST_SMALL};

/// The number of requests that the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concurrency {
    /// As many as raise the rate.
    #[default]
    Auto,
    /// As many as raise the rate, up to a limit such as that of open files.
    AutoUpTo(u16),
    /// Up to this many.
    Fixed(u16),
}

impl Concurrency {
    /// The most requests that are possible.
    pub fn most(self) -> u16 {
        match self {
            Self::Auto => MOST_SMALL,
            Self::AutoUpTo(most) => most.min(MOST_SMALL),
            Self::Fixed(most) => most,
        }
    }

    /// The same, if all requests together may send this many bytes a second: the size is limited so that each gets
    /// enough.
    #[must_use]
    pub fn at_rate(self, bytes_per_second: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a rate is no more exact than that")]
        let enough = (1..=FEW).find(|requests| f64::from(*requests) * LEAST_EACH >= bytes_per_second as f64);
        match (self, enough) {
            (Self::Auto | Self::AutoUpTo(_), Some(few)) => Self::Fixed(few.min(self.most())),
            (wanted, _) => wanted,
        }
    }
}

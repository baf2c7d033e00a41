//! The speed limit that the server keeps for one request.

use super::invalid_header::{InvalidHeader, refuse};
use crate::language::message;

/// The most bits a second that the server takes from one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficLimit(u64);

impl TrafficLimit {
    /// The least, in bits per second: 100 KiB/s.
    pub const LEAST: u64 = 819_200;
    /// The most, in bits per second: 100 MiB/s.
    pub const MOST: u64 = 838_860_800;

    /// Takes what the service takes.
    pub fn new(bits_per_second: u64) -> Result<Self, InvalidHeader> {
        if (Self::LEAST..=Self::MOST).contains(&bits_per_second) {
            return Ok(Self(bits_per_second));
        }
        refuse(message!(
            "{given} bit/s is out of range; COS takes {least} to {most} bit/s, which is 100KiB/s to 100MiB/s",
            given = bits_per_second,
            least = Self::LEAST,
            most = Self::MOST
        ))
    }

    /// As it is sent.
    pub fn bits_per_second(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traffic_limit_is_what_cos_takes() {
        assert_eq!(
            [819_200, 838_860_800].map(|bits| TrafficLimit::new(bits).unwrap().bits_per_second()),
            [819_200, 838_860_800]
        );
        assert_eq!(
            TrafficLimit::new(819_199).unwrap_err().to_string(),
            "819199 bit/s is out of range; COS takes 819200 to 838860800 bit/s, which is 100KiB/s to 100MiB/s"
        );
        assert!(TrafficLimit::new(838_860_801).is_err() && TrafficLimit::new(0).is_err());
    }
}

//! Sizes and durations, as people write and read them.
//!
//! `K`, `M`, `G`, `T` are binary like `KiB`…; `KB`… are decimal. The arithmetic is exact: a size that does not fit is
//! refused, never rounded or truncated.

use std::fmt;
use std::time::Duration;

use bytesize::ByteSize;

use crate::language::{Message, Phrase, message, phrase};

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSize(Phrase);

impl fmt::Display for InvalidSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("{why}; expected a size like 8MiB, 8M, 8MB or 8388608", why = self.0).fmt(f)
    }
}

impl std::error::Error for InvalidSize {}

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDuration(Phrase);

impl fmt::Display for InvalidDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("{why}; expected a duration like 90s, 5m or 7d", why = self.0).fmt(f)
    }
}

impl std::error::Error for InvalidDuration {}

/// Why a text is not a speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidBitRate(Phrase);

impl fmt::Display for InvalidBitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("{why}; expected a rate like 8Mbit, 1MB/s or 8000000 (bit/s)", why = self.0).fmt(f)
    }
}

impl std::error::Error for InvalidBitRate {}

/// Why a text is not a speed in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidByteRate(Phrase);

impl fmt::Display for InvalidByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("{why}; expected bytes per second, like 8MiB, 1MB/s or 500K", why = self.0).fmt(f)
    }
}

impl std::error::Error for InvalidByteRate {}

/// Reads a speed in bytes per second; the suffix `/s` is optional. A unit with a small `b` is refused, because many
/// people would mean bits.
pub fn parse_byte_rate(text: &str) -> Result<u64, InvalidByteRate> {
    let size = text.trim();
    let size = size.strip_suffix("/s").unwrap_or(size);
    if ["b", "bit", "bps"].iter().any(|bits| size.ends_with(bits)) {
        return Err(InvalidByteRate(phrase!("its unit is bits")));
    }
    parse_size(size).map_err(|InvalidSize(why)| InvalidByteRate(why))
}

/// Reads a speed in bits per second. Here `b` is a bit and `B` a byte, `M` is decimal and `Mi` binary; a unit without
/// `b` or `B` is refused, because it is ambiguous.
pub fn parse_bit_rate(text: &str) -> Result<u64, InvalidBitRate> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let unit =
        bits_of(suffix.trim()).ok_or(InvalidBitRate(phrase!("its unit is neither bits nor bytes per second")))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || (number.contains('.') && fraction.is_empty()) {
        return Err(InvalidBitRate(phrase!("its number is malformed")));
    }
    scaled(whole, fraction, unit).ok_or(InvalidBitRate(phrase!("it is too large")))
}

fn bits_of(suffix: &str) -> Option<u64> {
    if suffix.is_empty() {
        return Some(1);
    }
    let (prefix, bits) = ["bit/s", "bit", "bps", "b/s"]
        .iter()
        .find_map(|unit| Some((suffix.strip_suffix(unit)?, 1)))
        .or_else(|| Some((suffix.strip_suffix("B/s")?, 8)))?;
    let scale = match prefix {
        "" => 1,
        "k" | "K" => bytesize::KB,
        "M" => bytesize::MB,
        "G" => bytesize::GB,
        "Ki" => bytesize::KIB,
        "Mi" => bytesize::MIB,
        "Gi" => bytesize::GIB,
        _ => return None,
    };
    Some(bits * scale)
}

/// Reads a size in bytes. A fraction of a byte is dropped.
pub fn parse_size(text: &str) -> Result<u64, InvalidSize> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    if number.is_empty() {
        return Err(InvalidSize(if text.starts_with('-') {
            phrase!("it is negative")
        } else {
            phrase!("it has no number")
        }));
    }
    let unit = unit(suffix.trim()).ok_or(InvalidSize(phrase!("its unit is unknown")))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if number.contains('.') && (whole.is_empty() || fraction.is_empty() || fraction.contains('.')) {
        return Err(InvalidSize(phrase!("its number is malformed")));
    }
    if unit == 1 && !fraction.is_empty() {
        return Err(InvalidSize(phrase!("it is not a whole number of bytes")));
    }
    scaled(whole, fraction, unit).ok_or(InvalidSize(phrase!("it is too large")))
}

fn unit(suffix: &str) -> Option<u64> {
    Some(match suffix.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "ki" | "kib" => bytesize::KIB,
        "m" | "mi" | "mib" => bytesize::MIB,
        "g" | "gi" | "gib" => bytesize::GIB,
        "t" | "ti" | "tib" => bytesize::TIB,
        "kb" => bytesize::KB,
        "mb" => bytesize::MB,
        "gb" => bytesize::GB,
        "tb" => bytesize::TB,
        _ => return None,
    })
}

fn scaled(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    // Nine digits are finer than a byte of a gigabyte; more could overflow and would change nothing.
    let fraction = &fraction[..fraction.len().min(9)];
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let whole = u128::from(whole.parse::<u64>().ok()?);
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    u64::try_from((whole * scale + fraction) * u128::from(unit) / scale).ok()
}

/// Reads a duration above zero.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err(InvalidDuration(phrase!("it is zero"))),
        Ok(duration) => Ok(duration),
        Err(error) => Err(InvalidDuration(no_duration(&error))),
    }
}

fn no_duration(error: &humantime::DurationError) -> Phrase {
    use humantime::DurationError::{Empty, InvalidCharacter, NumberExpected, NumberOverflow, UnknownUnit};
    match error {
        Empty | NumberExpected(0) => phrase!("it has no number"),
        NumberExpected(_) | InvalidCharacter(_) => phrase!("its number is malformed"),
        UnknownUnit { unit, .. } if unit.is_empty() => phrase!("it has no unit"),
        UnknownUnit { .. } => phrase!("its unit is unknown"),
        NumberOverflow => phrase!("it is too large"),
    }
}

/// A number for people: `2,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let grouped = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    grouped.collect::<Vec<_>>().join(",")
}

/// A count for people: `1 request`, `2,000 requests`. The Chinese noun has its measure word.
pub fn counted(number: u64, noun: impl Into<Message>) -> Message {
    Message::of(&Counted { number, noun: noun.into() })
}

struct Counted {
    number: u64,
    noun: Message,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A noun that has no translation is English in a Chinese text, too.
        let is_plural = self.number != 1 && self.noun.text() == self.noun.english();
        write!(f, "{} {}{}", count(self.number), self.noun, if is_plural { "s" } else { "" })
    }
}

/// A size for people, in binary units: `6.2 KiB`.
pub fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// A rate for people: `5.1 MiB/s`; `None` if nothing was sent or no time passed.
pub fn rate(bytes: u64, elapsed: Duration) -> Option<String> {
    let milliseconds = elapsed.as_millis();
    if bytes == 0 || milliseconds == 0 {
        return None;
    }
    let rate = u128::from(bytes) * 1000 / milliseconds;
    Some(format!("{}/s", size(u64::try_from(rate).unwrap_or(u64::MAX))))
}

/// A duration for people; the longer it is, the coarser the unit: `0.8 s`, `88 s`, `12 min`, `3 h 20 min`.
pub fn duration(duration: Duration) -> Message {
    let seconds = duration.as_secs();
    match seconds {
        0..=9 => message!("{seconds} s", seconds = format_args!("{:.1}", duration.as_secs_f64())),
        10..=119 => message!("{seconds} s", seconds),
        120..=7199 => message!("{minutes} min", minutes = seconds / 60),
        7200..=172_799 => {
            message!("{hours} h {minutes} min", hours = seconds / 3600, minutes = seconds % 3600 / 60)
        }
        _ => message!("{days} d", days = seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::chinese;

    #[test]
    fn an_english_noun_is_plural_in_a_chinese_text() {
        assert_eq!(chinese(|| counted(2, "check").to_string()), "2 checks");
        assert_eq!(chinese(|| counted(1, "check").to_string()), "1 check");
    }

    #[test]
    fn letters_are_binary_and_kb_is_decimal() {
        let table = [
            ("0", 0),
            ("8388608", 8_388_608),
            ("12B", 12),
            ("1K", 1 << 10),
            ("1k", 1 << 10),
            ("8M", 8 << 20),
            ("8Mi", 8 << 20),
            ("8MiB", 8 << 20),
            ("8mib", 8 << 20),
            ("8 MiB", 8 << 20),
            (" 8MiB ", 8 << 20),
            ("3G", 3 << 30),
            ("2T", 2 << 40),
            ("1KB", 1_000),
            ("8MB", 8_000_000),
            ("1.5G", 1_610_612_736),
            ("1.5GB", 1_500_000_000),
            ("0.1K", 102),
            ("1.0000000001K", 1024),
            ("2GB", 2_000_000_000),
            ("2TB", 2_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, bytes) in table {
            assert_eq!(parse_size(text), Ok(bytes), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_the_reason() {
        let table = [
            ("", "it has no number"),
            ("MiB", "it has no number"),
            ("-1", "it is negative"),
            ("-8M", "it is negative"),
            ("+8M", "it has no number"),
            ("12XB", "its unit is unknown"),
            ("1P", "its unit is unknown"),
            ("8 M B", "its unit is unknown"),
            ("1e3", "its unit is unknown"),
            ("1,5G", "its unit is unknown"),
            (".5G", "its number is malformed"),
            ("5.G", "its number is malformed"),
            ("1.2.3G", "its number is malformed"),
            ("1.5", "it is not a whole number of bytes"),
            ("1.5B", "it is not a whole number of bytes"),
            ("18446744073709551616", "it is too large"),
            ("16777216T", "it is too large"),
            ("99999999999999999999999T", "it is too large"),
        ];
        for (text, why) in table {
            assert_eq!(parse_size(text), Err(InvalidSize(Phrase::new(why))), "{text:?}");
        }
        assert_eq!(
            parse_size("12XB").unwrap_err().to_string(),
            "its unit is unknown; expected a size like 8MiB, 8M, 8MB or 8388608"
        );
    }

    #[test]
    fn speeds_are_in_bits_or_bytes_and_say_which() {
        let table = [
            ("819200", 819_200),
            ("8Mbit", 8_000_000),
            ("8 Mbit/s", 8_000_000),
            ("8Mbps", 8_000_000),
            ("8Mb/s", 8_000_000),
            ("1MB/s", 8_000_000),
            ("1MiB/s", 8 << 20),
            ("100KiB/s", 819_200),
            ("100KB/s", 800_000),
            ("900kbit", 900_000),
            ("1.5Mbit", 1_500_000),
            ("0.5Gbit", 500_000_000),
            ("1Mibit", 1 << 20),
        ];
        for (text, bits) in table {
            assert_eq!(parse_bit_rate(text), Ok(bits), "{text}");
        }
        for bad in ["8M", "1MB", "8mbit", "1mb/s", "8X", "fast", "8Mbit/h"] {
            assert_eq!(
                parse_bit_rate(bad),
                Err(InvalidBitRate(Phrase::new("its unit is neither bits nor bytes per second"))),
                "{bad}"
            );
        }
        for bad in ["", "Mbit", "1.2.3Mbit", ".5Mbit", "5.Mbit"] {
            assert_eq!(parse_bit_rate(bad), Err(InvalidBitRate(Phrase::new("its number is malformed"))), "{bad}");
        }
        assert_eq!(parse_bit_rate("99999999999999999999"), Err(InvalidBitRate(Phrase::new("it is too large"))));
    }

    #[test]
    fn a_speed_in_bytes_is_a_size_and_never_in_bits() {
        let table = [("4096", 4096), ("8MiB", 8 << 20), ("1MB", 1_000_000), ("1MB/s", 1_000_000), (" 1.5k/s ", 1536)];
        for (text, bytes) in table {
            assert_eq!(parse_byte_rate(text), Ok(bytes), "{text}");
        }
        for bad in ["8Mbit", "8Mb", "8Mb/s", "8Mbps", "8Mbit/s"] {
            assert_eq!(parse_byte_rate(bad), Err(InvalidByteRate(Phrase::new("its unit is bits"))), "{bad}");
        }
        assert_eq!(
            parse_byte_rate("fast").unwrap_err().to_string(),
            "it has no number; expected bytes per second, like 8MiB, 1MB/s or 500K"
        );
    }

    #[test]
    fn durations_have_a_unit_and_are_not_zero() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        assert_eq!(parse_duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("0s").unwrap_err().to_string(), "it is zero; expected a duration like 90s, 5m or 7d");
        for bad in ["", "10", "-1s", "soon", "99999999999999999999d"] {
            assert!(parse_duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_and_durations_are_short_for_people() {
        assert_eq!([0, 1023, 6349, 512 << 20, 5 << 40].map(size), ["0 B", "1023 B", "6.2 KiB", "512.0 MiB", "5.0 TiB"]);
        let printed = [0, 9, 10, 119, 120, 7199, 7200, 172_799, 172_800].map(|s| duration(Duration::from_secs(s)));
        assert_eq!(printed, ["0.0 s", "9.0 s", "10 s", "119 s", "2 min", "119 min", "2 h 0 min", "47 h 59 min", "2 d"]);
    }
}

//! Times of expiry: RFC 3339 with any offset, or seconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// The last second of the year 9999, the latest time in RFC 3339.
const LAST: u64 = 253_402_300_799;

/// Reads a time in RFC 3339, with `Z` or an offset such as China's `+08:00`.
pub(crate) fn rfc3339(text: &str) -> Option<SystemTime> {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return date_time(local);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let offset = Duration::from_secs((two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?) * 60);
    let local = date_time(local)?;
    match sign {
        "+" => local.checked_sub(offset).filter(|time| *time >= UNIX_EPOCH),
        "-" => local.checked_add(offset).filter(|time| *time <= UNIX_EPOCH + Duration::from_secs(LAST)),
        _ => None,
    }
}

/// A time that RFC 3339 can express, so that printing it cannot fail.
pub(crate) fn unix(seconds: u64) -> Option<SystemTime> {
    (seconds <= LAST).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Reads a JSON number of seconds, or RFC 3339 in a string.
pub(crate) fn json(value: &Value) -> Option<SystemTime> {
    match value {
        Value::String(text) => rfc3339(text),
        Value::Number(number) => {
            let seconds = number.as_u64().or_else(|| {
                let seconds = Duration::try_from_secs_f64(number.as_f64()?).ok()?;
                Some(seconds.as_secs())
            });
            unix(seconds?)
        }
        _ => None,
    }
}

fn date_time(local: &str) -> Option<SystemTime> {
    let separated = local.as_bytes().get(10).is_some_and(|separator| b"Tt ".contains(separator));
    let text = local.get(..10).zip(local.get(11..)).filter(|_| separated)?;
    humantime::parse_rfc3339(&format!("{}T{}Z", text.0, text.1)).ok()
}

fn two_digits(text: &str, most: u64) -> Option<u64> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as value;

    #[test]
    fn rfc3339_is_read_with_any_offset() {
        let time = unix(1_700_003_600);
        for text in [
            "2023-11-14T23:13:20Z",
            "2023-11-14t23:13:20z",
            "2023-11-14 23:13:20Z",
            "2023-11-15T07:13:20+08:00",
            "2023-11-14T18:43:20-04:30",
        ] {
            assert_eq!(rfc3339(text), time, "{text}");
        }
        assert_eq!(rfc3339("2023-11-14T23:13:20.5Z"), time.map(|time| time + Duration::from_millis(500)));
    }

    #[test]
    fn a_malformed_time_is_none() {
        for text in
            ["", "Z", "2023-11-14", "2023-11-14T23:13:20", "2023-11-14T23:13:20+8:00", "2023-11-14T23:13:20+99:00"]
        {
            assert_eq!(rfc3339(text), None, "{text}");
        }
        for text in [
            "1970-01-01T00:00:00+08:00",
            "9999-12-31T23:59:59-00:01",
            "2023-13-14T23:13:20Z",
            "ééééééééééé+08:00",
            "+08:0é",
            "2023-11-1éT2:13:20Z",
        ] {
            assert_eq!(rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn json_times_are_numbers_or_strings() {
        assert_eq!(json(&value!(1_700_003_600)), unix(1_700_003_600));
        assert_eq!(json(&value!(1_700_003_600.25)), unix(1_700_003_600));
        assert_eq!(json(&value!("2023-11-14T23:13:20Z")), unix(1_700_003_600));
        for wrong in [value!(-1), value!(1e300), value!(u64::MAX), value!(null), value!([1])] {
            assert_eq!(json(&wrong), None, "{wrong}");
        }
    }
}

//! The headers of one value each, and what each takes: the content type and its like, the ACL and grants, and the storage
//! class.

use std::time::{Duration, SystemTime};

use super::{InvalidHeader, check_value, refuse};

const ACLS: [&str; 6] =
    ["default", "private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"];
/// The storage classes that the documentation names, in the spelling that is sent.
pub const STORAGE_CLASSES: [&str; 10] = [
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
    "MAZ_ARCHIVE",
    "MAZ_DEEP_ARCHIVE",
];

/// Fields with one value each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `Content-Type`.
    ContentType,
    /// `Cache-Control`.
    CacheControl,
    /// `Content-Disposition`.
    ContentDisposition,
    /// `Content-Encoding`.
    ContentEncoding,
    /// `Content-Language`.
    ContentLanguage,
    /// `Expires`.
    Expires,
    /// `x-cos-acl`.
    Acl,
    /// `x-cos-grant-read`.
    GrantRead,
    /// `x-cos-grant-write`.
    GrantWrite,
    /// `x-cos-grant-full-control`.
    GrantFullControl,
    /// `x-cos-grant-read-acp`.
    GrantReadAcp,
    /// `x-cos-grant-write-acp`.
    GrantWriteAcp,
    /// `x-cos-storage-class`.
    StorageClass,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::ContentType,
        Self::CacheControl,
        Self::ContentDisposition,
        Self::ContentEncoding,
        Self::ContentLanguage,
        Self::Expires,
        Self::Acl,
        Self::GrantRead,
        Self::GrantWrite,
        Self::GrantFullControl,
        Self::GrantReadAcp,
        Self::GrantWriteAcp,
        Self::StorageClass,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentType => "Content-Type",
            Self::CacheControl => "Cache-Control",
            Self::ContentDisposition => "Content-Disposition",
            Self::ContentEncoding => "Content-Encoding",
            Self::ContentLanguage => "Content-Language",
            Self::Expires => "Expires",
            Self::Acl => "x-cos-acl",
            Self::GrantRead => "x-cos-grant-read",
            Self::GrantWrite => "x-cos-grant-write",
            Self::GrantFullControl => "x-cos-grant-full-control",
            Self::GrantReadAcp => "x-cos-grant-read-acp",
            Self::GrantWriteAcp => "x-cos-grant-write-acp",
            Self::StorageClass => "x-cos-storage-class",
        }
    }

    /// Reads a value as people write it, into what is sent.
    pub fn value(self, text: &str) -> Result<String, InvalidHeader> {
        check_value(text)?;
        match self {
            Self::ContentType => content_type(text),
            Self::Expires => expires(text),
            Self::Acl => one_of(&ACLS, &text.to_ascii_lowercase()),
            Self::StorageClass => one_of(&STORAGE_CLASSES, &text.to_ascii_uppercase()),
            Self::GrantRead | Self::GrantWrite | Self::GrantFullControl | Self::GrantReadAcp | Self::GrantWriteAcp => {
                grant(text)
            }
            Self::CacheControl | Self::ContentDisposition | Self::ContentEncoding | Self::ContentLanguage => {
                Ok(text.to_owned())
            }
        }
    }
}

fn one_of(known: &[&str], text: &str) -> Result<String, InvalidHeader> {
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    refuse(format!("expected {}", known.join(", ")))
}

fn content_type(text: &str) -> Result<String, InvalidHeader> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    match essence.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(text.to_owned()),
        _ => refuse("expected a type like text/html; charset=utf-8"),
    }
}

/// An HTTP date, made of one or of RFC 3339.
fn expires(text: &str) -> Result<String, InvalidHeader> {
    let time = httpdate::parse_http_date(text).ok().or_else(|| rfc3339(text));
    // Years beyond four digits cannot be written as an HTTP date.
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    match time.filter(|time| *time <= last) {
        Some(time) => Ok(httpdate::fmt_http_date(time)),
        None => refuse("expected a date like 2030-01-31T12:00:00Z or Thu, 31 Jan 2030 12:00:00 GMT"),
    }
}

fn rfc3339(text: &str) -> Option<SystemTime> {
    let utc = |text: &str| humantime::parse_rfc3339(&format!("{}Z", text.replace(['t', ' '], "T"))).ok();
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return utc(local);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let offset = Duration::from_secs(hours * 3600 + minutes * 60);
    match sign {
        "+" => utc(local)?.checked_sub(offset).filter(|time| *time >= SystemTime::UNIX_EPOCH),
        "-" => utc(local)?.checked_add(offset),
        _ => None,
    }
}

/// `id="100000000001"`, with commas between several.
fn grant(text: &str) -> Result<String, InvalidHeader> {
    let named = |grantee: &str| {
        let id = grantee.trim().strip_prefix("id=\"").and_then(|rest| rest.strip_suffix('"'));
        id.is_some_and(|id| !id.is_empty() && id.is_ascii() && !id.contains('"'))
    };
    if text.split(',').all(named) {
        return Ok(text.to_owned());
    }
    refuse("expected id=\"100000000001\", with commas between several")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            (Field::ContentType, "text/html; charset=utf-8", "text/html; charset=utf-8"),
            (Field::CacheControl, "max-age=60", "max-age=60"),
            (Field::ContentDisposition, "attachment; filename=\"报告.pdf\"", "attachment; filename=\"报告.pdf\""),
            (Field::Expires, "Wed, 25 Mar 2020 10:07:14 GMT", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T10:07:14Z", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25 18:07:14+08:00", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T05:37:14.5-04:30", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Acl, "Public-Read", "public-read"),
            (Field::StorageClass, "Standard_IA", "STANDARD_IA"),
            (Field::GrantRead, "id=\"1\", id=\"qcs::cam::uin/1:uin/2\"", "id=\"1\", id=\"qcs::cam::uin/1:uin/2\""),
        ];
        for (field, text, sent) in table {
            assert_eq!(field.value(text).as_deref(), Ok(sent), "{field:?}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for field in Field::ALL {
            for bad in ["", "  ", "a\r\nb", "a\u{0}", " a", "a\t"] {
                assert!(field.value(bad).is_err(), "{field:?} {bad:?}");
            }
        }
        let table = [
            (Field::ContentType, "html"),
            (Field::ContentType, "text/"),
            (Field::ContentType, "a b/c"),
            (Field::Expires, "0"),
            (Field::Expires, "tomorrow"),
            (Field::Expires, "2020-13-01T00:00:00Z"),
            (Field::Expires, "2020-03-25T10:07:14"),
            (Field::Acl, "public-read-write"),
            (Field::StorageClass, "CHEAP"),
            (Field::GrantRead, "100000000001"),
            (Field::GrantRead, "id=\"1\","),
        ];
        for (field, bad) in table {
            assert!(field.value(bad).unwrap_err().to_string().starts_with("expected "), "{field:?} {bad:?}");
        }
    }
}

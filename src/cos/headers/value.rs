//! How the values of fields are read, from the form that people write to the form that is sent.

use std::time::{Duration, SystemTime};

use super::invalid_header::{InvalidHeader, check_ascii, refuse};
use crate::language::{Series, message};

/// The ACLs of objects, in the spelling that is sent.
pub const ACLS: [&str; 6] =
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

/// The longest target of a redirect, in bytes.
const LONGEST_REDIRECT: usize = 2 << 10;

/// Any text of ASCII.
pub(super) fn text(text: &str) -> Result<String, InvalidHeader> {
    check_ascii(text).map(|()| text.to_owned())
}

/// An ACL, in any case.
pub(super) fn acl(text: &str) -> Result<String, InvalidHeader> {
    one_of(&ACLS, &text.to_ascii_lowercase())
}

/// A storage class, in any case.
pub(super) fn storage_class(text: &str) -> Result<String, InvalidHeader> {
    one_of(&STORAGE_CLASSES, &text.to_ascii_uppercase())
}

/// The target of a redirect: a path in the same bucket, or a URL.
pub(super) fn redirect_location(text: &str) -> Result<String, InvalidHeader> {
    check_ascii(text)?;
    if !["/", "http://", "https://"].iter().any(|start| text.starts_with(start)) {
        return refuse(message!("expected a target that begins with /, http:// or https://"));
    }
    if text.len() > LONGEST_REDIRECT {
        return refuse(message!(
            "expected at most {most} bytes; it has {size}",
            most = LONGEST_REDIRECT,
            size = text.len()
        ));
    }
    Ok(text.to_owned())
}

fn one_of(known: &[&str], text: &str) -> Result<String, InvalidHeader> {
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    refuse(message!("expected {names}", names = Series(known)))
}

/// A type and a subtype, perhaps with parameters.
pub(super) fn content_type(text: &str) -> Result<String, InvalidHeader> {
    check_ascii(text)?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    match essence.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(text.to_owned()),
        _ => refuse(message!("expected a type like text/html; charset=utf-8")),
    }
}

/// An HTTP date, read from one or from RFC 3339.
pub(super) fn expires(text: &str) -> Result<String, InvalidHeader> {
    check_ascii(text)?;
    let time = httpdate::parse_http_date(text).ok().or_else(|| rfc3339(text));
    // Years beyond four digits cannot be written as an HTTP date.
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    match time.filter(|time| *time <= last) {
        Some(time) => Ok(httpdate::fmt_http_date(time)),
        None => refuse(message!("expected a date like 2030-01-31T12:00:00Z or Thu, 31 Jan 2030 12:00:00 GMT")),
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
pub(super) fn grant(text: &str) -> Result<String, InvalidHeader> {
    check_ascii(text)?;
    let named = |grantee: &str| {
        let id = grantee.trim().strip_prefix("id=\"").and_then(|rest| rest.strip_suffix('"'));
        id.is_some_and(|id| !id.is_empty() && id.is_ascii() && !id.contains('"'))
    };
    if text.split(',').all(named) {
        return Ok(text.to_owned());
    }
    refuse(message!("expected id=\"100000000001\", with commas between several"))
}

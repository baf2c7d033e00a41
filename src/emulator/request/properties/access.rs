//! The access control headers of PUT and Initiate (document 436/7749). They are checked and stored. Only
//! `public-read` has an effect.

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

const ACL: &str = "x-cos-acl";
const ACLS: [&str; 6] =
    ["default", "private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"];
const GRANT: &str = "x-cos-grant-";
const GRANTS: [&str; 5] = ["read", "write", "read-acp", "write-acp", "full-control"];

/// True for an access control header; the name is in lower case.
pub(crate) fn is_access(name: &str) -> bool {
    name == ACL || name.starts_with(GRANT)
}

/// Refuses an unknown header or a malformed value.
pub(crate) fn check(name: &str, value: &str) -> Result<(), Refusal> {
    let known = match name.strip_prefix(GRANT) {
        Some(right) => GRANTS.contains(&right) && value.split(',').all(names_someone),
        None => ACLS.contains(&value),
    };
    if known { Ok(()) } else { Err(refusal::INVALID_ARGUMENT.saying(format!("{name} has an unknown value."))) }
}

/// True if these headers let everyone read the object.
pub(crate) fn is_public(access: &[(String, String)]) -> bool {
    access.iter().any(|(name, value)| name == ACL && value == "public-read")
}

/// The access control headers of a request, checked.
pub(crate) fn requested(head: &RequestHead) -> Result<Vec<(String, String)>, Refusal> {
    let mut access = Vec::new();
    for (name, value) in head.headers.iter().filter(|(_, value)| !value.trim().is_empty()) {
        let name = name.to_ascii_lowercase();
        if is_access(&name) {
            check(&name, value)?;
            access.push((name, value.to_owned()));
        }
    }
    Ok(access)
}

/// The grants of these headers: the grantee, `None` for everyone, and the permission.
pub(crate) fn grants(access: &[(String, String)]) -> Vec<(Option<String>, String)> {
    let mut grants = Vec::new();
    if is_public(access) {
        grants.push((None, "READ".to_owned()));
    }
    for (name, value) in access {
        let Some(right) = name.strip_prefix(GRANT) else { continue };
        let right = right.replace('-', "_").to_ascii_uppercase();
        let ids =
            value.split(',').filter_map(|grantee| Some(grantee.trim().strip_prefix("id=\"")?.trim_end_matches('"')));
        grants.extend(ids.map(|id| (Some(id.to_owned()), right.clone())));
    }
    grants
}

/// True for `id="…"`.
fn names_someone(grantee: &str) -> bool {
    let id = grantee.trim().strip_prefix("id=\"").and_then(|rest| rest.strip_suffix('"'));
    id.is_some_and(|id| !id.is_empty() && !id.contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_and_grantees_pass_and_others_do_not() {
        for (name, value, passes) in [
            ("x-cos-acl", "default", true),
            ("x-cos-acl", "public-read", true),
            ("x-cos-acl", "public", false),
            ("x-cos-grant-read", "id=\"100000000001\"", true),
            ("x-cos-grant-full-control", "id=\"1\", id=\"qcs::cam::uin/1:uin/2\"", true),
            ("x-cos-grant-read", "100000000001", false),
            ("x-cos-grant-read", "id=\"\"", false),
            ("x-cos-grant-read", "", false),
            ("x-cos-grant-everything", "id=\"1\"", false),
        ] {
            assert_eq!(check(name, value).is_ok(), passes, "{name}: {value}");
        }
    }
}

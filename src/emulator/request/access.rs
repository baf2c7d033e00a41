//! The access control headers of PUT and Initiate (document 436/7749). They are checked and stored, but not enforced.

use crate::emulator::answer::refusal;
use crate::emulator::answer::refusal::Refusal;

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

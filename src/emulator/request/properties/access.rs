//! The access control headers of PUT and Initiate (document 436/7749). They are checked and stored. Only
//! `public-read` has an effect.

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

const ACL: &str = "x-cos-acl";
const ACLS: [&str; 6] =
    ["default", "private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"];
const PUBLIC_READ: &str = "public-read";
/// The ID that stands for everyone.
const ANYONE: &str = "qcs::cam::anyone:anyone";
/// The group of all users, which stands for everyone in documents.
pub(crate) const ALL_USERS: &str = "http://cam.qcloud.com/groups/global/AllUsers";
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
    grants(access).iter().any(|grant| grant.grantee.is_none() && ["READ", "FULL_CONTROL"].contains(&&*grant.permission))
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

/// One entry of an ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The complete ID of an account; `None` for everyone.
    pub(crate) grantee: Option<String>,
    pub(crate) permission: String,
}

/// The grants of these headers.
pub(crate) fn grants(access: &[(String, String)]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (name, value) in access {
        if name == ACL && value == PUBLIC_READ {
            grants.push(Grant { grantee: None, permission: "READ".to_owned() });
        }
        let Some(right) = name.strip_prefix(GRANT) else { continue };
        let permission = right.replace('-', "_").to_ascii_uppercase();
        let ids = value.split(',').filter_map(|id| id.trim().strip_prefix("id=\"")?.strip_suffix('"'));
        let grant =
            |id| Grant { grantee: Some(complete_id(id)).filter(|id| id != ANYONE), permission: permission.clone() };
        grants.extend(ids.map(grant));
    }
    grants
}

/// The headers that have the meaning of the grants in a document. Without a grant for everyone the object is private.
pub(crate) fn of_grants(grants: &[Grant]) -> Result<Vec<(String, String)>, Refusal> {
    let mut access = vec![(ACL.to_owned(), "private".to_owned())];
    for Grant { grantee, permission } in grants {
        let name = format!("{GRANT}{}", permission.to_ascii_lowercase().replace('_', "-"));
        let value = format!("id=\"{}\"", grantee.as_deref().unwrap_or(ANYONE));
        check(&name, &value)?;
        match (grantee.as_deref(), permission.as_str()) {
            (None | Some(ANYONE), "READ") => PUBLIC_READ.clone_into(&mut access[0].1),
            _ => access.push((name, value)),
        }
    }
    Ok(access)
}

/// The complete ID of an account: `qcs::cam::uin/OWNER:uin/OWNER` for `OWNER`, and with the subaccount for `OWNER/SUB`.
pub(crate) fn complete_id(id: &str) -> String {
    let (owner, user) = id.split_once('/').unwrap_or((id, id));
    if id.starts_with("qcs::") { id.to_owned() } else { format!("qcs::cam::uin/{owner}:uin/{user}") }
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
    #[test]
    fn grants_survive_a_document() {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        for (headers, public, count) in [
            (&[("x-cos-acl", "public-read")][..], true, 1),
            (&[("x-cos-grant-read", "id=\"qcs::cam::anyone:anyone\"")], true, 1),
            (&[("x-cos-grant-read-acp", "id=\"qcs::cam::anyone:anyone\"")], false, 1),
            (&[("x-cos-acl", "private"), ("x-cos-grant-read", "id=\"1\", id=\"2/3\"")], false, 2),
        ] {
            let headers: Vec<_> = headers.iter().copied().map(pair).collect();
            let grants = grants(&headers);
            assert_eq!((is_public(&headers), grants.len()), (public, count), "{headers:?}");
            let again = of_grants(&grants).unwrap();
            assert_eq!((is_public(&again), super::grants(&again)), (public, grants));
        }
        assert_eq!(complete_id("2/3"), "qcs::cam::uin/2:uin/3");
        let unknown = Grant { grantee: None, permission: "EVERYTHING".to_owned() };
        assert_eq!(of_grants(&[unknown]).unwrap_err().code, "InvalidArgument");
    }
}

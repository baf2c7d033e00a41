//! The documents of GET Object acl and GET Bucket acl (documents 436/7744 and 436/7733).

use crate::cos::address::Bucket;

use super::document::appid;
use super::tree::Document;
use crate::emulator::request::properties::access::{ALL_USERS, Grant, complete_id};

/// An ACL: the owner has full control, besides the grants.
pub(crate) fn acl(bucket: &Bucket, grants: &[Grant]) -> Document {
    let owner = complete_id(appid(bucket));
    let own = Grant { grantee: Some(owner.clone()), permission: "FULL_CONTROL".to_owned() };
    let others = grants.iter().filter(|grant| **grant != own);
    let grants: Vec<_> = std::iter::once(&own).chain(others).collect();
    Document::new("AccessControlPolicy").owner(&owner).within("AccessControlList", |document| {
        document.each("Grant", &grants, |document, grant| {
            let document = match &grant.grantee {
                Some(id) => document.typed("Grantee", "CanonicalUser", |document| document.account(id)),
                None => document.typed("Grantee", "Group", |document| document.text_of("URI", ALL_USERS)),
            };
            document.text_of("Permission", &grant.permission)
        })
    })
}

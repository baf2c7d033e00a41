//! The documents of DELETE Multiple Objects, PUT Object tagging, PUT Object acl and PUT Bucket versioning.

use serde::Deserialize;

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::properties::access::ALL_USERS;
use crate::emulator::request::properties::{access, tags};

/// The most keys of DELETE Multiple Objects.
const MOST_KEYS: usize = 1000;

/// The body of DELETE Multiple Objects.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    pub(crate) keys: Vec<String>,
    /// True if only errors are answered.
    pub(crate) quiet: bool,
}

/// Reads the body of DELETE Multiple Objects.
pub(crate) fn deletion(body: &[u8]) -> Result<Deletion, Refusal> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "Quiet", default)]
        quiet: String,
        #[serde(rename = "Object", default)]
        objects: Vec<Object>,
    }
    #[derive(Deserialize)]
    struct Object {
        #[serde(rename = "Key")]
        key: String,
        #[serde(rename = "VersionId", default)]
        version: String,
    }
    let document: Document = read(body, "Delete")?;
    if document.objects.iter().any(|object| !object.version.is_empty()) {
        return Err(refusal::NOT_IMPLEMENTED.saying("The emulator does not implement VersionId here."));
    }
    if document.objects.is_empty() || document.objects.len() > MOST_KEYS {
        return Err(refusal::MALFORMED_XML.saying(format!("The list must have 1 to {MOST_KEYS} keys.")));
    }
    let keys = document.objects.into_iter().map(|object| object.key).collect();
    Ok(Deletion { keys, quiet: document.quiet.trim().eq_ignore_ascii_case("true") })
}

/// Reads the body of PUT Bucket versioning, which must turn versions on.
pub(crate) fn versioning(body: &[u8]) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        status: String,
    }
    let document: Document = read(body, "VersioningConfiguration")?;
    match document.status.trim() {
        "Enabled" => Ok(()),
        "Suspended" => Err(refusal::NOT_IMPLEMENTED.saying("The emulator does not suspend versions.")),
        _ => Err(refusal::INVALID_ARGUMENT.saying("Status must be Enabled or Suspended.")),
    }
}

/// Reads the body of PUT Object tagging.
pub(crate) fn tagging(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        tag_set: TagSet,
    }
    #[derive(Deserialize)]
    struct TagSet {
        #[serde(rename = "Tag", default)]
        tags: Vec<Tag>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Tag {
        key: String,
        value: String,
    }
    let document: Document = read(body, "Tagging")?;
    let tags: Vec<_> = document.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    tags::check(&tags)?;
    Ok(tags)
}

/// Reads the body of PUT Object acl, as the headers that have the same meaning.
pub(crate) fn acl(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        access_control_list: List,
    }
    #[derive(Deserialize)]
    struct List {
        #[serde(rename = "Grant", default)]
        grants: Vec<Grant>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Grant {
        grantee: Grantee,
        permission: String,
    }
    #[derive(Deserialize)]
    struct Grantee {
        #[serde(rename = "ID", default)]
        id: Option<String>,
        #[serde(rename = "URI", default)]
        uri: Option<String>,
    }
    let document: Document = read(body, "AccessControlPolicy")?;
    let grant = |Grant { grantee, permission }: Grant| match (grantee.id, grantee.uri.as_deref()) {
        (_, Some(ALL_USERS)) => Ok(access::Grant { grantee: None, permission }),
        (Some(id), None) => Ok(access::Grant { grantee: Some(id), permission }),
        _ => Err(refusal::INVALID_ARGUMENT.saying("The ACL has an unknown grantee.")),
    };
    let grants: Result<Vec<_>, _> = document.access_control_list.grants.into_iter().map(grant).collect();
    access::of_grants(&grants?)
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8], root: &str) -> Result<T, Refusal> {
    crate::cos::document::read(body, root).map_err(|_| refusal::MALFORMED_XML)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_lists_up_to_a_thousand_keys() {
        let list = |count: usize| format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(count));
        assert_eq!(deletion(list(1000).as_bytes()).map(|deletion| deletion.keys.len()), Ok(1000));
        for bad in [list(0), list(1001), "<a/>".to_owned()] {
            assert_eq!(deletion(bad.as_bytes()).unwrap_err().code, "MalformedXML");
        }
        let quiet = "<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>";
        assert_eq!(deletion(quiet.as_bytes()), Ok(Deletion { keys: vec!["a&b".to_owned()], quiet: true }));
        let version = "<Delete><Object><Key>k</Key><VersionId>1</VersionId></Object></Delete>";
        assert_eq!(deletion(version.as_bytes()).unwrap_err().code, "NotImplemented");
    }

    #[test]
    fn versions_can_be_turned_on() {
        let of = |status: &str| {
            let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
            versioning(body.as_bytes()).map_err(|refusal| refusal.code)
        };
        assert_eq!(of("Enabled"), Ok(()));
        assert_eq!((of("Suspended"), of("")), (Err("NotImplemented"), Err("InvalidArgument")));
        assert_eq!(versioning(b"<VersioningConfiguration/>").unwrap_err().code, "MalformedXML");
    }

    #[test]
    fn tags_and_acls_are_read() {
        let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        assert_eq!(tagging(tags.as_bytes()), Ok(vec![("a".to_owned(), "1".to_owned())]));
        assert_eq!(tagging(b"<Tagging><TagSet/></Tagging>"), Ok(vec![]));
        let body = format!(
            "<AccessControlPolicy xmlns:xsi=\"x\"><Owner><ID>o</ID></Owner><AccessControlList>\
             <Grant><Grantee xsi:type=\"Group\"><URI>{ALL_USERS}</URI></Grantee><Permission>READ</Permission></Grant>\
             <Grant><Grantee><ID>1</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>\
             </AccessControlList></AccessControlPolicy>"
        );
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [pair("x-cos-acl", "public-read"), pair("x-cos-grant-full-control", "id=\"1\"")];
        assert_eq!(acl(body.as_bytes()).unwrap(), expected);
        let anyone = body.replace("<ID>1</ID>", "<ID>1</ID><URI>other</URI>");
        assert_eq!(acl(anyone.as_bytes()).unwrap_err().code, "InvalidArgument");
    }
}

//! Tags, ACLs, appendable objects, and constant answers about buckets.

use cosput::cos::checksum::{Md5Digest, crc64};
use cosput::cos::objects::head_object;
use cosput::cos::request::{Method, Request};

use super::support::*;

fn sub_resource(test: &Test, method: Method, name: &'static str) -> Request {
    test.target("k").request(method).with_query(name, "")
}

async fn document(test: &Test, request: Request) -> String {
    let answer = test.send(request, "").await.unwrap();
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn tags_are_set_and_deleted() {
    let test = Test::new(&[]).await;
    let text = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let put = || with_document(sub_resource(&test, Method::Put, "tagging"), text);
    assert_eq!(status_and_code(&test.send(put(), text).await.unwrap()), (404, "NoSuchKey".into()));
    test.put("k", b"content").await.unwrap();
    assert_eq!(test.send(put(), text).await.unwrap().status, 200);
    let test = test.restart().await;
    assert_eq!(texts_of(&document(&test, sub_resource(&test, Method::Get, "tagging")).await, "Key"), ["a"]);
    let delete = sub_resource(&test, Method::Delete, "tagging");
    assert_eq!(test.send(delete, "").await.unwrap().status, 204);
    assert!(texts_of(&document(&test, sub_resource(&test, Method::Get, "tagging")).await, "Key").is_empty());
    assert_eq!(test.object("k"), Some(b"content".to_vec()));
    let wrong = text.replace("<Key>a", "<Key>&amp;");
    let put = with_document(sub_resource(&test, Method::Put, "tagging"), &wrong);
    assert_eq!(status_and_code(&test.send(put, wrong).await.unwrap()), (400, "InvalidTag".into()));
}

#[tokio::test]
async fn a_public_object_is_read_without_a_signature() {
    let test = Test::new(&[]).await;
    test.put("k", b"content").await.unwrap();
    let unsigned = || test.send_as_it_is(test.target("k").request(Method::Get), "");
    assert_eq!(status_and_code(&unsigned().await.unwrap()), (403, "AccessDenied".into()));
    let acl = || sub_resource(&test, Method::Put, "acl").with_header("Content-Length", "0");
    assert_eq!(test.send(acl().with_header("x-cos-acl", "public-read"), "").await.unwrap().status, 200);
    assert_eq!(&unsigned().await.unwrap().body[..], b"content");
    let text = document(&test, sub_resource(&test, Method::Get, "acl")).await;
    assert_eq!(texts_of(&text, "Permission"), ["FULL_CONTROL", "READ"]);
    assert!(text.contains(" xsi:type=\"Group\"><URI>http://cam.qcloud.com/groups/global/AllUsers</URI>"), "{text}");
    assert!(text.contains(" xsi:type=\"CanonicalUser\"><ID>qcs::cam::uin/1250000000:uin/1250000000</ID>"), "{text}");
    let put = with_document(sub_resource(&test, Method::Put, "acl"), &text);
    assert_eq!(test.send(put, text.clone()).await.unwrap().status, 200, "what was read can be written");
    assert_eq!(document(&test, sub_resource(&test, Method::Get, "acl")).await, text);

    let body = "<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>100000000001</ID></Grantee>\
                <Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    let put = with_document(sub_resource(&test, Method::Put, "acl"), body);
    assert_eq!(test.send(put, body).await.unwrap().status, 200);
    assert_eq!(status_and_code(&unsigned().await.unwrap()), (403, "AccessDenied".into()));
    let text = document(&test, sub_resource(&test, Method::Get, "acl")).await;
    assert_eq!(texts_of(&text, "DisplayName")[2..], ["qcs::cam::uin/100000000001:uin/100000000001"]);
    assert_eq!(
        status_and_code(&test.send(acl().with_header("x-cos-acl", "public"), "").await.unwrap()).1,
        "InvalidArgument"
    );
}

#[tokio::test]
async fn an_object_grows_by_appending() {
    let test = Test::new(&[]).await;
    let append = |position: &str, content: &[u8]| {
        let request = test.target("k").request(Method::Post).with_query("append", "").with_query("position", position);
        request.with_header("Content-Length", content.len().to_string())
    };
    let answer = test.send(append("0", b"abc"), "abc").await.unwrap();
    assert_eq!((answer.status, answer.headers.get("x-cos-next-append-position")), (200, Some("3")));
    let answer = test.send(append("0", b"xyz"), "xyz").await.unwrap();
    assert_eq!(status_and_code(&answer), (409, "PositionNotEqualToLength".into()));
    let answer = test.send(append("3", b"de"), "de").await.unwrap();
    assert_eq!(answer.headers.get("x-cos-hash-crc64ecma"), Some(crc64(b"abcde").to_string().as_str()));
    let test = test.restart().await;
    let head = test.send(head_object::request(&test.target("k")), "").await.unwrap();
    assert_eq!(head.headers.get("x-cos-object-type"), Some("appendable"));
    assert_eq!((head.headers.get("content-length"), test.object("k")), (Some("5"), Some(b"abcde".to_vec())));

    test.put("k", b"abcde").await.unwrap();
    let request = test.target("k").request(Method::Post).with_query("append", "").with_query("position", "5");
    let answer = test.send(request.with_header("Content-Length", "1"), "x").await.unwrap();
    assert_eq!(status_and_code(&answer), (409, "ObjectNotAppendable".into()));
}

#[tokio::test]
async fn an_append_is_checked_against_its_own_md5() {
    let test = Test::new(&[]).await;
    let append = |position: usize, content: &'static str, md5: String| {
        let request = sub_resource(&test, Method::Post, "append").with_query("position", position.to_string());
        let request = request.with_header("Content-Length", content.len().to_string());
        test.send(request.with_header("Content-MD5", md5), content)
    };
    let md5 = |content: &str| Md5Digest::of(content.as_bytes()).base64();
    assert_eq!(append(0, "one", md5("one")).await.unwrap().status, 200);
    assert_eq!(status_and_code(&append(3, "two", md5("other")).await.unwrap()), (400, "BadDigest".into()));
    assert_eq!(append(3, "two", md5("two")).await.unwrap().status, 200);
    assert_eq!(test.object("k"), Some(b"onetwo".to_vec()));
}

#[tokio::test]
async fn of_two_appends_at_one_position_one_succeeds() {
    let test = Test::new(&[]).await;
    let append = |position: usize, content: Vec<u8>| {
        let request = sub_resource(&test, Method::Post, "append").with_query("position", position.to_string());
        test.send(request.with_header("Content-Length", content.len().to_string()), content)
    };
    let mut length = 0;
    for round in 0..8 {
        let both = tokio::join!(append(length, bytes(MIB, round)), append(length, bytes(MIB, 100 + round)));
        let mut answers = [status_and_code(&both.0.unwrap()), status_and_code(&both.1.unwrap())];
        answers.sort();
        assert_eq!(answers, [(200, String::new()), (409, "PositionNotEqualToLength".into())]);
        length += MIB;
        assert_eq!(test.object("k").unwrap().len(), length);
    }
}

#[tokio::test]
async fn an_appendable_object_cannot_be_copied() {
    let test = Test::new(&[]).await;
    let request = sub_resource(&test, Method::Post, "append").with_query("position", "0");
    assert_eq!(test.send(request.with_header("Content-Length", "1"), "x").await.unwrap().status, 200);
    let copy = test.target("copy").request(Method::Put).with_header("Content-Length", "0");
    let answer = test.send(copy.with_header("x-cos-copy-source", format!("{BUCKET}/k")), "").await.unwrap();
    assert_eq!(status_and_code(&answer), (400, "InvalidRequest".into()));
    assert_eq!(test.object("copy"), None);
}

#[tokio::test]
async fn buckets_are_listed_in_pages_with_their_owner() {
    let test = Test::new(&[]).await;
    let at = |method: Method, path: &str| Request {
        path: path.to_owned(),
        wire_path: path.to_owned(),
        ..test.address().request(method).with_header("Content-Length", "0")
    };
    for path in ["/a-1250000000", "/b-1250000000", "/c-1250000000"] {
        assert_eq!(test.send(at(Method::Put, path), "").await.unwrap().status, 200);
    }
    let page = async |query: &[(&'static str, &str)]| {
        let request =
            query.iter().fold(at(Method::Get, "/"), |request, (name, value)| request.with_query(name, *value));
        document(&test, request).await
    };
    let all = page(&[("max-keys", "2000")]).await;
    assert_eq!(texts_of(&all, "Name"), ["a-1250000000", "b-1250000000", "c-1250000000"]);
    assert_eq!(text_of(&all, "ID").as_deref(), Some("qcs::cam::uin/1250000000:uin/1250000000"));
    assert_eq!((texts_of(&all, "CreationDate").len(), text_of(&all, "IsTruncated").as_deref()), (3, Some("false")));
    let first = page(&[("max-keys", "2")]).await;
    assert_eq!((text_of(&first, "NextMarker").as_deref(), texts_of(&first, "Name").len()), (Some("b-1250000000"), 2));
    let second = page(&[("marker", "b-1250000000"), ("region", "ap-beijing")]).await;
    assert_eq!(texts_of(&second, "Name"), ["c-1250000000"]);
}

#[tokio::test]
async fn versioning_location_and_acl_of_a_bucket_are_constant() {
    let test = Test::new(&[]).await;
    let get = |name: &'static str| test.address().request(Method::Get).with_query(name, "");
    assert!(document(&test, get("versioning")).await.ends_with("<VersioningConfiguration></VersioningConfiguration>"));
    assert!(document(&test, get("location")).await.ends_with("<LocationConstraint>local</LocationConstraint>"));
    assert_eq!(texts_of(&document(&test, get("acl")).await, "Permission"), ["FULL_CONTROL"]);
}

//! Requests that the service refuses or treats specially, and that a lenient server would accept.

use cosput::cos::checksum::Md5Digest;
use cosput::cos::request::{Headers, Method};
use cosput::cos::{Credentials, Region, objects::head_object, objects::put_object, sign};
use cosput::emulator::{Operation, Options, start};

use super::support::*;

#[tokio::test]
async fn sub_resources_that_are_not_implemented_change_nothing() {
    let test = Test::new(&[]).await;
    test.put("k", b"old").await.unwrap();
    for name in ["symlink", "retention", "legal-hold", "rename", "restore", "x"] {
        for method in [Method::Put, Method::Delete, Method::Post, Method::Get] {
            let request = test.target("k").request(method).with_query(name, "").with_header("Content-Length", "3");
            let answer = test.send(request, "new").await.unwrap();
            assert_eq!(status_and_code(&answer), (501, "NotImplemented".into()), "{method:?} {name}");
            assert!(String::from_utf8_lossy(&answer.body).contains(name), "{name}");
        }
    }
    assert_eq!(test.object("k"), Some(b"old".to_vec()));
    assert_eq!(test.stored(Operation::PutObject), 1);
}

#[tokio::test]
async fn a_host_without_an_appid_is_refused() {
    let test = Test::new(&[]).await;
    let request = test.target("k").request(Method::Put).with_header("Content-Length", "1");
    let request = at_host(request, "examplebucket.cos.ap-guangzhou.myqcloud.com", "/build-17/app.js");
    assert_eq!(status_and_code(&test.send(request, "x").await.unwrap()), (400, "InvalidBucketName".into()));
    assert!(!test.dir.path().join("build-17").exists());
}

#[tokio::test]
async fn the_region_of_the_host_counts() {
    let dir = tempfile::tempdir().unwrap();
    let region = Some(Region::new("ap-beijing").unwrap());
    let emulator = start(Options { region, ..options(dir.path(), &[]) }).await.unwrap();
    let test = Test { emulator, client: client(), dir, service: cosput::cos::Service::Cos };
    let head = |region: &str| {
        at_host(test.address().request(Method::Head), &format!("{BUCKET}.cos.{region}.myqcloud.com"), "/")
    };
    let right = test.send(head("ap-beijing"), "").await.unwrap();
    assert_eq!((right.status, right.headers.get("x-cos-bucket-region")), (200, Some("ap-beijing")));
    assert_eq!(test.send(head("ap-shanghai"), "").await.unwrap().status, 404);
    let list = at_host(test.address().request(Method::Get), &format!("{BUCKET}.cos.ap-shanghai.myqcloud.com"), "/");
    let answer = test.send(list, "").await.unwrap();
    assert_eq!(status_and_code(&answer), (404, "NoSuchBucket".into()));
    assert!(String::from_utf8_lossy(&answer.body).contains("ap-beijing"));
    let list = test.send(test.address().request(Method::Get), "").await.unwrap();
    assert_eq!(list.headers.get("x-cos-bucket-region"), Some("ap-beijing"));
}

#[tokio::test]
async fn keys_that_clients_should_not_use_are_kept_as_they_are() {
    let test = Test::new(&[]).await;
    for path in ["//a", "/\\b", "/c\u{1a}", "/d\r\n"] {
        let path = format!("/{BUCKET}{path}");
        assert_eq!(test.send(raw(&test, Method::Put, &path), "x").await.unwrap().status, 200, "{path}");
    }
    let listed = test.list(&[("encoding-type", "url")]).await;
    assert_eq!(texts_of(&listed, "Key"), ["/a", "%5Cb", "c%1A", "d%0D%0A"]);
    let test = test.restart().await;
    let listed = test.list(&[]).await;
    assert_eq!(
        texts_of(&listed, "Key"),
        ["/a", "\\b", "c\u{fffd}", "d&#13;\n"],
        "a reader of XML turns a plain carriage return into a line feed"
    );
    let get = test.send(raw(&test, Method::Get, &format!("/{BUCKET}//a")), "").await.unwrap();
    assert_eq!(&get.body[..], b"x");
}

#[tokio::test]
async fn the_extension_of_the_key_decides_the_type_and_an_empty_header_is_none() {
    let test = Test::new(&[]).await;
    let headers: Headers = [("Cache-Control", "")].into_iter().collect();
    let request = put_object::request(&test.target("dir/1.zip"), &headers, 1, None);
    assert_eq!(test.send(request, "x").await.unwrap().status, 200);
    let head = test.send(head_object::request(&test.target("dir/1.zip")), "").await.unwrap();
    assert_eq!(head.headers.get("content-type"), Some("application/zip"));
    assert_eq!(head.headers.get("cache-control"), None);
    test.put("none", b"x").await.unwrap();
    let head = test.send(head_object::request(&test.target("none")), "").await.unwrap();
    assert_eq!(head.headers.get("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn initiate_refuses_to_overwrite() {
    let test = Test::new(&[]).await;
    test.put("k", b"old").await.unwrap();
    let initiate = |key: &str| {
        let request = test.target(key).request(Method::Post).with_query("uploads", "");
        request.with_header("Content-Length", "0").with_header("x-cos-forbid-overwrite", "true")
    };
    assert_eq!(status_and_code(&test.send(initiate("k"), "").await.unwrap()), (409, "FileAlreadyExists".into()));
    assert_eq!(test.send(initiate("other"), "").await.unwrap().status, 200);
}

#[tokio::test]
async fn several_objects_are_deleted_by_one_document() {
    let test = Test::new(&[]).await;
    for key in ["a", "b", "c"] {
        test.put(key, b"x").await.unwrap();
    }
    let delete = || test.address().request(Method::Post).with_query("delete", "");
    let list = |quiet: &str, keys: &[&str]| {
        let objects: String = keys.iter().map(|key| format!("<Object><Key>{key}</Key></Object>")).collect();
        format!("<Delete>{quiet}{objects}</Delete>")
    };
    let text = list("", &["a", "missing"]);
    let unhashed = delete().with_document("application/xml", text.clone());
    assert_eq!(status_and_code(&test.send(unhashed, text.clone()).await.unwrap()), (400, "InvalidRequest".into()));
    assert_eq!(test.object("a"), Some(b"x".to_vec()));
    let answer = test.send(with_document(delete(), &text), text).await.unwrap();
    assert_eq!(texts_of(&String::from_utf8_lossy(&answer.body), "Key"), ["a", "missing"]);

    let long = "k".repeat(900);
    let text = list("<Quiet>true</Quiet>", &["b", &long]);
    let answer = test.send(with_document(delete(), &text), text).await.unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(!text.contains("<Deleted>") && text.contains("<Code>InvalidObjectName</Code>"), "{text}");
    assert_eq!((test.object("b"), test.object("c")), (None, Some(b"x".to_vec())));

    let many = vec!["c"; 1001];
    let text = list("", &many);
    let answer = test.send(with_document(delete(), &text), text).await.unwrap();
    assert_eq!(status_and_code(&answer), (400, "MalformedXML".into()));
}

#[tokio::test]
async fn a_signature_that_does_not_match_shows_what_was_signed() {
    let test = Test::new(&[]).await;
    let mut request = test.target("k").request(Method::Get);
    let wrong = Credentials::new(cosput::emulator::DEFAULT_SECRET_ID, "wrong", None).unwrap();
    sign::sign(&mut request, &wrong, test.service, clock());
    let answer = test.send_as_it_is(request, "").await.unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(status_and_code(&answer), (403, "SignatureDoesNotMatch".into()));
    assert!(text_of(&text, "StringToSign").unwrap().starts_with("sha1\n1699999940;1700003600\n"), "{text}");
    assert!(text_of(&text, "FormatString").unwrap().starts_with(&format!("get\n/{BUCKET}/k\n\nhost=")), "{text}");
}

#[tokio::test]
async fn permanent_and_temporary_credentials_work_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let temporary = Credentials::new("AKIDtemporary", "temporary-key", Some("token")).unwrap();
    let both = vec![credentials(), temporary.clone()];
    let emulator = start(Options { credentials: both, ..options(dir.path(), &[]) }).await.unwrap();
    let test = Test { emulator, client: client(), dir, service: cosput::cos::Service::Cos };
    assert_eq!(test.put("k", b"x").await.unwrap().status, 200);
    let mut request = test.target("k").request(Method::Get);
    sign::sign(&mut request, &temporary, test.service, clock());
    assert_eq!(test.send_as_it_is(request, "").await.unwrap().status, 200);
}

#[tokio::test]
async fn md5_of_a_document_is_checked() {
    let test = Test::new(&[]).await;
    let text = "<Delete><Object><Key>k</Key></Object></Delete>";
    let request = test.address().request(Method::Post).with_query("delete", "").with_document("application/xml", text);
    let request = request.with_header("Content-MD5", Md5Digest::of(b"other").base64());
    assert_eq!(status_and_code(&test.send(request, text).await.unwrap()), (400, "BadDigest".into()));
}

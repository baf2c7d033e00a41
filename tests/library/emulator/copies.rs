//! PUT Object - Copy and Upload Part - Copy.

use cosput::cos::checksum::{Md5Digest, crc64};
use cosput::cos::multipart::{UploadId, complete};
use cosput::cos::request::{Headers, Method, Request, Response};
use cosput::cos::{objects::head_object, objects::put_object};
use cosput::emulator::Operation;

use super::support::*;

const SOURCE: &str = "x-cos-copy-source";

/// A copy of `examplebucket-1250000000/source key`.
fn copy(test: &Test, key: &str) -> Request {
    let source = format!("{BUCKET}.cos.ap-beijing.myqcloud.com/source%20key");
    test.target(key).request(Method::Put).with_header("Content-Length", "0").with_header(SOURCE, source)
}

fn part_copy(test: &Test, key: &str, upload_id: &UploadId, number: u16, range: &str) -> Request {
    let source = format!("{BUCKET}.cos.ap-beijing.myqcloud.com/source%20key");
    let request = test.target(key).request(Method::Put).with_query("partNumber", number.to_string());
    let request = request.with_query("uploadId", upload_id.as_str()).with_header("Content-Length", "0");
    request.with_header(SOURCE, source).with_header("x-cos-copy-source-range", range)
}

async fn put_source(test: &Test, headers: &[(&str, &str)], content: &[u8]) -> Response {
    let headers: Headers = headers.iter().copied().collect();
    let request = put_object::request(&test.target("source key"), &headers, content.len() as u64, None);
    test.send(request, content).await.unwrap()
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_the_metadata_of_its_source() {
    let test = Test::new(&[]).await;
    let headers = [
        ("Content-Type", "a/b"),
        ("x-cos-meta-a", "1"),
        ("x-cos-tagging", "t=u"),
        ("x-cos-storage-class", "STANDARD_IA"),
    ];
    put_source(&test, &headers, b"content").await;
    let answer = test.send(copy(&test, "target"), "").await.unwrap();
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(text_of(&text, "ETag").unwrap(), format!("&quot;{}&quot;", Md5Digest::of(b"content").hex()));
    assert_eq!(text_of(&text, "CRC64").unwrap(), crc64(b"content").to_string());
    assert_eq!(text_of(&text, "LastModified").unwrap(), "2023-11-14T22:13:20.000Z");
    assert_eq!(test.object("target"), Some(b"content".to_vec()));
    let head = test.send(head_object::request(&test.target("target")), "").await.unwrap();
    let header = |name: &str| head.headers.get(name).map(str::to_owned);
    assert_eq!((header("content-type").as_deref(), header("x-cos-meta-a").as_deref()), (Some("a/b"), Some("1")));
    assert_eq!((header("x-cos-storage-class"), header("x-cos-tagging-count").as_deref()), (None, Some("1")));
    assert_eq!(test.stored(Operation::CopyObject), 1);

    let replaced = copy(&test, "other.zip").with_header("x-cos-metadata-directive", "Replaced");
    let replaced = replaced.with_header("x-cos-meta-b", "2").with_header("x-cos-tagging-directive", "Replaced");
    assert_eq!(test.send(replaced, "").await.unwrap().status, 200);
    let head = test.send(head_object::request(&test.target("other.zip")), "").await.unwrap();
    let header = |name: &str| head.headers.get(name);
    assert_eq!(
        (header("content-type"), header("x-cos-meta-a"), header("x-cos-meta-b")),
        (Some("application/zip"), None, Some("2"))
    );
    assert_eq!(header("x-cos-tagging-count"), None);
}

#[tokio::test]
async fn a_copy_goes_across_buckets_and_onto_itself() {
    let test = Test::new(&[]).await;
    put_source(&test, &[], b"content").await;
    let path = "/otherbucket-1250000000/k";
    let mut across = copy(&test, "k");
    (across.path, across.wire_path) = (path.to_owned(), path.to_owned());
    assert_eq!(test.send(across, "").await.unwrap().status, 200);
    let mut read = test.target("k").request(Method::Get);
    (read.path, read.wire_path) = (path.to_owned(), path.to_owned());
    assert_eq!(&test.send(read, "").await.unwrap().body[..], b"content");
    assert_eq!(test.object("k"), None);

    assert_eq!(
        status_and_code(&test.send(copy(&test, "source key"), "").await.unwrap()),
        (400, "InvalidRequest".into())
    );
    let replace = copy(&test, "source key").with_header("x-cos-metadata-directive", "Replaced");
    assert_eq!(test.send(replace.with_header("x-cos-meta-new", "1"), "").await.unwrap().status, 200);
    let head = test.send(head_object::request(&test.target("source key")), "").await.unwrap();
    assert_eq!(head.headers.get("x-cos-meta-new"), Some("1"));
    assert_eq!(test.object("source key"), Some(b"content".to_vec()));
}

#[tokio::test]
async fn a_copy_that_may_not_be_made_changes_nothing() {
    let test = Test::new(&[]).await;
    let etag = put_source(&test, &[], b"content").await.headers.get("etag").unwrap().to_owned();
    test.put("target", b"old").await.unwrap();
    let before = "Tue, 14 Nov 2023 22:13:19 GMT";
    let condition = |name: &str, value: &str| copy(&test, "target").with_header(&format!("{SOURCE}-{name}"), value);
    let source = |source: &str| copy(&test, "target").with_header(SOURCE, source);
    for (request, status, code) in [
        (condition("If-Match", "\"other\""), 412, "PreconditionFailed"),
        (condition("If-None-Match", &etag), 412, "PreconditionFailed"),
        (condition("If-Unmodified-Since", before), 412, "PreconditionFailed"),
        (copy(&test, "target").with_header("x-cos-metadata-directive", "Move"), 400, "InvalidArgument"),
        (copy(&test, "target").with_header("x-cos-forbid-overwrite", "true"), 409, "FileAlreadyExists"),
        (source("missing-1.cos.ap-beijing.myqcloud.com/k"), 404, "NoSuchKey"),
        (source("bucket.cos.ap-beijing.myqcloud.com/k"), 400, "InvalidBucketName"),
        (source("nothing"), 400, "InvalidArgument"),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(status_and_code(&test.send(request, "").await.unwrap()), (status, code.to_owned()), "{shown}");
    }
    assert_eq!(test.object("target"), Some(b"old".to_vec()));
    assert_eq!(test.send(condition("If-Match", &etag), "").await.unwrap().status, 200);
    assert_eq!(test.object("target"), Some(b"content".to_vec()));
}

#[tokio::test]
async fn copied_and_uploaded_parts_become_one_object() {
    let test = Test::new(&[]).await;
    let source = bytes(2 * MIB + 5, 1);
    put_source(&test, &[], &source).await;
    let id = test.initiate("k").await;
    let mut etags = Vec::new();
    for (number, range) in [(1, "bytes=0-1048575"), (2, "bytes=7-1048582")] {
        let answer = test.send(part_copy(&test, "k", &id, number, range), "").await.unwrap();
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains("<CopyPartResult>") && answer.status == 200, "{text}");
        etags.push(text_of(&text, "ETag").unwrap().replace("&quot;", "\""));
    }
    etags.push(test.upload_part("k", &id, 3, b"end").await);
    let stored = complete::read(&test.complete("k", &id, &etags).await.unwrap()).unwrap();
    let whole = [&source[..MIB], &source[7..MIB + 7], b"end"].concat();
    assert_eq!((stored.crc64, test.object("k")), (Some(crc64(&whole)), Some(whole)));
    assert_eq!(test.stored(Operation::UploadPartCopy), 2);

    let id = test.initiate("k").await;
    for (range, code) in
        [("bytes=0-9999999", "InvalidRange"), ("bytes=5-4", "InvalidArgument"), ("0-4", "InvalidArgument")]
    {
        let answer = test.send(part_copy(&test, "k", &id, 1, range), "").await.unwrap();
        assert_eq!(status_and_code(&answer).1, code, "{range}");
    }
    let unknown = UploadId::new("1700000000").unwrap();
    let answer = test.send(part_copy(&test, "k", &unknown, 1, "bytes=0-4"), "").await.unwrap();
    assert_eq!(status_and_code(&answer), (404, "NoSuchUpload".into()));
}

#[tokio::test]
async fn an_archived_object_can_be_neither_read_nor_copied() {
    let test = Test::new(&[]).await;
    put_source(&test, &[("x-cos-storage-class", "ARCHIVE")], b"content").await;
    let get = test.target("source key").request(Method::Get);
    assert_eq!(status_and_code(&test.send(get, "").await.unwrap()), (403, "InvalidObjectState".into()));
    assert_eq!(test.send(head_object::request(&test.target("source key")), "").await.unwrap().status, 200);
    assert_eq!(status_and_code(&test.send(copy(&test, "k"), "").await.unwrap()), (403, "InvalidObjectState".into()));
    let id = test.initiate("k").await;
    let part = part_copy(&test, "k", &id, 1, "bytes=0-0");
    assert_eq!(status_and_code(&test.send(part, "").await.unwrap()), (403, "InvalidObjectState".into()));
}

#[tokio::test]
async fn a_copy_can_fail_after_status_200() {
    let test = Test::new(&["copy-error"]).await;
    put_source(&test, &[], b"content").await;
    let answer = test.send(copy(&test, "target"), "").await.unwrap();
    assert_eq!((answer.status, test.object("target")), (200, None));
    assert!(String::from_utf8_lossy(&answer.body).contains("<Code>InternalError</Code>"));
    assert_eq!(test.stored(Operation::CopyObject), 0);
}

#[tokio::test]
async fn a_source_with_a_customers_key_needs_that_key() {
    let test = Test::new(&[]).await;
    let key = |prefix: &str| {
        [
            (format!("{prefix}server-side-encryption-customer-algorithm"), "AES256"),
            (format!("{prefix}server-side-encryption-customer-key"), "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="),
            (format!("{prefix}server-side-encryption-customer-key-MD5"), "U5L61r7jcwdNvT7frmUG8g=="),
        ]
    };
    let of_source = key("x-cos-");
    put_source(&test, &of_source.each_ref().map(|(name, value)| (name.as_str(), *value)), b"content").await;
    assert_eq!(
        status_and_code(&test.send(copy(&test, "k"), "").await.unwrap()),
        (400, "SsecDecryptHeaderInvalid".into())
    );
    let with_key = key("x-cos-copy-source-")
        .iter()
        .fold(copy(&test, "k"), |request, (name, value)| request.with_header(name, *value));
    assert_eq!(test.send(with_key, "").await.unwrap().status, 200);
    assert_eq!(test.object("k"), Some(b"content".to_vec()));
}

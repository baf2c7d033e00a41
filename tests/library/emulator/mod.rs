//! The emulator over real sockets, with the signer and the readers of `cosput::cos` as its client.

mod browser;
mod cdcs;
mod copies;
mod encryption;
mod faults;
mod files;
mod limits;
mod options;
mod properties;
mod strictness;
mod support;
mod versions;

use std::time::Duration;

use cosput::cos::address::{Addressing, Bucket, Endpoint, Key, Service};
use cosput::cos::checksum::{Md5Digest, crc64};
use cosput::cos::multipart::{PartNumber, UploadId, abort, complete, initiate, list_parts};
use cosput::cos::request::{Headers, Method, Request};
use cosput::cos::{Credentials, objects::head_object, objects::put_object, sign};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Operation, Options, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use support::*;

#[tokio::test]
async fn an_object_is_stored_described_and_given_back() {
    let test = Test::new(&[]).await;
    let headers: Headers = [
        ("Content-Type", "text/plain"),
        ("Cache-Control", "no-store"),
        ("Content-Language", "zh"),
        ("x-cos-meta-name", "中"),
        ("x-cos-storage-class", "STANDARD_IA"),
        ("Expires", "Wed, 21 Oct 2026 07:28:00 GMT"),
    ]
    .into_iter()
    .collect();
    let content = b"[Object Content]";
    let request = put_object::request(&test.target("dir/a b.txt"), &headers, 16, Some(Md5Digest::of(content)));
    let answer = test.send(request, *content).await.unwrap();
    let stored = put_object::read(&answer).unwrap();
    assert_eq!(stored.etag, "\"ee8de918d05640145b18f70f4c3aa602\"");
    assert_eq!(stored.crc64, Some(16_749_565_679_157_681_890));
    assert_eq!(answer.headers.get("server"), Some("tencent-cos"));
    assert_eq!(answer.headers.get("date"), Some("Tue, 14 Nov 2023 22:13:20 GMT"));

    let head = test.send(head_object::request(&test.target("dir/a b.txt")), "").await.unwrap();
    for (name, value) in headers.iter() {
        assert_eq!(head.headers.get(name), Some(value), "{name}");
    }
    let object = head_object::read(&head).unwrap().unwrap();
    assert_eq!((object.size, object.crc64), (Some(16), stored.crc64));
    assert_eq!(head.headers.get("last-modified"), Some("Tue, 14 Nov 2023 22:13:20 GMT"));

    let answer = test.send(test.target("dir/a b.txt").request(Method::Get), "").await.unwrap();
    assert_eq!(&answer.body[..], content);
    let request = test.target("dir/a b.txt").request(Method::Get).with_header("Range", "bytes=8-");
    let answer = test.send(request, "").await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (206, &b"Content]"[..]));
    assert_eq!(answer.headers.get("content-range"), Some("bytes 8-15/16"));
    let request = test.target("dir/a b.txt").request(Method::Get).with_header("Range", "bytes=16-");
    assert_eq!(status_and_code(&test.send(request, "").await.unwrap()), (416, "InvalidRange".into()));
    let request = test.target("dir/a b.txt").request(Method::Get).with_header("Range", "bytes=x");
    assert_eq!(test.send(request, "").await.unwrap().status, 200);

    let path = test.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new("dir/a b.txt").unwrap()).unwrap();
    assert_eq!(path.file_name().unwrap(), "a b.txt");
    let request = test.target("dir/a b.txt").request(Method::Delete);
    assert_eq!(test.send(request, "").await.unwrap().status, 204);
    let head = test.send(head_object::request(&test.target("dir/a b.txt")), "").await.unwrap();
    assert_eq!((head.status, head.body.len()), (404, 0));
    assert!(!path.exists());
}

#[tokio::test]
async fn keys_of_every_kind_work_in_both_addressings() {
    let test = Test::new(&[]).await;
    let keys = [
        "a//b/./c/../d",
        "./x",
        "%2F/100%",
        "emoji 🎉/中文",
        "a\u{1}\tb",
        "object.json",
        "dir/",
        "~t*s(p)'q!b$,;:@&=+.txt",
    ];
    for (index, key) in keys.into_iter().enumerate() {
        let content = format!("content {index}");
        assert_eq!(test.put(key, content.as_bytes()).await.unwrap().status, 200, "{key:?}");
        assert_eq!(test.object(key), Some(content.clone().into_bytes()), "{key:?}");
        let mut target = test.target(key);
        target.address.endpoint = Endpoint::parse("http://cos.ap-beijing.myqcloud.com").unwrap();
        target.address.addressing = Addressing::Virtual;
        let answer = test.send(target.request(Method::Get), "").await.unwrap();
        assert_eq!(answer.body, content, "{key:?}");
    }
    let test = test.restart().await;
    for (index, key) in keys.into_iter().enumerate() {
        assert_eq!(test.object(key), Some(format!("content {index}").into_bytes()), "{key:?}");
    }
}

#[tokio::test]
async fn a_multipart_upload_in_any_order_becomes_the_object() {
    let test = Test::new(&[]).await;
    let parts = [bytes(MIB, 1), bytes(MIB + 7, 2), bytes(5, 3)];
    let request =
        initiate::request(&test.target("big"), &[("Content-Type", "a/b"), ("x-cos-meta-a", "1")].into_iter().collect());
    let upload_id = initiate::read(&test.send(request, "").await.unwrap()).unwrap();
    assert_eq!(upload_id.as_str().len(), 74);
    assert!(upload_id.as_str().starts_with("1700000000"));
    test.upload_part("big", &upload_id, 3, &parts[2]).await;
    test.upload_part("big", &upload_id, 1, &parts[1]).await;
    test.upload_part("big", &upload_id, 2, &parts[1]).await;
    test.upload_part("big", &upload_id, 1, &parts[0]).await;
    let etags: Vec<String> = parts.iter().map(|part| format!("\"{}\"", Md5Digest::of(part).hex())).collect();

    let page = list_parts::request(&test.target("big"), &upload_id, None);
    let page = list_parts::read(&test.send(page, "").await.unwrap()).unwrap();
    let listed: Vec<(u64, &str)> = page.parts.iter().map(|part| (part.size, part.etag.as_str())).collect();
    let expected: Vec<(u64, &str)> =
        parts.iter().zip(&etags).map(|(part, etag)| (part.len() as u64, etag.as_str())).collect();
    assert_eq!((listed, page.next), (expected, None));

    let answer = test.complete("big", &upload_id, &etags).await.unwrap();
    assert_eq!(answer.headers.get("transfer-encoding"), Some("chunked"));
    let stored = complete::read(&answer).unwrap();
    let whole = parts.concat();
    assert_eq!(stored.crc64, Some(crc64(&whole)));
    assert!(stored.etag.ends_with("-3\"") && stored.etag.len() == 36, "{}", stored.etag);
    assert_eq!(test.object("big"), Some(whole.clone()));
    let head = test.send(head_object::request(&test.target("big")), "").await.unwrap();
    assert_eq!((head.headers.get("content-type"), head.headers.get("x-cos-meta-a")), (Some("a/b"), Some("1")));
    let object = head_object::read(&head).unwrap().unwrap();
    assert_eq!((object.crc64, object.etag), (Some(crc64(&whole)), Some(stored.etag)));

    assert_eq!(status_and_code(&test.complete("big", &upload_id, &etags).await.unwrap()), (404, "NoSuchUpload".into()));
    let numbers: Vec<_> =
        test.records(Operation::UploadPart).iter().map(|r| (r.part_number, r.stored, r.bytes)).collect();
    let (large, larger) = (MIB as u64, MIB as u64 + 7);
    assert_eq!(numbers, [(Some(3), true, 5), (Some(1), true, larger), (Some(2), true, larger), (Some(1), true, large)]);
    assert_eq!((test.stored(Operation::Initiate), test.stored(Operation::Complete)), (1, 1));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let test = Test::new(&[]).await;
    let first = test.initiate("dir/a").await;
    let second = test.initiate("z &").await;
    for number in 1..=5 {
        test.upload_part("z &", &second, number, b"x").await;
    }
    let mut marker = "0".to_owned();
    let mut numbers = Vec::new();
    loop {
        let request = test.target("z &").request(Method::Get).with_query("uploadId", second.as_str());
        let request = request.with_query("max-parts", "2").with_query("part-number-marker", marker);
        let body = String::from_utf8(test.send(request, "").await.unwrap().body.to_vec()).unwrap();
        numbers.extend(texts_of(&body, "PartNumber"));
        marker = text_of(&body, "NextPartNumberMarker").unwrap();
        if text_of(&body, "IsTruncated").unwrap() == "false" {
            break;
        }
    }
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);

    let all = test.list(&[("uploads", "")]).await;
    assert_eq!(texts_of(&all, "UploadId"), [first.as_str(), second.as_str()]);
    assert_eq!(texts_of(&all, "Key"), ["dir/a", "z &amp;"]);
    assert_eq!(texts_of(&all, "Initiated"), ["2023-11-14T22:13:20.000Z"; 2]);
    let page = test.list(&[("uploads", ""), ("max-uploads", "1"), ("encoding-type", "url")]).await;
    assert_eq!(text_of(&page, "NextKeyMarker").unwrap(), "dir/a");
    assert_eq!(text_of(&page, "NextUploadIdMarker").unwrap(), first.as_str());
    let rest = [("uploads", ""), ("key-marker", "dir/a"), ("upload-id-marker", first.as_str())];
    assert_eq!(texts_of(&test.list(&rest).await, "UploadId"), [second.as_str()]);
    let folded = test.list(&[("uploads", ""), ("delimiter", "/")]).await;
    assert!(folded.contains("<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>"));

    for key in ["k/1", "k/2", "l"] {
        test.put(key, b"1").await.unwrap();
    }
    let page = test.list(&[("max-keys", "2")]).await;
    assert_eq!(texts_of(&page, "Key"), ["k/1", "k/2"]);
    assert_eq!(text_of(&page, "NextMarker").unwrap(), "k/2");
    assert_eq!(texts_of(&test.list(&[("marker", "k/2")]).await, "Key"), ["l"]);
    assert_eq!(texts_of(&test.list(&[("prefix", "k/")]).await, "Key"), ["k/1", "k/2"]);
    assert_eq!(texts_of(&test.list(&[("delimiter", "/")]).await, "Key"), ["l"]);
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let test = Test::new(&[]).await;
    let upload_id = test.initiate("k").await;
    test.upload_part("k", &upload_id, 1, b"x").await;
    let request = || abort::request(&test.target("k"), &upload_id);
    assert_eq!(test.send(request(), "").await.unwrap().status, 204);
    assert_eq!(status_and_code(&test.send(request(), "").await.unwrap()), (404, "NoSuchUpload".into()));
    let part = test.send(test.part("k", &upload_id, 1, b"x"), "x").await.unwrap();
    assert_eq!(status_and_code(&part), (404, "NoSuchUpload".into()));
    let uploads = test.dir.path().join(BUCKET).join("uploads");
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);
}

#[tokio::test]
async fn wrong_requests_are_refused_with_their_code() {
    let test = Test::new(&[]).await;
    let id = test.initiate("k").await;
    let other = UploadId::new("1700000000").unwrap();
    let target = test.target("k");
    let part = |number: &str, id: &UploadId| {
        let request = target.request(Method::Put).with_query("partNumber", number);
        request.with_query("uploadId", id.as_str()).with_header("Content-Length", "1")
    };
    let list =
        |name, value: &str| target.request(Method::Get).with_query("uploadId", id.as_str()).with_query(name, value);
    let put = || target.request(Method::Put).with_header("Content-Length", "1");
    let cases = [
        (part("0", &id), 400, "InvalidArgument"),
        (part("10001", &id), 400, "InvalidArgument"),
        (part("x", &id), 400, "InvalidArgument"),
        (part("1", &other), 404, "NoSuchUpload"),
        (part("1", &id).with_header("Content-MD5", "abc"), 400, "InvalidDigest"),
        (part("1", &id).with_header("Content-MD5", Md5Digest::of(b"y").base64()), 400, "BadDigest"),
        (part("1", &id).with_header("x-cos-traffic-limit", "1"), 400, "InvalidArgument"),
        (put().with_header("Content-MD5", Md5Digest::of(b"y").base64()), 400, "BadDigest"),
        (put().with_header("x-cos-storage-class", "COLD"), 400, "NotSupportedStorageClass"),
        (list("max-parts", "0"), 400, "InvalidArgument"),
        (list("max-parts", "1001"), 400, "InvalidArgument"),
        (list("encoding-type", "base64"), 400, "InvalidArgument"),
        (list("part-number-marker", "x"), 400, "InvalidArgument"),
        (target.request(Method::Get), 404, "NoSuchKey"),
        (target.request(Method::Get).with_query("retention", ""), 501, "NotImplemented"),
        (target.request(Method::Post), 405, "MethodNotAllowed"),
    ];
    for (request, status, code) in cases {
        let body = if request.method == Method::Put { "x" } else { "" };
        let shown = format!("{} {}", request.method.as_str(), request.url());
        let answer = test.send(request, body).await.unwrap();
        assert_eq!(status_and_code(&answer), (status, code.to_owned()), "{shown}");
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(text_of(&text, "RequestId").as_deref(), answer.request_id());
        assert_eq!(text_of(&text, "TraceId").as_deref(), answer.headers.get("x-cos-trace-id"));
    }
    assert_eq!(test.stored(Operation::UploadPart) + test.stored(Operation::PutObject), 0);

    let mut long = put();
    long.path = format!("/{BUCKET}/{}", "k".repeat(851));
    long.wire_path = long.path.clone();
    assert_eq!(status_and_code(&test.send(long, "x").await.unwrap()), (400, "KeyTooLong".into()));
    let mut bad = put();
    (bad.path, bad.wire_path) = ("/No_Bucket/k".into(), "/No_Bucket/k".into());
    assert_eq!(status_and_code(&test.send(bad, "x").await.unwrap()), (400, "InvalidBucketName".into()));
    let mut bad = put();
    bad.wire_path = format!("/{BUCKET}/%ff");
    assert_eq!(status_and_code(&test.send(bad, "x").await.unwrap()), (400, "InvalidURI".into()));
}

#[tokio::test]
async fn complete_refuses_what_does_not_fit() {
    let test = Test::new(&[]).await;
    let id = test.initiate("k").await;
    let etags = [test.upload_part("k", &id, 1, b"a").await, test.upload_part("k", &id, 2, b"b").await];
    assert_eq!(status_and_code(&test.complete("k", &id, &etags).await.unwrap()), (400, "EntityTooSmall".into()));
    let three = [etags[0].clone(), etags[1].clone(), etags[1].clone()];
    assert_eq!(status_and_code(&test.complete("k", &id, &three[1..]).await.unwrap()), (400, "InvalidPart".into()));
    let post = |document: &str| {
        let request = test.target("k").request(Method::Post).with_query("uploadId", id.as_str());
        request.with_document("application/xml", document.to_owned())
    };
    let part = |number: u8| format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", etags[0]);
    let list = |parts: &[String]| format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.concat());
    for (document, code) in [
        (list(&[part(2), part(1)]), "InvalidPartOrder"),
        (list(&[part(1), part(3)]), "EntityTooSmall"),
        (list(&[part(9)]), "InvalidPart"),
        (list(&[]), "MalformedXML"),
        ("<CompleteMultipartUpload><Part>".to_owned(), "MalformedXML"),
        ("no document".to_owned(), "MalformedXML"),
    ] {
        let answer = test.send(post(&document), document.clone()).await.unwrap();
        assert_eq!(status_and_code(&answer), (400, code.to_owned()), "{document}");
    }
    // None of these requests changed the object.
    assert_eq!(test.complete("k", &id, &etags[..1]).await.unwrap().status, 200);
    assert_eq!(test.object("k"), Some(b"a".to_vec()));
}

#[tokio::test]
async fn overwriting_can_be_forbidden() {
    let test = Test::new(&[]).await;
    let put = |content: &'static str| {
        let request = put_object::request(&test.target("k"), &Headers::new(), 1, None);
        test.send(request.with_header("x-cos-forbid-overwrite", "true"), content)
    };
    assert_eq!(put("1").await.unwrap().status, 200);
    assert_eq!(status_and_code(&put("2").await.unwrap()), (409, "FileAlreadyExists".into()));
    let id = test.initiate("k").await;
    let etag = test.upload_part("k", &id, 1, b"3").await;
    let parts = [(PartNumber::new(1).unwrap(), etag.as_str().into())];
    let request = complete::request(&test.target("k"), &id, &parts);
    let body = request.document.clone();
    let answer = test.send(request.with_header("x-cos-forbid-overwrite", "true"), body).await.unwrap();
    assert_eq!(status_and_code(&answer), (409, "FileAlreadyExists".into()));
    assert_eq!(test.object("k"), Some(b"1".to_vec()));
}

#[tokio::test]
async fn a_part_needs_its_length_and_an_object_may_be_chunked() {
    let test = Test::new(&[]).await;
    let id = test.initiate("k").await;
    let raw = |mut request: Request| {
        request.headers.set("Transfer-Encoding", "chunked");
        request.headers.set("Connection", "close");
        sign::sign(&mut request, &credentials(), Service::Cos, clock());
        format!("{}3\r\nabc\r\n0\r\n\r\n", head_of(&request))
    };
    let part = test.target("k").request(Method::Put).with_query("partNumber", "1").with_query("uploadId", id.as_str());
    assert!(talk(&test, &raw(part)).await.starts_with("HTTP/1.1 411 "));
    assert!(talk(&test, &raw(test.target("k").request(Method::Put))).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(test.object("k"), Some(b"abc".to_vec()));
    let huge = test.target("k").request(Method::Put).with_header("Content-Length", (5u64 << 30 | 1).to_string());
    let mut huge = huge.with_query("partNumber", "1").with_query("uploadId", id.as_str());
    sign::sign(&mut huge, &credentials(), Service::Cos, clock());
    assert!(talk(&test, &head_of(&huge)).await.contains("<Code>EntityTooLarge</Code>"));
}

/// Sends text and reads the answer to its end.
async fn talk(test: &Test, text: &str) -> String {
    let mut stream = TcpStream::connect(test.emulator.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn it_can_be_a_clients_proxy() {
    let test = Test::new(&[]).await;
    let mut target = test.target("k");
    target.address.endpoint = Endpoint::parse("http://cos.ap-beijing.myqcloud.com").unwrap();
    target.address.addressing = Addressing::Virtual;
    let request = put_object::request(&target, &Headers::new(), 0, None).with_header("Connection", "close");
    let mut request = request.with_header("Proxy-Connection", "close");
    sign::sign(&mut request, &credentials(), Service::Cos, clock());
    let head = head_of(&request).replacen(" /k ", &format!(" {}/k ", request.origin), 1);
    assert!(head.starts_with("PUT http://examplebucket-1250000000.cos.ap-beijing.myqcloud.com/k HTTP/1.1\r\n"));
    assert!(talk(&test, &head).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(test.object("k"), Some(vec![]));
}

#[tokio::test]
async fn header_names_are_written_as_the_service_writes_them() {
    let test = Test::new(&[]).await;
    let mut request =
        put_object::request(&test.target("k"), &Headers::new(), 0, None).with_header("Connection", "close");
    sign::sign(&mut request, &credentials(), Service::Cos, clock());
    let answer = talk(&test, &head_of(&request)).await;
    for name in ["ETag", "Content-Length", "Date", "Server", "Connection", "x-cos-request-id", "x-cos-hash-crc64ecma"] {
        assert!(answer.contains(&format!("\r\n{name}: ")), "{name} in {answer}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_stores_nothing() {
    let test = Test::new(&[]).await;
    let id = test.initiate("k").await;
    for mut request in
        [test.part("k", &id, 1, b"0123456789"), { put_object::request(&test.target("k"), &Headers::new(), 10, None) }]
    {
        sign::sign(&mut request, &credentials(), Service::Cos, clock());
        let mut stream = TcpStream::connect(test.emulator.url().trim_start_matches("http://")).await.unwrap();
        stream.write_all(format!("{}01234", head_of(&request)).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.is_empty() || answer.contains("<Code>IncompleteBody</Code>"), "{answer}");
    }
    assert_eq!(test.stored(Operation::UploadPart) + test.stored(Operation::PutObject), 0);
    let records = test.records(Operation::UploadPart);
    assert_eq!((records[0].code.as_deref(), records[0].bytes), (Some("IncompleteBody"), 5));
    assert_eq!(test.object("k"), None);
    let uploads = test.dir.path().join(BUCKET).join("uploads").join(id.as_str());
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 1, "upload.json alone");
}

#[tokio::test]
async fn signatures_are_verified() {
    let test = Test::new(&[]).await;
    test.put("k", b"x").await.unwrap();
    let signed = |credentials: &Credentials, offset: i64| {
        let mut request = test.target("k").request(Method::Get);
        let by = Duration::from_secs(offset.unsigned_abs());
        let now = if offset < 0 { clock() - by } else { clock() + by };
        sign::sign(&mut request, credentials, Service::Cos, now);
        request
    };
    let other = |id: &str, key: &str| Credentials::new(id, key, None).unwrap();
    let mut changed = signed(&credentials(), 0);
    changed.headers.set("Host", "localhost");
    for (request, status, code) in [
        (signed(&credentials(), 0), 200, ""),
        (test.target("k").request(Method::Get), 403, "AccessDenied"),
        (signed(&other(DEFAULT_SECRET_ID, "wrong"), 0), 403, "SignatureDoesNotMatch"),
        (signed(&other("AKIDwrong", DEFAULT_SECRET_KEY), 0), 403, "InvalidAccessKeyId"),
        (signed(&credentials(), -7200), 403, "AccessDenied"),
        (signed(&credentials(), 7200), 403, "RequestTimeTooSkewed"),
        (signed(&credentials(), 0).with_header("Date", "Tue, 14 Nov 2023 20:13:20 GMT"), 403, "RequestTimeTooSkewed"),
        (changed, 403, "SignatureDoesNotMatch"),
    ] {
        let shown = format!("{request:?}");
        let answer = test.send_as_it_is(request, "").await.unwrap();
        assert_eq!(status_and_code(&answer), (status, code.to_owned()), "{shown}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(DEFAULT_SECRET_KEY));
    }
    let records = std::fs::read_to_string(test.dir.path().join("requests.jsonl")).unwrap();
    assert!(!records.contains(DEFAULT_SECRET_KEY) && !records.contains("q-signature"));
}

#[tokio::test]
async fn an_error_before_a_large_body_reaches_the_client() {
    let test = Test::new(&["early-error"]).await;
    let id = test.initiate("k").await;
    let content = bytes(24 * MIB, 0);
    let answer = test.send(test.part("k", &id, 1, &content), content.clone()).await.unwrap();
    assert_eq!(status_and_code(&answer), (503, "ServiceUnavailable".into()));
    assert_eq!(answer.headers.get("connection"), Some("close"));
    let unsigned = test.part("k", &id, 1, &content);
    assert_eq!(status_and_code(&test.send_as_it_is(unsigned, content).await.unwrap()), (403, "AccessDenied".into()));
    assert_eq!(test.stored(Operation::UploadPart), 0);
}

#[tokio::test]
async fn everything_survives_a_restart_and_leftovers_do_not() {
    let test = Test::new(&[]).await;
    test.put("old", b"1").await.unwrap();
    test.put("old", b"2").await.unwrap();
    let id = test.initiate("k").await;
    let first = test.upload_part("k", &id, 1, &bytes(MIB, 1)).await;
    let bucket = test.dir.path().join(BUCKET);
    std::fs::create_dir_all(bucket.join("objects/000000000099")).unwrap();
    std::fs::write(bucket.join("objects/000000000099/torn"), "x").unwrap();
    std::fs::write(bucket.join("uploads").join(id.as_str()).join("draft.7"), "x").unwrap();
    assert!(start(options(test.dir.path(), &[])).await.is_err(), "two emulators on one directory");

    let test = test.restart().await;
    assert_eq!(test.object("old"), Some(b"2".to_vec()));
    assert_eq!(std::fs::read_dir(bucket.join("objects")).unwrap().count(), 1);
    assert!(!bucket.join("uploads").join(id.as_str()).join("draft.7").exists());
    let page = list_parts::request(&test.target("k"), &id, None);
    let page = list_parts::read(&test.send(page, "").await.unwrap()).unwrap();
    assert_eq!((page.parts.len(), page.parts[0].etag.clone()), (1, first.clone()));
    let second = test.upload_part("k", &id, 2, b"end").await;
    complete::read(&test.complete("k", &id, &[first, second]).await.unwrap()).unwrap();
    let test = test.restart().await;
    assert_eq!(test.object("k"), Some([bytes(MIB, 1), b"end".to_vec()].concat()));
    assert_eq!(test.stored(Operation::UploadPart), 2);
}

#[tokio::test]
async fn one_part_sent_many_times_at_once_is_one_of_them() {
    let test = Test::new(&[]).await;
    let id = test.initiate("k").await;
    let contents: Vec<Vec<u8>> = (0..8).map(|seed| bytes(300_000, seed)).collect();
    let sent = contents.iter().map(|content| test.upload_part("k", &id, 1, content));
    futures_util::future::join_all(sent).await;
    let page = list_parts::request(&test.target("k"), &id, None);
    let page = list_parts::read(&test.send(page, "").await.unwrap()).unwrap();
    complete::read(&test.complete("k", &id, &[page.parts[0].etag.clone()]).await.unwrap()).unwrap();
    assert!(contents.contains(&test.object("k").unwrap()));
    assert_eq!(test.stored(Operation::UploadPart), 8);
}

#[tokio::test]
async fn buckets_exist_on_first_use_or_when_listed() {
    let test = Test::new(&[]).await;
    assert_eq!(test.send(test.address().request(Method::Head), "").await.unwrap().status, 200);
    test.emulator.stop().await;
    let listed = Some(vec![Bucket::new("listed-1").unwrap()]);
    let emulator = start(Options { buckets: listed, ..options(test.dir.path(), &[]) }).await.unwrap();
    let test = Test { emulator, ..test };
    assert_eq!(test.send(test.address().request(Method::Head), "").await.unwrap().status, 404);
    assert_eq!(status_and_code(&test.put("k", b"x").await.unwrap()), (404, "NoSuchBucket".into()));
    let put = test.address().request(Method::Put).with_header("Content-Length", "0");
    assert_eq!(test.send(put, "").await.unwrap().status, 200);
    assert_eq!(test.put("k", b"x").await.unwrap().status, 200);
    let delete = || test.address().request(Method::Delete);
    assert_eq!(status_and_code(&test.send(delete(), "").await.unwrap()), (409, "BucketNotEmpty".into()));
    let document = "<Delete><Object><Key>k</Key></Object></Delete>";
    let request = test.address().request(Method::Post).with_query("delete", "");
    let md5 = Md5Digest::of(document.as_bytes()).base64();
    let request = request.with_document("application/xml", document).with_header("Content-MD5", md5);
    let answer = test.send(request, document).await.unwrap();
    assert!(String::from_utf8_lossy(&answer.body).contains("<Deleted><Key>k</Key></Deleted>"));
    assert_eq!(test.send(delete(), "").await.unwrap().status, 204);
}

//! The effects of faults, as a client sees them.

use cosput::cos::address::Service;
use cosput::cos::checksum::crc64;
use cosput::cos::multipart::{PartNumber, UploadId, abort, complete, initiate, list_parts};
use cosput::cos::request::{Headers, Method};
use cosput::cos::{objects::put_object, sign};
use cosput::emulator::{Fault, Operation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::*;

#[tokio::test]
async fn faults_answer_instead_of_the_operation_and_store_nothing() {
    for (fault, status, code) in [
        ("internal-error", 500, "InternalError"),
        ("bad-gateway", 502, ""),
        ("service-unavailable", 503, "ServiceUnavailable"),
        ("slow-down:retry-after=7", 503, "SlowDown"),
        ("too-many-requests", 429, "TooManyRequests"),
        ("request-timeout", 400, "RequestTimeout"),
        ("user-network-too-slow", 400, "UserNetworkTooSlow"),
        ("incomplete-body", 400, "IncompleteBody"),
        ("bad-digest", 400, "BadDigest"),
        ("conflict", 409, "PathConflict"),
        ("access-denied", 403, "AccessDenied"),
        ("expired-token", 400, "ExpiredToken"),
        ("request-expired", 403, "AccessDenied"),
        ("no-such-upload", 404, "NoSuchUpload"),
        ("html:status=403", 403, ""),
        ("redirect", 307, ""),
    ] {
        let test = Test::new(&[fault]).await;
        let id = test.initiate("k").await;
        let answer = test.send(test.part("k", &id, 1, b"x"), "x").await.unwrap();
        assert_eq!(status_and_code(&answer), (status, code.to_owned()), "{fault}");
        assert_eq!(answer.request_id().is_none(), fault == "bad-gateway" || fault.starts_with("html"), "{fault}");
        assert_eq!(answer.headers.get("retry-after").is_some(), fault.starts_with("slow-down"), "{fault}");
        assert_eq!(answer.headers.get("location").is_some(), fault == "redirect", "{fault}");
        assert_eq!(test.stored(Operation::UploadPart), 0, "{fault}");
        assert_eq!(test.records(Operation::UploadPart)[0].fault.as_deref(), fault.split(':').next());
        test.upload_part("k", &id, 1, b"x").await;
        assert_eq!(test.stored(Operation::UploadPart), 1, "{fault}");
    }
}

#[tokio::test]
async fn faults_distort_right_answers() {
    for fault in ["no-etag", "wrong-etag", "no-crc", "wrong-crc"] {
        let test = Test::new(&[fault]).await;
        let answer = test.put("k", b"x").await.unwrap();
        let right = (Some("\"9dd4e461268c8034f5c8564e155c67a6\""), Some(crc64(b"x")));
        let etag_is_wrong = answer.etag() != right.0;
        assert_eq!(etag_is_wrong, fault.ends_with("etag"), "{fault}");
        assert_eq!(answer.crc64() != right.1, fault.ends_with("crc"), "{fault}");
        assert_eq!(answer.etag().is_none() || answer.crc64().is_none(), fault.starts_with("no-"), "{fault}");
        assert_eq!(test.object("k"), Some(b"x".to_vec()));
    }
    for fault in ["garbage-xml", "xml-bomb"] {
        let test = Test::new(&[fault]).await;
        let request = initiate::request(&test.target("k"), &Headers::new());
        assert!(initiate::read(&test.send(request, "").await.unwrap()).is_err(), "{fault}");
    }
    let test = Test::new(&["truncated-answer", "truncated-answer:on=get-object"]).await;
    assert!(test.put("k", &bytes(1000, 1)).await.is_err());
    assert_eq!(test.object("k"), Some(bytes(1000, 1)));
    assert!(test.send(test.target("k").request(Method::Get), "").await.is_err());
    assert!(test.send(test.target("k").request(Method::Get), "").await.is_ok());
}

#[tokio::test]
async fn resets_lose_the_answer_before_or_after_the_change() {
    for (fault, stored) in [
        ("reset-before-body", 0),
        ("reset-in-body", 0),
        ("reset-in-body:after=100000000", 0),
        ("reset-after-stored", 1),
    ] {
        let test = Test::new(&[fault]).await;
        let id = test.initiate("k").await;
        let content = bytes(3 * MIB, 0);
        let sent = test.send(test.part("k", &id, 1, &content), content.clone()).await;
        assert!(sent.is_err(), "{fault}");
        // A stopped emulator has no requests in progress.
        let test = test.restart().await;
        assert_eq!(test.stored(Operation::UploadPart), stored, "{fault}");
        assert_eq!(test.records(Operation::UploadPart)[0].status, None, "{fault}");
        let page = list_parts::request(&test.target("k"), &id, None);
        let page = list_parts::read(&test.send(page, "").await.unwrap()).unwrap();
        assert_eq!(page.parts.len(), stored, "{fault}");
    }
}

#[tokio::test]
async fn a_reset_is_one_on_the_wire() {
    for fault in ["reset-before-body", "reset-in-body:after=0", "reset-after-stored"] {
        let test = Test::new(&[fault]).await;
        let mut request = put_object::request(&test.target("k"), &Headers::new(), 1, None);
        sign::sign(&mut request, &credentials(), Service::Cos, clock());
        let mut stream = TcpStream::connect(test.emulator.url().trim_start_matches("http://")).await.unwrap();
        stream.write_all(format!("{}x", head_of(&request)).as_bytes()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{fault}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_lost_for_every_operation_that_changes_something() {
    let test = Test::new(&["reset-after-stored:on=initiate+complete+abort+put-object,times=0"]).await;
    let request = initiate::request(&test.target("k"), &Headers::new());
    assert!(test.send(request, "").await.is_err());
    let id = UploadId::new(&text_of(&test.list(&[("uploads", "")]).await, "UploadId").unwrap()).unwrap();
    let etag = test.upload_part("k", &id, 1, b"x").await;
    assert!(test.complete("k", &id, &[etag]).await.is_err());
    assert_eq!(test.object("k"), Some(b"x".to_vec()));
    assert!(test.put("k", b"y").await.is_err());
    assert_eq!(test.object("k"), Some(b"y".to_vec()));
    let request = initiate::request(&test.target("k"), &Headers::new());
    assert!(test.send(request, "").await.is_err());
    let id = UploadId::new(&text_of(&test.list(&[("uploads", "")]).await, "UploadId").unwrap()).unwrap();
    assert!(test.send(abort::request(&test.target("k"), &id), "").await.is_err());
    assert_eq!(text_of(&test.list(&[("uploads", "")]).await, "UploadId"), None);
}

#[tokio::test]
async fn a_complete_may_fail_in_its_body_or_in_the_middle_of_it() {
    let test = Test::new(&["complete-error", "cut-verdict"]).await;
    let id = test.initiate("k").await;
    let etags = [test.upload_part("k", &id, 1, b"x").await];
    let answer = test.complete("k", &id, &etags).await.unwrap();
    assert_eq!(status_and_code(&answer), (200, "InternalError".into()));
    assert_eq!((test.object("k"), test.stored(Operation::Complete)), (None, 0));
    assert!(test.complete("k", &id, &etags).await.is_err());
    assert_eq!((test.object("k"), test.stored(Operation::Complete)), (Some(b"x".to_vec()), 1));
}

#[tokio::test]
async fn a_slow_complete_sends_white_space_and_holds_the_upload() {
    let test = Test::new(&["slow-complete:seconds=1"]).await;
    let id = test.initiate("k").await;
    let etag = test.upload_part("k", &id, 1, b"x").await;
    let parts = [(PartNumber::new(1).unwrap(), etag.as_str().into())];
    let mut request = complete::request(&test.target("k"), &id, &parts);
    sign::sign(&mut request, &credentials(), Service::Cos, clock());
    let mut sent = test.client.post(request.url()).body(request.document.clone());
    for (name, value) in request.headers.iter() {
        sent = sent.header(name, value);
    }
    let mut answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-cos-hash-crc64ecma"], crc64(b"x").to_string());
    assert_eq!(
        status_and_code(&test.complete("k", &id, std::slice::from_ref(&etag)).await.unwrap()),
        (409, "UploadConflict".into())
    );
    let part = test.send(test.part("k", &id, 1, b"y"), "y").await.unwrap();
    assert_eq!(status_and_code(&part), (409, "UploadConflict".into()));
    let mut chunks = Vec::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        chunks.push(chunk);
    }
    assert!(chunks.len() > 1 && chunks[0].trim_ascii().is_empty(), "{chunks:?}");
    assert!(chunks.concat().ends_with(b"</CompleteMultipartUploadResult>"));
    assert_eq!(test.object("k"), Some(b"x".to_vec()));
}

#[tokio::test]
async fn a_stalled_request_is_never_answered_and_does_not_hold_up_the_end() {
    let test = Test::new(&["stall"]).await;
    let id = test.initiate("k").await;
    let mut stalled = Box::pin(test.send(test.part("k", &id, 1, b"x"), "x"));
    // The emulator answers other requests while this one waits, until this one is recorded.
    while test.records(Operation::UploadPart).is_empty() {
        tokio::select! {
            _ = &mut stalled => panic!("answered"),
            other = test.list(&[]) => assert!(other.contains("ListBucketResult")),
        }
    }
    let record = &test.records(Operation::UploadPart)[0];
    assert_eq!((record.status, record.fault.as_deref(), record.stored), (None, Some("stall"), false));
    drop(stalled);
    test.emulator.stop().await;
}

#[tokio::test]
async fn a_trickle_reads_at_its_rate() {
    let test = Test::new(&["trickle:rate=1000000000"]).await;
    assert_eq!(test.put("k", &bytes(100_000, 1)).await.unwrap().status, 200);
    assert_eq!(test.object("k"), Some(bytes(100_000, 1)));
    assert_eq!(test.records(Operation::PutObject)[0].fault.as_deref(), Some("trickle"));
}

#[tokio::test]
async fn a_wrong_clock_is_refused_and_can_be_corrected() {
    for by in [3600i64, -3600] {
        let test = Test::new(&[&format!("clock-skew:by={by}")]).await;
        let answer = test.put("k", b"x").await.unwrap();
        assert_eq!(status_and_code(&answer), (403, "RequestTimeTooSkewed".into()), "{by}");
        let date = httpdate::parse_http_date(answer.headers.get("date").unwrap()).unwrap();
        let mut request = put_object::request(&test.target("k"), &Headers::new(), 1, None);
        sign::sign(&mut request, &credentials(), Service::Cos, date);
        assert_eq!(test.send_as_it_is(request, "x").await.unwrap().status, 200, "{by}");
    }
}

#[test]
fn an_unknown_fault_names_those_there_are() {
    let message = "slow".parse::<Fault>().unwrap_err().to_string();
    for (name, _) in Fault::names() {
        assert!(message.contains(name), "{name}");
    }
}

//! The emulator as CDCS.

use cosput::cos::checksum::Md5Digest;
use cosput::cos::multipart::{PartNumber, UploadId, abort, complete, initiate};
use cosput::cos::request::{Headers, Method, Request, Response};
use cosput::cos::{Credentials, objects::head_object, sign};
use cosput::emulator::{Options, start};
use serde_json::{Value, json};

use super::support::*;

fn json_of(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&answer.body)))
}

/// Status and code of a JSON answer.
fn code_of(answer: &Response) -> (u16, String) {
    (answer.status, json_of(answer)["Code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn initiate_json(test: &Test, key: &str) -> UploadId {
    let answer = test.send(initiate::request(&test.target(key), &Headers::new()), "").await.unwrap();
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    UploadId::new(json_of(&answer)["UploadId"].as_str().unwrap()).unwrap()
}

fn complete_json(test: &Test, key: &str, id: &UploadId, etags: &[&str]) -> Request {
    let parts: Vec<Value> = (1..)
        .zip(etags)
        .map(|(number, etag)| json!({ "PartNumber": number, "ETag": etag.trim_matches('"') }))
        .collect();
    let request = test.target(key).request(Method::Post).with_query("uploadId", id.as_str());
    request.with_document("application/json", json!({ "Part": parts }).to_string())
}

async fn send(test: &Test, request: Request) -> Response {
    let body = request.document.clone();
    test.send(request, body).await.unwrap()
}

#[tokio::test]
async fn an_upload_in_json_becomes_the_object() {
    let test = Test::cdcs(false, &[]).await;
    let id = initiate_json(&test, "k").await;
    let answer = test.send(test.part("k", &id, 1, b"abc"), "abc").await.unwrap();
    assert_eq!(answer.etag(), Some(format!("\"{}\"", Md5Digest::of(b"abc").hex()).as_str()));
    assert_eq!(answer.headers.get("server"), Some("tencent-cdcs"));
    assert!(answer.headers.get("x-cdcs-request-id").is_some());
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("x-cos-")), "{:?}", answer.headers);

    let list = test.target("k").request(Method::Get).with_query("uploadId", id.as_str());
    let page = json_of(&send(&test, list).await);
    assert_eq!(page["Coffer"], BUCKET);
    assert_eq!((&page["IsTruncated"], &page["MaxParts"]), (&json!("false"), &json!("1000")));
    assert_eq!((&page["Part"][0]["PartNumber"], &page["Part"][0]["Size"]), (&json!("1"), &json!("3")));
    assert_eq!(page["Part"][0]["ETag"], answer.etag().unwrap());

    let done = send(&test, complete_json(&test, "k", &id, &[answer.etag().unwrap()])).await;
    assert_eq!((done.status, done.crc64()), (200, None));
    let verdict = json_of(&done);
    assert_eq!((&verdict["Key"], &verdict["Locations"]["Location"][0]), (&json!("k"), &json!("local")));
    assert!(verdict["ETag"].as_str().unwrap().ends_with("-1\""));
    assert_eq!(test.object("k"), Some(b"abc".to_vec()));
    let head = test.send(head_object::request(&test.target("k")), "").await.unwrap();
    assert_eq!((head.status, head.crc64(), head.headers.get("content-length")), (200, None, Some("3")));
    let again = send(&test, complete_json(&test, "k", &id, &[answer.etag().unwrap()])).await;
    assert_eq!(code_of(&again), refused(409, "MultipartAlreadyCompleted"));
}

#[tokio::test]
async fn a_client_of_the_older_edition_is_answered_in_xml() {
    let test = Test::cdcs(true, &[]).await;
    let id = test.initiate("k").await;
    let etag = test.upload_part("k", &id, 1, b"abc").await;
    let list = test.target("k").request(Method::Get).with_query("uploadId", id.as_str()).with_query("max-count", "1");
    let page = String::from_utf8(send(&test, list).await.body.to_vec()).unwrap();
    assert!(page.contains("<ListPartsResult><Coffer>") && page.contains("<MaxParts>1</MaxParts>"), "{page}");
    complete::read(&test.complete("k", &id, &[etag]).await.unwrap()).unwrap();
    let missing = test.send(test.target("none").request(Method::Get), "").await.unwrap();
    assert_eq!(status_and_code(&missing), refused(404, "ObjectNotExists"));
}

#[tokio::test]
async fn the_body_of_complete_decides_in_what_it_is_answered() {
    let test = Test::cdcs(false, &[]).await;
    let id = initiate_json(&test, "k").await;
    let answer = test.send(test.part("k", &id, 1, b"abc"), "abc").await.unwrap();
    let parts = [(PartNumber::new(1).unwrap(), answer.etag().unwrap().into())];
    let document =
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>no</ETag></Part></CompleteMultipartUpload>";
    let request = test.target("k").request(Method::Post).with_query("uploadId", id.as_str());
    let wrong = send(&test, request.with_document("application/xml", document)).await;
    assert_eq!(status_and_code(&wrong), refused(400, "InvalidPart"));
    let wrong = send(&test, complete_json(&test, "k", &id, &["no"])).await;
    assert_eq!(code_of(&wrong), refused(400, "InvalidPart"));
    let request = test.target("k").request(Method::Post).with_query("uploadId", id.as_str());
    let document = String::from_utf8(complete::request(&test.target("k"), &id, &parts).document.to_vec()).unwrap();
    let answer = if document.trim_start().starts_with('<') {
        send(&test, request.with_document("application/xml", document)).await
    } else {
        let document = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
            answer.etag().unwrap()
        );
        send(&test, request.with_document("application/xml", document)).await
    };
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.contains("<Coffer>") && text.contains("<Locations><Location>"), "{text}");
}

#[tokio::test]
async fn objects_are_written_once() {
    let test = Test::cdcs(false, &[]).await;
    assert_eq!(test.put("k", b"1").await.unwrap().status, 200);
    assert_eq!(code_of(&test.put("k", b"2").await.unwrap()), refused(409, "ObjectAlreadyExistsOwnedByYou"));
    let answer = test.send(initiate::request(&test.target("k"), &Headers::new()), "").await.unwrap();
    assert_eq!(code_of(&answer), refused(409, "ObjectAlreadyExistsOwnedByYou"));
    assert_eq!(test.object("k"), Some(b"1".to_vec()));

    let id = initiate_json(&test, "l").await;
    assert_eq!(code_of(&test.put("l", b"2").await.unwrap()), refused(409, "ObjectAlreadyUploading"));
    let answer = test.send(initiate::request(&test.target("l"), &Headers::new()), "").await.unwrap();
    assert_eq!(code_of(&answer), refused(409, "ObjectAlreadyUploading"));
    assert_eq!(test.send(abort::request(&test.target("l"), &id), "").await.unwrap().status, 204);
    assert_eq!(test.put("l", b"2").await.unwrap().status, 200);
    assert_eq!(code_of(&test.put("m", b"").await.unwrap()), refused(400, "ObjectEmpty"));
    let id = initiate_json(&test, "m").await;
    let part = test.send(test.part("m", &id, 1, b""), "").await.unwrap();
    let answer = send(&test, complete_json(&test, "m", &id, &[part.etag().unwrap()])).await;
    assert_eq!(code_of(&answer), refused(400, "ObjectEmpty"));
    let answer = send(&test, test.target("k").request(Method::Delete)).await;
    assert_eq!(code_of(&answer), refused(405, "MethodNotAllowed"));
}

#[tokio::test]
async fn errors_have_the_codes_of_cdcs() {
    let test = Test::cdcs(false, &[]).await;
    let gone = UploadId::new("1700000000").unwrap();
    let put = || test.target("k").request(Method::Put).with_header("Content-Length", "1");
    for (request, status, code) in [
        (test.target("none").request(Method::Get), 404, "ObjectNotExists"),
        (test.target("k").request(Method::Get).with_query("uploadId", "1"), 404, "MultipartNotExists"),
        (test.part("k", &gone, 1, b"x"), 404, "NoSuchUpload"),
        (complete_json(&test, "k", &gone, &["x"]), 404, "MultipartNotExists"),
        (put().with_header("x-cos-meta-a", "1"), 400, "InvalidArgument"),
        (put().with_header("x-cos-server-side-encryption", "AES256"), 400, "InvalidArgument"),
    ] {
        let shown = request.url();
        let body = if request.method == Method::Put { b"x".to_vec() } else { request.document.to_vec() };
        let answer = test.send(request, body).await.unwrap();
        assert_eq!(code_of(&answer), refused(status, code), "{shown}");
        assert_eq!(json_of(&answer)["TraceId"].as_str(), answer.headers.get("x-cdcs-trace-id"));
    }
    let unsigned = test.send_as_it_is(put(), "x").await.unwrap();
    assert_eq!(code_of(&unsigned), refused(401, "AuthFailed"));
    let mut request = put();
    let other = Credentials::new(cosput::emulator::DEFAULT_SECRET_ID, "wrong", None).unwrap();
    sign::sign(&mut request, &other, test.service, clock());
    assert_eq!(code_of(&test.send_as_it_is(request, "x").await.unwrap()), refused(401, "AuthFailed"));
    test.emulator.stop().await;

    let options = Options { service: test.service, buckets: Some(vec![]), ..options(test.dir.path(), &[]) };
    let test = Test { emulator: start(options).await.unwrap(), ..test };
    assert_eq!(code_of(&test.put("k", b"x").await.unwrap()), refused(404, "NoSuchCoffer"));
}

#[tokio::test]
async fn a_token_travels_in_its_own_header() {
    let dir = tempfile::tempdir().unwrap();
    let token = Credentials::new("AKIDtoken", "key", Some("token")).unwrap();
    let service = cosput::cos::address::Service::Cdcs;
    let options = Options { service, credentials: vec![token.clone()], ..options(dir.path(), &[]) };
    let test = Test { emulator: start(options).await.unwrap(), client: client(), dir, service };
    let mut request = test.target("k").request(Method::Put).with_header("Content-Length", "1");
    sign::sign(&mut request, &token, service, clock());
    assert_eq!(request.headers.get("x-cdcs-security-token"), Some("token"));
    assert_eq!(test.send_as_it_is(request, "x").await.unwrap().status, 200);
}

#[tokio::test]
async fn unfinished_uploads_are_listed_by_their_ids() {
    let test = Test::cdcs(false, &[]).await;
    let mut ids = Vec::new();
    for key in ["b", "a", "c"] {
        ids.push(initiate_json(&test, key).await.as_str().to_owned());
    }
    ids.sort();
    let list = |marker: &str| {
        let request = test.address().request(Method::Get).with_query("uploads", "").with_query("max-uploads", "2");
        request.with_query("upload-id-marker", marker)
    };
    let page = json_of(&send(&test, list("")).await);
    assert_eq!((&page["IsTruncated"], &page["NextUploadIdMarker"]), (&json!("true"), &json!(ids[1])));
    assert_eq!(page["Upload"][0]["UploadId"], ids[0]);
    let page = json_of(&send(&test, list(&ids[1])).await);
    assert_eq!((&page["IsTruncated"], &page["Upload"][0]["UploadId"]), (&json!("false"), &json!(ids[2])));
    assert_eq!(page["Upload"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_faults_of_cdcs_are_its_own() {
    let test = Test::cdcs(false, &["assume-role-failed:on=initiate", "kms-failed", "no-etag:on=complete"]).await;
    let answer = test.send(initiate::request(&test.target("k"), &Headers::new()), "").await.unwrap();
    assert_eq!(code_of(&answer), refused(409, "AssumeRoleFailed"));
    let answer = test.send(initiate::request(&test.target("k"), &Headers::new()), "").await.unwrap();
    assert_eq!(code_of(&answer), refused(409, "KMSFailed"));
    let id = initiate_json(&test, "k").await;
    let part = test.send(test.part("k", &id, 1, b"x"), "x").await.unwrap();
    let verdict = json_of(&send(&test, complete_json(&test, "k", &id, &[part.etag().unwrap()])).await);
    assert_eq!((verdict.get("ETag"), &verdict["Key"]), (None, &json!("k")));
}

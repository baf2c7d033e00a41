//! Server-side encryption: the examples of the Upload Part document, and refused requests.

use cosput::cos::address::Service;
use cosput::cos::checksum::{Md5Digest, crc64};
use cosput::cos::multipart::{PartNumber, UploadId, complete, initiate, list_parts};
use cosput::cos::request::{Headers, Method, Request, Response};
use cosput::cos::{objects::head_object, objects::put_object, sign};

use super::support::*;

type Fields = [(&'static str, &'static str)];

const CONTENT: &[u8] = b"[Object Part]";
const MD5: &str = "108f528eb63b65e734f27ae331f5ffaa";
const KEY: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
const KEY_MD5: &str = "U5L61r7jcwdNvT7frmUG8g==";
const SSE_COS: &Fields = &[("x-cos-server-side-encryption", "AES256")];
const SSE_KMS: &Fields = &[
    ("x-cos-server-side-encryption", "cos/kms"),
    ("x-cos-server-side-encryption-cos-kms-key-id", "48ba38aa-26c5-11ea-855c-52540085"),
];
const SSE_C: &Fields = &[
    ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
    ("x-cos-server-side-encryption-customer-key", KEY),
    ("x-cos-server-side-encryption-customer-key-MD5", KEY_MD5),
];

fn with(request: Request, fields: &Fields) -> Request {
    fields.iter().fold(request, |request, (name, value)| request.with_header(name, *value))
}

/// The encryption headers of an answer.
fn encryption_headers(answer: &Response) -> Vec<(String, String)> {
    let shown = answer.headers.iter().filter(|(name, _)| name.starts_with("x-cos-server-side-encryption"));
    shown.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The expected encryption headers of an answer: all of the request's except the key.
fn echo(fields: &Fields) -> Vec<(String, String)> {
    let shown = fields.iter().filter(|(name, _)| !name.ends_with("customer-key"));
    shown.map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect()
}

/// The example's request: its method, its headers and, except for upload ID and time, its bytes.
fn example_part(test: &Test, id: &UploadId, content: &[u8], fields: &Fields) -> Request {
    let request = test.part("exampleobject", id, 1, content);
    let request = request.with_header("Content-MD5", Md5Digest::of(content).base64());
    let request = request.with_header("Content-Type", "application/octet-stream");
    with(request.with_header("Date", "Tue, 14 Nov 2023 22:13:20 GMT"), fields)
}

async fn initiate_with(test: &Test, fields: &Fields) -> UploadId {
    let request = with(initiate::request(&test.target("exampleobject"), &Headers::new()), fields);
    let answer = test.send(request, "").await.unwrap();
    assert_eq!(encryption_headers(&answer), echo(fields));
    initiate::read(&answer).unwrap()
}

/// Uploads the one part of an example, completes, and reads the object back.
async fn upload_example(content: &[u8], asked: &Fields, with_part: &Fields) -> Response {
    let test = Test::new(&[]).await;
    let id = initiate_with(&test, asked).await;
    let part = test.send(example_part(&test, &id, content, with_part), content).await.unwrap();
    assert_eq!((part.status, part.body.len()), (200, 0));
    assert_eq!(part.headers.get("server"), Some("tencent-cos"));
    assert!(part.request_id().is_some());
    assert_eq!(encryption_headers(&part), echo(asked));

    // An initiated upload survives a restart, and the list has the ETag from the part's answer.
    let test = test.restart().await;
    let page = list_parts::request(&test.target("exampleobject"), &id, None);
    let page = list_parts::read(&test.send(page, "").await.unwrap()).unwrap();
    assert_eq!(Some(page.parts[0].etag.as_str()), part.etag());
    let done = test.complete("exampleobject", &id, &[part.etag().unwrap().to_owned()]).await.unwrap();
    complete::read(&done).unwrap();
    assert_eq!((encryption_headers(&done), done.crc64()), (echo(asked), Some(crc64(content))));
    let test = test.restart().await;
    let head = with(head_object::request(&test.target("exampleobject")), with_part);
    let head = test.send(head, "").await.unwrap();
    assert_eq!((head.status, encryption_headers(&head), head.crc64()), (200, echo(asked), Some(crc64(content))));
    let get = with(test.target("exampleobject").request(Method::Get), with_part);
    let get = test.send(get, "").await.unwrap();
    assert_eq!((&get.body[..], encryption_headers(&get)), (content, echo(asked)));
    assert_eq!(test.object("exampleobject"), Some(content.to_vec()));
    part
}

#[tokio::test]
async fn example_one_a_part_without_encryption() {
    let content = bytes(MIB, 1);
    let part = upload_example(&content, &[], &[]).await;
    assert_eq!(part.etag(), Some(format!("\"{}\"", Md5Digest::of(&content).hex()).as_str()));
    assert_eq!(part.crc64(), Some(crc64(&content)));
}

#[tokio::test]
async fn example_two_a_part_with_sse_cos() {
    let part = upload_example(CONTENT, SSE_COS, &[]).await;
    assert_eq!(part.etag(), Some(format!("\"{MD5}\"").as_str()));
    assert_eq!(part.crc64(), Some(4_510_578_591_875_220_731));
}

#[tokio::test]
async fn example_three_a_part_with_sse_kms() {
    let part = upload_example(CONTENT, SSE_KMS, &[]).await;
    assert_ne!(part.etag(), Some(format!("\"{MD5}\"").as_str()));
    assert_eq!(part.etag().unwrap().len(), 34);
    assert_eq!(part.crc64(), Some(4_510_578_591_875_220_731));
}

#[tokio::test]
async fn example_four_a_part_with_sse_c() {
    let part = upload_example(CONTENT, SSE_C, SSE_C).await;
    assert_ne!(part.etag(), Some(format!("\"{MD5}\"").as_str()));
    assert_eq!(part.etag().unwrap().len(), 34);
    assert_eq!(part.crc64(), Some(4_510_578_591_875_220_731));
}

#[tokio::test]
async fn the_kms_key_is_returned_even_if_none_was_named() {
    let test = Test::new(&[]).await;
    let request = put_object::request(&test.target("k"), &Headers::new(), 13, None);
    let answer = test.send(with(request, &SSE_KMS[..1]), CONTENT).await.unwrap();
    let shown = encryption_headers(&answer);
    assert_eq!(shown[0], ("x-cos-server-side-encryption".to_owned(), "cos/kms".to_owned()));
    assert_eq!(shown[1].0, "x-cos-server-side-encryption-cos-kms-key-id");
    assert_eq!(answer.crc64(), Some(crc64(CONTENT)));
}

#[tokio::test]
async fn an_object_with_a_customers_key_is_read_with_that_key_alone() {
    let test = Test::new(&[]).await;
    let request = put_object::request(&test.target("k"), &Headers::new(), 13, None);
    let answer = test.send(with(request, SSE_C), CONTENT).await.unwrap();
    assert_eq!((answer.status, encryption_headers(&answer)), (200, echo(SSE_C)));
    let other = head_object::request(&test.target("k"))
        .with_header(SSE_C[0].0, "AES256")
        .with_header(SSE_C[1].0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .with_header(SSE_C[2].0, Md5Digest::of(&[0; 32]).base64());
    for (request, status) in [
        (head_object::request(&test.target("k")), 400),
        (other, 400),
        (with(head_object::request(&test.target("k")), &SSE_C[..2]), 400),
        (with(head_object::request(&test.target("k")), SSE_C), 200),
    ] {
        let answer = test.send(request, "").await.unwrap();
        assert_eq!(answer.status, status);
    }
    let get = test.send(test.target("k").request(Method::Get), "").await.unwrap();
    assert_eq!(status_and_code(&get), (400, "SsecDecryptHeaderInvalid".into()));
}

#[tokio::test]
async fn the_customers_key_itself_is_nowhere_on_disk() {
    let test = Test::new(&[]).await;
    let id = initiate_with(&test, SSE_C).await;
    assert_eq!(test.send(example_part(&test, &id, CONTENT, SSE_C), CONTENT).await.unwrap().status, 200);
    let mut directories = vec![test.dir.path().to_owned()];
    let mut files = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
            assert!(!text.contains(KEY) && !text.contains("0123456789ABCDEF"), "{:?}", entry.path());
            files += 1;
        }
    }
    assert!(files >= 3, "{files}");
}

#[tokio::test]
async fn encryption_where_it_does_not_belong_is_refused() {
    let test = Test::new(&[]).await;
    let id = test.initiate("exampleobject").await;
    let part = |fields| example_part(&test, &id, CONTENT, fields);
    test.put("k", CONTENT).await.unwrap();
    let get = |fields| with(test.target("k").request(Method::Get), fields);
    let put = |fields| with(put_object::request(&test.target("k"), &Headers::new(), 13, None), fields);
    for (request, code) in [
        (part(SSE_COS), "InvalidArgument"),
        (part(SSE_C), "InvalidArgument"),
        (get(SSE_COS), "SSEHeaderNotAllowed"),
        (get(SSE_C), "InvalidArgument"),
        (put(&[("x-cos-server-side-encryption", "AES128")]), "SSEContentNotSupported"),
        (put(&SSE_KMS[1..]), "InvalidArgument"),
        (put(&SSE_C[..2]), "InvalidArgument"),
    ] {
        let body = if request.method == Method::Put { CONTENT } else { b"" };
        let answer = test.send(request, body).await.unwrap();
        assert_eq!(status_and_code(&answer), (400, code.to_owned()));
    }
    let sse_c = initiate_with(&test, SSE_C).await;
    let bare = test.send(example_part(&test, &sse_c, CONTENT, &[]), CONTENT).await.unwrap();
    assert_eq!(status_and_code(&bare), (400, "InvalidArgument".into()));
}

#[tokio::test]
async fn complete_lets_pass_what_official_clients_repeat() {
    let test = Test::new(&[]).await;
    let id = initiate_with(&test, SSE_COS).await;
    let part = test.send(example_part(&test, &id, CONTENT, &[]), CONTENT).await.unwrap();
    let parts = [(PartNumber::new(1).unwrap(), part.etag().unwrap().into())];
    let mut request = with(complete::request(&test.target("exampleobject"), &id, &parts), SSE_COS);
    let body = request.document.clone();
    sign::sign(&mut request, &credentials(), Service::Cos, clock());
    complete::read(&test.send_as_it_is(request, body).await.unwrap()).unwrap();
}

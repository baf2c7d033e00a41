//! The object's options: each request header is checked between the real program and the emulator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cosput::cli::args::option_of;
use cosput::cos::Headers;
use cosput::cos::address::{Bucket, Key};
use cosput::cos::checksum::{Md5Digest, crc64};
use cosput::cos::headers::{FORBID_OVERWRITE, Field, TRAFFIC_LIMIT};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, start};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::emulator::options;
use crate::support::scene::windows;
use crate::support::{BUCKET, Outcome};

/// The key of the documentation's examples, as bytes, as Base64, and its MD5.
const KEY: &[u8] = b"0123456789ABCDEF0123456789ABCDEF";
const KEY_BASE64: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
const KEY_MD5: &str = "U5L61r7jcwdNvT7frmUG8g==";
const MODE: &str = "x-cos-server-side-encryption";
const SSE_C: [&str; 3] = [
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];
/// The content of the documentation's examples.
const PART: &[u8] = b"[Object Part]";

/// A request as received, and the head of its answer.
#[derive(Debug, Clone)]
struct Seen {
    /// The method, and `part`, `uploads` or the like.
    what: String,
    headers: BTreeMap<String, String>,
    answer: BTreeMap<String, String>,
}

/// Changes the headers of an answer in transit; `Some` replaces the answer with this status.
type Way = fn(&str, &mut Headers) -> Option<u16>;

/// An emulator, a recorder in front of it, and a directory with the program's files.
struct Setting {
    directory: TempDir,
    emulator: Emulator,
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    way: Arc<Mutex<Way>>,
    variables: Vec<(&'static str, String)>,
}

impl Setting {
    async fn new() -> Self {
        Self::with_faults(&[]).await
    }

    async fn with_faults(faults: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let emulator = start(options(&directory.path().join("objects"), faults)).await.unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let way: Arc<Mutex<Way>> = Arc::new(Mutex::new(|_, _| None));
        let url = record(emulator.url(), seen.clone(), way.clone()).await;
        std::fs::write(directory.path().join("a.bin"), PART).unwrap();
        std::fs::write(directory.path().join("key"), KEY).unwrap();
        Self { directory, emulator, url, seen, way, variables: Vec::new() }
    }

    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    fn way(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A file of this many MiB, each with different bytes.
    fn write_mebibytes(&self, name: &str, count: u8) {
        let content: Vec<u8> = (0..count).flat_map(|number| vec![number; 1 << 20]).collect();
        std::fs::write(self.path(name), content).unwrap();
    }

    async fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cosput"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .envs(windows(&self.path("home")))
            .env("COS_SECRET_ID", DEFAULT_SECRET_ID)
            .env("COS_SECRET_KEY", DEFAULT_SECRET_KEY)
            .env("COSPUT_STATE_DIR", self.path("state"))
            .env("COSPUT_MAX_ATTEMPTS", "3")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        Outcome::of(output)
    }

    /// Uploads `a.bin`.
    async fn upload(&self, arguments: &[&str]) -> Outcome {
        let usual = ["upload", "a.bin", "-b", BUCKET, "--endpoint", &self.url];
        self.run(&[&usual[..], arguments].concat()).await
    }

    /// Uploads `a.bin` in parts.
    async fn upload_parts(&self, arguments: &[&str]) -> Outcome {
        let in_parts = ["--multipart-threshold", "0", "--part-size", "1MiB", "--concurrency", "1"];
        self.upload(&[&in_parts[..], arguments].concat()).await
    }

    /// Takes the requests recorded since the last call.
    fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    /// The requests that carried a header, with its value.
    fn where_sent(&self, name: &str) -> Vec<(String, String)> {
        let name = name.to_ascii_lowercase();
        let sent = |seen: Seen| Some((seen.what, seen.headers.get(&name)?.clone()));
        self.seen().into_iter().filter_map(sent).collect()
    }

    fn object(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap())?;
        std::fs::read(path).ok()
    }

    fn journals(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("state")).into_iter().flatten();
        entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

/// Forwards requests to the emulator and records them. Returns the proxy's address.
async fn record(to: String, seen: Arc<Mutex<Vec<Seen>>>, way: Arc<Mutex<Way>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (to, seen, way, client) = (to.clone(), seen.clone(), way.clone(), client.clone());
            tokio::spawn(async move {
                let service = service_fn(|request| pass(request, &to, &client, &seen, &way));
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    url
}

async fn pass(
    request: hyper::Request<Incoming>,
    to: &str,
    client: &reqwest::Client,
    seen: &Mutex<Vec<Seen>>,
    way: &Mutex<Way>,
) -> Result<hyper::Response<Full<Bytes>>, reqwest::Error> {
    let (head, body) = request.into_parts();
    let what = what(&head.method, head.uri.query().unwrap_or_default());
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let url = format!("{to}{}", head.uri);
    let mut forwarded = client.request(head.method.clone(), url).headers(head.headers.clone());
    if !body.is_empty() {
        forwarded = forwarded.body(body);
    }
    // If the connection to the emulator breaks, this one breaks too.
    let answer = forwarded.send().await?;
    let (status, headers) = (answer.status(), header_map(answer.headers()));
    let body = answer.bytes().await.unwrap_or_default();
    seen.lock().unwrap().push(Seen { what: what.clone(), headers: header_map(&head.headers), answer: headers.clone() });
    let mut headers: Headers = headers.into_iter().collect();
    let replaced = (*way.lock().unwrap())(&what, &mut headers);
    let mut answer = hyper::Response::builder().status(replaced.unwrap_or(status.as_u16()));
    for (name, value) in headers.iter() {
        if name != "transfer-encoding" && name != "connection" && (name != "content-length" || head.method == "HEAD") {
            answer = answer.header(name, value);
        }
    }
    Ok(answer.body(Full::new(if replaced.is_some() { Bytes::new() } else { body })).unwrap())
}

fn header_map(headers: &reqwest::header::HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn what(method: &hyper::Method, query: &str) -> String {
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name));
    match (method.as_str(), parameter("partNumber=")) {
        ("PUT", Some(number)) => format!("part {number}"),
        ("POST", _) if parameter("uploads").is_some() => "initiate".to_owned(),
        ("POST", _) => "complete".to_owned(),
        ("GET", _) => "list".to_owned(),
        ("DELETE", _) => "abort".to_owned(),
        (method, _) => method.to_ascii_lowercase(),
    }
}

fn without_encryption(headers: &mut Headers) {
    *headers = headers.iter().filter(|(name, _)| !name.starts_with(MODE)).collect();
}

fn succeeded(outcome: &Outcome) {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

fn refused(outcome: &Outcome, message: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains(message), "{outcome:?}");
}

/// Options, a header and its value, and the requests that carry it: for PUT, and for a multipart upload.
type Row = (&'static [&'static str], &'static str, &'static str, (&'static str, &'static [&'static str]));

const OBJECT: (&str, &[&str]) = ("put", &["initiate"]);

/// The table of docs/headers.md: an option, the header that arrives, and the requests that carry it.
const ROWS: &[Row] = &[
    (&["--content-type", "text/x-test"], "Content-Type", "text/x-test", OBJECT),
    (&["--cache-control", "max-age=60"], "Cache-Control", "max-age=60", OBJECT),
    (
        &["--content-disposition", "attachment; filename=\"报告.pdf\""],
        "Content-Disposition",
        "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf",
        OBJECT,
    ),
    (&["--content-encoding", "gzip"], "Content-Encoding", "gzip", OBJECT),
    (&["--content-language", "zh-CN"], "Content-Language", "zh-CN", OBJECT),
    (&["--expires", "2030-01-31T20:00:00+08:00"], "Expires", "Thu, 31 Jan 2030 12:00:00 GMT", OBJECT),
    (&["--meta", "Build-Id=a_b"], "x-cos-meta-build-id", "a_b", OBJECT),
    (&["--meta", "author=小明"], "x-cos-meta-author", "%E5%B0%8F%E6%98%8E", OBJECT),
    (&["--acl", "public-read"], "x-cos-acl", "public-read", OBJECT),
    (&["--grant-read", "id=\"1\",id=\"2\""], "x-cos-grant-read", "id=\"1\",id=\"2\"", OBJECT),
    (&["--grant-write", "id=\"1\""], "x-cos-grant-write", "id=\"1\"", OBJECT),
    (&["--grant-full-control", "id=\"1\""], "x-cos-grant-full-control", "id=\"1\"", OBJECT),
    (&["--grant-read-acp", "id=\"1\""], "x-cos-grant-read-acp", "id=\"1\"", OBJECT),
    (&["--grant-write-acp", "id=\"1\""], "x-cos-grant-write-acp", "id=\"1\"", OBJECT),
    (&["--storage-class", "standard_ia"], "x-cos-storage-class", "STANDARD_IA", OBJECT),
    (&["--website-redirect-location", "/new.html"], "x-cos-website-redirect-location", "/new.html", OBJECT),
    (&["--tag", "a b=c@d", "--tag", "e=f"], "x-cos-tagging", "a%20b=c%40d&e=f", OBJECT),
    (&["--no-overwrite"], "x-cos-forbid-overwrite", "true", ("put", &["initiate", "complete"])),
    (&["--traffic-limit", "8Mbit"], "x-cos-traffic-limit", "8000000", ("put", &["part 1"])),
    (&["--checksum", "md5"], "Content-MD5", "EI9SjrY7Zec08nrjMfX/qg==", ("put", &["part 1", "complete"])),
    (&["--sse", "AES256"], MODE, "AES256", OBJECT),
    (&["--sse", "cos/kms"], MODE, "cos/kms", OBJECT),
    (
        &["--sse", "cos/kms", "--sse-kms-key-id", "48ba38aa"],
        "x-cos-server-side-encryption-cos-kms-key-id",
        "48ba38aa",
        OBJECT,
    ),
    (
        &["--sse", "cos/kms", "--sse-kms-context", r#"{"author":"fysntian","company":"Tencent"}"#],
        "x-cos-server-side-encryption-context",
        "eyJhdXRob3IiOiJmeXNudGlhbiIsImNvbXBhbnkiOiJUZW5jZW50In0=",
        OBJECT,
    ),
    (&["--sse-c-key-file", "key"], SSE_C[0], "AES256", ("put", &["initiate", "part 1"])),
    (&["--sse-c-key-file", "key"], SSE_C[1], KEY_BASE64, ("put", &["initiate", "part 1"])),
    (&["--sse-c-key-file", "key"], SSE_C[2], KEY_MD5, ("put", &["initiate", "part 1"])),
];

/// A header needs a row in `cos::headers`, an option, a row in the documents, and a row in the table above.
#[test]
fn every_header_has_a_row_in_the_documents_and_in_this_test() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/headers.md")).unwrap();
    let fields = Field::ALL.map(|field| (option_of(field), field.name()));
    let others = [
        ("--meta", "x-cos-meta-*"),
        ("--tag", "x-cos-tagging"),
        ("--no-overwrite", FORBID_OVERWRITE),
        ("--traffic-limit", TRAFFIC_LIMIT),
        ("--sse", MODE),
        ("--sse-c-key-file", SSE_C[0]),
    ];
    let others = others.map(|(option, name)| (option.to_owned(), name));
    let mut missing = Vec::new();
    for (option, name) in fields.into_iter().chain(others) {
        let documented =
            |line: &str| line.starts_with(&format!("| `{name}` |")) && line.contains(&format!("`{option}`"));
        if !page.lines().any(documented) {
            missing.push(format!("docs/headers.md has no row for {name} with {option}"));
        }
        let prefix = name.trim_end_matches('*');
        let tested = |row: &Row| row.0.contains(&option.as_str()) && row.1.starts_with(prefix);
        if !ROWS.iter().any(tested) {
            missing.push(format!("ROWS has no row for {name} with {option}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_option_arrives_where_it_belongs_and_nowhere_else() {
    let setting = Setting::new().await;
    for (number, (option, name, value, (put, parts))) in ROWS.iter().enumerate() {
        let sent = |places: &[&str], sent: Vec<(String, String)>| {
            let reported: Vec<_> = sent.iter().map(|(what, _)| what.as_str()).collect();
            assert_eq!(reported, places, "{option:?} {name}");
            // The Complete document has its own digest.
            let values = sent.iter().filter(|(what, _)| what != "complete" || *name != "Content-MD5");
            values.for_each(|(_, found)| assert_eq!(found, value, "{option:?} {name}"));
        };
        succeeded(&setting.upload(&[&["--key", &format!("put-{number}")], *option].concat()).await);
        sent(&[put], setting.where_sent(name));
        succeeded(&setting.upload_parts(&[&["--key", &format!("parts-{number}")], *option].concat()).await);
        let found = setting.where_sent(name).into_iter();
        // The type of the document, and of a multipart upload without a digest of its parts.
        let found = found.filter(|(what, _)| what != "complete" || *name != "Content-Type");
        sent(parts, found.collect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_option_has_a_variable() {
    let setting = Setting::new()
        .await
        .variable("COSPUT_CONTENT_TYPE", "text/x-test")
        .variable("COSPUT_META", "a=1 b=2")
        .variable("COSPUT_TAG", "c=3 d=4")
        .variable("COSPUT_EXPIRES", "Thu, 31 Jan 2030 12:00:00 GMT")
        .variable("COSPUT_NO_OVERWRITE", "yes")
        .variable("COSPUT_TRAFFIC_LIMIT", "1MB/s")
        .variable("COSPUT_SSE_C_KEY", KEY_BASE64);
    succeeded(&setting.upload(&[]).await);
    let put = setting.seen().into_iter().find(|seen| seen.what == "put").expect("the object was sent");
    let expected = [
        ("content-type", "text/x-test"),
        ("x-cos-meta-a", "1"),
        ("x-cos-meta-b", "2"),
        ("x-cos-tagging", "c=3&d=4"),
        ("expires", "Thu, 31 Jan 2030 12:00:00 GMT"),
        ("x-cos-forbid-overwrite", "true"),
        ("x-cos-traffic-limit", "8000000"),
        (SSE_C[2], KEY_MD5),
    ];
    for (name, value) in expected {
        assert_eq!(put.headers.get(name).map(String::as_str), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_type_is_guessed_from_the_key_then_from_the_file() {
    let setting = Setting::new().await;
    for (key, expected) in
        [("page.html", "text/html"), ("plain", "application/octet-stream"), ("a.tar", "application/x-tar")]
    {
        succeeded(&setting.upload(&["--key", key]).await);
        assert_eq!(setting.where_sent("Content-Type"), [("put".to_owned(), expected.to_owned())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_parts_are_what_cosput_sends() {
    let setting = Setting::new().await;
    let kms = "x-cos-server-side-encryption-cos-kms-key-id";
    /// A name, options, the headers of the answer, and whether its ETag is the MD5.
    type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)], bool);
    let cases: [Case; 4] = [
        ("simple", &[], &[], true),
        ("sse-cos", &["--sse", "AES256"], &[(MODE, "AES256")], true),
        (
            "sse-kms",
            &["--sse", "cos/kms", "--sse-kms-key-id", "48ba38aa-26c5-11ea-855c-52540085"],
            &[(MODE, "cos/kms"), (kms, "48ba38aa-26c5-11ea-855c-52540085")],
            false,
        ),
        ("sse-c", &["--sse-c-key-file", "key"], &[(SSE_C[0], "AES256"), (SSE_C[2], KEY_MD5)], false),
    ];
    assert_eq!(Md5Digest::of(PART).base64(), "EI9SjrY7Zec08nrjMfX/qg==");
    for (name, options, answered, etag_is_md5) in cases {
        succeeded(&setting.upload_parts(&[&["--key", name, "--checksum", "md5"], options].concat()).await);
        let part = setting.seen().into_iter().find(|seen| seen.what == "part 1").unwrap();
        assert_eq!(part.headers["content-length"], "13", "{name}");
        assert_eq!(part.headers["content-md5"], "EI9SjrY7Zec08nrjMfX/qg==", "{name}");
        let sse: Vec<_> = part.headers.keys().filter(|header| header.starts_with(MODE)).collect();
        assert_eq!(sse.len(), if name == "sse-c" { 3 } else { 0 }, "{name}");
        assert_eq!(part.answer["x-cos-hash-crc64ecma"], "4510578591875220731", "{name}");
        assert_eq!(part.answer["etag"] == "\"108f528eb63b65e734f27ae331f5ffaa\"", etag_is_md5, "{name}");
        for (header, value) in answered {
            assert_eq!(part.answer.get(*header).map(String::as_str), Some(*value), "{name}");
        }
        let keys = part.headers["authorization"].contains("x-cos-server-side-encryption-customer-key-md5");
        assert_eq!(keys, name == "sse-c", "the headers of SSE-C are signed");
        assert_eq!(setting.object(name).as_deref(), Some(PART));
    }
    assert_eq!(crc64(PART), 4_510_578_591_875_220_731);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_to_be_refused_is_refused_before_anything_is_sent() {
    let setting = Setting::new().await;
    std::fs::write(setting.path("short"), "too short").unwrap();
    let large = format!("a={}", "v".repeat(2048));
    let table: &[(&[&str], &str)] = &[
        (&["--meta", "build_id=1"], "COS takes no underscore in the name 'build_id'"),
        (&["--meta", &large], "the metadata 'a' has 2060 bytes"),
        (&["--meta", "a=1", "--meta", "A=2"], "the metadata 'a' is given twice"),
        (&["--meta", "a=1\nHost: h"], "control character"),
        (&["--cache-control", ""], "it is empty"),
        (&["--acl", "everyone"], "expected default, private, public-read"),
        (&["--grant-read", "100000000001"], "expected id=\"100000000001\""),
        (&["--storage-class", "CHEAP"], "expected STANDARD, STANDARD_IA"),
        (&["--expires", "soon"], "expected a date like"),
        (&["--website-redirect-location", "new.html"], "expected a target that begins with /"),
        (&["--content-type", "html"], "expected a type like"),
        (&["--traffic-limit", "819199"], "819199 bit/s is out of range; COS takes 819200 to 838860800"),
        (&["--traffic-limit", "101MiB/s"], "847249408 bit/s is out of range"),
        (&["--traffic-limit", "8M"], "its unit is neither bits nor bytes per second"),
        (&["--limit-rate", "1023"], "1023 bytes a second are too few; expected 1KiB or more"),
        (&["--limit-rate", "8Mbit"], "its unit is bits; expected bytes per second, like 8MiB, 1MB/s or 500K"),
        (&["--sse", "DES"], "invalid value 'DES' for '--sse <MODE>'"),
        (&["--sse-kms-key-id", "id"], "need --sse cos/kms"),
        (&["--sse", "AES256", "--sse-kms-context", "{\"a\":\"b\"}"], "need --sse cos/kms"),
        (&["--sse", "cos/kms", "--sse-kms-context", "{\"a\":1}"], "it is not a JSON object of strings"),
        (&["--sse", "AES256", "--sse-c-key-file", "key"], "cannot be used with"),
        (&["--sse-c-key-file", "nowhere"], "could not read the SSE-C key in nowhere"),
        (&["--sse-c-key-file", "short"], "a key of 9 bytes is not valid"),
    ];
    for (options, message) in table {
        refused(&setting.upload(options).await, message);
    }
    let tags: Vec<String> = (0..11).map(|number| format!("k{number}=v")).collect();
    let tags: Vec<&str> = tags.iter().flat_map(|tag| ["--tag", tag.as_str()]).collect();
    refused(&setting.upload(&tags).await, "11 tags are given; an object has at most 10");
    assert!(setting.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_do_not_travel_over_http() {
    let setting = Setting::new().await;
    for options in [&["--sse-c-key-file", "key"][..], &["--sse", "cos/kms"]] {
        let arguments = [&["upload", "a.bin", "-b", BUCKET, "--endpoint", "http://cos.invalid"], options].concat();
        refused(&setting.run(&arguments).await, "SSE-C and SSE-KMS need https, and http://cos.invalid is not");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_environment_besides_another_mode_is_refused() {
    let setting = Setting::new().await.variable("COSPUT_SSE_C_KEY", KEY_BASE64);
    refused(&setting.upload(&["--sse", "AES256"]).await, "--sse and a key of one's own exclude each other");
    assert!(setting.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_confirm_the_encryption_is_an_error() {
    let unconfirmed = [
        ("put", &["--sse", "AES256"][..], false),
        ("put", &["--sse-c-key-file", "key"], false),
        ("initiate", &["--sse", "AES256"], true),
        ("initiate", &["--sse", "cos/kms"], true),
        ("part 1", &["--sse-c-key-file", "key"], true),
    ];
    for (number, (place, options, in_parts)) in unconfirmed.into_iter().enumerate() {
        let setting = Setting::new().await;
        setting.way(match place {
            "put" => |what, headers| (what == "put").then(|| without_encryption(headers)).and(None),
            "initiate" => |what, headers| (what == "initiate").then(|| without_encryption(headers)).and(None),
            _ => |what, headers| (what == "part 1").then(|| without_encryption(headers)).and(None),
        });
        let outcome = if in_parts { setting.upload_parts(options).await } else { setting.upload(options).await };
        assert_eq!(outcome.code, Some(7), "{number} {outcome:?}");
        assert!(outcome.stderr.contains("the server does not confirm the encryption: x-cos-server-side-encryption"));
        let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
        let expected: &[&str] = match place {
            "put" => &["put"],
            "initiate" => &["initiate", "abort"],
            _ => &["initiate", "part 1", "abort"],
        };
        assert_eq!(sent, expected, "nothing is completed, and the parts are thrown away");
        assert!(setting.journals().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_completion_is_decided_by_a_look_at_the_object() {
    let setting = Setting::new().await;
    setting.way(|what, headers| (what == "complete").then(|| without_encryption(headers)).and(None));
    succeeded(&setting.upload_parts(&["--sse-c-key-file", "key"]).await);
    let seen = setting.seen();
    let head = seen.last().unwrap();
    assert_eq!((head.what.as_str(), head.headers[SSE_C[2]].as_str()), ("head", KEY_MD5));

    setting.way(|what, headers| (what == "complete" || what == "head").then(|| without_encryption(headers)).and(None));
    let outcome = setting.upload_parts(&["--sse", "AES256", "--key", "other"]).await;
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_meets_its_own_object_is_success() {
    let setting = Setting::with_faults(&["reset-after-stored"]).await;
    let outcome = setting.upload(&["--no-overwrite"]).await;
    succeeded(&outcome);
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent.last().map(String::as_str), Some("head"), "{sent:?}");

    let setting = Setting::with_faults(&["reset-after-stored:on=complete"]).await;
    succeeded(&setting.upload_parts(&["--no-overwrite"]).await);
    assert_eq!(setting.object("a.bin").as_deref(), Some(PART));
}

/// An earlier object may have the same bytes, but other properties.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_object_is_not_taken_for_ours() {
    let table: [(&[&str], &[&str]); 4] = [
        (&["--meta", "a=1"], &["--meta", "a=2"]),
        (&[], &["--content-type", "text/x-other"]),
        (&[], &["--sse", "AES256"]),
        (&[], &["--sse-c-key-file", "key"]),
    ];
    for (earlier, later) in table {
        let setting = Setting::with_faults(&["internal-error:skip=1,times=0"]).await;
        succeeded(&setting.upload(earlier).await);
        setting.seen();
        let outcome = setting.upload(later).await;
        assert_eq!(outcome.code, Some(6), "{later:?} {outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_is_refused_with_8() {
    let setting = Setting::new().await;
    succeeded(&setting.upload(&[]).await);
    std::fs::write(setting.path("a.bin"), "other").unwrap();
    setting.seen();
    let outcome = setting.upload(&["--no-overwrite"]).await;
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    assert!(outcome.stderr.contains("there is an object under this key"), "{outcome:?}");
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent, ["head"]);
    assert_eq!(setting.object("a.bin").as_deref(), Some(PART));
}

/// COS does not check x-cos-forbid-overwrite there.
#[test]
fn an_object_in_a_bucket_with_versions_is_not_replaced_either() {
    for size in [1000, 3 << 20] {
        let scene = crate::support::Scene::new(&[]);
        scene.server.keep_versions();
        scene.file("other", 500);
        scene.file("f", size);
        scene.upload("f", &["--key", "free", "--no-overwrite"]).exits(0);
        scene.upload("other", &["--key", "k"]).exits(0);
        scene
            .upload("f", &["--key", "k", "--no-overwrite"])
            .exits(8)
            .says("error: could not upload f: there is an object under this key");
        scene.assert_stored("other", "k");
    }
}

/// Keys that may not send HEAD leave the check to the server.
#[tokio::test(flavor = "multi_thread")]
async fn without_head_the_server_alone_refuses_a_key_that_is_taken() {
    let setting = Setting::with_faults(&["access-denied:on=head-object,times=0"]).await;
    succeeded(&setting.upload(&[]).await);
    std::fs::write(setting.path("a.bin"), "other").unwrap();
    let outcome = setting.upload(&["--no-overwrite"]).await;
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    assert!(outcome.stderr.contains("FileAlreadyExists"), "{outcome:?}");
    assert_eq!(setting.object("a.bin").as_deref(), Some(PART));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_is_refused_before_the_first_part() {
    let setting = Setting::new().await;
    succeeded(&setting.upload(&[]).await);
    setting.seen();
    let outcome = setting.upload_parts(&["--no-overwrite"]).await;
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent, ["head"]);
    assert_eq!(setting.object("a.bin").as_deref(), Some(PART));
    assert_eq!(setting.journals(), Vec::<String>::new());
}

/// Parts are billed as long as they are stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_meanwhile_leaves_no_parts() {
    let table: [(Option<u16>, &[&str]); 2] =
        [(None, &["list", "head", "abort"]), (Some(403), &["list", "head", "part 2", "complete", "abort"])];
    for (head, requests) in table {
        // The ETag of the second part is not an MD5, and no journal records the part, so it is sent again.
        let options = ["--no-overwrite", "--sse", "cos/kms"];
        let setting = interrupted(&options).await;
        std::fs::write(setting.path("other.bin"), PART).unwrap();
        let to = format!("cos://{BUCKET}/a.bin");
        succeeded(&setting.run(&["upload", "other.bin", &to, "--endpoint", &setting.url]).await);
        setting.seen();
        if head.is_some() {
            setting.way(|what, _| (what == "head").then_some(403));
        }
        let outcome = setting.upload_parts(&options).await;
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
        assert_eq!(sent, requests);
        let hints: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("hint: ")).collect();
        assert_eq!(hints, ["hint: choose another key, or delete the object first"]);
        assert_eq!(setting.journals(), Vec::<String>::new());
        assert_eq!(setting.object("a.bin").as_deref(), Some(PART));
    }
}

/// Begins an upload in two parts and stops it before the second.
async fn interrupted(options: &[&str]) -> Setting {
    let setting = Setting::new().await;
    setting.write_mebibytes("a.bin", 2);
    setting.way(|what, _| (what == "part 2").then_some(400));
    let outcome = setting.upload_parts(options).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    setting.way(|_, _| None);
    assert_eq!(setting.journals().len(), 1);
    setting.seen();
    setting
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_with_another_key_is_refused_before_anything_is_sent() {
    let setting = interrupted(&["--sse-c-key-file", "key"]).await;
    let journal = setting.journals();
    assert!(journal[0].contains(KEY_MD5) && !journal[0].contains(KEY_BASE64), "{journal:?}");
    std::fs::write(setting.path("other-key"), [7; 32]).unwrap();
    let outcome = setting.upload_parts(&["--sse-c-key-file", "other-key"]).await;
    refused(&outcome, "it was begun with another SSE-C key");
    assert!(outcome.stderr.contains("hint: ") && outcome.stderr.contains("--no-resume"), "{outcome:?}");
    let resumed = setting.run(&["resume", "--sse-c-key-file", "other-key"]).await;
    refused(&resumed, "it was begun with another SSE-C key");
    refused(&setting.run(&["resume"]).await, "it was begun with an SSE-C key");
    assert!(setting.seen().is_empty());
    assert_eq!(setting.journals(), journal);

    succeeded(&setting.run(&["resume", "--sse-c-key-file", "key"]).await);
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent, ["list", "part 2", "complete"]);
    assert_eq!(setting.object("a.bin").unwrap().len(), 2 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_begins_anew_where_that_is_asked_for() {
    let setting = interrupted(&["--sse-c-key-file", "key"]).await;
    std::fs::write(setting.path("other-key"), [7; 32]).unwrap();
    succeeded(&setting.upload_parts(&["--sse-c-key-file", "other-key", "--no-resume"]).await);
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent, ["abort", "initiate", "part 1", "part 2", "complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_with_other_options_says_so_and_begins_anew() {
    let setting = interrupted(&["--meta", "a=1"]).await;
    let outcome = setting.upload_parts(&["--meta", "a=2"]).await;
    succeeded(&outcome);
    assert!(outcome.stderr.contains("the object's x-cos-meta-a was '1' and is '2'"), "{outcome:?}");
    let sent: Vec<String> = setting.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(sent, ["abort", "initiate", "part 1", "part 2", "complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_knows_the_options_of_the_upload() {
    let setting = interrupted(&["--no-overwrite", "--sse", "cos/kms", "--meta", "author=小明"]).await;
    succeeded(&setting.run(&["resume", "--traffic-limit", "100MiB/s"]).await);
    let seen = setting.seen();
    let sent: Vec<&str> = seen.iter().map(|seen| seen.what.as_str()).collect();
    assert_eq!(sent, ["list", "head", "part 2", "complete"]);
    assert_eq!(seen[2].headers["x-cos-traffic-limit"], "838860800");
    assert_eq!(seen[3].headers["x-cos-forbid-overwrite"], "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_run_decides_about_overwriting_for_the_next_ones_too() {
    let setting = interrupted(&["--meta", "a=1"]).await;
    setting.way(|what, _| (what == "list").then_some(400));
    assert_eq!(setting.upload_parts(&["--meta", "a=1", "--no-overwrite"]).await.code, Some(1));
    setting.way(|_, _| None);
    setting.seen();
    succeeded(&setting.run(&["resume"]).await);
    assert_eq!(setting.where_sent("x-cos-forbid-overwrite"), [("complete".to_owned(), "true".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_nowhere_to_be_seen() {
    let setting = Setting::new().await.variable("COSPUT_SSE_C_KEY", KEY_BASE64);
    setting.write_mebibytes("a.bin", 2);
    setting.way(|what, _| (what == "part 2").then_some(400));
    let outcome = setting.upload_parts(&["-v", "--json"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = [outcome.stdout, outcome.stderr, setting.journals().concat(), everything_in(&setting.path("objects"))];
    for text in shown {
        for secret in [KEY_BASE64, &hex, std::str::from_utf8(KEY).unwrap()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// The records of the emulator.
fn everything_in(directory: &Path) -> String {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
}

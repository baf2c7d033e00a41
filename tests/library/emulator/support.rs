//! An emulator, and a client built from the signer and the readers of `cosput::cos`.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosput::cos::address::{Address, Addressing, Bucket, Endpoint, Key, Service, Target};
use cosput::cos::multipart::{PartNumber, UploadId, complete, initiate, upload_part};
use cosput::cos::request::{Headers, Method, Request, Response};
use cosput::cos::{Credentials, Edition, objects::put_object, sign};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, Operation, Options, RequestRecord, start};
use tempfile::TempDir;

use crate::emulator_options;

pub(super) const BUCKET: &str = "examplebucket-1250000000";
pub(super) const MIB: usize = 1 << 20;

/// The emulator's clock, which is fixed.
pub(super) fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

pub(super) fn credentials() -> Credentials {
    Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).unwrap()
}

/// The options of every test, with a fixed clock.
pub(super) fn options(dir: &Path, faults: &[&str]) -> Options {
    Options { clock, ..emulator_options::options(dir, faults) }
}

/// An emulator and a client of it.
pub(super) struct Test {
    pub emulator: Emulator,
    pub client: reqwest::Client,
    pub dir: TempDir,
    pub service: Service,
}

impl Test {
    pub(super) async fn new(faults: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let emulator = start(options(dir.path(), faults)).await.unwrap();
        Self { emulator, client: client(), dir, service: Service::Cos }
    }

    /// An emulator that speaks CDCS, in XML or in JSON.
    pub(super) async fn cdcs(cdcs_xml: bool, faults: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let service = Service::Cdcs;
        let emulator = start(Options { service, cdcs_xml, ..options(dir.path(), faults) }).await.unwrap();
        Self { emulator, client: client(), dir, service }
    }

    pub(super) async fn restart(self) -> Self {
        self.emulator.stop().await;
        let emulator = start(options(self.dir.path(), &[])).await.unwrap();
        Self { emulator, ..self }
    }

    pub(super) fn address(&self) -> Address {
        let endpoint = Endpoint::parse(&self.emulator.url()).unwrap();
        let bucket = Bucket::new(BUCKET).unwrap();
        let (service, edition) = (self.service, Edition::default());
        Address { service, edition, endpoint, addressing: Addressing::Path, bucket }
    }

    pub(super) fn target(&self, key: &str) -> Target {
        Target { address: self.address(), key: Key::new(key).unwrap() }
    }

    /// Signs and sends the request.
    pub(super) async fn send(
        &self,
        mut request: Request,
        body: impl Into<Vec<u8>>,
    ) -> Result<Response, reqwest::Error> {
        sign::sign(&mut request, &credentials(), self.service, clock());
        self.send_as_it_is(request, body).await
    }

    pub(super) async fn send_as_it_is(
        &self,
        request: Request,
        body: impl Into<Vec<u8>>,
    ) -> Result<Response, reqwest::Error> {
        let url = request.url().replacen(&request.origin, &self.emulator.url(), 1);
        let method = request.method.as_str().parse().unwrap();
        let mut sent = self.client.request(method, url).body(body.into());
        for (name, value) in request.headers.iter() {
            sent = sent.header(name, value.as_bytes());
        }
        let answer = sent.send().await?;
        let status = answer.status().as_u16();
        let header = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Headers = answer.headers().iter().map(|(name, value)| (name.as_str(), header(value))).collect();
        Ok(Response { status, headers, body: answer.bytes().await? })
    }

    pub(super) async fn initiate(&self, key: &str) -> UploadId {
        let request = initiate::request(&self.target(key), &Headers::new());
        initiate::read(&self.send(request, "").await.unwrap()).unwrap()
    }

    pub(super) fn part(&self, key: &str, upload_id: &UploadId, number: u16, content: &[u8]) -> Request {
        let number = PartNumber::new(number).unwrap();
        upload_part::request(&self.target(key), upload_id, number, content.len() as u64, None)
    }

    pub(super) async fn upload_part(&self, key: &str, upload_id: &UploadId, number: u16, content: &[u8]) -> String {
        let answer = self.send(self.part(key, upload_id, number, content), content).await.unwrap();
        upload_part::read(&answer).unwrap().etag
    }

    pub(super) async fn complete(
        &self,
        key: &str,
        upload_id: &UploadId,
        etags: &[String],
    ) -> Result<Response, reqwest::Error> {
        let parts = (1..).zip(etags).map(|(number, etag)| (PartNumber::new(number).unwrap(), etag.as_str().into()));
        let request = complete::request(&self.target(key), upload_id, &parts.collect::<Vec<_>>());
        let body = request.document.clone();
        self.send(request, body).await
    }

    pub(super) async fn put(&self, key: &str, content: &[u8]) -> Result<Response, reqwest::Error> {
        let request = put_object::request(&self.target(key), &Headers::new(), content.len() as u64, None);
        self.send(request, content).await
    }

    pub(super) async fn list(&self, query: &[(&'static str, &str)]) -> String {
        let request = self.address().request(Method::Get);
        let request = query.iter().fold(request, |request, (name, value)| request.with_query(name, *value));
        let answer = self.send(request, "").await.unwrap();
        assert_eq!(answer.status, 200);
        String::from_utf8(answer.body.to_vec()).unwrap()
    }

    /// The bytes on disk.
    pub(super) fn object(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap())?;
        Some(std::fs::read(path).unwrap())
    }

    pub(super) fn records(&self, operation: Operation) -> Vec<RequestRecord> {
        let mut records = self.emulator.requests().unwrap();
        records.retain(|record| record.operation == Some(operation));
        records
    }

    /// How many objects or parts this operation stored.
    pub(super) fn stored(&self, operation: Operation) -> usize {
        self.records(operation).iter().filter(|record| record.stored).count()
    }
}

pub(super) fn client() -> reqwest::Client {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// Status and code of an answer.
pub(super) fn status_and_code(answer: &Response) -> (u16, String) {
    let code = text_of(&String::from_utf8_lossy(&answer.body), "Code").unwrap_or_default();
    (answer.status, code)
}

/// The text of the first element of this name.
pub(super) fn text_of(document: &str, name: &str) -> Option<String> {
    let (_, rest) = document.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
}

pub(super) fn texts_of(document: &str, name: &str) -> Vec<String> {
    document.split(&format!("<{name}>")).skip(1).map(|rest| rest.split_once("</").unwrap().0.to_owned()).collect()
}

pub(super) fn bytes(count: usize, seed: u8) -> Vec<u8> {
    (0..=250).cycle().map(|byte: u8| byte.wrapping_mul(31) ^ seed).take(count).collect()
}

/// A request's head as it is on the wire.
pub(super) fn head_of(request: &Request) -> String {
    let url = request.url();
    let path = url.strip_prefix(&request.origin).unwrap();
    let fields: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{} {path} HTTP/1.1\r\n{fields}\r\n", request.method.as_str())
}

/// A request for a key that a client would refuse to send.
pub(super) fn raw(test: &Test, method: Method, path: &str) -> Request {
    let mut request = test.target("k").request(method);
    if method == Method::Put {
        request.headers.set("Content-Length", "1");
    }
    request.path = path.to_owned();
    request.wire_path = cosput::cos::encoding::encode_path(path);
    request
}

/// The same request for a host of COS.
pub(super) fn at_host(mut request: Request, host: &str, path: &str) -> Request {
    request.headers.set("Host", host);
    request.origin = format!("http://{host}");
    (request.path, request.wire_path) = (path.to_owned(), path.to_owned());
    request
}

/// A document with its type, length and MD5.
pub(super) fn with_document(request: Request, document: &str) -> Request {
    let md5 = cosput::cos::checksum::Md5Digest::of(document.as_bytes()).base64();
    request.with_document("application/xml", document.to_owned()).with_header("Content-MD5", md5)
}

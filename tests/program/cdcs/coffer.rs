//! A small coffer on loopback, written from the CDCS documents: path style, write once, JSON or XML, no CRC-64.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The format of the coffer's documents, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    Json,
    Xml,
}

/// A request, as received.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub operation: &'static str,
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

/// The coffer, which runs until it is dropped.
pub(super) struct Coffer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

struct State {
    edition: Edition,
    objects: BTreeMap<String, (Vec<u8>, String)>,
    uploads: BTreeMap<String, Upload>,
    completed: Vec<String>,
    begun: u32,
    requests: Vec<Recorded>,
    answers: BTreeMap<&'static str, VecDeque<(u16, &'static str)>>,
    lose_answer_to: Option<&'static str>,
    silent_about: Option<&'static str>,
    change_next_part: bool,
    encrypt_etags: bool,
}

struct Upload {
    key: String,
    parts: BTreeMap<u16, (Vec<u8>, String)>,
}

/// Status, ETag and document.
struct Answer {
    status: u16,
    etag: Option<String>,
    length: Option<usize>,
    document: String,
}

impl Coffer {
    pub(super) fn start(edition: Edition) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            edition,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            completed: Vec::new(),
            begun: 0,
            requests: Vec::new(),
            answers: BTreeMap::new(),
            lose_answer_to: None,
            silent_about: None,
            change_next_part: false,
            encrypt_etags: false,
        }));
        runtime.spawn(serve(listener, state.clone()));
        Self { address, state, _runtime: runtime }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.state().objects.get(key).map(|(content, _)| content.clone())
    }

    pub(super) fn put(&self, key: &str, content: &[u8]) {
        self.state().objects.insert(key.to_owned(), (content.to_vec(), md5_of(content)));
    }

    /// Begins an upload as another client.
    pub(super) fn initiate(&self, key: &str) {
        self.state().uploads.insert("theirs".to_owned(), Upload { key: key.to_owned(), parts: BTreeMap::new() });
    }

    /// The IDs of uploads that are neither completed nor aborted.
    pub(super) fn unfinished(&self) -> Vec<String> {
        self.state().uploads.keys().cloned().collect()
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    pub(super) fn operations(&self) -> Vec<&'static str> {
        self.requests().into_iter().map(|request| request.operation).collect()
    }

    /// Answers the next requests of a kind with these errors.
    pub(super) fn answer(&self, operation: &'static str, answers: &[(u16, &'static str)]) {
        self.state().answers.insert(operation, answers.iter().copied().collect());
    }

    /// Discards the errors that were not sent yet.
    pub(super) fn recover(&self) {
        self.state().answers.clear();
    }

    /// Carries out the next request of a kind, and closes the connection without an answer.
    pub(super) fn lose_answer_to(&self, operation: &'static str) {
        self.state().lose_answer_to = Some(operation);
    }

    /// Accepts requests of a kind and never answers them.
    #[cfg(unix)]
    pub(super) fn be_silent_about(&self, operation: &'static str) {
        self.state().silent_about = Some(operation);
    }

    /// Flips a bit of the next part in transit.
    pub(super) fn change_next_part(&self) {
        self.state().change_next_part = true;
    }

    /// Returns ETags that are not MD5s.
    pub(super) fn encrypt_etags(&self) {
        self.state().encrypt_etags = true;
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = state.clone();
        let service = service_fn(move |request| respond(request, state.clone()));
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, std::fmt::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| std::fmt::Error)?.to_bytes();
    let Some(response) = answered(&head, body, &state)? else { return std::future::pending().await };
    Ok(response)
}

/// The answer; `None` if the request gets none.
fn answered(
    head: &hyper::http::request::Parts,
    body: Bytes,
    state: &Mutex<State>,
) -> Result<Option<Response<Full<Bytes>>>, std::fmt::Error> {
    let mut state = state.lock().unwrap();
    let query: BTreeMap<String, String> = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let operation = match (head.method.as_str(), query.contains_key("uploadId")) {
        ("POST", false) => "Initiate",
        ("POST", true) => "Complete",
        ("PUT", true) => "UploadPart",
        ("PUT", false) => "PutObject",
        ("GET", true) => "ListParts",
        ("HEAD", _) => "HeadObject",
        ("DELETE", true) => "Abort",
        _ => "Unknown",
    };
    let headers: BTreeMap<String, String> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
        .collect();
    let path = head.uri.path().to_owned();
    state.requests.push(Recorded { operation, path: path.clone(), headers: headers.clone() });
    if state.silent_about == Some(operation) {
        return Ok(None);
    }
    let fault = state.answers.get_mut(operation).and_then(VecDeque::pop_front);
    let result = match fault {
        Some(fault) => Err(fault),
        None => state.act(operation, &path, &query, &headers, body.to_vec()),
    };
    if state.lose_answer_to == Some(operation) {
        state.lose_answer_to = None;
        return Err(std::fmt::Error);
    }
    let answer = result.unwrap_or_else(|(status, code)| state.error(status, code));
    let number = state.requests.len();
    let mut response = Response::builder()
        .status(answer.status)
        .header("Server", "tencent-cdcs")
        .header("Content-Type", "application/xml")
        .header("x-cdcs-request-id", format!("NTg3{number}"));
    if let Some(etag) = answer.etag {
        response = response.header("ETag", etag);
    }
    if let Some(length) = answer.length {
        response = response.header("Content-Length", length);
    }
    let document = if operation == "HeadObject" { String::new() } else { answer.document };
    Ok(Some(response.body(Full::new(document.into())).unwrap()))
}

type Acted = Result<Answer, (u16, &'static str)>;

impl State {
    fn act(
        &mut self,
        operation: &str,
        path: &str,
        query: &BTreeMap<String, String>,
        headers: &BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> Acted {
        let key = path.strip_prefix("/examplecoffer-1250000000/").ok_or((404, "CofferNotFound"))?.to_owned();
        if headers.keys().any(|name| name.starts_with("x-cos-")) {
            return Err((400, "InvalidArgument"));
        }
        let compared = headers.get("content-md5").map(|md5| *md5 == STANDARD.encode(Md5::digest(&body)));
        if compared == Some(false) {
            return Err((400, "BadDigest"));
        }
        let upload_id = query.get("uploadId").cloned().unwrap_or_default();
        match operation {
            "Initiate" => self.initiate(key),
            "UploadPart" => self.upload_part(&upload_id, query["partNumber"].parse().unwrap(), body),
            "ListParts" => self.list_parts(&upload_id, query),
            "Complete" => self.complete(&upload_id, &body),
            "Abort" => self.uploads.remove(&upload_id).map(|_| answer(204, None, "")).ok_or((404, "NoSuchUpload")),
            "PutObject" if body.is_empty() => Err((400, "ObjectEmpty")),
            "PutObject" => {
                self.refuse_taken(&key)?;
                let etag = self.etag(&body);
                self.objects.insert(key, (body, etag.clone()));
                Ok(answer(200, Some(etag), ""))
            }
            "HeadObject" => {
                let (content, etag) = self.objects.get(&key).ok_or((404, "ObjectNotExists"))?;
                Ok(Answer { length: Some(content.len()), ..answer(200, Some(etag.clone()), "") })
            }
            _ => Err((405, "MethodNotAllowed")),
        }
    }

    fn etag(&self, content: &[u8]) -> String {
        let md5 = md5_of(content);
        if self.encrypt_etags { md5_of(md5.as_bytes()) } else { md5 }
    }

    fn refuse_taken(&self, key: &str) -> Result<(), (u16, &'static str)> {
        if self.objects.contains_key(key) {
            return Err((409, "ObjectAlreadyExists"));
        }
        let taken = self.uploads.values().any(|upload| upload.key == key);
        if taken { Err((409, "ObjectAlreadyUploading")) } else { Ok(()) }
    }

    fn unknown(&self, upload_id: &str) -> (u16, &'static str) {
        let completed = self.completed.iter().any(|known| known == upload_id);
        if completed { (409, "MultipartAlreadyCompleted") } else { (404, "NoSuchUpload") }
    }

    fn initiate(&mut self, key: String) -> Acted {
        self.refuse_taken(&key)?;
        self.begun += 1;
        let id = format!("1484727270323ddb949d528c629235{}", self.begun);
        let document = match self.edition {
            Edition::Json => json!({"Coffer": "examplecoffer-1250000000", "Key": key, "UploadId": id}).to_string(),
            Edition::Xml => format!(
                "<InitiateMultipartUploadResult><Coffer>examplecoffer-1250000000</Coffer><Key>{key}</Key>\
                 <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ),
        };
        self.uploads.insert(id, Upload { key, parts: BTreeMap::new() });
        Ok(answer(200, None, &document))
    }

    fn upload_part(&mut self, upload_id: &str, number: u16, mut body: Vec<u8>) -> Acted {
        if std::mem::take(&mut self.change_next_part) {
            body[0] ^= 1;
        }
        let (etag, unknown) = (self.etag(&body), self.unknown(upload_id));
        let upload = self.uploads.get_mut(upload_id).ok_or(unknown)?;
        upload.parts.insert(number, (body, etag.clone()));
        Ok(answer(200, Some(etag), ""))
    }

    /// Pages of two, so that paging is tested.
    fn list_parts(&self, upload_id: &str, query: &BTreeMap<String, String>) -> Acted {
        let upload = self.uploads.get(upload_id).ok_or_else(|| self.unknown(upload_id))?;
        let (count, marker) = match self.edition {
            Edition::Json => ("max-parts", "part-number-marker"),
            Edition::Xml => ("max-count", "marker"),
        };
        assert_eq!(query.get(count).map(String::as_str), Some("1000"));
        let after: u16 = query.get(marker).map_or(0, |marker| marker.parse().unwrap());
        let mut rest = upload.parts.iter().filter(|(number, _)| **number > after);
        let page: Vec<_> = rest.by_ref().take(2).collect();
        let (truncated, next) = (rest.next().is_some(), page.last().map_or(0, |(number, _)| **number));
        let document = match self.edition {
            Edition::Json => {
                let part = |(number, (content, etag)): &(&u16, &(Vec<u8>, String))| {
                    let size = content.len().to_string();
                    json!({"PartNumber": number, "LastModified": "Tue Jan 17 16:43:37 2017", "ETag": etag, "Size": size})
                };
                let parts: Vec<Value> = page.iter().map(part).collect();
                json!({
                    "Coffer": "examplecoffer-1250000000", "UploadId": upload_id, "MaxParts": "1000",
                    "PartNumberMarker": after.to_string(), "NextPartNumberMarker": next.to_string(),
                    "IsTruncated": truncated.to_string(), "Part": parts,
                })
                .to_string()
            }
            Edition::Xml => {
                let part = |(number, (content, etag)): &(&u16, &(Vec<u8>, String))| {
                    let (etag, size) = (etag.trim_matches('"'), content.len());
                    format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><Size>{size}</Size></Part>")
                };
                let parts: String = page.iter().map(part).collect();
                format!(
                    "<ListPartsResult><Coffer>c</Coffer>{parts}<NextPartNumberMarker>{next}</NextPartNumberMarker>\
                     <IsTruncated>{truncated}</IsTruncated></ListPartsResult>"
                )
            }
        };
        Ok(answer(200, None, &document))
    }

    fn complete(&mut self, upload_id: &str, body: &[u8]) -> Acted {
        let upload = self.uploads.get(upload_id).ok_or_else(|| self.unknown(upload_id))?;
        let wanted = match self.edition {
            Edition::Json => parts_of_json(body),
            Edition::Xml => parts_of_xml(body),
        };
        let wanted = wanted.ok_or((400, "InvalidArgument"))?;
        let mut content = Vec::new();
        for (number, etag) in wanted {
            let (part, known) = upload.parts.get(&number).ok_or((400, "InvalidPart"))?;
            if known.trim_matches('"') != etag {
                return Err((400, "InvalidPart"));
            }
            content.extend_from_slice(part);
        }
        let etag = "\"3a0f1fd698c235af9cf098cb74aa25bc\"".to_owned();
        let document = match self.edition {
            Edition::Json => {
                let locations = json!({"Location": ["ap-beijing"]});
                json!({"Locations": locations, "Coffer": "c", "Key": upload.key, "ETag": etag}).to_string()
            }
            Edition::Xml => format!(
                "<CompleteMultipartUploadResult><Locations><Location>ap-beijing</Location></Locations>\
                 <Coffer>c</Coffer><Key>{}</Key><ETag>{etag}</ETag></CompleteMultipartUploadResult>",
                upload.key
            ),
        };
        let key = self.uploads.remove(upload_id).unwrap().key;
        self.completed.push(upload_id.to_owned());
        self.objects.insert(key, (content, etag));
        Ok(answer(200, None, &format!("  \n {document}")))
    }

    fn error(&self, status: u16, code: &str) -> Answer {
        let document = match self.edition {
            Edition::Json => {
                json!({"Code": code, "Message": "m", "Resource": "r", "RequestId": "body", "TraceId": "OGVm"})
                    .to_string()
            }
            Edition::Xml => format!("<?xml version='1.0' ?>\n<Error><Code>{code}</Code><Message>m</Message></Error>"),
        };
        answer(status, None, &document)
    }
}

fn answer(status: u16, etag: Option<String>, document: &str) -> Answer {
    Answer { status, etag, length: None, document: document.to_owned() }
}

fn md5_of(content: &[u8]) -> String {
    let hex: String = Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Numbers and ETags, which have no quotes in JSON.
fn parts_of_json(body: &[u8]) -> Option<Vec<(u16, String)>> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let part = |part: &Value| {
        let number = u16::try_from(part.get("PartNumber")?.as_u64()?).ok()?;
        Some((number, part.get("ETag")?.as_str().filter(|etag| !etag.contains('"'))?.to_owned()))
    };
    document.get("Part")?.as_array()?.iter().map(part).collect()
}

fn parts_of_xml(body: &[u8]) -> Option<Vec<(u16, String)>> {
    let inside = std::str::from_utf8(body).ok()?.strip_prefix("<CompleteMultipartUpload><Part>")?;
    let inside = inside.strip_suffix("</Part></CompleteMultipartUpload>")?;
    let part = |part: &str| {
        let (number, etag) = part.strip_prefix("<PartNumber>")?.split_once("</PartNumber><ETag>")?;
        let etag = etag.strip_suffix("</ETag>")?.trim_matches('"');
        Some((number.parse().ok()?, etag.to_owned()))
    };
    inside.split("</Part><Part>").map(part).collect()
}

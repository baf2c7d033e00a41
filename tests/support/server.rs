//! The emulator of a scene: started, asked what became of each request, stopped and started again on the same port.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cosput::cos::{Address, Addressing, Bucket, Credentials, Endpoint, Key, Method, Request, Service};
use cosput::emulator;
use cosput::emulator::{Emulator, Operation, Options, RequestRecord};
use cosput::upload::wire::transport::Transport;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::clock::{LIMIT, now};
use super::emulator::FREE_PORT;
use super::engine::direct;
use super::port::Port;
use super::secrets::{SECRET_ID, SECRET_KEY, SESSION_TOKEN};

pub(crate) const BUCKET: &str = "examplebucket-1250000000";

pub(crate) struct Server {
    runtime: Runtime,
    emulator: Option<Emulator>,
    directory: TempDir,
    address: SocketAddr,
    /// On Linux the port stays this server's while it is stopped.
    _port: Option<Port>,
}

impl Server {
    /// Starts on a free port.
    pub(crate) fn start(faults: &[&str]) -> Self {
        // Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let port = cfg!(target_os = "linux").then(Port::closed);
        let listen = port.as_ref().map_or(SocketAddr::from(FREE_PORT), |port| port.address);
        let options = options(directory.path(), listen, faults);
        let emulator = runtime.block_on(emulator::start(options)).unwrap();
        let address = emulator.url().strip_prefix("http://").unwrap().parse().unwrap();
        Self { runtime, emulator: Some(emulator), directory, address, _port: port }
    }

    /// Stops, so that nothing changes what it holds any more, and starts again with these faults.
    pub(crate) fn restart(&mut self, faults: &[&str]) {
        self.stop();
        let started = now();
        let emulator = loop {
            let options = options(self.directory.path(), self.address, faults);
            match self.runtime.block_on(emulator::start(options)) {
                Ok(emulator) => break emulator,
                Err(error) => assert!(started.elapsed() < LIMIT, "{} stays taken: {error}", self.address),
            }
        };
        self.emulator = Some(emulator);
    }

    /// Stops: connections are refused from now on.
    pub(crate) fn stop(&mut self) {
        if let Some(emulator) = self.emulator.take() {
            self.runtime.block_on(emulator.stop());
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What became of each request, in the order in which they ended.
    pub(crate) fn record(&self) -> Vec<RequestRecord> {
        self.record_as_text().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub(crate) fn record_as_text(&self) -> String {
        fs::read_to_string(self.directory.path().join("requests.jsonl")).unwrap()
    }

    /// The requests of one kind.
    pub(crate) fn requests(&self, operation: Operation) -> Vec<RequestRecord> {
        let mut record = self.record();
        record.retain(|request| request.operation == Some(operation));
        record
    }

    /// The numbers of the parts that were stored, as often as they were.
    pub(crate) fn stored_parts(&self) -> Vec<u32> {
        let parts = self.requests(Operation::UploadPart);
        parts.iter().filter(|request| request.stored).filter_map(|request| request.part_number).collect()
    }

    /// Asserts that every part from 1 to `parts` was stored, and none of them twice.
    #[track_caller]
    pub(crate) fn assert_each_part_stored_once(&self, parts: u32) {
        let mut stored = self.stored_parts();
        stored.sort_unstable();
        assert_eq!(stored, (1..=parts).collect::<Vec<_>>());
    }

    /// The file that holds an object's bytes.
    pub(crate) fn object(&self, key: &str) -> Option<PathBuf> {
        let emulator = self.emulator.as_ref().expect("the server runs");
        emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap())
    }

    /// The bucket keeps versions from now on.
    pub(crate) fn keep_versions(&self) {
        let document = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let request = self.address().request(Method::Put).with_query("versioning", "");
        self.send(&request.with_document("application/xml", document.to_owned()));
    }

    /// The unfinished uploads, by key and id.
    pub(crate) fn uploads(&self) -> Vec<(String, String)> {
        let text = self.send(&self.address().request(Method::Get).with_query("uploads", ""));
        let upload = |text: &str| {
            let between = |name: &str| text.split_once(&format!("<{name}>"))?.1.split_once("</").map(|(text, _)| text);
            (between("Key").unwrap().to_owned(), between("UploadId").unwrap().to_owned())
        };
        text.split("<Upload>").skip(1).map(upload).collect()
    }

    fn address(&self) -> Address {
        Address {
            service: Service::Cos,
            edition: cosput::cos::Edition::default(),
            endpoint: Endpoint::parse(&self.url()).unwrap(),
            addressing: Addressing::Path,
            bucket: Bucket::new(BUCKET).unwrap(),
        }
    }

    /// Sends a request that succeeds, and returns the body of the answer.
    fn send(&self, request: &Request) -> String {
        let http = direct(Service::Cos, credentials());
        let send = || self.runtime.block_on(http.send(request.clone(), None)).unwrap();
        // A server whose clock is off says so the first time.
        let response = Some(send()).filter(|response| response.status != 403).unwrap_or_else(send);
        let text = String::from_utf8(response.body.to_vec()).unwrap();
        assert_eq!(response.status, 200, "{text}");
        text
    }
}

/// A server of the same directory and port, whose credentials are those of a scene.
fn options(dir: &Path, listen: SocketAddr, faults: &[&str]) -> Options {
    Options { listen, credentials: vec![credentials()], ..super::emulator::options(dir, faults) }
}

fn credentials() -> Credentials {
    Credentials::new(SECRET_ID, SECRET_KEY, Some(SESSION_TOKEN)).unwrap()
}

//! Where requests go: the backup domain, proxies, certificates. Names resolve to this machine through the test's own
//! resolver or through a proxy, so no request leaves the machine.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use cosput::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Service, Target};
#[cfg(target_os = "linux")]
use cosput::cos::{Request, Response, objects::head_object};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, start};
use cosput::upload::batch::concurrency::Concurrency;
use cosput::upload::journal::header::Header;
use cosput::upload::machine::Settings;
use cosput::upload::patience::Patience;
use cosput::upload::session::{JournalLocation, Session};
use cosput::upload::source::{FileSource, Source};
use cosput::upload::wire::http::{Http, Limits, client};
use cosput::upload::{Cause, Finished, Notice, Plan, PlanOptions, SendErrorKind};
#[cfg(target_os = "linux")]
use cosput::upload::{Operation, wire::one_request::Requester};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
#[cfg(target_os = "linux")]
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;

use crate::support::BUCKET;
use crate::support::emulator::{clock, options};
use crate::support::engine::{run_one, session};
use crate::support::scene::windows;

const FIRST: &str = "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com";
#[cfg(target_os = "linux")]
const BACKUP: &str = "examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn";

fn credentials() -> Credentials {
    Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).unwrap()
}

async fn serve(directory: &TempDir) -> (Emulator, SocketAddr) {
    let emulator = start(options(&directory.path().join("emulator"), &[])).await.unwrap();
    let address = emulator.url().trim_start_matches("http://").parse().unwrap();
    (emulator, address)
}

/// A transport that resolves the first domain to `first` and the backup to `backup`. All ports are the endpoint's.
#[cfg(target_os = "linux")]
fn transport(first: SocketAddr, backup: SocketAddr) -> Arc<Http> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = Limits { connect: Duration::from_secs(2), stall: Duration::from_secs(5) };
    let client = client(limits).no_proxy().resolve(FIRST, first).resolve(BACKUP, backup);
    Arc::new(Http::over(client, Service::Cos, Arc::new(credentials()), clock, limits).unwrap())
}

fn address(port: u16, pinned: bool) -> Address {
    let endpoint = Endpoint::parse(&format!("http://cos.ap-guangzhou.myqcloud.com:{port}")).unwrap();
    let endpoint = if pinned { endpoint.pinned() } else { endpoint };
    let bucket = Bucket::new(BUCKET).unwrap();
    Address { service: Service::Cos, edition: Edition::default(), endpoint, addressing: Addressing::Virtual, bucket }
}

const PATIENCE: Patience = Patience { max_attempts: 2, retry_time: Duration::from_secs(600) };

/// Uploads 3 MiB. Returns the result and the notices.
async fn upload(directory: &TempDir, transport: Arc<Http>, address: Address) -> (Finished, Vec<Notice>) {
    let path = directory.path().join("big.bin");
    fs::write(&path, vec![b'x'; 3 << 20]).unwrap();
    let source = FileSource::open(&path).unwrap();
    let target = Target { address, key: Key::new("k").unwrap() };
    let plan = Plan::new(3 << 20, PlanOptions::fixed(1 << 20, 0)).unwrap();
    let header = Header::new(&target, "e", "s", source.identity(), plan.part_size());
    let session = Session {
        settings: Settings { patience: PATIENCE, abort_on_failure: false, ..Settings::default() },
        location: JournalLocation::Unavailable("none is wanted".into()),
        ..session(header, Source::File(source), target, plan)
    };
    let (finished, mut notices) = run_one(session, Concurrency::Fixed(2), transport).await;
    notices.retain(|notice| !matches!(notice, Notice::JournalUnwritable(_)));
    (finished, notices)
}

/// A resolver that fails the first queries, and then returns these addresses, in this order.
struct Names {
    failures: AtomicU32,
    addresses: Vec<IpAddr>,
}

impl Resolve for Names {
    fn resolve(&self, _name: Name) -> Resolving {
        let fails = self.failures.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        let addresses: Vec<_> = self.addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        Box::pin(async move {
            if fails { Err("the name server is away".into()) } else { Ok(Box::new(addresses.into_iter()) as Addrs) }
        })
    }
}

/// A transport that resolves its hosts by these names.
fn transport_by(failures: u32, addresses: &[[u8; 4]]) -> Arc<Http> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = Limits { connect: Duration::from_secs(2), stall: Duration::from_secs(5) };
    let addresses = addresses.iter().map(|address| IpAddr::from(*address)).collect();
    let names = Names { failures: AtomicU32::new(failures), addresses };
    let client = client(limits).no_proxy().dns_resolver(Arc::new(names));
    Arc::new(Http::over(client, Service::Cos, Arc::new(credentials()), clock, limits).unwrap())
}

#[tokio::test]
async fn a_name_server_that_is_away_for_a_while_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, there) = serve(&directory).await;
    let (finished, notices) = upload(&directory, transport_by(1, &[[127, 0, 0, 1]]), address(there.port(), true)).await;
    assert!(matches!(finished, Finished::Stored(_)), "{finished:?}");
    assert_eq!(notices, []);
    emulator.stop().await;
}

#[tokio::test]
async fn a_name_server_that_stays_away_is_reported_after_every_attempt() {
    let directory = tempfile::tempdir().unwrap();
    let (finished, _) = upload(&directory, transport_by(u32::MAX, &[]), address(1, true)).await;
    let Finished::Failed(error) = finished else { panic!("{finished:?}") };
    assert_eq!(error.attempts, PATIENCE.max_attempts);
    let Cause::Network(cause) = error.cause else { panic!("{error:?}") };
    assert_eq!(cause.kind, SendErrorKind::Connect);
    assert!(cause.message.contains("the name server is away"), "{cause:?}");
}

/// Neither accepts nor refuses connections: its queue is full with these connections.
#[cfg(target_os = "linux")]
async fn listen_but_never_answer(at: SocketAddr) -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(at).unwrap();
    let listener = socket.listen(1).unwrap();
    let mut queue = Vec::new();
    while let Ok(connected) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(at)).await {
        queue.push(connected.unwrap());
    }
    (listener, queue)
}

/// Of several addresses, one refuses connections, and one does not answer.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn dead_addresses_among_several_are_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, there) = serve(&directory).await;
    let (_silent, _queue) = listen_but_never_answer(SocketAddr::from(([127, 0, 0, 3], there.port()))).await;
    for dead in [[127, 0, 0, 2], [127, 0, 0, 3]] {
        let transport = transport_by(0, &[dead, [127, 0, 0, 1]]);
        let (finished, notices) = upload(&directory, transport, address(there.port(), true)).await;
        assert!(matches!(finished, Finished::Stored(_)), "{dead:?}: {finished:?}");
        assert_eq!(notices, []);
    }
    emulator.stop().await;
}

/// An address of this machine without a listener.
#[cfg(target_os = "linux")]
fn closed_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 2], 0))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_upload_goes_on_at_the_backup_domain_and_says_so_once() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, there) = serve(&directory).await;
    let transport = transport(closed_port(), there);
    let (finished, notices) = upload(&directory, transport, address(there.port(), false)).await;
    assert!(matches!(finished, Finished::Stored(_)), "{finished:?}");
    assert_eq!(notices, [Notice::BackupDomain]);
    assert!(emulator.requests().unwrap().iter().all(|record| record.stored || record.status == Some(200)));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_pinned_endpoint_is_not_left() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, there) = serve(&directory).await;
    let transport = transport(closed_port(), there);
    let (finished, notices) = upload(&directory, transport, address(there.port(), true)).await;
    assert!(matches!(finished, Finished::Failed(_)), "{finished:?}");
    assert_eq!((notices, emulator.requests().unwrap().len()), (Vec::new(), 0));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_cos_itself_answers_is_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    let (_emulator, there) = serve(&directory).await;
    let mut requester = Requester::new(transport(there, closed_port()), address(there.port(), false), PATIENCE, 1);
    let mut events = Vec::new();
    let target = |address: &Address| Target { address: address.clone(), key: Key::new("none").unwrap() };
    let request = |address: &Address| -> Request { head_object::request(&target(address)) };
    let read = |response: &Response| head_object::read(response);
    let answer = requester.send(Operation::HeadObject, request, read, &mut |event| events.push(event)).await;
    assert_eq!((answer, events), (Ok(None), Vec::new()));
}

/// A proxy that answers every request itself, and the first lines that it received.
async fn proxy(answer: &'static str) -> (SocketAddr, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let lines = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 4096];
            let count = stream.read(&mut bytes).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
            lines.lock().unwrap().push(text.lines().next().unwrap_or_default().to_owned());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, seen)
}

async fn run(directory: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    fs::write(directory.path().join("a.txt"), "a").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
        .args(["upload", "a.txt", "-b", BUCKET, "--max-attempts=1"])
        .args(arguments)
        .current_dir(directory.path())
        .env_clear()
        .envs(windows(directory.path()))
        .env("HOME", directory.path())
        .env("COSPUT_METADATA_URL", "off")
        .env("COS_SECRET_ID", DEFAULT_SECRET_ID)
        .env("COS_SECRET_KEY", DEFAULT_SECRET_KEY)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn proxies_come_from_the_environment_in_either_case() {
    let directory = tempfile::tempdir().unwrap();
    let (address, seen) = proxy(FORBIDDEN).await;
    let url = format!("http://{address}");
    let plain = ["--endpoint=http://cos.ap-guangzhou.myqcloud.com"];
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let (_, reported) = run(&directory, &plain, &[(name, &url)]).await;
        let asked = seen.lock().unwrap().pop();
        assert_eq!(asked.as_deref(), Some(&*format!("PUT http://{FIRST}/a.txt HTTP/1.1")), "{name}: {reported}");
        // A proxy's answer is distinguished from one of COS.
        assert!(reported.contains("the response has no x-cos-request-id"), "{reported}");
    }
    for name in ["HTTPS_PROXY", "https_proxy"] {
        let (_, reported) = run(&directory, &["--region=ap-guangzhou"], &[(name, &url)]).await;
        // A refused CONNECT is sent once more, to read the answer.
        let asked: Vec<String> = seen.lock().unwrap().drain(..).collect();
        assert_eq!(asked, vec![format!("CONNECT {FIRST}:443 HTTP/1.1"); 2], "{name}: {reported}");
    }
    for name in ["NO_PROXY", "no_proxy"] {
        let unreachable = ["--endpoint=http://cos.ap-guangzhou.invalid"];
        let (code, _) = run(&directory, &unreachable, &[("HTTP_PROXY", &url), (name, ".invalid")]).await;
        assert_eq!((code, seen.lock().unwrap().pop()), (Some(6), None), "{name}");
    }
}

#[tokio::test]
async fn what_answers_on_this_machine_is_not_reached_by_a_proxy() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, _) = serve(&directory).await;
    let (address, seen) = proxy(FORBIDDEN).await;
    let url = format!("http://{address}");
    let variables = [("HTTP_PROXY", &*url), ("ALL_PROXY", &*url)];
    let (code, reported) = run(&directory, &["--endpoint", &emulator.url()], &variables).await;
    assert_eq!((code, seen.lock().unwrap().len()), (Some(0), 0), "{reported}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_region_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let (address, seen) = proxy(
        "HTTP/1.1 301 Moved Permanently\r\nx-cos-request-id: NWU3\r\nx-cos-bucket-region: ap-beijing\r\n\
         Location: http://127.0.0.1:1/a.txt\r\nconnection: close\r\ncontent-length: 59\r\n\r\n\
         <Error><Code>PermanentRedirect</Code><Message/></Error>    ",
    )
    .await;
    let reported = run(&directory, &["--endpoint", &format!("http://{address}")], &[]).await;
    let expected = "error: could not upload a.txt: PermanentRedirect:  (HTTP 301)\n  x-cos-request-id: NWU3\n\
                    hint: the bucket is in ap-beijing; use --region ap-beijing, or an endpoint in that region\n";
    assert_eq!((reported.0, reported.1.as_str()), (Some(1), expected));
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_bundle_of_certificates_must_hold_some() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("ca.pem"), "").unwrap();
    let reported = run(&directory, &["--region=ap-guangzhou", "--ca-bundle=ca.pem"], &[]).await;
    assert_eq!(reported, (Some(2), "error: --ca-bundle ca.pem cannot be used: it holds no certificate\n".to_owned()));
}

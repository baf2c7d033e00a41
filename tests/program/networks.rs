//! Between the program and the server: proxies, TLS, and answers that do not come from the server. The real binary
//! against small servers on this machine.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, start};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::support::emulator::options;
use crate::support::scene::windows;
use crate::support::{BUCKET, Port};

const HOST: &str = "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com";
const PLAIN: &str = "--endpoint=http://cos.ap-guangzhou.myqcloud.com";
const ENCRYPTED: &str = "--endpoint=https://cos.ap-guangzhou.myqcloud.com";

/// A server that answers each connection with the same bytes, and the first lines that it received.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), requests: Arc::default() };
        let (requests, answer) = (server.requests.clone(), answer.into());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (requests, answer) = (requests.clone(), answer.clone());
                tokio::spawn(async move {
                    let mut bytes = vec![0; 16 << 10];
                    let count = stream.read(&mut bytes).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                    requests.lock().unwrap().push(text.lines().next().unwrap_or_default().to_owned());
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                    // The client closes first, so that it can read the whole answer.
                    while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
                });
            }
        });
        server
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// An HTTP answer that ends the connection.
fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

struct Outcome {
    code: Option<i32>,
    stderr: String,
}

/// The name of a variable as it is shown: on Windows they have no case.
fn variable(name: &str) -> String {
    if cfg!(windows) { name.to_uppercase() } else { name.to_owned() }
}

struct Setting(TempDir);

impl Setting {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.txt"), "a").unwrap();
        Self(directory)
    }

    async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
            .args(["upload", "-b", BUCKET])
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .envs(windows(self.0.path()))
            .env("COSPUT_METADATA_URL", "off")
            .env("COS_SECRET_ID", DEFAULT_SECRET_ID)
            .env("COS_SECRET_KEY", DEFAULT_SECRET_KEY)
            .envs(variables)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        Outcome { code: output.status.code(), stderr: String::from_utf8(output.stderr).unwrap() }
    }

    async fn emulator(&self) -> Emulator {
        start(options(&self.0.path().join("emulator"), &[])).await.unwrap()
    }
}

#[tokio::test]
async fn a_proxy_variable_that_is_no_url_is_refused_before_anything_is_sent() {
    let (setting, proxy) = (Setting::new(), Server::answering(answer("403 Forbidden", "")).await);
    let of = |credentials: &str, end: &str| format!("http://{credentials}@{}{end}", proxy.address);
    for (name, value, why) in [
        ("HTTP_PROXY", of("user:secret", "\r"), "it contains the character '\\r'"),
        ("http_proxy", of("user:sec#ret", ""), "it is not a URL (invalid port number)"),
        ("ALL_PROXY", of("user:1/secret", ""), "it has more than a host and a port"),
        ("all_proxy", of("user:secret", "").replace("http", "ftp"), "its scheme is none of"),
    ] {
        let Outcome { code, stderr } = setting.run(&["a.txt", PLAIN], &[(name, &value)]).await;
        let expected = format!("error: the variable {} names no proxy: {why}", variable(name));
        assert!(stderr.starts_with(&expected), "{stderr}");
        assert!(!stderr.contains("secret") && !stderr.contains("ret@"), "{stderr}");
        assert_eq!((code, proxy.requests()), (Some(2), Vec::new()), "{name}");
    }
}

#[tokio::test]
async fn no_proxy_may_be_written_with_a_star_and_with_a_port() {
    let (setting, proxy) = (Setting::new(), Server::answering(answer("403 Forbidden", "")).await);
    let unreachable = ["a.txt", "--endpoint=http://cos.ap-guangzhou.invalid", "--max-attempts=1"];
    for (listed, passes) in [("*.invalid", false), (".invalid:80", false), ("invalid:443", true), ("*.example", true)] {
        setting.run(&unreachable, &[("http_proxy", &proxy.url()), ("no_proxy", listed)]).await;
        assert_eq!(!proxy.requests.lock().unwrap().drain(..).as_slice().is_empty(), passes, "{listed}");
    }
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_named_with_its_answer_and_asked_no_more() {
    let setting = Setting::new();
    for (endpoint, name, requests) in [(PLAIN, "http_proxy", 1), (ENCRYPTED, "HTTPS_PROXY", 2)] {
        let proxy = Server::answering(answer("407 Proxy Authentication Required", "")).await;
        let url = format!("http://user:secret@{}", proxy.address);
        let Outcome { code, stderr } = setting.run(&["a.txt", endpoint], &[(name, &url)]).await;
        let expected = format!(
            "error: could not upload a.txt: could not connect: the proxy {} (from {}) answered 407 Proxy \
             Authentication Required\nhint: check the proxy's variable, ",
            proxy.url(),
            variable(name)
        );
        assert!(stderr.starts_with(&expected), "{stderr}");
        assert!(!stderr.contains("secret"), "{stderr}");
        // A refused CONNECT is sent once more, to read the answer.
        assert_eq!((code, proxy.requests().len()), (Some(6), requests), "{stderr}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_to_connect_is_named_with_its_answer() {
    let setting = Setting::new();
    let proxy = Server::answering(answer("403 Filtered", "")).await;
    let Outcome { code, stderr } = setting.run(&["a.txt", ENCRYPTED], &[("https_proxy", &proxy.url())]).await;
    let expected = format!(
        "could not connect: the proxy {} (from {}) answered 403 Filtered\n",
        proxy.url(),
        variable("https_proxy")
    );
    assert!(stderr.contains(&expected), "{stderr}");
    assert_eq!((code, proxy.requests()), (Some(6), vec![format!("CONNECT {HOST}:443 HTTP/1.1"); 2]));
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named() {
    let setting = Setting::new();
    let closed = Port::closed();
    let url = closed.url();
    let Outcome { code, stderr } = setting.run(&["a.txt", PLAIN, "--max-attempts=1"], &[("http_proxy", &url)]).await;
    let expected = format!("could not connect: proxy {url} (from {}): ", variable("http_proxy"));
    assert!(stderr.contains(&expected), "{stderr}");
    assert_eq!(code, Some(6));
}

/// A SOCKS5 server that connects every name to `target`. Returns its address and the names.
async fn socks(target: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let names = Arc::new(Mutex::new(Vec::new()));
    let seen = names.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = seen.clone();
            tokio::spawn(async move {
                let mut methods = [0; 3];
                stream.read_exact(&mut methods).await.unwrap();
                stream.write_all(&[5, 0]).await.unwrap();
                let mut head = [0; 5];
                stream.read_exact(&mut head).await.unwrap();
                assert_eq!(head[..4], [5, 1, 0, 3], "it asks for a connection to a name");
                let mut name = vec![0; usize::from(head[4]) + 2];
                stream.read_exact(&mut name).await.unwrap();
                name.truncate(usize::from(head[4]));
                seen.lock().unwrap().push(String::from_utf8(name).unwrap());
                stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
                let mut server = TcpStream::connect(target).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
            });
        }
    });
    (address, names)
}

#[tokio::test]
async fn a_socks_proxy_leads_to_the_server() {
    let setting = Setting::new();
    let emulator = setting.emulator().await;
    let target: SocketAddr = emulator.url().trim_start_matches("http://").parse().unwrap();
    let (address, names) = socks(target).await;
    let url = format!("socks5h://{address}");
    let Outcome { code, stderr } = setting.run(&["a.txt", PLAIN], &[("ALL_PROXY", &url)]).await;
    assert_eq!((code, names.lock().unwrap().as_slice()), (Some(0), [HOST.to_owned()].as_slice()), "{stderr}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_system_without_certificates_gets_a_hint_how_to_install_them() {
    let setting = Setting::new();
    let none = [("SSL_CERT_FILE", "/nowhere/ca.pem"), ("SSL_CERT_DIR", "/nowhere")];
    let Outcome { code, stderr } = setting.run(&["a.txt", ENCRYPTED], &none).await;
    assert_eq!(
        stderr,
        "error: could not use https: no CA certificates are installed on this system\n\
         hint: install the package ca-certificates, or name a file of certificates with --ca-bundle or COSPUT_CA_BUNDLE\n"
    );
    assert_eq!(code, Some(1));
}

#[tokio::test]
async fn a_server_without_usable_tls_is_tried_once() {
    let setting = Setting::new();
    let old_tls = b"\x15\x03\x02\x00\x02\x02\x46";
    for (bytes, why) in [
        (answer("400 Bad Request", "").into_bytes(), "127.0.0.1 does not answer with TLS at this port"),
        (old_tls.to_vec(), "127.0.0.1 offers neither TLS 1.2 nor TLS 1.3"),
    ] {
        let server = Server::answering(bytes).await;
        let endpoint = format!("--endpoint=https://{}", server.address);
        let Outcome { code, stderr } = setting.run(&["a.txt", &endpoint], &[]).await;
        assert!(
            stderr.starts_with(&format!("error: could not upload a.txt: could not connect: {why}\nhint: ")),
            "{stderr}"
        );
        assert_eq!((code, server.requests().len()), (Some(1), 1), "{stderr}");
    }
}

const BLOCKED: &str =
    "<html><head><title>Blocked by the firewall</title></head>\n<body>Ask IT, ticket 4711</body></html>";
const TOO_LARGE: &str = "<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>";
const PORTAL: &str = "302 Found\r\nLocation: http://portal.example/login";

#[tokio::test]
async fn an_answer_that_is_not_the_services_is_shown_and_not_requested_again() {
    let setting = Setting::new();
    for (head, body, code, what, hint) in [
        ("403 Forbidden", BLOCKED, 4, "HTTP 403, \"Blocked by the firewall\"", "the response has no x-cos-request-id"),
        ("413 Too Large", TOO_LARGE, 1, "HTTP 413, \"413 Request Entity Too Large\"", "the response has no"),
        (PORTAL, BLOCKED, 6, "HTTP 302, a redirect to http://portal.example/login", "the redirect has no"),
    ] {
        let server = Server::answering(answer(head, body)).await;
        let reported = setting.run(&["a.txt", "--endpoint", &server.url()], &[]).await;
        assert!(
            reported.stderr.starts_with(&format!("error: could not upload a.txt: {what}\nhint: {hint}")),
            "{}",
            reported.stderr
        );
        assert_eq!((reported.code, server.requests().len()), (Some(code), 1), "{}", reported.stderr);
        assert!(reported.stderr.contains("captive portal"), "{}", reported.stderr);
    }
}

#[tokio::test]
async fn the_page_of_a_login_portal_is_no_success_and_no_storm() {
    let (setting, server) = (Setting::new(), Server::answering(answer("200 OK", BLOCKED)).await);
    let Outcome { code, stderr } = setting.run(&["a.txt", "--endpoint", &server.url()], &[]).await;
    assert!(stderr.contains("HTTP 200, \"Blocked by the firewall\"") && stderr.contains("captive portal"), "{stderr}");
    assert_ne!(code, Some(0));
    assert!(server.requests().len() <= 6, "{:?}", server.requests());
}

/// The first file shows what all others would get.
#[tokio::test]
async fn the_page_of_a_login_portal_ends_an_upload_of_many_files() {
    for status in ["200 OK", "302 Found", "502 Bad Gateway"] {
        let (setting, server) = (Setting::new(), Server::answering(answer(status, BLOCKED)).await);
        forty_files(&setting);
        let arguments = ["d", "-r", "--max-attempts=3", "--retry-time=3s", "--endpoint", &server.url()];
        let Outcome { code, stderr } = setting.run(&arguments, &[]).await;
        assert_eq!(code, Some(6), "{stderr}");
        assert!(stderr.contains("captive portal") && stderr.contains("39 files were not begun"), "{status}: {stderr}");
        assert!(server.requests().len() <= 6, "{status}: {:?}", server.requests());
    }
}

#[tokio::test]
async fn verbose_shows_more_of_a_foreign_answer() {
    let (setting, server) = (Setting::new(), Server::answering(answer("403 Forbidden", BLOCKED)).await);
    let Outcome { stderr, .. } = setting.run(&["a.txt", "-v", "--endpoint", &server.url()], &[]).await;
    assert!(stderr.contains("  answer: Blocked by the firewall\n  answer: Ask IT, ticket 4711\n"), "{stderr}");
}

#[tokio::test]
async fn retry_after_is_not_waited_for_beyond_the_retry_time() {
    let setting = Setting::new();
    let server = Server::answering(answer("503 Slow Down\r\nx-cos-request-id: id\r\nRetry-After: 3600", "")).await;
    let arguments = ["a.txt", "-v", "--retry-time=1s", "--max-attempts=2", "--endpoint", &server.url()];
    let Outcome { code, stderr } = setting.run(&arguments, &[]).await;
    assert!(stderr.contains("retrying in 1.0 s, 1 attempt so far"), "{stderr}");
    assert_eq!(code, Some(6), "{stderr}");
}

/// A directory `d` of 40 files.
fn forty_files(setting: &Setting) {
    let directory = setting.0.path().join("d");
    std::fs::create_dir_all(&directory).unwrap();
    for number in 0..40 {
        std::fs::write(directory.join(format!("{number:02}")), "x").unwrap();
    }
}

#[tokio::test]
async fn a_destination_that_cannot_be_reached_or_refuses_all_is_reported_once() {
    let (setting, none, wrong) = (Setting::new(), [], [("COS_SECRET_KEY", "wrong")]);
    forty_files(&setting);
    let closed = Port::closed();
    let emulator = setting.emulator().await;
    for (endpoint, variables, code) in [(closed.url(), none.as_slice(), 6), (emulator.url(), wrong.as_slice(), 4)] {
        let arguments = ["d", "-r", "--max-attempts=2", "--endpoint", &endpoint];
        let reported = setting.run(&arguments, variables).await;
        let errors = reported.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!((reported.code, errors), (Some(code), 1), "{}", reported.stderr);
        assert!(reported.stderr.contains("39 files were not begun"), "{}", reported.stderr);
    }
    assert_eq!(emulator.requests().unwrap().len(), 1);
}

#[tokio::test]
async fn what_fails_for_one_object_alone_does_not_end_the_others() {
    let setting = Setting::new();
    std::fs::write(setting.0.path().join("b.txt"), "b").unwrap();
    let emulator = setting.emulator().await;
    let reported = setting.run(&["missing.txt", "a.txt", "b.txt", "--endpoint", &emulator.url()], &[]).await;
    assert!(!reported.stderr.contains("not begun"), "{}", reported.stderr);
    assert_eq!(emulator.requests().unwrap().len(), 2, "{}", reported.stderr);
}

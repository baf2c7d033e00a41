//! No secret in any output: uploads with each kind of credentials and an SSE-C key, with the most verbose output, that
//! succeed, fail and are interrupted. The tests search stdout, stderr, the log file, the journal, the server's record,
//! and the process data that other users of the machine can see.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{
    CUSTOMER_KEY, MIB, SECRET_ID, SECRET_KEY, SESSION_TOKEN, Scene, assert_no_secret, executable, until,
};
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const ROLE: &str = "qcs::cam::uin/100000000001:roleName/uploader";
/// 2100-01-01, in seconds since 1970.
const LATE: u64 = 4_102_444_800;

/// The two ways to pass an SSE-C key.
#[derive(Clone, Copy)]
enum CustomerKey {
    File,
    Variable,
}

/// Credentials of one kind, from `source`; `arrange` stores the secret key that it gets at their source.
struct Kind {
    source: &'static str,
    arrange: fn(&mut Scene, &str),
}

impl Kind {
    /// A scene with only this kind of credentials, and a file of three parts.
    fn scene(&self, secret_key: &str, customer_key: CustomerKey, faults: &[&str]) -> Scene {
        let mut scene = Scene::new(faults);
        for variable in ["COS_SECRET_ID", "COS_SECRET_KEY", "COS_SESSION_TOKEN"] {
            scene.set(variable, "");
        }
        (self.arrange)(&mut scene, secret_key);
        let [raw, base64] = CUSTOMER_KEY;
        match customer_key {
            CustomerKey::File => {
                write(&scene, "customer-key", raw);
                scene.set("COSPUT_SSE_C_KEY_FILE", "customer-key");
            }
            CustomerKey::Variable => scene.set("COSPUT_SSE_C_KEY", base64),
        }
        scene.set("COSPUT_LOG_FILE", "log");
        scene.file("a.bin", 3 * MIB);
        scene
    }

    /// Asserts that the log names the source of the credentials but does not contain them.
    fn check_log(&self, scene: &Scene) {
        let log = scene.log();
        assert!(log.contains(&format!("credentials from {}", self.source)), "{log}");
        assert_no_secret("the log", &log);
    }

    fn succeeds(&self, customer_key: CustomerKey) {
        let scene = self.scene(SECRET_KEY, customer_key, &["slow-down"]);
        scene.upload("a.bin", &["-v"]).exits(0).says("SlowDown");
        scene.assert_stored("a.bin", "a.bin");
        self.check_log(&scene);
    }

    fn is_refused(&self, customer_key: CustomerKey) {
        let scene = self.scene(&wrong(), customer_key, &[]);
        scene.upload("a.bin", &["-v", "--json"]).exits(4).says("SignatureDoesNotMatch");
        self.check_log(&scene);
    }

    fn is_interrupted(&self, customer_key: CustomerKey) {
        let scene = self.scene(SECRET_KEY, customer_key, &["stall:on=upload-part,skip=1,times=0"]);
        let running = scene.begin("a.bin", &["-v"]);
        until(|| running.stderr().contains(" of 3 uploaded"), "a part is on the server");
        if cfg!(target_os = "linux") {
            let command_line = fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
            let command_line = String::from_utf8(command_line).unwrap();
            assert!(command_line.contains("upload\0a.bin\0"), "{command_line}");
            assert_no_secret("the command line", &command_line);
        }
        running.signal("INT");
        until(|| running.stderr().contains("stopping: "), "it has heard");
        running.signal("INT");
        running.wait().exits(130);
        let journal = fs::read_to_string(scene.journal()).unwrap();
        assert!(journal.contains("sse_c_key_md5"), "{journal}");
        assert_no_secret("the journal", &journal);
        self.check_log(&scene);
    }
}

/// The same with each outcome and both ways to pass the SSE-C key.
fn no_secret_shows(source: &'static str, arrange: fn(&mut Scene, &str)) {
    let kind = Kind { source, arrange };
    for customer_key in [CustomerKey::File, CustomerKey::Variable] {
        kind.succeeds(customer_key);
        kind.is_refused(customer_key);
        kind.is_interrupted(customer_key);
    }
}

/// A different key, which a search for the right one also finds.
fn wrong() -> String {
    format!("{SECRET_KEY}ThatIsWrong")
}

#[test]
fn of_the_environment() {
    no_secret_shows("the environment (COS_SECRET_ID)", |scene, secret_key| {
        scene.set("COS_SECRET_ID", SECRET_ID);
        scene.set("COS_SECRET_KEY", secret_key);
        scene.set("COS_SESSION_TOKEN", SESSION_TOKEN);
    });
}

#[test]
fn of_a_profile() {
    no_secret_shows("profile \"default\" of ", |scene, secret_key| {
        let keys = format!("secret_id = '{SECRET_ID}'\nsecret_key = '{secret_key}'\nsession_token = '{SESSION_TOKEN}'");
        write(scene, "home/.config/cosput/config.toml", &format!("[default]\n{keys}\n"));
    });
}

#[test]
fn of_a_command() {
    no_secret_shows("profile \"default\" of ", |scene, secret_key| {
        let document = format!(
            r#"{{"Version":1,"SecretId":"{SECRET_ID}","SecretKey":"{secret_key}","SessionToken":"{SESSION_TOKEN}"}}"#
        );
        // The stderr of a command that succeeds is not passed on.
        let script = scene.path("keys");
        executable(&script, format!("#!/bin/sh\necho '{secret_key}' >&2\necho '{document}'\n"));
        let config = format!("[default]\ncredential_process = '{}'\n", script.display());
        write(scene, "home/.config/cosput/config.toml", &config);
    });
}

#[test]
fn of_coscli_encrypted() {
    no_secret_shows("coscli's ~/.cos.yaml", |scene, secret_key| {
        let keys = [("secretid", SECRET_ID), ("secretkey", secret_key), ("sessiontoken", SESSION_TOKEN)];
        let lines: String = keys.map(|(name, value)| format!("    {name}: {}\n", scrambled(value))).concat();
        write(scene, "home/.cos.yaml", &format!("cos:\n  base:\n{lines}    mode: SecretKey\n"));
    });
}

#[test]
fn of_coscmd() {
    no_secret_shows("coscmd's ~/.cos.conf", |scene, secret_key| {
        let keys = format!("secret_id = {SECRET_ID}\nsecret_key = {secret_key}\ntoken = {SESSION_TOKEN}");
        write(scene, "home/.cos.conf", &format!("[common]\n{keys}\n"));
    });
}

#[test]
fn of_tccli() {
    no_secret_shows("tccli's ~/.tccli/default.credential", |scene, secret_key| {
        let keys = format!(r#"{{"secretId":"{SECRET_ID}","secretKey":"{secret_key}","token":"{SESSION_TOKEN}"}}"#);
        write(scene, "home/.tccli/default.credential", &keys);
    });
}

#[test]
fn of_the_sdks() {
    no_secret_shows("the SDKs' ~/.tencentcloud/credentials", |scene, secret_key| {
        let keys = format!("secret_id = {SECRET_ID}\nsecret_key = {secret_key}\ntoken = {SESSION_TOKEN}");
        write(scene, "home/.tencentcloud/credentials", &format!("[default]\n{keys}\n"));
    });
}

#[test]
fn of_the_instance() {
    no_secret_shows("the CAM role of this instance", |scene, secret_key| {
        let document = format!(
            r#"{{"TmpSecretId":"{SECRET_ID}","TmpSecretKey":"{secret_key}","ExpiredTime":{LATE},"Token":"{SESSION_TOKEN}","Code":"Success"}}"#
        );
        let url = serve(move |path| if path.ends_with('/') { "uploader".to_owned() } else { document.clone() });
        scene.set("COSPUT_METADATA_URL", &url);
    });
}

#[test]
fn of_an_assumed_role() {
    no_secret_shows("the role qcs::cam::uin/100000000001:roleName/uploader", |scene, secret_key| {
        scene.set("COSPUT_STS_URL", &sts(secret_key));
        scene.set("TENCENTCLOUD_SECRET_ID", SECRET_ID);
        scene.set("TENCENTCLOUD_SECRET_KEY", SECRET_KEY);
        scene.set("TENCENTCLOUD_TOKEN", SESSION_TOKEN);
        scene.set("TENCENTCLOUD_ROLE_ARN", ROLE);
    });
}

#[test]
fn of_a_pod() {
    no_secret_shows("the pod's identity", |scene, secret_key| {
        scene.set("COSPUT_STS_URL", &sts(secret_key));
        write(scene, "token", SESSION_TOKEN);
        scene.set("TKE_REGION", "ap-beijing");
        scene.set("TKE_PROVIDER_ID", "provider");
        scene.set("TKE_WEB_IDENTITY_TOKEN_FILE", "token");
        scene.set("TKE_ROLE_ARN", ROLE);
    });
}

#[test]
fn of_a_github_job() {
    no_secret_shows(
        "the role qcs::cam::uin/100000000001:roleName/uploader, assumed with GitHub's OIDC token",
        |scene, secret_key| {
            scene.set("COSPUT_STS_URL", &sts(secret_key));
            let url = serve(|_| format!(r#"{{"value":"{SESSION_TOKEN}"}}"#));
            scene.set("ACTIONS_ID_TOKEN_REQUEST_URL", &url);
            scene.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", SECRET_KEY);
            scene.set("TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID", "github");
            scene.set("TENCENTCLOUD_ASSUME_ROLE_ARN", ROLE);
        },
    );
}

#[test]
fn of_a_gitlab_job() {
    no_secret_shows(
        "the role qcs::cam::uin/100000000001:roleName/uploader, assumed with the OIDC token in ",
        |scene, secret_key| {
            scene.set("COSPUT_STS_URL", &sts(secret_key));
            scene.set("TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN", SESSION_TOKEN);
            scene.set("TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID", "gitlab");
            scene.set("TENCENTCLOUD_ASSUME_ROLE_ARN", ROLE);
        },
    );
}

/// A refusal that repeats the request.
#[test]
fn of_a_role_that_is_refused() {
    let mut scene = Scene::new(&[]);
    let refusal = format!(r#"{{"Code":"AuthFailure","Message":"not with {SECRET_KEY} and {SESSION_TOKEN}"}}"#);
    let url = serve(move |_| format!(r#"{{"Response":{{"Error":{refusal},"RequestId":"r-1"}}}}"#));
    scene.set("COSPUT_STS_URL", &url);
    scene.set("TENCENTCLOUD_ROLE_ARN", ROLE);
    scene.file("a.bin", 1000);
    scene.upload("a.bin", &["-v", "--log-file", "log"]).exits(4).says("not with **** and ****");
    assert!(scene.log().contains("not with **** and ****"), "{}", scene.log());
}

fn write(scene: &Scene, name: &str, content: &str) {
    let path = scene.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A value as coscli writes it: AES-128 with a well-known key, padded with zeros.
fn scrambled(value: &str) -> String {
    let cipher = Aes128::new(b"coscli-secret\0\0\0".into());
    let mut bytes = value.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    for block in bytes.as_chunks_mut::<16>().0 {
        cipher.encrypt_block(block.into());
    }
    STANDARD.encode(bytes)
}

/// An STS that gives these keys to every client.
fn sts(secret_key: &str) -> String {
    let keys = format!(r#"{{"Token":"{SESSION_TOKEN}","TmpSecretId":"{SECRET_ID}","TmpSecretKey":"{secret_key}"}}"#);
    serve(move |_| format!(r#"{{"Response":{{"Credentials":{keys},"ExpiredTime":{LATE},"RequestId":"r"}}}}"#))
}

/// A server that answers each path with a document, for as long as the tests run. Returns its address.
fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that disconnects early must not stop the server.
            let _ = stream.and_then(|stream| converse(stream, &answer));
        }
    });
    url
}

fn converse(stream: TcpStream, answer: &impl Fn(&str) -> String) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)])?;
    let body = answer(head.split(' ').nth(1).unwrap_or_default());
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.get_mut().write_all((head + &body).as_bytes())
}

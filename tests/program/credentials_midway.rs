//! Credentials that expire in the middle of an upload: new ones are fetched, and no part is lost.
#![cfg(unix)]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cosput::cos::{Bucket, Credentials, Key};
use cosput::emulator::{Emulator, Operation, Options, start};
use tokio::process::Command;
use tokio::time::sleep;

use crate::support::emulator::options;
use crate::support::{BUCKET, LIMIT, Port, executable, now, pattern};

/// A server that accepts one pair of keys with its token.
async fn serve(directory: &Path, listen: SocketAddr, keys: [&str; 3], faults: &[&str]) -> Emulator {
    let [id, key, token] = keys;
    let credentials = vec![Credentials::new(id, key, Some(token)).unwrap()];
    let options = Options { listen, credentials, ..options(&directory.join("emulator"), faults) };
    start(options).await.unwrap()
}

const OLD: [&str; 3] = ["AKIDold", "old-key", "old-token"];
const NEW: [&str; 3] = ["AKIDnew", "new-key", "new-token"];

/// Prints the old keys first. Then it reports that new ones are wanted, and prints them once they are valid.
const SCRIPT: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
if [ ! -e first ]; then
    touch first
    set -- AKIDold old-key old-token
else
    touch wanted
    while [ ! -e ready ]; do sleep 0.05; done
    set -- AKIDnew new-key new-token
fi
printf '{"Version": 1, "SecretId": "%s", "SecretKey": "%s", "SessionToken": "%s"}\n' "$@"
"#;

async fn until_there(path: &Path) {
    let started = now();
    while !path.exists() {
        assert!(started.elapsed() < LIMIT, "{} did not come", path.display());
        sleep(Duration::from_millis(5)).await;
    }
}

async fn new_keys_are_fetched_and_no_part_is_lost(refusal: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let content = pattern(6 << 20);
    fs::write(path("big.bin"), &content).unwrap();
    executable(&path("keys"), SCRIPT);
    fs::write(path("c.toml"), format!("[default]\ncredential_process = '{}'\n", path("keys").display())).unwrap();

    let port = Port::closed();
    let before = serve(directory.path(), port.address, OLD, &[refusal]).await;
    let url = before.url();
    let child = Command::new(env!("CARGO_BIN_EXE_cosput"))
        .args(["upload", "big.bin", "-b", BUCKET, "--endpoint", &url, "--config=c.toml", "--concurrency=1", "-v"])
        .args(["--part-size=1M", "--multipart-threshold=1M"])
        .current_dir(directory.path())
        .env_clear()
        .env("HOME", path("home"))
        .env("PATH", "/usr/bin:/bin")
        .env("COSPUT_METADATA_URL", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until_there(&path("wanted")).await;
    before.stop().await;
    let after = serve(directory.path(), port.address, NEW, &[]).await;
    fs::write(path("ready"), "").unwrap();
    let output = child.wait_with_output().await.unwrap();
    let reported = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{reported}");
    let object = after.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new("big.bin").unwrap()).unwrap();
    assert_eq!(fs::read(object).unwrap(), content);

    let stored: Vec<_> = after.requests().unwrap().into_iter().filter(|record| record.stored).collect();
    let count = |operation| stored.iter().filter(|record| record.operation == Some(operation)).count();
    assert_eq!((count(Operation::Initiate), count(Operation::UploadPart)), (1, 6), "{reported}");
    for secret in ["old-key", "old-token", "new-key", "new-token"] {
        assert!(!reported.contains(secret), "{reported}");
    }
}

#[tokio::test]
async fn after_an_expired_token() {
    new_keys_are_fetched_and_no_part_is_lost("expired-token:on=upload-part,skip=3,times=0").await;
}

/// COS answers this way if the signature has expired; otherwise the code means missing permissions.
#[tokio::test]
async fn after_a_request_that_has_expired() {
    new_keys_are_fetched_and_no_part_is_lost("request-expired:on=upload-part,skip=3,times=0").await;
}

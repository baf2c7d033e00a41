//! Other clients against the emulator: the official ones, cosfs, opendal, and a page in a browser. They have their own
//! code to sign, frame and read, so they and the emulator agree only if both follow the service.
//!
//! Each client uses the emulator as its HTTP proxy and thus signs the real host of the service. The clients are
//! installed under `target/interop`. A client that cannot be installed is skipped, unless `COSPUT_INTEROP=required`.

mod installed;
mod timings;

use std::path::{Path, PathBuf};
use std::process::Output;

use cosput::cos::address::{Bucket, Key};
use cosput::cos::checksum::crc64;
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, Operation, start};
use tempfile::TempDir;
use tokio::process::Command;

use self::installed::{COSFS, OFFICIAL_NODE, OFFICIAL_PYTHON, OPENDAL, PAGE, available, browser, node, python};
use crate::support::emulator::options;
use crate::support::{BUCKET, pattern};

const SMALL: &[u8] = b"[Object Content]";
/// More than the 20 MiB above which the Python client uploads in parts.
const LARGE: usize = (21 << 20) + 7;

/// An emulator, two files, and a client's home.
struct Witness {
    emulator: Emulator,
    dir: TempDir,
}

impl Witness {
    async fn new(faults: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = options(&dir.path().join("store"), faults);
        std::fs::write(dir.path().join("small"), SMALL).unwrap();
        std::fs::write(dir.path().join("large"), large()).unwrap();
        Self { emulator: start(options).await.unwrap(), dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a client's script with the common arguments.
    async fn run(&self, command: &mut Command) {
        command.arg(self.emulator.url()).args([DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, BUCKET]);
        command.arg(self.path("small")).arg(self.path("large")).env("HOME", self.dir.path());
        succeeded(&command.output().await.unwrap());
    }

    /// Configures `coscmd` for this emulator.
    async fn configure(&self, program: &Path) {
        let who = ["config", "-a", DEFAULT_SECRET_ID, "-s", DEFAULT_SECRET_KEY, "-b", BUCKET];
        let how = ["-r", "ap-beijing", "-p", "1", "--retry", "1", "--do-not-use-ssl"];
        self.coscmd(program, &[&who[..], &how].concat()).await;
        // The smallest value that it accepts; there is no flag for it.
        let path = self.path(".cos.conf");
        let configuration = std::fs::read_to_string(&path).unwrap();
        let threshold = "[common]\nmultiupload_threshold = 20\n";
        std::fs::write(path, configuration.replace("[common]\n", threshold)).unwrap();
    }

    /// Runs `coscmd`, which must succeed, and returns its output.
    async fn coscmd(&self, program: &Path, arguments: &[&str]) -> String {
        let output = self.try_coscmd(program, arguments).await;
        succeeded(&output);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    async fn try_coscmd(&self, program: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(arguments).env("HOME", self.dir.path()).env("http_proxy", self.emulator.url());
        command.env("PYTHONIOENCODING", "utf-8").env_remove("no_proxy").output().await.unwrap()
    }

    /// Asserts that an object holds exactly these bytes, and that their CRC-64 is recorded.
    fn holds(&self, key: &str, content: &[u8]) {
        let path = self.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap());
        let path = path.unwrap_or_else(|| panic!("no object {key}"));
        assert!(std::fs::read(&path).unwrap() == content, "{key} holds other bytes");
        let record = records_below(self.dir.path()).into_iter().find(|record| record["key"] == key);
        let record = record.unwrap_or_else(|| panic!("no record of {key}"));
        assert_eq!(record["crc64"], crc64(content).to_string(), "{key}");
    }

    /// How often an operation on a key changed the emulator's objects.
    fn stored(&self, operation: Operation, key: &str) -> usize {
        let records = self.emulator.requests().unwrap();
        let fits = records.iter().filter(|record| record.stored && record.operation == Some(operation));
        fits.filter(|record| record.key.as_deref() == Some(key)).count()
    }
}

/// The records of all objects that an emulator keeps below a directory.
fn records_below(directory: &Path) -> Vec<serde_json::Value> {
    let mut records = Vec::new();
    for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            records.extend(records_below(&path));
        } else if path.file_name().is_some_and(|name| name == "object.json") {
            records.push(serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    records
}

fn large() -> Vec<u8> {
    pattern(LARGE)
}

fn parts() -> usize {
    LARGE.div_ceil(1 << 20)
}

fn succeeded(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/interop").join(name)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs the official clients; .ci/run runs it"]
async fn the_python_client_works_with_the_emulator() {
    let Some(programs) = available(python(&OFFICIAL_PYTHON).await) else { return };
    let witness = Witness::new(&[]).await;
    witness.run(Command::new(programs.join("python")).arg(script("client.py"))).await;
    witness.holds("python/small 中文 +.txt", SMALL);
    witness.holds("python/secret", SMALL);
    witness.holds("python/kms", SMALL);
    witness.holds("python/large", &large());
    witness.holds("python/large secret", &large());
    witness.holds("python/parts", &large());
    witness.holds("python/appended +", b"one,two");
    // Two parts were on the server already: the rest was sent into the same upload.
    let sent =
        (witness.stored(Operation::Initiate, "python/large"), witness.stored(Operation::UploadPart, "python/large"));
    assert_eq!(sent, (1, parts()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs the official clients; .ci/run runs it"]
async fn the_command_line_of_the_python_client_works_with_the_emulator() {
    let Some(programs) = available(python(&OFFICIAL_PYTHON).await) else { return };
    let witness = Witness::new(&[]).await;
    let coscmd = programs.join("coscmd");
    witness.configure(&coscmd).await;
    let (small, large_file) = (witness.path("small"), witness.path("large"));
    witness.coscmd(&coscmd, &["upload", &small.to_string_lossy(), "coscmd/small"]).await;
    witness.coscmd(&coscmd, &["upload", &large_file.to_string_lossy(), "coscmd/large"]).await;
    witness.holds("coscmd/small", SMALL);
    witness.holds("coscmd/large", &large());
    assert_eq!(witness.stored(Operation::UploadPart, "coscmd/large"), parts());
    let list = witness.coscmd(&coscmd, &["list", "coscmd/"]).await;
    assert!(list.contains("coscmd/small") && list.contains("coscmd/large"), "{list}");
    let back = witness.path("back");
    witness.coscmd(&coscmd, &["download", "coscmd/large", &back.to_string_lossy()]).await;
    assert!(std::fs::read(back).unwrap() == large());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs the official clients; .ci/run runs it"]
async fn what_the_command_line_left_unfinished_it_lists_and_aborts() {
    let Some(programs) = available(python(&OFFICIAL_PYTHON).await) else { return };
    let witness = Witness::new(&["access-denied:on=upload-part,part=3,times=0"]).await;
    let coscmd = programs.join("coscmd");
    witness.configure(&coscmd).await;
    let large_file = witness.path("large");
    let output = witness.try_coscmd(&coscmd, &["upload", &large_file.to_string_lossy(), "coscmd/large"]).await;
    assert!(!output.status.success());
    let list = witness.coscmd(&coscmd, &["listparts", "coscmd/"]).await;
    assert!(list.contains("Key:coscmd/large"), "{list}");
    witness.coscmd(&coscmd, &["abort", "coscmd/"]).await;
    assert_eq!(witness.stored(Operation::Abort, "coscmd/large"), 1);
    let list = witness.coscmd(&coscmd, &["listparts", "coscmd/"]).await;
    assert!(!list.contains("Key:coscmd/large"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs the official clients; .ci/run runs it"]
async fn the_node_client_works_with_the_emulator() {
    let Some(modules) = available(node(&OFFICIAL_NODE).await) else { return };
    let witness = Witness::new(&[]).await;
    witness.run(Command::new("node").arg(script("client.js")).env("NODE_PATH", modules)).await;
    witness.holds("node/small 中文 +.txt", SMALL);
    witness.holds("node/large", &large());
    witness.holds("node/resumed", &large());
    witness.holds("node/parts", &large());
    witness.holds("node/renamed", b"text");
    let sent =
        (witness.stored(Operation::Initiate, "node/resumed"), witness.stored(Operation::UploadPart, "node/resumed"));
    assert_eq!(sent, (1, parts()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs the official clients; .ci/run runs it"]
async fn the_command_line_of_the_python_client_copies_moves_and_deletes() {
    let Some(programs) = available(python(&OFFICIAL_PYTHON).await) else { return };
    let witness = Witness::new(&[]).await;
    let coscmd = programs.join("coscmd");
    witness.configure(&coscmd).await;
    let small = witness.path("small");
    let source = |key: &str| format!("{BUCKET}.cos.ap-beijing.myqcloud.com/{key}");
    for key in ["dir/a b+%.txt", "dir/中文/😀.txt", "dir/&<>.txt"] {
        witness.coscmd(&coscmd, &["upload", &small.to_string_lossy(), key]).await;
        witness.holds(key, SMALL);
    }
    witness.coscmd(&coscmd, &["copy", &source("dir/中文/😀.txt"), "copied"]).await;
    witness.coscmd(&coscmd, &["move", &source("copied"), "moved"]).await;
    witness.holds("moved", SMALL);
    assert_eq!(witness.stored(Operation::DeleteObject, "copied"), 1);
    witness.coscmd(&coscmd, &["putobjectacl", "--grant-read", "anyone", "moved"]).await;
    let url = witness.coscmd(&coscmd, &["signurl", "moved", "-t", "100"]).await;
    assert!(url.contains("q-signature="), "{url}");
    let list = witness.coscmd(&coscmd, &["list", "-r", "dir/"]).await;
    for key in ["dir/a b+%.txt", "dir/中文/😀.txt", "dir/&<>.txt"] {
        assert!(list.contains(key), "{list}");
    }
    witness.coscmd(&coscmd, &["info", "dir/a b+%.txt"]).await;
    witness.coscmd(&coscmd, &["delete", "-r", "-f", "dir/"]).await;
    let list = witness.coscmd(&coscmd, &["list", "-r", "dir/"]).await;
    assert!(!list.contains(".txt"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs cosfs; .ci/run runs it"]
async fn the_file_system_cosfs_works_with_the_emulator() {
    let Some(programs) = available(python(&COSFS).await) else { return };
    let witness = Witness::new(&[]).await;
    witness.run(Command::new(programs.join("python")).arg(script("cosfs_client.py"))).await;
    witness.holds("fs/small 中文 +.txt", SMALL);
    witness.holds("fs/moved", SMALL);
    for key in ["fs/large", "fs/written", "fs/large copy"] {
        witness.holds(key, &large());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs opendal; .ci/run runs it"]
async fn opendal_works_with_the_emulator() {
    let Some(programs) = available(python(&OPENDAL).await) else { return };
    let witness = Witness::new(&[]).await;
    witness.run(Command::new(programs.join("python")).arg(script("opendal_client.py"))).await;
    witness.holds("dal/small 中文 +.txt", SMALL);
    witness.holds("dal/large", &large());
    witness.holds("dal/appended", b"one,two");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run runs it"]
async fn a_page_in_a_browser_uploads_by_form_and_by_script() {
    let Some(browser) = available(browser().await) else { return };
    let Some(modules) = available(node(&PAGE).await) else { return };
    let witness = Witness::new(&[]).await;
    let mut page = Command::new("node");
    witness.run(page.arg(script("page.js")).arg(browser).env("NODE_PATH", modules)).await;
    witness.holds("page/small", SMALL);
    assert_eq!(witness.stored(Operation::PostObject, "page/small"), 1);
    assert_eq!(witness.stored(Operation::PutObject, "page/script.txt"), 1);
}

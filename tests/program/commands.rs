//! The commands other than upload, against an emulator in this process. Each test compares the whole output; values
//! that differ from run to run are replaced by placeholders.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cosput::cli::World;
use cosput::cli::process::world::Stream;
use cosput::cos::multipart::initiate;
use cosput::cos::request::Headers;
use cosput::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Service, Target};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Emulator, Options, start};
use cosput::upload::wire::transport::Transport;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::emulator::options;
use crate::support::engine::direct;
use crate::support::scene::windows;
use crate::support::{BUCKET, Outcome, pattern, shown_path};

const MIB: usize = 1 << 20;

/// A server, a directory with files, and the program with a minimal environment.
struct Setting {
    emulator: Emulator,
    directory: TempDir,
    variables: Vec<(String, String)>,
}

fn outcome(code: i32, stdout: &str, stderr: &str) -> Outcome {
    Outcome { code: Some(code), stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

impl Setting {
    async fn new(faults: &[&str]) -> Self {
        Self::of(Service::Cos, false, faults).await
    }

    /// A coffer, in the older edition if `xml`, and the program configured for it.
    async fn cdcs(xml: bool, faults: &[&str]) -> Self {
        let setting = Self::of(Service::Cdcs, xml, faults).await;
        let setting = setting.with("COSPUT_SERVICE", "cdcs");
        if xml { setting.with("COSPUT_CDCS_XML", "1") } else { setting }
    }

    async fn of(service: Service, cdcs_xml: bool, faults: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a.txt"), [b'a'; 6349]).unwrap();
        let emulator = start(Options {
            buckets: Some(vec![Bucket::new(BUCKET).unwrap()]),
            service,
            cdcs_xml,
            ..options(&directory.path().join("emulator"), faults)
        })
        .await
        .unwrap();
        let home = directory.path().join("home");
        let variables = [
            ("HOME", home.to_str().unwrap()),
            ("COSPUT_METADATA_URL", "off"),
            ("COSPUT_ENDPOINT", &emulator.url()),
            ("COSPUT_BUCKET", BUCKET),
            ("COS_SECRET_ID", DEFAULT_SECRET_ID),
            ("COS_SECRET_KEY", DEFAULT_SECRET_KEY),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        Self { emulator, directory, variables }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.variables.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Runs the program; replaces the directory, the server's address and the journal names by placeholders.
    async fn run(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .envs(windows(&self.path("home")))
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let plain = |text: &str| self.shown(text).replace(&self.emulator.url(), "URL");
        let outcome = Outcome::of(output);
        Outcome { code: outcome.code, stdout: plain(&outcome.stdout), stderr: plain(&outcome.stderr) }
    }

    /// Begins an upload of 3 MiB that a fault ends after its first part. Returns its ID.
    async fn begin(&self, key: &str) -> String {
        self.write("big.bin", &pattern(3 * MIB));
        let arguments = [
            "upload",
            "big.bin",
            "--key",
            key,
            "--part-size=1M",
            "--multipart-threshold=1M",
            "--concurrency=1",
            "--json",
        ];
        let ended = self.run(&arguments).await;
        assert_eq!(ended.code, Some(4), "{ended:?}");
        let listed = self.run(&["list-uploads", "--prefix", key]).await;
        listed.stdout.split('\t').nth(1).unwrap().to_owned()
    }

    /// Begins this many empty uploads. Returns the number of unfinished uploads.
    async fn initiate_many(&self, count: usize) -> usize {
        let credentials = Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).unwrap();
        let http = direct(Service::Cdcs, credentials);
        let address = Address {
            service: Service::Cdcs,
            edition: Edition::default(),
            endpoint: Endpoint::parse(&self.emulator.url()).unwrap(),
            addressing: Addressing::Path,
            bucket: Bucket::new(BUCKET).unwrap(),
        };
        for number in 0..count {
            let key = Key::new(&format!("many/{number}")).unwrap();
            let request = initiate::request(&Target { address: address.clone(), key }, &Headers::new());
            assert_eq!(http.send(request, None).await.unwrap().status, 200);
        }
        count
    }

    fn object(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.emulator.object_path(&Bucket::new(BUCKET).unwrap(), &Key::new(key).unwrap())?;
        fs::read(path).ok()
    }

    fn journals(&self) -> Vec<PathBuf> {
        let directory = self.path("home/.local/state/cosput/uploads");
        fs::read_dir(directory).map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
    }

    /// A text without the name of the directory, which differs from run to run.
    fn shown(&self, text: &str) -> String {
        text.replace(&shown_path(self.directory.path()), "DIR")
    }

    fn shown_path(&self, path: &Path) -> String {
        self.shown(&shown_path(path))
    }
}

/// Ends an upload after this many parts.
fn denied_after(parts: usize) -> String {
    format!("access-denied:on=upload-part,skip={parts},times=1")
}

/// The lines without their third and fourth columns, which are a time and an age.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let mut columns: Vec<&str> = line.split('\t').collect();
        assert!(columns.remove(3).parse::<u64>().unwrap() < 600, "{line}");
        assert!(humantime::parse_rfc3339(columns.remove(2)).is_ok(), "{line}");
        columns.join("\t") + "\n"
    };
    text.lines().map(line).collect()
}

#[tokio::test]
async fn unfinished_uploads_are_listed_with_their_size_and_journal() {
    let setting = Setting::new(&[&denied_after(1)]).await;
    let id = setting.begin("dir/k").await;
    let journal = setting.shown_path(&setting.journals()[0]);
    let listed = setting.run(&["list-uploads"]).await;
    assert_eq!(
        (without_times(&listed.stdout), listed.code, listed.stderr.as_str()),
        (format!("dir/k\t{id}\t1048576\t{journal}\n"), Some(0), "")
    );
    let listed = setting.run(&["list-uploads", "--json", "--state-dir=elsewhere"]).await;
    let mut line: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert!(line.as_object_mut().unwrap().remove("age_s").unwrap().as_u64().unwrap() < 600);
    assert!(line.as_object_mut().unwrap().remove("initiated").is_some());
    let expected = serde_json::json!({
        "event": "upload", "bucket": BUCKET, "key": "dir/k", "upload_id": id, "size": MIB, "parts": 1, "storage_class": "STANDARD",
    });
    assert_eq!(line, expected);
    assert_eq!(
        setting.run(&["list-uploads", "--prefix=other"]).await,
        outcome(0, "", "no unfinished uploads in examplebucket-1250000000\n")
    );
}

#[tokio::test]
async fn parts_are_listed_as_the_server_holds_them() {
    let setting = Setting::new(&[&denied_after(1)]).await;
    let id = setting.begin("k").await;
    let listed = setting.run(&["list-parts", "--key=k", "--upload-id", &id]).await;
    let columns: Vec<&str> = listed.stdout.trim_end().split('\t').collect();
    assert_eq!((columns.len(), columns[0], columns[1], columns[2].len()), (3, "1", "1048576", 32));
    let reported = setting.run(&["list-parts", "--key=k", "--upload-id", &id, "--json"]).await;
    let expected = format!(
        "{{\"event\":\"part\",\"bucket\":\"{BUCKET}\",\"key\":\"k\",\"upload_id\":\"{id}\",\"part_number\":1,\
         \"size\":1048576,\"etag\":\"\\\"{}\\\"\"}}\n",
        columns[2]
    );
    assert_eq!(reported, outcome(0, &expected, ""));
    let gone = setting.run(&["list-parts", "--key=k", "--upload-id=nope"]).await;
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(5), ""));
    assert!(gone.stderr.starts_with("error: could not list the parts of k on the server: NoSuchUpload"), "{gone:?}");
    assert_eq!(
        setting.run(&["list-parts", "--key=k"]).await,
        outcome(2, "", "error: no upload is given: name it with --upload-id; cosput list-uploads shows the ids\n")
    );
}

#[tokio::test]
async fn an_upload_is_aborted_by_its_id_and_its_journal_goes() {
    let setting = Setting::new(&[&denied_after(1)]).await;
    let id = setting.begin("k").await;
    assert_eq!(setting.journals().len(), 1);
    let aborted = setting.run(&["abort", "--key=k", "--upload-id", &id]).await;
    assert_eq!(aborted, outcome(0, &format!("aborted k  {id}\n"), ""));
    assert_eq!(setting.journals(), Vec::<PathBuf>::new());
    let again = setting.run(&["abort", "--key=k", "--upload-id", &id, "--json"]).await;
    assert_eq!(again.code, Some(5));
    assert!(again.stdout.starts_with("{\"event\":\"failed\",\"exit_code\":5,\"error\":{\"kind\":\"not-found\""));
}

#[tokio::test]
async fn many_are_aborted_by_prefix_and_age() {
    let setting = Setting::new(&["access-denied:on=upload-part,times=0"]).await;
    let ids = [setting.begin("a/1").await, setting.begin("a/2").await, setting.begin("b").await];
    let refusal =
        "error: cannot ask for confirmation, because this is not a terminal; give --yes to abort without being asked\n";
    assert_eq!(setting.run(&["abort", "--all"]).await, outcome(2, "", refusal));
    assert_eq!(
        setting.run(&["abort"]).await,
        outcome(
            2,
            "",
            "error: nothing is named: give --key and --upload-id, --journal, --prefix, --older-than or --all\n"
        )
    );
    assert_eq!(
        setting.run(&["abort", "--older-than=10000d", "--yes"]).await,
        outcome(0, "", "no such unfinished uploads in examplebucket-1250000000\n")
    );
    let aborted =
        setting.run(&["abort", "--prefix=a/", "--older-than=1ms", "--yes", "--json", "--state-dir=none"]).await;
    let line = |key: &str, id: &str| {
        format!("{{\"event\":\"aborted\",\"bucket\":\"{BUCKET}\",\"key\":\"{key}\",\"upload_id\":\"{id}\"}}\n")
    };
    assert_eq!(aborted, outcome(0, &(line("a/1", &ids[0]) + &line("a/2", &ids[1])), ""));
    assert_eq!(setting.run(&["abort", "--all", "-yq"]).await, outcome(0, "", ""));
    assert_eq!(setting.run(&["list-uploads", "-q"]).await, outcome(0, "", ""));
}

#[tokio::test]
async fn an_upload_under_way_is_not_aborted() {
    let setting = Setting::new(&[&denied_after(1)]).await;
    let id = setting.begin("k").await;
    let journal = setting.journals().remove(0);
    let held = fs::File::options().write(true).open(&journal).unwrap();
    held.lock().unwrap();
    assert_eq!(
        setting.run(&["abort", "--key=k", "--upload-id", &id]).await,
        outcome(
            8,
            "",
            &format!(
                "error: could not abort the upload: another process is using its journal {}\n\
                 hint: wait for the other process to finish, or stop it\n",
                setting.shown_path(&journal)
            )
        )
    );
    assert!(setting.run(&["list-uploads"]).await.stdout.contains(&id));
}

#[tokio::test]
async fn an_object_is_verified_against_its_file() {
    let setting = Setting::new(&[]).await;
    assert_eq!(setting.run(&["upload", "a.txt", "-q"]).await, outcome(0, "", ""));
    let same = "size\t6349\t6349\tsame\n\
        crc64ecma\t11519373425936943399\t11519373425936943399\tsame\n\
        etag\tMD5\tMD5\tsame\n";
    let verified = setting.run(&["verify", "a.txt"]).await;
    let fields: Vec<&str> = verified.stdout.split(['\t', '\n']).collect();
    let (crc64, md5) = (fields[5], fields[9]);
    let same = same.replace("11519373425936943399", crc64).replace("MD5", md5);
    assert_eq!(verified, outcome(0, &same, ""));
    let reported = setting.run(&["verify", "a.txt", "cos://examplebucket-1250000000/a.txt", "--json"]).await;
    let mut line: serde_json::Value = serde_json::from_str(&reported.stdout).unwrap();
    assert!(line.as_object_mut().unwrap().remove("request_id").is_some());
    let expected = serde_json::json!({
        "event": "verified", "source": "a.txt", "bucket": BUCKET, "key": "a.txt",
        "location": format!("URL/{BUCKET}/a.txt"), "same": true, "compared": ["size", "crc64ecma", "etag"],
        "differences": [], "file": {"size": 6349, "crc64ecma": crc64, "md5": md5},
        "object": {"size": 6349, "crc64ecma": crc64, "etag": format!("\"{md5}\"")},
    });
    assert_eq!((line, reported.code), (expected, Some(0)));

    setting.write("a.txt", &[b'b'; 6349]);
    let differs = setting.run(&["verify", "a.txt", "-q"]).await;
    let why = "error: cos://examplebucket-1250000000/a.txt is not what a.txt holds: crc64ecma and etag differ\n";
    assert_eq!(differs, outcome(7, "", why));
    assert_eq!(
        setting.run(&["verify", "a.txt", "--key=none"]).await,
        outcome(5, "", "error: there is no object URL/examplebucket-1250000000/none\n")
    );
    assert_eq!(
        setting.run(&["verify", "none"]).await,
        outcome(3, "", "error: could not check the object of none: no such file\n")
    );
    assert_eq!(
        setting.run(&["verify", ".", "--key=a"]).await,
        outcome(2, "", "error: . is a directory; verify compares one file with its object\n")
    );
}

const CUSTOMER_KEY: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";

#[tokio::test]
async fn an_object_with_a_key_of_ones_own_is_verified_with_that_key() {
    let setting = Setting::new(&[]).await;
    setting.write("key", CUSTOMER_KEY.as_bytes());
    setting.write("other", &[7; 32]);
    assert_eq!(setting.run(&["upload", "a.txt", "-q", "--sse-c-key-file=key"]).await, outcome(0, "", ""));
    let with_file = setting.run(&["verify", "a.txt", "--sse-c-key-file=key", "--json"]).await;
    let line: serde_json::Value = serde_json::from_str(&with_file.stdout).unwrap();
    assert_eq!((with_file.code, &line["same"]), (Some(0), &true.into()));
    assert_eq!(line["compared"], serde_json::json!(["size", "crc64ecma"]), "the ETag is no MD5");

    for arguments in [&["verify", "a.txt"][..], &["verify", "a.txt", "--sse-c-key-file=other"]] {
        let refused = setting.run(arguments).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
        let lines: Vec<&str> = refused.stderr.lines().collect();
        assert_eq!(lines[0], "error: could not check the object of a.txt: HTTP 400");
        assert_eq!(
            lines[2],
            "hint: an object encrypted with your own key (SSE-C) can only be read with that key: name it with \
             --sse-c-key-file or COSPUT_SSE_C_KEY, and name none for any other object"
        );
    }
    let setting = setting.with("COSPUT_SSE_C_KEY", CUSTOMER_KEY);
    assert_eq!(setting.run(&["verify", "a.txt", "-q"]).await, outcome(0, "", ""));
    setting.write("a.txt", &[b'b'; 6349]);
    let why = "error: cos://examplebucket-1250000000/a.txt is not what a.txt holds: crc64ecma differs\n";
    assert_eq!(setting.run(&["verify", "a.txt", "-q"]).await, outcome(7, "", why));
    let insecure = setting.run(&["verify", "a.txt", "--endpoint=http://cos.invalid"]).await;
    assert_eq!(insecure.code, Some(2));
    assert!(insecure.stderr.starts_with("error: SSE-C and SSE-KMS need https"), "{insecure:?}");
}

#[tokio::test]
async fn unfinished_uploads_to_a_coffer_are_listed_and_aborted_in_both_editions() {
    for xml in [false, true] {
        let setting = Setting::cdcs(xml, &[&denied_after(1)]).await;
        let id = setting.begin("dir/a k").await;
        let journal = setting.shown_path(&setting.journals()[0]);
        let listed = setting.run(&["list-uploads", "--prefix=dir/"]).await;
        assert_eq!(
            (without_times(&listed.stdout), listed.code, listed.stderr.as_str()),
            (format!("dir/a k\t{id}\t1048576\t{journal}\n"), Some(0), "")
        );
        let parts = setting.run(&["list-parts", "--key=dir/a k", "--upload-id", &id]).await;
        assert_eq!((parts.code, parts.stdout.starts_with("1\t1048576\t")), (Some(0), true), "{parts:?}");

        // The upload holds its key, and the messages about it point to these commands.
        let taken = setting.run(&["upload", "a.txt", "--key=dir/a k", "--no-resume", "--state-dir=elsewhere"]).await;
        assert_eq!(taken.code, Some(8), "{taken:?}");
        assert!(taken.stderr.contains("cosput abort --service cdcs --key KEY --upload-id ID"), "{taken:?}");

        let aborted = setting.run(&["abort", "--key=dir/a k", "--upload-id", &id]).await;
        assert_eq!(aborted, outcome(0, &format!("aborted dir/a k  {id}\n"), ""));
        assert_eq!(setting.journals(), Vec::<PathBuf>::new());
        let gone = setting.run(&["abort", "--key=dir/a k", "--upload-id", &id]).await;
        assert_eq!(gone.code, Some(5), "{gone:?}");
        assert!(gone.stderr.contains("\n  x-cdcs-request-id: "), "{gone:?}");
        assert_eq!(
            setting.run(&["list-uploads"]).await,
            outcome(0, "", "no unfinished uploads in examplebucket-1250000000\n")
        );
    }
}

#[tokio::test]
async fn many_uploads_to_a_coffer_are_aborted_page_by_page() {
    for xml in [false, true] {
        let setting = Setting::cdcs(xml, &[]).await;
        let begun = setting.initiate_many(1003).await;
        let listed = setting.run(&["list-uploads", "--concurrency=64"]).await;
        assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), begun), "{}", listed.stderr);
        let aborted = setting.run(&["abort", "--all", "--yes"]).await;
        assert_eq!((aborted.code, aborted.stdout.lines().count()), (Some(0), begun), "{}", aborted.stderr);
    }
}

#[tokio::test]
async fn an_object_in_a_coffer_is_verified_by_its_md5_and_never_by_its_size_alone() {
    for xml in [false, true] {
        let setting = Setting::cdcs(xml, &[]).await;
        setting.write("big.bin", &pattern(3 * MIB));
        assert_eq!(setting.run(&["upload", "a.txt", "-q"]).await, outcome(0, "", ""));
        let big = ["upload", "big.bin", "-q", "--part-size=1M", "--multipart-threshold=1M"];
        assert_eq!(setting.run(&big).await, outcome(0, "", ""));
        let verified = setting.run(&["verify", "a.txt", "--json"]).await;
        let line: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
        assert_eq!((verified.code, &line["same"]), (Some(0), &true.into()));
        assert_eq!(line["compared"], serde_json::json!(["size", "etag"]));

        let unknown = |name: &str| {
            let why = format!(
                "error: could not verify cos://examplebucket-1250000000/{name}: it has no CRC-64 and its ETag is not the \
                 file's MD5, as that of one uploaded in parts never is, so only the size could be compared\n"
            );
            outcome(1, "", &why)
        };
        assert_eq!(setting.run(&["verify", "big.bin", "-q"]).await, unknown("big.bin"));
        setting.write("a.txt", &[b'b'; 6349]);
        assert_eq!(setting.run(&["verify", "a.txt", "-q"]).await, unknown("a.txt"));
        setting.write("a.txt", b"short");
        let why = "error: cos://examplebucket-1250000000/a.txt is not what a.txt holds: size differs\n";
        assert_eq!(setting.run(&["verify", "a.txt", "-q"]).await, outcome(7, "", why));
        assert_eq!(
            setting.run(&["verify", "a.txt", "--key=none"]).await,
            outcome(5, "", "error: there is no object URL/examplebucket-1250000000/none\n")
        );
        let setting = setting.with("COSPUT_SSE_C_KEY", CUSTOMER_KEY);
        let why = "error: CDCS encrypts by itself and takes no key; leave out --sse-c-key-file and COSPUT_SSE_C_KEY\n";
        assert_eq!(setting.run(&["verify", "a.txt"]).await, outcome(2, "", why));
    }
}

#[tokio::test]
async fn credentials_are_shown_without_their_secret() {
    let setting = Setting::new(&[]).await;
    assert_eq!(
        setting.run(&["credentials"]).await,
        outcome(0, "the environment (COS_SECRET_ID)\tAKID****ator\tpermanent\t-\n", "")
    );
    let setting = setting.without(&["COS_SECRET_ID", "COS_SECRET_KEY"]);
    setting.write(
        "home/.config/cosput/config.toml",
        b"[default]\nregion = 'ap-x'\n[ci]\nsecret_id = 'AKIDinconfig'\nsecret_key = 'hidden'\nsession_token = 't'\n\
          expires = 2123-11-14T23:13:20Z\n",
    );
    let shown = setting.run(&["credentials", "--profile=ci", "--json"]).await.exits(0);
    let mut event = shown.event("credentials");
    event["source"] = setting.shown(event["source"].as_str().unwrap()).into();
    let expected = serde_json::json!({
        "event": "credentials", "source": "profile \"ci\" of DIR/home/.config/cosput/config.toml",
        "secret_id": "AKID****nfig", "temporary": true, "expires": "2123-11-14T23:13:20Z",
    });
    assert_eq!((event, shown.events().len(), shown.stderr.as_str()), (expected, 1, ""));
    let none = setting.run(&["credentials"]).await;
    assert_eq!((none.code, none.stdout.as_str()), (Some(4), ""));
    assert!(
        none.stderr
            .starts_with("error: could not sign requests: no credentials found in these places:\n  the environment")
    );
}

#[tokio::test]
async fn a_profile_gives_options_and_credentials() {
    let setting =
        Setting::new(&[]).await.without(&["COS_SECRET_ID", "COS_SECRET_KEY", "COSPUT_ENDPOINT", "COSPUT_BUCKET"]);
    let url = setting.emulator.url();
    setting.write(
        "c.toml",
        format!(
            "[default]\nsecret_id = '{DEFAULT_SECRET_ID}'\nsecret_key = '{DEFAULT_SECRET_KEY}'\nendpoint = '{url}'\n\
             bucket = '{BUCKET}'\nmax_attempts = 2\n[bad]\nbukket = 'x'\n"
        )
        .as_bytes(),
    );
    let uploaded = setting.run(&["upload", "a.txt", "--config=c.toml", "-v"]).await;
    assert_eq!(uploaded.code, Some(0), "{uploaded:?}");
    assert!(uploaded.stderr.starts_with("credentials from profile \"default\" of c.toml\n"), "{uploaded:?}");
    assert_eq!(setting.run(&["verify", "a.txt", "--config=c.toml", "-q"]).await, outcome(0, "", ""));
    assert_eq!(
        setting.run(&["list-uploads", "--config=c.toml", "--profile=bad"]).await,
        outcome(2, "", "error: profile \"bad\" of c.toml has an unknown key: bukket\n")
    );
    assert_eq!(
        setting.run(&["list-uploads", "--config=none.toml"]).await,
        outcome(2, "", "error: could not read none.toml: there is no such file\n")
    );
}

#[tokio::test]
async fn an_upload_goes_on_by_its_id_without_a_journal() {
    let setting = Setting::new(&[&denied_after(2)]).await;
    let id = setting.begin("k").await;
    fs::remove_file(setting.journals().remove(0)).unwrap();
    let resumed = setting.run(&["upload", "big.bin", "--key=k", "--resume-upload-id", &id, "--json"]).await;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    let uploaded = resumed.stdout.lines().find(|line| line.contains("\"uploaded\"")).unwrap();
    let uploaded: serde_json::Value = serde_json::from_str(uploaded).unwrap();
    assert_eq!(
        (&uploaded["upload_id"], &uploaded["parts_resumed"], &uploaded["parts"]),
        (&id.into(), &2.into(), &3.into())
    );
    assert_eq!(setting.object("k"), Some(pattern(3 * MIB)));
    assert_eq!(setting.journals(), Vec::<PathBuf>::new());
    // For a completed upload, the object is proof enough; without one, the upload is gone.
    let completed = setting.run(&["upload", "big.bin", "--key=k", "--resume-upload-id=none"]).await;
    assert_eq!(completed.code, Some(0), "{completed:?}");
    let gone = setting.run(&["upload", "big.bin", "--key=other", "--resume-upload-id=none"]).await;
    assert_eq!(gone.code, Some(5), "{gone:?}");
}

#[tokio::test]
async fn another_uploads_journal_makes_room_and_that_upload_stays() {
    let setting = Setting::new(&["access-denied:on=upload-part,skip=1,every=2,times=2"]).await;
    let first = setting.begin("k").await;
    let journal = fs::read(&setting.journals()[0]).unwrap();
    // The second one starts over and aborts nothing, since its journal is elsewhere.
    fs::remove_file(&setting.journals()[0]).unwrap();
    let second = setting.begin("k").await;
    let second = if second == first {
        setting.run(&["list-uploads"]).await.stdout.lines().nth(1).unwrap().split('\t').nth(1).unwrap().to_owned()
    } else {
        second
    };
    let path = setting.journals().remove(0);
    fs::write(&path, journal).unwrap();
    let resumed = setting.run(&["upload", "big.bin", "--key=k", "--part-size=1M", "--resume-upload-id", &second]).await;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    let notice = format!(
        "warning: the journal belonged to upload {first}, which remains on the server; it now belongs to the requested upload\n"
    );
    assert!(resumed.stderr.contains(&notice), "{resumed:?}");
    let left = setting.run(&["list-uploads"]).await.stdout;
    assert!(left.contains(&first) && !left.contains(&second), "{left}");
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once_and_the_upload_goes_on() {
    let setting = Setting::new(&["clock-skew:by=864000"]).await;
    setting.write("big.bin", &pattern(3 * MIB));
    let arguments = ["upload", "big.bin", "--part-size=1M", "--multipart-threshold=1M", "--concurrency=3"];
    let uploaded = setting.run(&arguments).await;
    assert_eq!(uploaded.code, Some(0), "{uploaded:?}");
    assert_eq!(setting.object("big.bin"), Some(pattern(3 * MIB)));
    assert_eq!(uploaded.stderr.matches("requests are signed with the server's time").count(), 1, "{uploaded:?}");
    // HEAD is refused without a reason.
    let verified = setting.run(&["verify", "big.bin", "-v"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert_eq!(verified.stderr.matches("requests are signed with the server's time").count(), 1, "{verified:?}");
}

#[tokio::test]
async fn single_requests_are_sent_again() {
    let setting = Setting::new(&["service-unavailable:on=list-uploads,times=2"]).await;
    let listed = setting.run(&["list-uploads"]).await;
    assert_eq!(listed.code, Some(0));
    assert_eq!(listed.stderr.matches("retrying").count(), 1, "{listed:?}");
    let setting = Setting::new(&["service-unavailable:on=list-uploads,times=0"]).await;
    let failed = setting.run(&["list-uploads", "--max-attempts=2", "-q"]).await;
    assert_eq!(failed.code, Some(6));
    let why = "error: could not list the uploads of examplebucket-1250000000: ServiceUnavailable";
    assert!(failed.stderr.starts_with(why) && failed.stderr.contains("after 2 attempts"), "{failed:?}");
}

/// Runs the program in this process, on a terminal where the user types `answer`. Returns the exit code and both
/// streams.
fn on_a_terminal(setting: &Setting, arguments: &[&str], answer: fn() -> std::io::Result<String>) -> Outcome {
    let ((stdout, out), (stderr, err)) = (Stream::captured(), Stream::captured());
    let world = World {
        arguments: std::iter::once(&"cosput").chain(arguments).map(Into::into).collect(),
        variables: setting.variables.iter().cloned().collect(),
        stdin_is_terminal: true,
        stdout_is_terminal: true,
        stderr_is_terminal: true,
        read_line: answer,
        stdout_columns: || Some(120),
        stderr_columns: || Some(120),
        stderr_rows: || None,
        stdout,
        stderr,
        ..World::of_process()
    };
    let code = std::thread::spawn(|| cosput::cli::run(world)).join().unwrap();
    Outcome { code: Some(code.into()), stdout: out.text(), stderr: err.text() }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_are_aborted_once_the_user_confirms() {
    let setting = Setting::new(&[&denied_after(1)]).await;
    let id = setting.begin("k").await;
    let arguments = ["abort", "--prefix=k"];
    let space = " ".repeat(id.len() - "UPLOAD ID".len());
    let question = |age: &str| {
        format!(
            "KEY  UPLOAD ID{space}    AGE\nk    {id}  {age}\n\
             Abort 1 unfinished upload in {BUCKET} and all parts of it? [y/N]\n"
        )
    };
    let age = |reported: &str| reported.lines().nth(1).unwrap().rsplit("  ").next().unwrap().to_owned();
    let refused = on_a_terminal(&setting, &arguments, || Ok("\n".to_owned()));
    let asked = question(&age(&refused.stderr));
    assert_eq!(refused, outcome(0, "", &format!("{asked}nothing was aborted\n")));
    let agreed = on_a_terminal(&setting, &arguments, || Ok("y\n".to_owned()));
    let asked = question(&age(&agreed.stderr));
    assert_eq!(agreed, outcome(0, &format!("aborted k  {id}\n"), &asked));
}

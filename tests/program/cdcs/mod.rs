//! Uploads to CDCS by the program itself, against a coffer that is written only from the documents and shares no code
//! with cosput.

mod coffer;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use coffer::{Coffer, Edition};
use tempfile::TempDir;

use crate::support::scene::windows;
#[cfg(unix)]
use crate::support::until;
use crate::support::{Outcome, process};

const COFFER: &str = "examplecoffer-1250000000";
const MEBIBYTE: usize = 1 << 20;

/// A coffer, a directory with a file, and the program with an otherwise empty environment.
struct Setting {
    coffer: Coffer,
    directory: TempDir,
    content: Vec<u8>,
}

impl Setting {
    /// A file of two and a half parts.
    fn new(edition: Edition) -> Self {
        Self::of(edition, 2 * MEBIBYTE + MEBIBYTE / 2)
    }

    fn of(edition: Edition, size: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..size).map(|index| (index * 31 + index / 4096).to_le_bytes()[0]).collect();
        fs::write(directory.path().join("a.bin"), &content).unwrap();
        Self { coffer: Coffer::start(edition), directory, content }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn upload(&self, arguments: &[&str]) -> Outcome {
        finish(self.begin_upload(arguments))
    }

    fn begin_upload(&self, arguments: &[&str]) -> Child {
        let usual = ["upload", "a.bin", "-b", COFFER, "--service", "cdcs", "--part-size", "1MiB"];
        let usual: Vec<&str> =
            usual.into_iter().chain(["--multipart-threshold", "1MiB", "--concurrency", "2"]).collect();
        let endpoint = format!("--endpoint={}", self.coffer.url());
        let state: &[&str] = if arguments.contains(&"--state-dir") { &[] } else { &["--state-dir", "state"] };
        self.begin(&[&usual, state, &[endpoint.as_str()], arguments].concat())
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        finish(self.begin(arguments))
    }

    fn begin(&self, arguments: &[&str]) -> Child {
        process::prepare();
        Command::new(env!("CARGO_BIN_EXE_cosput"))
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .envs(windows(&self.path("home")))
            .envs([("COS_SECRET_ID", "AKIDexample"), ("COS_SECRET_KEY", "key"), ("COS_SESSION_TOKEN", "token")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Asserts that the upload succeeded and the coffer holds the file.
    fn assert_stored(&self, outcome: &Outcome) {
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert_eq!(self.coffer.object("a.bin").as_ref(), Some(&self.content), "the coffer holds the file");
        assert_eq!(self.coffer.unfinished(), Vec::<String>::new());
    }

    /// Asserts that the upload failed with a message that contains these words.
    #[track_caller]
    fn assert_failed(&self, outcome: &Outcome, code: i32, words: &[&str]) {
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        for words in words {
            assert!(outcome.stderr.contains(words), "{words:?} is not in\n{}", outcome.stderr);
        }
    }
}

fn finish(child: Child) -> Outcome {
    let output = child.wait_with_output().unwrap();
    Outcome::of(output)
}

fn both_editions(test: impl Fn(Setting, &[&str])) {
    test(Setting::new(Edition::Json), &[]);
    test(Setting::new(Edition::Xml), &["--cdcs-xml"]);
}

#[test]
fn a_file_in_parts_arrives_whole_in_both_editions() {
    both_editions(|setting, arguments| {
        let outcome = setting.upload(arguments);
        setting.assert_stored(&outcome);
        let stdout = &outcome.stdout;
        assert!(
            stdout.starts_with("a.bin -> cos://examplecoffer-1250000000/a.bin  2.5 MiB  verified by MD5  crc64 "),
            "{stdout}"
        );

        assert_eq!(
            setting.coffer.operations(),
            ["Initiate", "UploadPart", "UploadPart", "UploadPart", "Complete", "HeadObject"]
        );
    });
}

#[test]
fn a_request_has_the_headers_of_cdcs_and_none_of_cos() {
    let setting = Setting::new(Edition::Json);
    setting.upload(&[]);
    for request in setting.coffer.requests() {
        assert!(request.path.starts_with("/examplecoffer-1250000000/a.bin"), "{}", request.path);
        assert_eq!(request.headers.get("x-cdcs-security-token").map(String::as_str), Some("token"));
        assert!(request.headers["authorization"].contains("x-cdcs-security-token"), "the token is signed");
        let of_cos = request.headers.keys().find(|name| name.starts_with("x-cos-"));
        assert_eq!(of_cos, None, "{}", request.operation);
        let has_md5 = request.headers.contains_key("content-md5");
        assert_eq!(has_md5, request.operation == "Complete", "{}", request.operation);
    }
}

#[test]
fn programs_learn_what_the_proof_is() {
    let setting = Setting::new(Edition::Json);
    let outcome = setting.upload(&["--json"]);
    let uploaded = outcome.stdout.lines().find(|line| line.contains("\"uploaded\",")).unwrap();
    assert!(uploaded.contains("\"proof\":\"md5\""), "{uploaded}");
    assert!(uploaded.contains("\"request_id\":\"NTg3"), "{uploaded}");
}

#[test]
fn a_small_file_goes_in_one_request_that_the_server_can_check() {
    let setting = Setting::of(Edition::Json, 1000);
    setting.assert_stored(&setting.upload(&[]));
    let requests = setting.coffer.requests();
    assert_eq!(setting.coffer.operations(), ["PutObject"]);
    assert!(requests[0].headers.contains_key("content-md5"));
}

#[test]
fn an_empty_file_is_refused_before_anything_is_sent() {
    let setting = Setting::of(Edition::Json, 0);
    let error = "error: could not upload a.bin: is empty, and CDCS takes no empty objects\n";
    let planned = format!("{error}0 would be uploaded, 1 failed: 0 B\n");
    for (arguments, said) in [(&[][..], error), (&["--dry-run"], &planned)] {
        let outcome = setting.upload(arguments);
        assert_eq!(outcome.code, Some(3));
        assert_eq!(outcome.stderr, said);
    }
    assert_eq!(setting.coffer.operations(), Vec::<&str>::new());
}

#[test]
fn an_object_is_never_replaced() {
    for size in [1000, 2 * MEBIBYTE] {
        let setting = Setting::of(Edition::Json, size);
        setting.coffer.put("a.bin", b"earlier");
        let outcome = setting.upload(&[]);
        let words = ["ObjectAlreadyExists", "hint: CDCS objects cannot be overwritten", "x-cdcs-request-id: NTg3"];
        setting.assert_failed(&outcome, 8, &words);
        assert_eq!(setting.coffer.object("a.bin"), Some(b"earlier".to_vec()));
    }
}

#[test]
fn a_key_that_is_being_uploaded_is_left_to_who_does() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.initiate("a.bin");
    let words = [
        "ObjectAlreadyUploading",
        "hint: an unfinished upload reserves this key",
        "cosput abort --service cdcs --key KEY",
    ];
    setting.assert_failed(&setting.upload(&[]), 8, &words);
    assert_eq!(setting.coffer.unfinished().len(), 1);
}

#[test]
fn a_missing_role_is_reported_and_the_upload_kept_for_later() {
    both_editions(|setting, arguments| {
        setting.coffer.answer("UploadPart", &[(409, "AssumeRoleFailed"); 2]);
        let outcome = setting.upload(arguments);
        let words =
            ["AssumeRoleFailed", "hint: CDCS is not authorised for this account", "hint: then run the same command"];
        setting.assert_failed(&outcome, 4, &words);
        let held = setting.coffer.unfinished();
        assert_eq!(held.len(), 1);
        setting.coffer.recover();
        setting.assert_stored(&setting.upload(arguments));
        assert!(!setting.coffer.operations()[1..].contains(&"Initiate"), "the same upload went on");
    });
}

#[test]
fn cosput_resume_goes_on_in_the_edition_of_the_journal() {
    both_editions(|setting, arguments| {
        setting.coffer.answer("Complete", &[(409, "AssumeRoleFailed")]);
        setting.assert_failed(&setting.upload(arguments), 4, &[]);
        let before = setting.coffer.operations().len();
        setting.assert_stored(&setting.run(&["resume", "--state-dir", "state"]));
        let after = setting.coffer.operations();
        // Pages of two parts.
        assert_eq!(after[before..], ["ListParts", "ListParts", "Complete", "HeadObject"]);
    });
}

#[test]
fn kms_is_asked_again_and_then_given_up() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.answer("UploadPart", &[(409, "KMSFailed"), (409, "ErrKMSFailed")]);
    setting.assert_stored(&setting.upload(&[]));

    let setting = Setting::new(Edition::Json);
    setting.coffer.answer("UploadPart", &[(409, "KMSFailed"); 20]);
    let outcome = setting.upload(&["--max-attempts", "2"]);
    setting.assert_failed(&outcome, 6, &["KMSFailed", "after 2 attempts", "hint: CDCS could not encrypt with KMS"]);
    setting.coffer.recover();
    setting.assert_stored(&setting.upload(&[]));
}

#[test]
fn a_lost_answer_to_complete_is_decided_by_asking_again() {
    both_editions(|setting, arguments| {
        setting.coffer.lose_answer_to("Complete");
        let outcome = setting.upload(arguments);
        setting.assert_stored(&outcome);
        let operations = setting.coffer.operations();
        assert_eq!(operations[4..], ["Complete", "HeadObject", "Complete", "HeadObject"]);
    });
}

#[test]
fn a_lost_answer_to_initiate_is_reported_and_not_retried() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.lose_answer_to("Initiate");
    let outcome = setting.upload(&[]);
    let words = ["the response to Initiate Multipart Upload was lost", "hint: an unfinished upload reserves this key"];
    setting.assert_failed(&outcome, 8, &words);
    assert_eq!(setting.coffer.operations(), ["Initiate", "Initiate"]);
}

#[test]
fn a_part_that_changed_on_its_way_is_sent_again() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.change_next_part();
    setting.assert_stored(&setting.upload(&[]));
    assert_eq!(setting.coffer.operations().iter().filter(|operation| **operation == "UploadPart").count(), 4);
}

#[test]
fn if_etags_are_no_md5s_the_server_compares() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.encrypt_etags();
    let outcome = setting.upload(&["--max-attempts", "2"]);
    assert!(outcome.stderr.contains("the server's ETags are not MD5s"), "{outcome:?}");
    setting.assert_stored(&outcome);
}

#[test]
fn what_cannot_be_resumed_is_aborted() {
    let setting = Setting::new(Edition::Json);
    setting.coffer.answer("UploadPart", &[(401, "PolicyCheckFailed"); 3]);
    // A file in place of the journal directory.
    let outcome = setting.upload(&["--state-dir", "a.bin"]);
    setting.assert_failed(&outcome, 4, &["PolicyCheckFailed", "could not write the journal"]);
    assert_eq!(setting.coffer.unfinished(), Vec::<String>::new());
    assert_eq!(setting.coffer.operations().last(), Some(&"Abort"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_upload_that_cannot_be_resumed_gives_its_key_back() {
    for (state, unfinished) in [("a.bin", 0), ("state", 1)] {
        let setting = Setting::new(Edition::Json);
        setting.coffer.be_silent_about("UploadPart");
        let child = setting.begin_upload(&["--state-dir", state]);
        until(|| setting.coffer.operations().contains(&"UploadPart"), "a part is sent");
        let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(interrupt.success());
        setting.assert_failed(&finish(child), 130, &["interrupted"]);
        assert_eq!(setting.coffer.unfinished().len(), unfinished, "journals in {state}");
    }
}

#[test]
fn a_changed_file_gives_its_key_back_and_begins_anew() {
    let mut setting = Setting::new(Edition::Json);
    setting.coffer.answer("UploadPart", &[(409, "AssumeRoleFailed"); 2]);
    setting.assert_failed(&setting.upload(&[]), 4, &[]);
    setting.coffer.recover();
    setting.content.push(b'x');
    fs::write(setting.path("a.bin"), &setting.content).unwrap();
    let outcome = setting.upload(&[]);
    setting.assert_stored(&outcome);
    assert!(outcome.stderr.contains("was aborted"), "{}", outcome.stderr);
}

#[test]
fn the_emulator_is_a_coffer_too() {
    for edition in [&[][..], &["--cdcs-xml"]] {
        let setting = Setting::new(Edition::Json);
        let emulator = ["upload", "a.bin", "-b", COFFER, "--service=cdcs", "--emulator=objects", "--state-dir=state"];
        let parts = ["--part-size=1MiB", "--multipart-threshold=1MiB"];
        let upload = [&emulator[..], &parts, edition].concat();
        let outcome = setting.run(&upload);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("  at "), "{}", outcome.stdout);
        let words = ["ObjectAlreadyExists", "hint: CDCS objects cannot be overwritten", "x-cdcs-request-id: "];
        setting.assert_failed(&setting.run(&upload), 8, &words);
    }
}

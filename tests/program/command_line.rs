//! The command line: usage that is refused before any request, and dry runs. Each test compares the whole output.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::scene::windows;
use crate::support::{BUCKET, Outcome};

/// A directory with a file, and the program with an otherwise empty environment.
struct Setting {
    directory: TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

impl Setting {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a.txt"), [b'a'; 6349]).unwrap();
        Self { directory, variables: Vec::new() }
    }

    fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A file of `size` bytes that takes no space on the disk.
    fn sparse(&self, name: &str, size: u64) {
        File::create(self.path(name)).unwrap().set_len(size).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .envs(windows(&self.path("home")))
            .envs(self.variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Outcome::of(output)
    }

    /// `upload` into the default bucket and region.
    fn upload(&self, arguments: &[&str]) -> Outcome {
        let arguments: Vec<&str> =
            ["upload", "-b", BUCKET, "--region", "ap-guangzhou"].iter().chain(arguments).copied().collect();
        self.run(&arguments)
    }
}

fn refused(code: i32, stderr: &str) -> Outcome {
    Outcome { code: Some(code), stdout: String::new(), stderr: stderr.to_owned() }
}

/// The format of clap for a value that cannot be parsed.
fn unreadable(message: &str) -> Outcome {
    refused(2, &format!("error: {message}\n\nFor more information, try '--help'.\n"))
}

fn shown(stdout: &str) -> Outcome {
    Outcome { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() }
}

#[test]
fn a_missing_file() {
    let expected = refused(3, "error: could not upload nope.bin: no such file\n");
    assert_eq!(Setting::new().upload(&["nope.bin"]), expected);
    let dry_run = Setting::new().upload(&["nope.bin", "--dry-run"]);
    assert_eq!(dry_run, refused(3, &format!("{}0 would be uploaded, 1 failed: 0 B\n", expected.stderr)));
}

#[test]
fn a_missing_file_is_reported_as_json_too() {
    let outcome = Setting::new().upload(&["nope.bin", "--json", "-q"]);
    let (failed, summary) = outcome.stdout.split_once('\n').unwrap();
    assert!(summary.starts_with("{\"event\":\"summary\",\"uploaded\":0,\"skipped\":0,\"failed\":1,"), "{summary}");
    assert_eq!(
        failed,
        "{\"event\":\"failed\",\"source\":\"nope.bin\",\"bucket\":\"examplebucket-1250000000\",\"key\":\"nope.bin\",\
         \"exit_code\":3,\"error\":{\"kind\":\"source\",\"message\":\"could not upload nope.bin: no such file\"},\
         \"resumable\":false}"
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(3), "error: could not upload nope.bin: no such file\n"));
}

#[test]
fn a_directory() {
    let setting = Setting::new();
    fs::create_dir(setting.path("d")).unwrap();
    assert_eq!(
        setting.upload(&["d"]),
        refused(
            2,
            "error: could not upload d: is a directory, not a file\nhint: use -r to upload a directory and everything in it\n"
        )
    );
}

#[cfg(unix)]
#[test]
fn a_device() {
    assert_eq!(
        Setting::new().upload(&["/dev/null"]),
        refused(3, "error: could not upload /dev/null: is a device, not a file\n")
    );
}

#[cfg(unix)]
#[test]
fn an_unreadable_file() {
    use std::os::unix::fs::PermissionsExt;
    let setting = Setting::new();
    fs::set_permissions(setting.path("a.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(setting.path("a.txt")).is_ok() {
        // Root can read every file.
        return;
    }
    assert_eq!(
        setting.upload(&["a.txt"]),
        refused(3, "error: could not upload a.txt: cannot be read: Permission denied (os error 13)\n")
    );
}

#[test]
fn standard_input() {
    assert_eq!(
        Setting::new().upload(&["-"]),
        refused(
            2,
            "error: stdin has no name to make a key from: give the whole key with --key or cos://NAME-APPID/KEY\n"
        )
    );
}

#[test]
fn no_bucket_and_no_region() {
    assert_eq!(
        Setting::new().run(&["upload", "a.txt", "--region=r"]),
        refused(2, "error: no bucket is given: name it with --bucket, COSPUT_BUCKET or cos://NAME-APPID/KEY\n")
    );
    assert_eq!(
        Setting::new().run(&["upload", "a.txt", "-b", BUCKET]),
        refused(
            2,
            "error: no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint\n"
        )
    );
}

#[test]
fn neither_a_source_nor_a_bucket() {
    assert_eq!(
        Setting::new().run(&["upload"]),
        refused(2, "error: neither a source nor a bucket is given: write cosput upload FILE cos://NAME-APPID/KEY\n")
    );
    let outcome = Setting::new().upload(&[]);
    assert_eq!(outcome.stderr, "error: nothing to upload is given: name a file, a directory, or a list of files\n");
}

#[test]
fn a_usage_error_is_an_event_if_a_variable_asks_for_json() {
    for (value, events) in [("1", 1), ("yes", 1), ("0", 0)] {
        let outcome = Setting::new().variable("COSPUT_JSON", value).run(&["upload", "--no-such-option"]);
        assert_eq!((outcome.code, outcome.stdout.lines().count()), (Some(2), events), "{value}: {}", outcome.stdout);
    }
}

#[test]
fn control_characters_of_options_are_spelled_out() {
    for arguments in [&["upload", "--region", "a\u{1b}[2Jb"][..], &["upload", "--acl", "a\u{1b}[2Jb"], &["a\u{1b}[2Jb"]]
    {
        let outcome = Setting::new().run(arguments);
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.stderr.contains("'a\\u{1b}[2Jb'"), "{}", outcome.stderr);
    }
}

#[test]
fn a_bucket_without_its_appid() {
    let why = "'bucket' has no APPID; expected NAME-APPID, like examplebucket-1250000000";
    assert_eq!(
        Setting::new().run(&["upload", "a.txt", "-b", "bucket"]),
        unreadable(&format!("invalid value 'bucket' for '--bucket <NAME-APPID>': {why}"))
    );
    assert_eq!(Setting::new().run(&["upload", "a.txt", "cos://bucket/k"]), refused(2, &format!("error: {why}\n")));
    assert_eq!(
        Setting::new().variable("COSPUT_BUCKET", "bucket").run(&["upload", "a.txt"]),
        refused(2, &format!("error: invalid value 'bucket' for COSPUT_BUCKET: {why}\n"))
    );
}

#[test]
fn an_empty_key() {
    assert_eq!(
        Setting::new().upload(&["a.txt", "--key", ""]),
        refused(2, "error: --key is empty; leave it out and the file's name is the key\n")
    );
}

#[test]
fn a_size_with_an_unknown_unit() {
    assert_eq!(
        Setting::new().upload(&["a.txt", "--part-size", "12XB"]),
        unreadable(
            "invalid value '12XB' for '--part-size <SIZE>': its unit is unknown; expected a size like 8MiB, 8M, 8MB or 8388608"
        )
    );
}

#[test]
fn a_negative_value_is_no_option() {
    for (option, value) in [("--part-size", "-1"), ("--deadline", "-5"), ("--retry-time", "-1")] {
        let said = format!("{:?}", Setting::new().upload(&["a.txt", option, value]));
        assert!(said.contains("it ") && !said.contains("tip:"), "{said}");
    }
}

#[test]
fn no_concurrency_at_all() {
    assert_eq!(
        Setting::new().upload(&["a.txt", "--concurrency", "0"]),
        unreadable("invalid value '0' for '--concurrency <N>': expected a number from 1 to 1000, or auto")
    );
}

#[test]
fn a_timeout_of_nothing() {
    assert_eq!(
        Setting::new().upload(&["a.txt", "--stall-timeout", "0s"]),
        unreadable(
            "invalid value '0s' for '--stall-timeout <TIME>': it is zero; expected a duration like 90s, 5m or 7d"
        )
    );
}

#[test]
fn a_region_that_cannot_be() {
    assert_eq!(
        Setting::new().run(&["upload", "a.txt", "-b", BUCKET, "--region", "AP_X!"]),
        unreadable(
            "invalid value 'AP_X!' for '--region <REGION>': 'AP_X!' is not a region name; expected lower-case letters, digits and hyphens, like ap-guangzhou"
        )
    );
}

#[test]
fn part_sizes_that_cannot_be() {
    let setting = Setting::new();
    setting.sparse("large.bin", 100 << 30);
    let refused = |why: &str| refused(2, &format!("error: could not plan the upload of large.bin: {why}\n"));
    assert_eq!(
        setting.upload(&["large.bin", "--part-size", "1MB"]),
        refused("a part size of 1000000 bytes is below 1 MiB; use at least 11 MiB")
    );
    assert_eq!(
        setting.upload(&["large.bin", "--part-size", "6G"]),
        refused("a part size of 6442450944 bytes is above 5 GiB; use at most 5 GiB")
    );
    assert_eq!(
        setting.upload(&["large.bin", "--part-size", "5M"]),
        refused("a part size of 5242880 bytes makes 20480 parts, and an upload has at most 10000; use at least 11 MiB")
    );
    assert_eq!(
        setting.upload(&["large.bin", "--multipart-threshold", "6G"]),
        refused("a threshold of 6442450944 bytes is above what one PUT takes; use at most 5 GiB")
    );
}

#[test]
fn a_destination_besides_a_bucket() {
    assert_eq!(
        Setting::new().run(&[
            "upload",
            "a.txt",
            "cos://examplebucket-1250000000/k",
            "--bucket",
            BUCKET,
            "--emulator=e"
        ]),
        refused(2, "error: a destination is given besides --bucket, --key or --prefix; keep one way to say it\n")
    );
}

#[test]
fn a_flag_variable_that_is_neither_yes_nor_no() {
    assert_eq!(
        Setting::new().variable("COSPUT_JSON", "maybe").upload(&["a.txt"]),
        refused(2, "error: invalid value 'maybe' for COSPUT_JSON: expected 1, true, yes, on, 0, false, no or off\n")
    );
}

#[test]
fn control_characters_in_names_are_spelled_out() {
    assert_eq!(
        Setting::new().upload(&["a\u{1b}[2J", "--key=k"]),
        refused(3, "error: could not upload a\\u{1b}[2J: no such file\n")
    );
}

#[test]
fn a_dry_run_says_what_would_be_sent() {
    let setting = Setting::new();
    setting.sparse("dist.tar", 40 << 20);
    let planned = |line: &str, size: &str| Outcome { stderr: format!("1 would be uploaded: {size}\n"), ..shown(line) };
    assert_eq!(
        setting.upload(&["a.txt", "--dry-run"]),
        planned("would upload a.txt -> cos://examplebucket-1250000000/a.txt  6.2 KiB in one request\n", "6.2 KiB")
    );
    assert_eq!(
        setting.upload(&["dist.tar", "-n", "--key", "builds/"]),
        planned(
            "would upload dist.tar -> cos://examplebucket-1250000000/builds/dist.tar  40.0 MiB in 40 parts of 1.0 MiB\n",
            "40.0 MiB"
        )
    );
    assert_eq!(setting.upload(&["dist.tar", "-n", "-q"]), shown(""));
}

#[test]
fn a_dry_run_prints_the_plan_as_json() {
    let setting = Setting::new().variable("COSPUT_JSON", "yes").variable("COSPUT_PART_SIZE", "20M");
    setting.sparse("dist.tar", 40 << 20);
    let lines = |arguments: &[&str]| {
        let outcome = setting.upload(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        let summary = outcome.stdout.lines().nth(1).unwrap_or_default().to_owned();
        assert!(summary.starts_with("{\"event\":\"summary\",\"uploaded\":0,\"planned\":1,"), "{summary}");
        outcome.stdout.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        lines(&["dist.tar", "--dry-run"]),
        "{\"event\":\"planned\",\"source\":\"dist.tar\",\"bucket\":\"examplebucket-1250000000\",\
         \"key\":\"dist.tar\",\"size\":41943040,\"mode\":\"multipart\",\"part_size\":20971520,\"parts\":2}"
    );
    assert_eq!(
        lines(&["a.txt", "--dry-run"]),
        "{\"event\":\"planned\",\"source\":\"a.txt\",\"bucket\":\"examplebucket-1250000000\",\
         \"key\":\"a.txt\",\"size\":6349,\"mode\":\"put\",\"part_size\":6349,\"parts\":1}"
    );
}

#[test]
fn version_and_help_are_results() {
    let setting = Setting::new();
    assert_eq!(setting.run(&["--version"]), shown(concat!("cosput ", env!("CARGO_PKG_VERSION"), "\n")));
    let help = setting.run(&["upload", "-h"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let output = Command::new(env!("CARGO_BIN_EXE_cosput"))
        .args(["completions", "bash"])
        .env_clear()
        .stdout(File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: could not write the results: No space left on device (os error 28)\n"
    );
}

#[test]
fn man_pages_are_written_into_a_directory() {
    let setting = Setting::new();
    assert_eq!(setting.run(&["man", "made/man1"]), shown(""));
    assert!(setting.path("made/man1/cosput-upload.1").is_file());
}

//! The interfaces for scripts: whole events, result lines and messages; closed streams; no secret anywhere.

use std::fs;
use std::process::Stdio;

use crate::support::{
    BUCKET, MIB, Outcome, Running, SECRET_ID, SECRET_KEY, SESSION_TOKEN, Scene, assert_no_secret, shown_path,
};
use cosput::emulator::Operation;
use serde_json::{Value, json};

const LOCATION: &str = "http://127.0.0.1:PORT/examplebucket-1250000000";

/// The events of a run, with values that differ from run to run replaced by their kind. Progress events are removed:
/// their number depends on the machine.
fn events(scene: &Scene, outcome: &Outcome) -> Vec<Value> {
    let mut events = outcome.events();
    events.retain(|event| event["event"] != "progress");
    for event in &mut events {
        let time = event.as_object_mut().expect("an event is an object").remove("time").expect("an event has its time");
        assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
        normalise(scene, event);
    }
    events
}

fn normalise(scene: &Scene, value: &mut Value) {
    let fields = value.as_object_mut().expect("an event is an object");
    for (name, value) in fields {
        match (name.as_str(), &value) {
            ("duration_ms" | "wait_ms", Value::Number(_)) => *value = json!("MS"),
            ("request_id" | "upload_id" | "etag", Value::String(_)) => *value = json!(name.to_uppercase()),
            ("error", Value::Object(_)) => normalise(scene, value),
            (_, Value::String(text)) => {
                let text = text.replace(&format!(":{}", scene.server.port()), ":PORT");
                *value = json!(text.replace(&shown_path(scene.directory.path()), "HERE"));
            }
            _ => {}
        }
    }
}

fn crc64(scene: &Scene, source: &str) -> String {
    cosput::cos::checksum::crc64(&fs::read(scene.path(source)).unwrap()).to_string()
}

#[test]
fn the_events_of_a_file_in_one_request() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    let outcome = scene.upload("a.bin", &["--json", "--key", "d/"]).exits(0);
    let location = format!("{LOCATION}/d/a.bin");
    let expected = [
        json!({
            "event": "started", "source": "a.bin", "bucket": BUCKET, "key": "d/a.bin", "location": location,
            "size": 1000, "mode": "put", "part_size": 1000, "parts": 1
        }),
        json!({
            "event": "uploaded", "source": "a.bin", "bucket": BUCKET, "key": "d/a.bin", "location": location,
            "size": 1000, "etag": "ETAG", "crc64ecma": crc64(&scene, "a.bin"), "parts": 1, "part_size": 1000,
            "parts_resumed": 0, "bytes_sent": 1000, "bytes_resumed": 0, "attempts": 1, "duration_ms": "MS",
            "request_id": "REQUEST_ID"
        }),
        json!({
            "event": "summary", "uploaded": 1, "skipped": 0, "failed": 0, "bytes_sent": 1000, "bytes_resumed": 0,
            "duration_ms": "MS", "exit_code": 0
        }),
    ];
    assert_eq!(events(&scene, &outcome), expected);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn the_events_of_a_file_in_parts_with_a_retry() {
    let scene = Scene::new(&["service-unavailable:part=2"]);
    scene.file("a.bin", MIB + 5);
    let outcome = scene.upload("a.bin", &["--json", "-v", "--concurrency", "1"]).exits(0);
    let named = |event: &str, more: Value| {
        let mut line = json!({"event": event, "source": "a.bin", "bucket": BUCKET, "key": "a.bin"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let content = fs::read(scene.path("a.bin")).unwrap();
    let part = |number: u16, content: &[u8]| {
        let crc64 = cosput::cos::checksum::crc64(content).to_string();
        named("part", json!({"part_number": number, "size": content.len(), "etag": "ETAG", "crc64ecma": crc64}))
    };
    let location = format!("{LOCATION}/a.bin");
    let plan = json!({"location": location, "size": MIB + 5, "mode": "multipart", "part_size": MIB, "parts": 2});
    let (first, second) = content.split_at(1 << 20);
    let expected = [
        named("started", plan),
        part(1, first),
        named(
            "retry",
            json!({
                "operation": "Upload Part", "part_number": 2, "attempts": 1, "wait_ms": "MS",
                "error": {
                    "kind": "service", "code": "ServiceUnavailable", "status": 503, "request_id": "REQUEST_ID",
                    "message": "ServiceUnavailable: Please reduce your request rate. (HTTP 503)"
                }
            }),
        ),
        part(2, second),
        named(
            "uploaded",
            json!({
                "location": location, "size": MIB + 5, "etag": "ETAG", "crc64ecma": crc64(&scene, "a.bin"),
                "upload_id": "UPLOAD_ID", "parts": 2, "part_size": MIB, "parts_resumed": 0, "bytes_sent": MIB + 5,
                "bytes_resumed": 0, "attempts": 5, "duration_ms": "MS", "request_id": "REQUEST_ID"
            }),
        ),
        json!({
            "event": "summary", "uploaded": 1, "skipped": 0, "failed": 0, "bytes_sent": MIB + 5, "bytes_resumed": 0,
            "duration_ms": "MS", "exit_code": 0
        }),
    ];
    let mut found = events(&scene, &outcome);
    // The text of the message is the service's.
    found[2]["error"]["message"] = expected[2]["error"]["message"].clone();
    assert_eq!(found, expected);
}

#[test]
fn the_events_of_a_failure() {
    let scene = Scene::new(&["access-denied:times=0"]);
    scene.file("a.bin", MIB + 5);
    let outcome = scene.upload("a.bin", &["--json", "--concurrency", "1"]).exits(4);
    let failed = events(&scene, &outcome).remove(1);
    let journal = scene.journal().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(
        failed,
        json!({
            "event": "failed", "source": "a.bin", "bucket": BUCKET, "key": "a.bin",
            "location": format!("{LOCATION}/a.bin"), "exit_code": 4,
            "error": {
                "kind": "credentials", "code": "AccessDenied", "status": 403, "request_id": "REQUEST_ID",
                "message": "could not upload part 1 of 2 of a.bin: AccessDenied: Access Denied. (HTTP 403)"
            },
            "resumable": true, "journal": format!("HERE/state/{journal}")
        })
    );
}

#[test]
fn results_are_a_line_an_object_and_messages_go_elsewhere() {
    let scene = Scene::new(&[]);
    scene.file("put.bin", 1000);
    scene.file("parts.bin", 2 * MIB + 5);
    let line = |source: &str, size: &str| {
        format!("{source} -> cos://{BUCKET}/{source}  {size}  verified  crc64 {}\n", crc64(&scene, source))
    };
    for (source, size) in [("put.bin", "1000 B"), ("parts.bin", "2.0 MiB")] {
        let outcome = scene.upload(source, &[]).exits(0);
        assert_eq!((outcome.stdout, outcome.stderr), (line(source, size), String::new()));
        let quiet = scene.upload(source, &["-q"]).exits(0);
        assert_eq!((quiet.stdout, quiet.stderr), (String::new(), String::new()));
    }
}

#[test]
fn verbose_prints_each_step() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 2 * MIB + 5);
    let outcome = scene.upload("a.bin", &["-v", "--concurrency", "1"]).exits(0);
    let id = scene.server.record()[1].upload_id.clone().unwrap();
    let steps = [
        "credentials from the environment (COS_SECRET_ID)".to_owned(),
        "sending 2.0 MiB in 3 parts of 1.0 MiB".to_owned(),
        format!("initiated upload {id}"),
        "part 1 of 3 uploaded, 1.0 MiB".to_owned(),
        "part 2 of 3 uploaded, 1.0 MiB".to_owned(),
        "part 3 of 3 uploaded, 5 B".to_owned(),
    ];
    assert_eq!(outcome.stderr.lines().collect::<Vec<_>>(), steps);
}

#[test]
fn quiet_prints_errors_only() {
    let scene = Scene::new(&["internal-error", "access-denied:skip=1,times=0"]);
    scene.file("a.bin", 1000);
    let outcome = scene.upload("a.bin", &["-q"]).exits(4);
    // The last request is a HEAD that checks whether the first one succeeded.
    let id = scene.server.requests(Operation::PutObject)[1].request_id.clone();
    let [error, request_id, hint] = outcome.stderr.lines().collect::<Vec<_>>().try_into().expect("three lines");
    assert!(error.starts_with("error: could not upload a.bin: AccessDenied: "), "{error}");
    assert_eq!(request_id, format!("  x-cos-request-id: {id}"));
    assert!(hint.starts_with("hint: the credentials lack permission"), "{hint}");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_run_says_nothing_secret_however_much_it_says() {
    let scene = Scene::new(&["internal-error", "access-denied:on=complete"]);
    scene.file("a.bin", 3 * MIB);
    for more in [&["-v"][..], &["-v", "--json"], &["-q"]] {
        // Each run and the end of the scene check the output, the files and the record.
        scene.upload("a.bin", &[more, &["--no-resume"]].concat());
    }
    // The check itself works: it finds a secret that is there.
    let environment = format!("{SECRET_ID} {SECRET_KEY} {SESSION_TOKEN}");
    assert!(std::panic::catch_unwind(|| assert_no_secret("a test", &environment)).is_err());
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    let mut scene = Scene::new(&[]);
    scene.set("COS_SECRET_KEY", "NeverShowThisEither");
    scene.file("a.bin", 1000);
    let outcome = scene.upload("a.bin", &["-v"]).exits(4).says("SignatureDoesNotMatch").says("check the secret key");
    outcome.does_not_say("NeverShowThisEither");
}

#[test]
fn missing_credentials_are_reported_before_anything_is_sent() {
    let mut scene = Scene::new(&[]);
    for name in ["COS_SECRET_ID", "COS_SECRET_KEY", "COS_SESSION_TOKEN"] {
        scene.set(name, "");
    }
    scene.file("a.bin", 1000);
    scene.upload("a.bin", &[]).exits(4).says("COS_SECRET_ID");
    assert_eq!(scene.server.record(), []);
}

#[cfg(unix)]
#[test]
fn streams_that_are_closed_stop_no_upload() {
    let scene = Scene::new(&["internal-error"]);
    scene.file("a.bin", 3 * MIB);
    let program = env!("CARGO_BIN_EXE_cosput");
    for (streams, more) in [(">&-", ""), (">&-", "--json"), ("2>&-", ""), ("2>&-", "-v"), (">&- 2>&-", "--json")] {
        let url = scene.server.url();
        let line = format!("exec \"$0\" upload a.bin --bucket {BUCKET} --endpoint {url} {more} {streams}");
        let mut shell = std::process::Command::new("sh");
        shell.env_clear();
        // The usual environment, with a shell in between that closes the streams.
        for (name, value) in scene.command(["x"]).get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        let output = shell.args(["-c", &line, program]).current_dir(scene.directory.path()).output().unwrap();
        let code = output.status.code();
        // Output that could not be written is a failure of its own, after all work was done.
        let expected = if streams.starts_with(">") { [Some(0), Some(1)] } else { [Some(0); 2] };
        assert!(expected.contains(&code), "{streams} {more}: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn a_reader_that_leaves_early_stops_no_upload() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 3 * MIB);
    for more in [&["--json", "-v"][..], &["-v"]] {
        let mut command = scene.command(scene.upload_arguments("a.bin", more));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn the_emulator_prints_its_address_as_json() {
    let scene = Scene::new(&[]);
    let running = scene.start(["emulator", "--json", "--listen", "127.0.0.1:0", "--dir", "objects"]);
    crate::support::until(|| running.stdout().ends_with('\n'), "the address is printed");
    let reported: Value = serde_json::from_str(running.stdout().trim_end()).unwrap();
    assert_eq!(reported["event"], "listening");
    assert!(reported["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    running.kill();
}

#[test]
fn an_emulator_prints_its_credentials_and_a_command_to_paste() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 100);
    let mut command =
        scene.command(["emulator", "--listen", "127.0.0.1:0", "--dir", "objects", "--region", "ap-beijing"]);
    command.env_remove("COS_SECRET_ID").env_remove("COS_SECRET_KEY").env_remove("COS_SESSION_TOKEN");
    let running = Running::start(command);
    crate::support::until(|| running.stderr().contains("in a browser\n"), "it has printed how to use it");
    let printed = running.stderr();
    assert!(printed.contains("credentials: AKIDcosputemulator cosput-emulator-secret\n"), "{printed}");
    assert!(
        printed.contains("temporary credentials: AKIDcosputtemporary cosput-temporary-secret cosput-temporary-token\n")
    );
    assert!(printed.contains("nothing leaves this machine"), "{printed}");
    let line =
        printed.lines().find_map(|line| line.strip_prefix("to upload a file: ")).unwrap().replace("FILE", "a.bin");
    let (variables, arguments): (Vec<&str>, Vec<&str>) =
        line.split(' ').filter(|word| *word != "cosput").partition(|word| word.starts_with("COS_"));
    let mut upload = scene.command(arguments);
    upload.env_remove("COS_SESSION_TOKEN").envs(variables.iter().map(|pair| pair.split_once('=').unwrap()));
    let output = upload.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stored = scene.directory.path().join("objects/examplebucket-1250000000/files/a.bin");
    assert_eq!(fs::read(stored).unwrap().len(), 100);
    running.kill();
}

#[cfg(unix)]
#[test]
fn an_emulator_whose_disk_is_full_ends_the_upload_with_that() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1 << 20);
    let arguments = ["upload", "a.bin", "-b", "examplebucket-1250000000", "--emulator=objects"];
    // A limit on the file size simulates a full disk: the system refuses to write more.
    let mut command = scene.command_after("trap '' XFSZ; ulimit -f 600", arguments);
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && stderr.contains("no space left in objects"), "{stderr}");
    let record = fs::read_to_string(scene.directory.path().join("objects/requests.jsonl")).unwrap();
    assert_eq!(record.matches("put-object").count(), 1, "{record}");
}

/// The lines of the log without their times, which are required.
fn logged(scene: &Scene) -> Vec<String> {
    let line = |line: &str| {
        let (time, line) = line.split_once(' ').unwrap();
        humantime::parse_rfc3339(time).unwrap();
        line.to_owned()
    };
    scene.log().lines().map(line).collect()
}

#[test]
fn the_log_file_has_what_verbose_shows_whatever_the_terminal_has() {
    for shown in [&["-q"][..], &["-v"], &["--json"], &[]] {
        let scene = Scene::new(&["slow-down:times=3"]);
        scene.file("a.bin", 1000);
        let mut arguments = vec!["--log-file", "log"];
        arguments.extend(shown);
        let outcome = scene.upload("a.bin", &arguments).exits(0);
        assert_eq!(shown == ["-q"], outcome.stderr.is_empty(), "{}", outcome.stderr);
        let log = logged(&scene);
        assert_eq!(log[..2], ["credentials from the environment (COS_SECRET_ID)", "sending 1000 B in one request"]);
        assert_eq!(log.iter().filter(|line| line.contains("SlowDown: ")).count(), 3, "{log:?}");
        assert!(log.last().unwrap().starts_with("a.bin -> cos://"), "{log:?}");

        scene.upload("none", &arguments).exits(3);
        assert_eq!(logged(&scene).last().unwrap(), "error: could not upload none: no such file");
    }
}

#[test]
fn a_log_file_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let scene = Scene::new(&[]);
    let source = scene.file("a.bin", 1000);
    scene.upload("a.bin", &["--log-file", "none/log"]).exits(2).says("error: --log-file none/log cannot be used: ");
    let refused = scene.upload("a.bin", &["--log-file", "./a.bin"]).exits(2);
    assert_eq!(refused.stderr, "error: --log-file ./a.bin cannot be used: it is a file to upload\n");
    assert_eq!(fs::metadata(source).unwrap().len(), 1000);
    assert_eq!(scene.server.record(), []);
}

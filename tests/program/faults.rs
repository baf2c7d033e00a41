//! Every fault of the emulator, against the real program: it retries transient faults and reports permanent ones.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::{MIB, Outcome, POSSIBLE_ORPHAN, Scene};
use cosput::emulator::{Fault, Operation};
use serde_json::json;

/// The expected result of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The object exists and is complete.
    Whole,
    /// The upload fails with this exit code, the service's code and the status.
    Fails(i32, &'static str, u16),
    /// The upload fails with this exit code and these words; there is no error document.
    Breaks(i32, &'static str),
    /// The fault matches no request here.
    Nothing,
}

use Expected::{Breaks, Fails, Nothing, Whole};

/// A fault as passed to the emulator, and its expected results.
struct Row {
    fault: &'static str,
    /// Injected once, or as often as the row says.
    once: Expected,
    /// Injected each time, for a file in one request.
    put: Expected,
    /// Injected each time, for a file in parts.
    parts: Expected,
}

const fn row(fault: &'static str, once: Expected, put: Expected, parts: Expected) -> Row {
    Row { fault, once, put, parts }
}

const ROWS: &[Row] = &[
    row("internal-error", Whole, Fails(6, "InternalError", 500), Fails(6, "InternalError", 500)),
    row("bad-gateway", Whole, Breaks(6, "HTTP 502"), Breaks(6, "HTTP 502")),
    row("service-unavailable", Whole, Fails(6, "ServiceUnavailable", 503), Fails(6, "ServiceUnavailable", 503)),
    row("slow-down:times=3", Whole, Fails(6, "SlowDown", 503), Fails(6, "SlowDown", 503)),
    row("too-many-requests:times=3", Whole, Fails(6, "TooManyRequests", 429), Fails(6, "TooManyRequests", 429)),
    row("request-timeout:times=3", Whole, Fails(6, "RequestTimeout", 400), Fails(6, "RequestTimeout", 400)),
    row(
        "user-network-too-slow:times=3",
        Whole,
        Fails(6, "UserNetworkTooSlow", 400),
        Fails(6, "UserNetworkTooSlow", 400),
    ),
    row("incomplete-body", Whole, Fails(6, "IncompleteBody", 400), Fails(6, "IncompleteBody", 400)),
    row("bad-digest", Whole, Fails(7, "BadDigest", 400), Fails(7, "BadDigest", 400)),
    row("conflict", Whole, Fails(1, "PathConflict", 409), Fails(1, "PathConflict", 409)),
    row("access-denied", Fails(4, "AccessDenied", 403), Fails(4, "AccessDenied", 403), Fails(4, "AccessDenied", 403)),
    row(
        "assume-role-failed",
        Fails(4, "AssumeRoleFailed", 409),
        Fails(4, "AssumeRoleFailed", 409),
        Fails(4, "AssumeRoleFailed", 409),
    ),
    row("kms-failed", Whole, Fails(6, "KMSFailed", 409), Fails(6, "KMSFailed", 409)),
    row("clock-skew", Whole, Whole, Whole),
    row("expired-token", Fails(4, "ExpiredToken", 400), Fails(4, "ExpiredToken", 400), Fails(4, "ExpiredToken", 400)),
    row("request-expired", Fails(4, "AccessDenied", 403), Fails(4, "AccessDenied", 403), Fails(4, "AccessDenied", 403)),
    row("no-such-upload", Whole, Nothing, Fails(5, "NoSuchUpload", 404)),
    row("early-error", Whole, Fails(6, "ServiceUnavailable", 503), Fails(6, "ServiceUnavailable", 503)),
    row("html", Whole, Breaks(6, "HTTP 502"), Breaks(6, "HTTP 502")),
    row("html:status=200", Whole, Breaks(6, "HTTP 200, \"Proxy\""), Breaks(6, "HTTP 200, \"Proxy\"")),
    row("redirect", Breaks(1, "HTTP 307"), Breaks(1, "HTTP 307"), Breaks(1, "HTTP 307")),
    row("truncated-answer", Whole, Whole, Breaks(6, "the connection broke")),
    row("no-etag", Whole, Whole, Breaks(6, "the answer has no ETag")),
    row("wrong-etag", Whole, Whole, Whole),
    row("no-crc", Whole, Whole, Whole),
    row("wrong-crc", Whole, Breaks(7, "the server's CRC-64 is"), Breaks(7, "the server's CRC-64 is")),
    row("garbage-xml:on=initiate", Whole, Nothing, Breaks(6, "could not initiate the upload")),
    row("garbage-xml:on=complete", Whole, Nothing, Whole),
    row("xml-bomb:on=initiate", Whole, Nothing, Breaks(6, "could not initiate the upload")),
    row("xml-bomb:on=complete", Whole, Nothing, Whole),
    row("complete-error", Whole, Nothing, Fails(6, "InternalError", 200)),
    row("slow-complete:seconds=1", Whole, Nothing, Whole),
    row("cut-verdict", Whole, Nothing, Whole),
    row("reset-before-body", Whole, Breaks(6, "the connection broke"), Breaks(6, "the connection broke")),
    row("reset-in-body:after=500", Whole, Breaks(6, "the connection broke"), Breaks(6, "the connection broke")),
    row("reset-after-stored", Whole, Whole, Breaks(6, "the connection broke")),
    row("stall", Whole, Breaks(6, "no byte moved for 0.3 s"), Breaks(6, "no byte moved for 0.3 s")),
    row("trickle:rate=8000000", Whole, Whole, Whole),
    row("latency:ms=20", Whole, Whole, Whole),
    row("precondition-failed", Whole, Nothing, Nothing),
    row("copy-error", Whole, Nothing, Nothing),
    row("limit-at-once", Whole, Whole, Whole),
    row("limit-rate", Whole, Whole, Whole),
    row("limit-key-rate", Whole, Whole, Whole),
];

/// The source: a file in one request, or one in three parts.
const SOURCES: [(&str, u64); 2] = [("put.bin", 1000), ("parts.bin", 2 * MIB + 1)];

#[test]
fn every_fault_has_a_row() {
    let known: BTreeSet<&str> = Fault::names().iter().map(|(name, _)| *name).collect();
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.fault.split(':').next().unwrap()).collect();
    assert_eq!(rows, known);
}

#[test]
fn what_strikes_once_is_overcome_unless_it_cannot_be() {
    for_each_row(|row| {
        for (source, size) in SOURCES {
            let expected =
                if source == "put.bin" && row.put == Nothing && row.parts != Nothing { Whole } else { row.once };
            let scene = Scene::new(&[row.fault]);
            scene.file(source, size);
            let arguments = ["--json", "--stall-timeout", if row.fault == "stall" { "300ms" } else { "10s" }];
            check(&scene, row.fault, source, expected, scene.upload(source, &arguments));
        }
    });
}

#[test]
fn a_fault_that_never_ends_is_reported_and_the_next_run_resumes() {
    for_each_row(|row| {
        for ((source, size), expected) in SOURCES.into_iter().zip([row.put, row.parts]) {
            if expected == Nothing {
                continue;
            }
            let mut scene = Scene::new(&[&always(row.fault)]);
            scene.file(source, size);
            let stall = if row.fault == "stall" { "300ms" } else { "10s" };
            let arguments = ["--json", "--max-attempts", "2", "--retry-time", "500ms", "--stall-timeout", stall];
            check(&scene, row.fault, source, expected, scene.upload(source, &arguments));
            if expected != Whole {
                scene.server.restart(&[]);
                scene.upload(source, &[]).exits(0);
                scene.assert_stored(source, source);
                assert!(scene.journals().is_empty(), "{}", row.fault);
            }
        }
    });
}

/// The same fault, each time.
fn always(fault: &str) -> String {
    let (name, arguments) = fault.split_once(':').unwrap_or((fault, ""));
    let others: Vec<&str> =
        arguments.split(',').filter(|text| !text.is_empty() && !text.starts_with("times=")).collect();
    format!("{name}:{}", [&others[..], &["times=0"]].concat().join(","))
}

/// Runs the rows, a few at a time: most of them wait before they retry.
fn for_each_row(check: impl Fn(&Row) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(row);
                }
            });
        }
    });
}

fn check(scene: &Scene, fault: &str, source: &str, expected: Expected, outcome: Outcome) {
    let about = format!("{fault} on {source}: {outcome:?}");
    match expected {
        Nothing => unreachable!("a row without an outcome is not tried"),
        Whole => {
            assert_eq!(outcome.code, Some(0), "{about}");
            scene.assert_stored(source, source);
            assert!(scene.journals().is_empty(), "{about}");
            assert_leftovers_reported(scene, &outcome, &about);
        }
        Fails(code, service_code, status) => {
            fails(scene, source, &outcome, code, &about);
            let error = &outcome.event("failed")["error"];
            assert_eq!((&error["code"], &error["status"]), (&json!(service_code), &json!(status)), "{about}");
            let request_id = error["request_id"].as_str().expect("the error has its request id");
            assert!(scene.server.record().iter().any(|request| request.request_id == request_id), "{about}");
            assert!(outcome.stderr.contains(service_code), "{about}");
            assert!(outcome.stderr.contains(&format!("(HTTP {status})")), "{about}");
            assert!(outcome.stderr.contains(&format!("x-cos-request-id: {request_id}")), "{about}");
        }
        Breaks(code, words) => {
            fails(scene, source, &outcome, code, &about);
            let error = outcome.stderr.lines().find(|line| line.starts_with("error: ")).expect("there is an error");
            assert!(error.contains(words), "{about}");
        }
    }
}

/// The properties of each failure: its code, no object, and a journal exactly if there is an upload to resume.
fn fails(scene: &Scene, source: &str, outcome: &Outcome, code: i32, about: &str) {
    assert_eq!(outcome.code, Some(code), "{about}");
    let failed = outcome.event("failed");
    assert_eq!(failed["exit_code"], code, "{about}");
    assert_eq!(failed["resumable"], json!(!scene.journals().is_empty()), "{about}");
    assert_leftovers_reported(scene, outcome, about);
    // If every answer has a wrong checksum, the object may exist, and a message warns the user not to use it.
    if code != 7 {
        assert_eq!(scene.server.object(source), None, "{about}");
    }
}

/// Every upload left on the server is named, or reported without its ID if the ID never became known.
fn assert_leftovers_reported(scene: &Scene, outcome: &Outcome, about: &str) {
    let told_without_name = outcome.stderr.matches(POSSIBLE_ORPHAN).count();
    let journals: Vec<String> = scene.journals().iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    // An upload that the server itself reported gone, twice, need not be reported.
    let is_gone = outcome.code == Some(5);
    let is_named = |id: &str| is_gone || outcome.stderr.contains(id) || journals.iter().any(|text| text.contains(id));
    let unnamed = scene.server.uploads().iter().filter(|(_, id)| !is_named(id)).count();
    assert!(unnamed <= told_without_name, "{unnamed} uploads are left without a name: {about}");
}

#[test]
fn a_lost_answer_to_initiate_is_reported_as_a_possible_orphan() {
    let scene = Scene::new(&["reset-after-stored:on=initiate"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    let outcome = outcome.says("warning: the response to Initiate Multipart Upload was lost; ");
    assert_eq!(outcome.stderr.matches(POSSIBLE_ORPHAN).count(), 1);
    scene.assert_stored("a.bin", "a.bin");
    assert_eq!(scene.server.uploads().len(), 1);
}

#[test]
fn a_part_whose_answer_was_lost_is_sent_again() {
    let scene = Scene::new(&["reset-after-stored:part=2"]);
    scene.file("a.bin", 3 * MIB);
    scene.upload("a.bin", &["--concurrency", "1"]).exits(0).says("part 2 of 3: the connection broke");
    let mut stored = scene.server.stored_parts();
    stored.sort_unstable();
    assert_eq!(stored, [1, 2, 2, 3]);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_lost_answer_to_complete_is_decided_by_a_look_at_the_object() {
    for fault in ["reset-after-stored:on=complete", "cut-verdict", "truncated-answer:on=complete"] {
        let scene = Scene::new(&[fault]);
        scene.file("a.bin", 3 * MIB);
        scene.upload("a.bin", &[]).exits(0).says("checking the object");
        scene.assert_stored("a.bin", "a.bin");
        let asked =
            (scene.server.requests(Operation::Complete).len(), scene.server.requests(Operation::HeadObject).len());
        assert_eq!(asked, (1, 1), "{fault}");
        assert_eq!(scene.server.uploads(), []);
    }
}

#[test]
fn an_unanswered_look_leaves_the_result_unknown_and_the_next_run_decides_it() {
    let mut scene = Scene::new(&["reset-after-stored:on=complete", "internal-error:on=head-object,times=0"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.upload("a.bin", &["--json", "--max-attempts", "2"]).exits(6);
    assert_eq!(outcome.event("failed")["error"]["kind"], "unknown");
    outcome.says("error: could not determine whether a.bin was uploaded").says("hint: run the same command again");
    scene.server.restart(&[]);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 3);
    scene.server.assert_each_part_stored_once(3);
}

#[test]
fn a_lost_answer_to_put_is_decided_too() {
    let scene = Scene::new(&["reset-after-stored:on=put-object,times=0"]);
    scene.file("a.bin", 1000);
    let outcome = scene.upload("a.bin", &["--max-attempts", "1"]).exits(0);
    outcome.says("the response to PUT Object was lost or unclear").does_not_say("Complete");
    assert_eq!(scene.server.requests(Operation::PutObject).len(), 1);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_lost_answer_to_abort_leaves_nothing_to_be_named() {
    let scene = Scene::new(&["access-denied:times=0", "reset-after-stored:on=abort"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.upload("a.bin", &["--abort-on-failure", "--json"]).exits(4);
    assert_eq!(outcome.event("failed")["resumable"], false);
    outcome.does_not_say("remain on the server").does_not_say("remains on the server");
    scene.assert_nothing_stored("a.bin");
    assert!(scene.journals().is_empty());
}

#[test]
fn an_upload_that_cannot_be_aborted_is_named() {
    let scene = Scene::new(&["access-denied:on=upload-part+abort,times=0"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.upload("a.bin", &["--abort-on-failure"]).exits(4);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    outcome.says(&id);
}

#[test]
fn a_slow_complete_is_no_stall_as_long_as_white_space_comes() {
    let scene = Scene::new(&["slow-complete:seconds=10"]);
    scene.file("a.bin", 3 * MIB);
    scene.upload("a.bin", &["--stall-timeout", "5s"]).exits(0).does_not_say("warning");
    assert_eq!(scene.server.requests(Operation::Complete).len(), 1);
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn a_redirect_is_reported_and_not_followed() {
    let scene = Scene::new(&["redirect:on=any,times=0"]);
    for (source, size) in SOURCES {
        scene.file(source, size);
        let outcome = scene.upload(source, &["--max-attempts", "8"]).exits(1).says("HTTP 307");
        outcome.says("hint: the bucket is in another region; check --region or --endpoint");
    }
    assert_eq!(scene.server.record().len(), 2);
}

#[test]
fn a_list_of_parts_that_cannot_be_read_is_asked_for_again() {
    for fault in ["internal-error", "html", "html:status=200", "garbage-xml", "xml-bomb", "truncated-answer", "stall"] {
        let mut scene = Scene::new(&["stall:skip=2,times=0"]);
        scene.file("a.bin", 5 * MIB);
        scene.interrupt("a.bin", &[], 2);
        let (name, more) = fault.split_once(':').unwrap_or((fault, "times=1"));
        scene.server.restart(&[&format!("{name}:on=list-parts,{more}")]);
        let stall_timeout = if fault == "stall" { "5s" } else { "1h" };
        let outcome = scene.upload("a.bin", &["--json", "--stall-timeout", stall_timeout]).exits(0);
        assert_eq!(outcome.event("uploaded")["parts_resumed"], 2, "{fault}");
        assert_eq!(scene.server.requests(Operation::ListParts).len(), 2, "{fault}");
        scene.server.assert_each_part_stored_once(5);
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it() {
    let scene = Scene::new(&["slow-down:retry-after=1"]);
    scene.file("a.bin", 1000);
    let outcome = scene.upload("a.bin", &["--json"]).exits(0);
    assert!(outcome.event("retry")["wait_ms"].as_u64().unwrap() >= 1000);
}

#[test]
fn being_asked_for_less_is_no_attempt_while_the_retry_time_lasts() {
    for (source, size) in SOURCES {
        let scene = Scene::new(&["slow-down:times=4"]);
        scene.file(source, size);
        scene.upload(source, &["--max-attempts", "1"]).exits(0);
        scene.assert_stored(source, source);
    }
}

#[test]
fn a_server_that_asks_for_less_all_the_time_is_given_up_after_the_retry_time() {
    for (source, size) in SOURCES {
        let mut scene = Scene::new(&["slow-down:times=0"]);
        scene.file(source, size);
        scene.set("COSPUT_RETRY_TIME", "2s");
        let outcome = scene.upload(source, &["--max-attempts", "1", "--json"]).exits(6);
        let outcome = outcome.says("SlowDown").says("hint: run the same command again");
        // Not at the first answer, and none of the waits is longer than the retry time.
        let waits: Vec<u64> = outcome.events().iter().filter_map(|event| event["wait_ms"].as_u64()).collect();
        assert!(!waits.is_empty() && waits.iter().all(|wait| *wait <= 2000), "{source}: {waits:?}");
        scene.server.restart(&[]);
        // If a journal was kept, `resume` finishes the upload with the same retries.
        let finish = if scene.journals().is_empty() { scene.upload(source, &[]) } else { scene.run(["resume"]) };
        finish.exits(0);
        scene.assert_stored(source, source);
    }
}

#[test]
fn a_wrong_clock_is_corrected_and_reported_once() {
    for (by, words) in [("3600", " min behind the server's"), ("-3600", " min ahead of the server's")] {
        let scene = Scene::new(&[&format!("clock-skew:by={by}")]);
        scene.file("a.bin", 5 * MIB);
        let outcome = scene.upload("a.bin", &[]).exits(0);
        let off: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("this machine's clock is")).collect();
        let [line] = off.try_into().unwrap_or_else(|lines| panic!("{lines:?} in {}", outcome.stderr));
        // What the answer takes to arrive counts too.
        let (before, _) = line.split_once(words).unwrap_or_else(|| panic!("{line}"));
        let minutes: u32 = before.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((59..=61).contains(&minutes), "{line}");
        scene.assert_stored("a.bin", "a.bin");
    }
}

#[test]
fn a_server_that_refuses_connections_is_reported_with_a_hint() {
    let mut scene = Scene::new(&[]);
    scene.server.stop();
    for (source, size) in SOURCES {
        scene.file(source, size);
        let outcome = scene.upload(source, &["--max-attempts", "2"]).exits(6);
        let outcome = outcome.says("could not connect: ").says("after 2 attempts");
        outcome.says("hint: check the region or endpoint").says("hint: run the same command again");
    }
    assert!(scene.journals().is_empty());
}

#[test]
fn a_name_that_does_not_resolve_is_reported_after_every_attempt() {
    let scene = Scene::new(&[]);
    for (source, size) in SOURCES {
        scene.file(source, size);
        let arguments =
            ["--bucket", crate::support::BUCKET, "--endpoint", "http://nonexistent.invalid", "--max-attempts", "2"];
        let outcome = scene.run(["upload", source].iter().chain(&arguments)).exits(6);
        let outcome = outcome.says("could not connect: ").says("nonexistent.invalid").says("after 2 attempts");
        outcome.says("hint: check the region or endpoint").says("hint: run the same command again");
    }
}

#[test]
fn one_dead_address_of_several_is_no_failure() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 1000);
    // If the name has the addresses ::1 and 127.0.0.1, the first of them has no listener.
    let url = format!("http://localhost:{}", scene.server.port());
    scene
        .run(["upload", "a.bin", "--bucket", crate::support::BUCKET, "--endpoint", &url])
        .exits(0)
        .does_not_say("warning");
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn an_error_before_the_body_is_sent_is_reported_in_the_words_of_the_service() {
    let scene = Scene::new(&["early-error:times=0"]);
    scene.file("a.bin", 12 * MIB);
    for threshold in ["16M", "1M"] {
        let arguments = ["--multipart-threshold", threshold, "--part-size", "6M", "--max-attempts", "1", "--json"];
        let outcome = scene.upload("a.bin", &arguments).exits(6);
        assert_eq!(outcome.event("failed")["error"]["code"], "ServiceUnavailable");
    }
}

#[test]
fn an_error_of_a_server_that_closes_at_once_is_reported_all_the_same() {
    const ERROR: &str = "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>NWI</RequestId></Error>";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It reads the head, answers, and closes with most of the body unread, which resets the connection.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            read_head(&mut stream);
            let head = "HTTP/1.1 403 Forbidden\r\nx-cos-request-id: NWI\r\nConnection: close";
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{ERROR}", ERROR.len());
            let _ = stream.shutdown(Shutdown::Write);
        }
    });
    let scene = Scene::new(&[]);
    scene.file("a.bin", 12 * MIB);
    for attempts in ["8", "2", "1"].repeat(5) {
        let arguments = ["--endpoint", &url, "--multipart-threshold", "16M", "--max-attempts", attempts];
        let outcome =
            scene.run(["upload", "a.bin", "--bucket", crate::support::BUCKET].iter().chain(&arguments)).exits(4);
        outcome.says("AccessDenied: no (HTTP 403)").says("x-cos-request-id: NWI");
    }
}

fn read_head(stream: &mut TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
}

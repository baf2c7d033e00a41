//! A stream from a pipe is uploaded completely or not at all, and never exceeds the memory limit.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::ChildStdin;
use std::time::Duration;

use crate::support::{BUCKET, MIB, Outcome, Running, Scene, now, until};
#[cfg(target_os = "linux")]
use crate::support::{Noise, assert_noise};
use cosput::cos::checksum::crc64;
use cosput::emulator::Operation;
use serde_json::json;

impl Scene {
    /// The arguments of `cosput upload -` to the key `k`.
    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let mut arguments = self.upload_arguments("-", &["--key", "k"]);
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        arguments
    }

    /// Starts `cosput upload -` and keeps its pipe open.
    fn begin_fed(&self, more: &[&str]) -> (Running, ChildStdin) {
        self.start_fed(self.arguments(more))
    }

    /// Runs `cosput upload -` with the content of a file.
    fn feed(&self, source: &str, more: &[&str]) -> Outcome {
        let (running, mut pipe) = self.begin_fed(more);
        pour(File::open(self.path(source)).unwrap(), &mut pipe);
        drop(pipe);
        running.wait()
    }
}

/// Writes all of it into the pipe, unless the other end closes first.
fn pour(mut from: impl Read, pipe: &mut ChildStdin) {
    if let Err(error) = std::io::copy(&mut from, pipe) {
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
}

#[test]
fn streams_of_every_size_arrive_whole() {
    let scene = Scene::new(&[]);
    for size in [1, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 1, 7 * MIB - 1] {
        scene.file("a.bin", size);
        let outcome = scene.feed("a.bin", &["--json"]).exits(0);
        let parts = if size <= MIB { 1 } else { size.div_ceil(MIB) };
        let uploaded = outcome.event("uploaded");
        let reported = |name: &str| uploaded[name].clone();
        assert_eq!(
            (reported("source"), reported("size"), reported("parts"), reported("bytes_sent")),
            (json!("-"), json!(size), json!(parts), json!(size))
        );
        assert_eq!(outcome.stderr, "");
        scene.assert_stored("a.bin", "k");
    }
    assert_eq!(scene.server.uploads(), []);
    assert!(scene.journals().is_empty());
}

#[test]
fn a_small_stream_goes_in_one_request() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", MIB);
    scene.feed("a.bin", &[]).exits(0);
    assert_eq!(scene.server.record().len(), 1);
    assert_eq!(scene.server.requests(Operation::PutObject).len(), 1);
}

#[test]
fn an_empty_stream_is_an_empty_object_only_where_it_may_be() {
    let scene = Scene::new(&[]);
    scene.file("empty", 0);
    scene.feed("empty", &[]).exits(3).says("could not upload stdin: it is empty").says("--allow-empty");
    assert_eq!(scene.server.record(), []);
    scene.feed("empty", &["--allow-empty"]).exits(0);
    scene.assert_stored("empty", "k");
}

#[test]
fn what_passes_is_overcome_from_memory() {
    let faults = [
        "internal-error:skip=1,times=3",
        "reset-before-body",
        "reset-in-body:after=300000,times=2",
        "reset-after-stored",
        "truncated-answer",
        "wrong-crc:times=2",
        "no-crc:times=9",
        "slow-down:times=3",
        "complete-error",
        "reset-after-stored:on=complete",
        "cut-verdict",
        "internal-error:on=initiate",
    ];
    for fault in faults {
        for size in [MIB, 6 * MIB + 7] {
            let scene = Scene::new(&[fault]);
            scene.file("a.bin", size);
            scene.feed("a.bin", &["--memory", "3M"]).exits(0);
            scene.assert_stored("a.bin", "k");
            assert_eq!(scene.server.uploads(), [], "{fault}");
        }
    }
}

#[test]
fn an_upload_that_vanishes_begins_anew_where_all_of_the_stream_is_still_held() {
    let (first, later) = ("no-such-upload", "no-such-upload:skip=4");
    for (fault, code) in [(first, 0), (later, 5)] {
        let scene = Scene::new(&[fault]);
        scene.file("a.bin", 6 * MIB);
        scene.feed("a.bin", &["--memory", "2M", "--concurrency", "1"]).exits(code);
        if code == 0 {
            scene.assert_stored("a.bin", "k");
        } else {
            assert_eq!(scene.server.object("k"), None);
        }
    }
}

#[test]
fn a_part_that_stays_broken_is_no_object() {
    let scene = Scene::new(&["wrong-crc:times=0"]);
    scene.file("a.bin", 3 * MIB);
    let outcome = scene.feed("a.bin", &["--max-attempts", "2"]).exits(7).says("the server's CRC-64 is");
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    outcome.says(&format!("send the same stream again with --resume-upload-id {id}"));
    assert_eq!(scene.server.object("k"), None);
}

#[test]
fn a_stream_that_is_not_what_was_expected_is_thrown_away() {
    for size in [1000, 5 * MIB + 1] {
        let scene = Scene::new(&[]);
        let path = scene.file("a.bin", size);
        let sum = crc64(&std::fs::read(path).unwrap());
        let refused = |option: &str, value: u64, why: &str| {
            let outcome = scene.feed("a.bin", &[option, &value.to_string(), "--json"]).exits(3).says(why);
            let failed = outcome.event("failed");
            assert_eq!((&failed["source"], &failed["error"]["kind"]), (&json!("-"), &json!("source")));
            scene.assert_nothing_stored("k");
        };
        refused("--expect-size", size + 1, &format!("it ended after {size} bytes, and {} were expected", size + 1));
        refused("--expect-size", 20 * MIB, &format!("it ended after {size} bytes, and {} were expected", 20 * MIB));
        refused("--expect-size", size - 1, &format!("it goes on after the {} bytes that were expected", size - 1));
        refused("--expect-size", 1, "it goes on after the 1 bytes that were expected");
        refused("--expect-crc64", sum ^ 1, &format!("its CRC-64 is {sum}, and {} was expected", sum ^ 1));
        let (size, sum) = (size.to_string(), sum.to_string());
        scene.feed("a.bin", &["--expect-size", &size, "--expect-crc64", &sum]).exits(0);
        scene.assert_stored("a.bin", "k");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_cannot_be_read_is_reported() {
    let scene = Scene::new(&[]);
    let mut command = scene.command(scene.arguments(&[]));
    let output = command.stdin(File::open(scene.directory.path()).unwrap()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.starts_with("error: could not upload stdin: cannot be read: "), "{stderr}");
    assert_eq!(scene.server.record(), []);
}

/// Feeds the whole file to an upload; the server accepts only this many parts.
fn fed_until(scene: &Scene, more: &[&str], parts: usize) -> (Running, ChildStdin) {
    let (running, mut pipe) = scene.begin_fed(more);
    pour(File::open(scene.path("a.bin")).unwrap(), &mut pipe);
    until(|| scene.server.stored_parts().len() == parts, "the parts are stored");
    (running, pipe)
}

#[test]
fn killed_and_fed_again_it_sends_no_part_twice() {
    let mut scene = Scene::new(&["stall:skip=4,times=0"]);
    scene.file("a.bin", 9 * MIB + 5);
    let (running, _pipe) = fed_until(&scene, &[], 4);
    running.kill();
    scene.server.restart(&[]);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    let outcome = scene.feed("a.bin", &["--json", "--memory", "2M", "--resume-upload-id", &id]).exits(0);
    outcome.clone().says(&format!("resuming upload {id}: 4 parts ("));
    let uploaded = outcome.event("uploaded");
    assert_eq!((&uploaded["parts"], &uploaded["parts_resumed"]), (&json!(10), &json!(4)));
    scene.server.assert_each_part_stored_once(10);
    scene.assert_stored("a.bin", "k");
}

#[test]
fn another_stream_replaces_the_parts_that_differ() {
    let mut scene = Scene::new(&["stall:skip=3,times=0"]);
    let path = scene.file("a.bin", 5 * MIB);
    let (running, _pipe) = fed_until(&scene, &["--concurrency", "1"], 3);
    running.kill();
    scene.server.restart(&[]);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    let mut content = std::fs::read(&path).unwrap();
    content[usize::try_from(MIB).unwrap() + 3] ^= 1;
    std::fs::write(&path, content).unwrap();
    let outcome = scene.feed("a.bin", &["--json", "--resume-upload-id", &id]).exits(0);
    assert_eq!(outcome.event("uploaded")["parts_resumed"], 2);
    scene.assert_stored("a.bin", "k");
    // Parts that were split differently are sent again, with a message.
    let mut scene = Scene::new(&["stall:skip=3,times=0"]);
    scene.file("a.bin", 5 * MIB);
    let (running, _pipe) = fed_until(&scene, &["--concurrency", "1"], 3);
    running.kill();
    scene.server.restart(&[]);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    let outcome = scene.feed("a.bin", &["--part-size", "2M", "--resume-upload-id", &id]).exits(0);
    outcome.says("parts on the server are cut in another way");
    scene.assert_stored("a.bin", "k");
    scene.feed("a.bin", &["--resume-upload-id", "none"]).exits(5);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_the_upload_without_waiting_for_the_pipe() {
    let mut scene = Scene::new(&[]);
    scene.file("a.bin", 5 * MIB - 100);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        // No data has arrived yet.
        let (running, pipe) = scene.begin_fed(&[]);
        until(|| running_reads(&running), "it waits");
        stop(running, signal).exits(code).says("send the same stream again");
        drop(pipe);
        assert_eq!(scene.server.record(), []);
    }
    // Parts were sent, and the stream has not ended.
    let (running, pipe) = fed_until(&scene, &[], 4);
    let outcome = stop(running, "INT").exits(130);
    drop(pipe);
    let [(_, id)] = scene.server.uploads().try_into().unwrap();
    outcome.says(&format!("send the same stream again with --resume-upload-id {id}"));
    scene.feed("a.bin", &["--resume-upload-id", &id]).exits(0);
    scene.server.assert_each_part_stored_once(5);
    scene.assert_stored("a.bin", "k");
    // Parts in flight do not finish.
    scene.server.restart(&["stall:skip=2,times=0"]);
    let before = scene.server.stored_parts().len();
    let (running, pipe) = fed_until(&scene, &["--stall-timeout", "1h"], before + 2);
    stop(running, "INT").exits(130);
    drop(pipe);
}

/// True once the program is ready for signals; it opens the pipe's other end when it starts.
#[cfg(unix)]
fn running_reads(running: &Running) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:\t"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask, 16).ok());
    // SIGINT is signal 2.
    !cfg!(target_os = "linux") || caught.is_some_and(|mask| mask & 0b10 != 0)
}

#[cfg(unix)]
fn stop(running: Running, signal: &str) -> Outcome {
    running.signal(signal);
    running.wait()
}

#[test]
fn a_failed_upload_leaves_nothing_where_that_is_asked_for() {
    let scene = Scene::new(&["access-denied:skip=2,times=0"]);
    scene.file("a.bin", 5 * MIB);
    scene.feed("a.bin", &["--abort-on-failure"]).exits(4).does_not_say("--resume-upload-id");
    scene.assert_nothing_stored("k");
}

#[test]
fn a_failure_does_not_wait_for_what_feeds_it() {
    let scene = Scene::new(&["access-denied:times=0"]);
    let (running, mut pipe) = scene.begin_fed(&[]);
    pour(std::io::repeat(7).take(2 * MIB), &mut pipe);
    // The pipe stays open.
    running.wait().exits(4);
    drop(pipe);
}

#[test]
fn a_stream_that_pauses_is_no_stalled_request() {
    let scene = Scene::new(&[]);
    let path = scene.file("a.bin", 4 * MIB);
    let content = std::fs::read(path).unwrap();
    let (running, mut pipe) = scene.begin_fed(&["--stall-timeout", "5s", "--max-attempts", "1"]);
    let (before, after) = content.split_at(2_500_000);
    pipe.write_all(before).unwrap();
    until(|| scene.server.stored_parts().len() == 2, "what came is sent");
    let paused = now();
    until(|| paused.elapsed() > Duration::from_secs(7), "more time goes by than a request may stall");
    pipe.write_all(after).unwrap();
    drop(pipe);
    running.wait().exits(0).does_not_say("retrying");
    scene.assert_stored("a.bin", "k");
}

/// The program's peak memory, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Sends noise with the default parts and this much memory. Returns the peak memory.
#[cfg(target_os = "linux")]
fn memory_for(size: u64, memory: u64) -> u64 {
    let mut scene = Scene::new(&[]);
    scene.set("COSPUT_PART_SIZE", "");
    scene.set("COSPUT_MULTIPART_THRESHOLD", "");
    let (running, mut pipe) = scene.begin_fed(&["--memory", &memory.to_string(), "--json"]);
    pour(Noise::new(size), &mut pipe);
    let peak = peak_memory(&running);
    drop(pipe);
    let outcome = running.wait().exits(0);
    assert_eq!(outcome.event("uploaded")["size"], size);
    assert_noise(File::open(scene.server.object("k").unwrap()).unwrap(), size);
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_within_what_is_allowed() {
    for memory in [8 * MIB, 64 * MIB] {
        let peak = memory_for(200 * MIB, memory);
        assert!(peak < memory + 32 * MIB, "{peak} bytes with --memory {memory}");
    }
}

/// `cargo test --release --test program stdin:: -- --ignored --nocapture`
#[cfg(target_os = "linux")]
#[test]
#[ignore = "it writes 10 GiB"]
#[expect(clippy::print_stderr, reason = "the figure is what it is run for")]
fn memory_stays_within_what_is_allowed_for_five_gibibytes() {
    let peak = memory_for(5 << 30, 256 * MIB);
    eprintln!("5 GiB with --memory 256 MiB: at most {} MiB", peak / MIB);
    assert!(peak < (256 + 32) * MIB, "{peak} bytes");
}

#[test]
fn memory_that_limits_requests_is_reported_once() {
    let scene = Scene::new(&["trickle:rate=4000000,times=0"]);
    scene.file("a.bin", 12 * MIB);
    let outcome = scene.feed("a.bin", &["--memory", "2M", "--concurrency", "4"]).exits(0);
    let reported = "2.0 MiB of memory hold 2 parts of 1.0 MiB: up to 2 requests at a time (--memory)";
    assert_eq!(outcome.stderr, format!("{reported}\n"));
    scene.feed("a.bin", &["--memory", "12M", "--concurrency", "1"]).exits(0).does_not_say("of memory hold");
}

#[test]
fn a_dry_run_reads_nothing() {
    let scene = Scene::new(&[]);
    let planned = |more: &[&str]| {
        let more: Vec<&str> = ["--dry-run", "--json"].iter().chain(more).copied().collect();
        let mut planned = scene.run(scene.arguments(&more)).exits(0).event("planned");
        for field in ["event", "time"] {
            planned.as_object_mut().unwrap().remove(field);
        }
        planned
    };
    let named = json!({"source": "-", "bucket": BUCKET, "key": "k"});
    let with = |more: serde_json::Value| {
        let mut all = named.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    assert_eq!(planned(&[]), with(json!({"mode": "multipart", "part_size": MIB})));
    assert_eq!(
        planned(&["--expect-size", "5M"]),
        with(json!({"size": 5 * MIB, "mode": "multipart", "part_size": MIB, "parts": 5}))
    );
    assert_eq!(planned(&["--expect-size", "5"]), with(json!({"size": 5, "mode": "put", "part_size": 5, "parts": 1})));
    let outcome = scene.run(scene.arguments(&["--dry-run"])).exits(0);
    assert_eq!(outcome.stdout, format!("would upload stdin -> cos://{BUCKET}/k  in parts of 1.0 MiB\n"));
    assert_eq!(scene.server.record(), []);
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_read() {
    let mut scene = Scene::new(&[]);
    scene.file("a.bin", 10);
    let refused = |arguments: &[&str], why: &str| {
        scene.run(scene.upload_arguments(arguments[0], &arguments[1..])).exits(2).says(why);
    };
    refused(&["-"], "stdin has no name to make a key from");
    refused(&["-", "--key", "dir/"], "stdin has no name to make a key from");
    refused(&["-", "--key", "k", "--journal", "j"], "--journal cannot be used with stdin");
    refused(&["-", "--key", "k", "--memory", "1M", "--part-size", "2M"], "use at least 2 MiB");
    refused(&["-", "--key", "k", "--memory", "8M", "--part-size", "16M"], "use at least 16 MiB");
    refused(&["-", "--key", "k", "--expect-size", "5000G", "--part-size", "1M"], "and an upload has at most 10000");
    refused(&["-", "--key", "k", "--service", "cdcs", "--allow-empty"], "CDCS takes no empty objects");
    for option in [["--memory", "8M"], ["--expect-size", "8"], ["--expect-crc64", "8"]] {
        refused(&["a.bin", option[0], option[1]], "the source must be -");
    }
    // A variable that is set for all uploads disturbs none.
    scene.set("COSPUT_MEMORY", "512K");
    scene.upload("a.bin", &[]).exits(0);
    let outcome = scene.run(scene.arguments(&["--dry-run"])).exits(2);
    outcome.says("use at least 1 MiB");
    assert_eq!(scene.server.record().len(), 1);
}

//! A link that carries few bytes before all of its connections break.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use cosput::emulator::Operation;
use serde_json::Value;

use crate::support::{BUCKET, MIB, Outcome, Running, Scene, until};

/// How many bytes a connection sends before it is the next one's turn.
const TURN: usize = 16 << 10;

/// A link to a server. All connections share it evenly, and all break each time this many bytes were sent.
struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all connections share.
struct Shared {
    server: SocketAddr,
    bytes_between_breaks: AtomicUsize,
    breaks: AtomicUsize,
    link: Mutex<Carried>,
}

/// The bytes carried since the last break, and the open connections.
#[derive(Default)]
struct Carried {
    bytes: usize,
    open: Vec<TcpStream>,
}

impl Link {
    fn to(server: SocketAddr, bytes_between_breaks: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Shared {
            server,
            bytes_between_breaks: bytes_between_breaks.into(),
            breaks: 0.into(),
            link: Mutex::default(),
        };
        let link = Self { address: listener.local_addr().unwrap(), shared: Arc::new(shared) };
        let shared = Arc::clone(&link.shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.carry(client));
            }
        });
        link
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn breaks(&self) -> usize {
        self.shared.breaks.load(Ordering::Relaxed)
    }

    /// From now on it breaks each time this many bytes were sent.
    fn slows_down(&self, bytes_between_breaks: usize) {
        self.shared.bytes_between_breaks.store(bytes_between_breaks, Ordering::Relaxed);
    }
}

impl Shared {
    fn carry(&self, client: TcpStream) {
        let Ok(server) = TcpStream::connect(self.server) else { return };
        let pair = [client.try_clone().unwrap(), server.try_clone().unwrap()];
        self.link.lock().unwrap().open.extend(pair);
        let (mut answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut answers, &mut to_client));
        self.send(client, server);
    }

    fn send(&self, mut client: TcpStream, mut server: TcpStream) {
        let mut bytes = vec![0; TURN];
        while let Ok(count @ 1..) = client.read(&mut bytes) {
            if !self.has_carried(count) || server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    }

    /// Counts bytes. False if they were the last before a break.
    fn has_carried(&self, count: usize) -> bool {
        let mut link = self.link.lock().unwrap();
        link.bytes += count;
        if link.bytes < self.bytes_between_breaks.load(Ordering::Relaxed) {
            return true;
        }
        self.breaks.fetch_add(1, Ordering::Relaxed);
        link.bytes = 0;
        for connection in link.open.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        false
    }
}

/// As 1 Mbit/s with a break every 30 seconds, 3.6 MiB: with eight parts at a time, none would ever end.
#[test]
fn a_link_that_breaks_before_eight_parts_have_ended_gets_on() {
    let scene = Scene::new(&[]);
    scene.file("a.bin", 12 * MIB);
    let port = scene.server.port();
    let link = Link::to(SocketAddr::from(([127, 0, 0, 1], port)), 3_750_000);
    let upload = ["upload", "a.bin", "--bucket", BUCKET, "--endpoint", &link.url(), "--part-size", "1M"];
    let outcome = scene.run(upload).exits(0);
    scene.assert_stored("a.bin", "a.bin");
    assert!(link.breaks() >= 3, "{}", outcome.stderr);
}

/// The requests for parts, and the attempts that were reported.
fn eight_parts_of_which_one_is_never_answered(more: &[&str]) -> (usize, usize, Value) {
    let scene = Scene::new(&["stall:on=upload-part,part=5"]);
    scene.file("a.bin", 8 * MIB);
    let outcome = scene.upload("a.bin", &[&["--json", "--stall-timeout", "4s"], more].concat()).exits(0);
    scene.assert_stored("a.bin", "a.bin");
    let retries = outcome.events().iter().filter(|event| event["event"] == "retry").count();
    (scene.server.requests(Operation::UploadPart).len(), retries, outcome.event("uploaded"))
}

#[test]
fn a_part_that_is_not_answered_while_its_siblings_are_is_sent_a_second_time() {
    let (requests, retries, uploaded) = eight_parts_of_which_one_is_never_answered(&[]);
    assert_eq!((requests, retries), (9, 0), "its second request needs no failure");
    assert_eq!(
        (&uploaded["parts"], &uploaded["bytes_sent"], &uploaded["attempts"]),
        (&8.into(), &(8 * MIB).into(), &11.into())
    );
}

#[test]
fn nothing_is_sent_twice_if_the_rate_is_limited() {
    for limit in [&["--limit-rate", "100MiB"], &["--traffic-limit", "838860800"]] {
        let (requests, retries, _) = eight_parts_of_which_one_is_never_answered(limit);
        assert_eq!((requests, retries), (9, 1), "it is sent again once it has failed");
    }
}

/// Starts the program, which chooses the size of parts.
fn start(scene: &Scene, arguments: &[&str], concurrency: &str) -> Running {
    let mut command = scene.command(arguments);
    command.env_remove("COSPUT_PART_SIZE").env("COSPUT_CONCURRENCY", concurrency);
    Running::start(command)
}

/// Uploads a file in 45 parts of 4 MiB until the server holds 30 of them and takes no more. The same command, or
/// another one, goes on over a link that breaks before a part of 4 MiB is sent.
fn fast_then_slow(faults: &[&str], concurrency: &str, other: Option<&[&str]>) -> Outcome {
    let mut scene = Scene::new(faults);
    scene.file("a.bin", 180 * MIB - 1);
    let link = Link::to(SocketAddr::from(([127, 0, 0, 1], scene.server.port())), usize::MAX);
    let url = link.url();
    let upload = ["upload", "a.bin", "--bucket", BUCKET, "--endpoint", &url, "--json"];
    let running = start(&scene, &upload, concurrency);
    until(|| scene.server.stored_parts().len() == 30, "the parts are stored");
    running.kill();
    scene.server.restart(&[]);
    link.slows_down(4_100_000);
    let outcome = start(&scene, other.unwrap_or(&upload), "auto").wait().exits(0);
    scene.assert_stored("a.bin", "a.bin");
    assert!(link.breaks() >= 8, "{}", outcome.stderr);
    outcome
}

#[test]
fn parts_that_a_slow_link_never_carries_are_divided_and_those_on_the_server_stay() {
    let outcome = fast_then_slow(&["stall:skip=30,times=0"], "1", None);
    let outcome = outcome.says("connections break before a part of 4.0 MiB is sent; sending parts of 1.0 MiB");
    let uploaded = outcome.event("uploaded");
    assert_eq!((&uploaded["parts_resumed"], &uploaded["parts"]), (&30.into(), &90.into()));
}

#[test]
fn parts_behind_one_that_a_slow_link_never_carries_are_given_up() {
    let outcome = fast_then_slow(&["stall:skip=22,times=1", "stall:skip=31,times=0"], "4", Some(&["resume", "--json"]));
    let uploaded = outcome.event("uploaded");
    let [resumed, parts] = ["parts_resumed", "parts"].map(|count| uploaded[count].as_u64().unwrap());
    assert!(resumed < 30 && parts == resumed + (180 - 4 * resumed), "{uploaded}");
    outcome.says(" on the server are sent again");
}

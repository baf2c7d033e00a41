//! A link that carries few bytes before all of its connections break.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{BUCKET, MIB, Scene};

/// How many bytes a connection sends before it is the next one's turn.
const TURN: usize = 16 << 10;

/// A link to a server. All connections share it evenly, and all break each time this many bytes were sent.
struct Link {
    address: SocketAddr,
    breaks: Arc<AtomicUsize>,
}

/// What all connections share.
struct Shared {
    server: SocketAddr,
    bytes_between_breaks: usize,
    breaks: Arc<AtomicUsize>,
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
        let link = Self { address: listener.local_addr().unwrap(), breaks: Arc::default() };
        let breaks = Arc::clone(&link.breaks);
        let shared = Arc::new(Shared { server, bytes_between_breaks, breaks, link: Mutex::default() });
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
        if link.bytes < self.bytes_between_breaks {
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
    assert!(link.breaks.load(Ordering::Relaxed) >= 3, "{}", outcome.stderr);
}

//! A server at the end of a simulated link. It implements just enough of COS for uploads with parts of any size, and
//! computes their checksums as they arrive. It runs as a separate process, with one thread for each connection.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConnection, StreamOwned};

use super::far_object::{Arriving, Object, Pieces, Store};
use super::link::{FIRST_ROUND, Link};
use super::sink::{etag, header, ok, parameter, stored};
use super::tls;

/// The most bytes of one read.
const PIECE: usize = 16 << 10;
/// Sleep is not exact: time slept too long is made up for within this period.
const CATCH_UP: Duration = Duration::from_millis(5);
/// Shorter waits than this are not worth a sleep.
const SHORTEST_SLEEP: Duration = Duration::from_micros(500);
/// A connection that was idle for this long plus a round trip restarts slow start.
const IDLE: Duration = Duration::from_millis(200);
const STACK: usize = 128 << 10;

struct Server {
    link: Link,
    /// When the shared line is free again.
    line: Mutex<Instant>,
    began: Mutex<Option<Instant>>,
    store: Mutex<Store>,
    counts: Counts,
    /// Start times of the requests of the last second.
    recent: Mutex<VecDeque<Instant>>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    bodies: AtomicU64,
    in_flight: AtomicU64,
    requests: AtomicU64,
    refused: AtomicU64,
    most_in_flight: AtomicU64,
}

/// Serves until standard input ends. Prints its port once it is ready.
pub(crate) fn run(link: Link, tls: Option<&Path>) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    // A small receive buffer, so that a slow connection is slow from its first bytes.
    rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 64 << 10)?;
    let tls = tls.map(tls::server).transpose()?;
    let server = Arc::new(Server {
        link,
        line: Mutex::new(Instant::now()),
        began: Mutex::default(),
        store: Mutex::default(),
        counts: Counts::default(),
        recent: Mutex::default(),
    });
    println!("{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (server, tls) = (server.clone(), tls.clone());
            let serve = move || {
                let _ = stream.set_nodelay(true);
                // TCP's and TLS's handshakes are a round trip each. The kernel answers TCP's at once, so both are waited for here.
                if tls.is_some() {
                    thread::sleep(2 * server.link.round_trip());
                }
                let stream: Box<dyn Stream> = match tls.map(ServerConnection::new) {
                    None => Box::new(stream),
                    Some(Ok(tls)) => Box::new(StreamOwned::new(tls, stream)),
                    Some(Err(_)) => return,
                };
                let _ = server.serve(stream);
            };
            let _ = thread::Builder::new().stack_size(STACK).spawn(serve);
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

trait Stream: Read + Write + Send {}
impl Stream for TcpStream {}
impl Stream for StreamOwned<ServerConnection, TcpStream> {}

/// TCP's slow start: the bytes left in this round trip, and when the next one begins.
struct SlowStart {
    window: u64,
    used: u64,
    round: Instant,
    /// When the connection's own rate allows the next byte, after slow start.
    free: Instant,
}

impl SlowStart {
    fn new(now: Instant) -> Self {
        Self { window: FIRST_ROUND, used: 0, round: now, free: now }
    }

    /// When the byte after these may arrive.
    fn after(&mut self, link: &Link, now: Instant, bytes: u64) -> Instant {
        let most = if link.each == 0 { u64::MAX } else { (link.each * link.round_trip / 1000).max(FIRST_ROUND) };
        if self.window >= most && link.each > 0 {
            self.free = self.free.max(earlier(now)) + Duration::from_nanos(bytes * 1_000_000_000 / link.each);
            return self.free;
        }
        self.used += bytes;
        if self.used < self.window || link.round_trip == 0 {
            return now;
        }
        let end = self.round.max(earlier(now).checked_sub(link.round_trip()).unwrap_or(now)) + link.round_trip();
        (self.window, self.used, self.round, self.free) = (self.window.saturating_mul(2).min(most), 0, end, end);
        end
    }

    fn idle_until(&mut self, link: &Link, last: Instant, now: Instant) {
        if now - last > IDLE + link.round_trip() {
            *self = Self::new(now);
        } else {
            (self.round, self.used) = (self.round.max(now), 0);
        }
    }
}

fn earlier(now: Instant) -> Instant {
    now.checked_sub(CATCH_UP).unwrap_or(now)
}

fn sleep_until(moment: Instant) {
    let left = moment.saturating_duration_since(Instant::now());
    if left > SHORTEST_SLEEP {
        thread::sleep(left);
    }
}

impl Server {
    fn serve(&self, mut stream: Box<dyn Stream>) -> io::Result<()> {
        let number = self.counts.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let resets = self.link.reset_every > 0 && number.is_multiple_of(self.link.reset_every);
        let mut buffer = vec![0; PIECE];
        let mut slow_start = SlowStart::new(Instant::now());
        let mut last = Instant::now();
        loop {
            let mut head = Vec::new();
            let end = loop {
                let read = stream.read(&mut buffer)?;
                if read == 0 {
                    return Ok(());
                }
                head.extend_from_slice(&buffer[..read]);
                if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end + 4;
                }
            };
            slow_start.idle_until(&self.link, last, Instant::now());
            let body = head.split_off(end);
            let text = String::from_utf8_lossy(&head).into_owned();
            if text.contains(" /-/report") {
                stream.write_all(self.report().as_bytes())?;
                continue;
            }
            let length = header(&text, "content-length").and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
            let busy = self.counts.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
            let answer = self.answer(&mut *stream, &mut buffer, &mut slow_start, (&text, body, length), busy, resets);
            self.counts.in_flight.fetch_sub(1, Ordering::Relaxed);
            let answer = answer?;
            stream.write_all(answer.as_bytes())?;
            stream.flush()?;
            last = Instant::now();
        }
    }

    fn answer(
        &self,
        stream: &mut dyn Stream,
        buffer: &mut [u8],
        slow_start: &mut SlowStart,
        (head, first, length): (&str, Vec<u8>, u64),
        busy: u64,
        resets: bool,
    ) -> io::Result<String> {
        self.counts.requests.fetch_add(1, Ordering::Relaxed);
        self.counts.most_in_flight.fetch_max(busy, Ordering::Relaxed);
        let refused = (self.link.takes > 0 && busy > self.link.takes) || self.is_too_soon();
        let mut arriving = Arriving::new();
        let mut left = length - first.len() as u64;
        arriving.update(&first);
        if !refused {
            self.wait_for(slow_start, first.len() as u64);
        }
        while left > 0 {
            let wanted = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            let read = stream.read(&mut buffer[..wanted])?;
            if read == 0 || (resets && left < length / 2) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            arriving.update(&buffer[..read]);
            left -= read as u64;
            if !refused {
                self.wait_for(slow_start, read as u64);
            }
        }
        self.wait_while_dead();
        thread::sleep(self.link.round_trip());
        if refused {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            return Ok(slow_down());
        }
        let bodies = self.counts.bodies.fetch_add(u64::from(length > 0), Ordering::Relaxed) + 1;
        if length > 0 && self.link.stall_every > 0 && bodies.is_multiple_of(self.link.stall_every) {
            thread::sleep(Duration::from_millis(self.link.stall));
        }
        Ok(self.take(head, arriving.finish()))
    }

    /// Waits until the link has carried these bytes.
    fn wait_for(&self, slow_start: &mut SlowStart, bytes: u64) {
        let now = Instant::now();
        let own = slow_start.after(&self.link, now, bytes);
        let shared = match (bytes * 1_000_000_000).checked_div(self.link.all) {
            None => now,
            Some(nanoseconds) => {
                let mut line = self.line.lock().expect("no thread dies here");
                *line = (*line).max(earlier(now)) + Duration::from_nanos(nanoseconds);
                *line
            }
        };
        sleep_until(own.max(shared));
        self.wait_while_dead();
    }

    fn wait_while_dead(&self) {
        if self.link.dead_for == 0 {
            return;
        }
        let began = *self.began.lock().expect("no thread dies here").get_or_insert_with(Instant::now);
        let dies = began + Duration::from_millis(self.link.dies_after);
        let lives = dies + Duration::from_millis(self.link.dead_for);
        let now = Instant::now();
        if now >= dies && now < lives {
            thread::sleep(lives - now);
        }
    }

    fn is_too_soon(&self) -> bool {
        if self.link.per_second == 0 {
            return false;
        }
        let now = Instant::now();
        let mut recent = self.recent.lock().expect("no thread dies here");
        while recent.front().is_some_and(|began| now - *began > Duration::from_secs(1)) {
            recent.pop_front();
        }
        let too_soon = recent.len() as u64 >= self.link.per_second;
        if !too_soon {
            recent.push_back(now);
        }
        too_soon
    }

    fn take(&self, head: &str, arrived: Pieces) -> String {
        let line = head.lines().next().unwrap_or_default();
        let target = line.split(' ').nth(1).unwrap_or_default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let number = parameter(query, "partNumber").and_then(|number| number.parse::<u64>().ok());
        let mut store = self.store.lock().expect("no thread dies here");
        match (line.split(' ').next().unwrap_or_default(), number, header(head, "x-cos-copy-source-range")) {
            ("PUT", Some(number), Some(range)) => match store.copy(number, range) {
                Some(crc64) => {
                    let etag = etag(crc64);
                    ok("", &format!("<CopyPartResult><ETag>\"{etag}\"</ETag></CopyPartResult>"))
                }
                None => no_such_range(),
            },
            ("PUT", Some(number), None) => {
                let crc64 = arrived.crc64();
                store.put(number, arrived);
                stored(crc64, "")
            }
            ("PUT", None, _) => stored(arrived.crc64(), ""),
            ("POST", ..) if parameter(query, "uploads").is_some() => {
                store.begin(header(head, "content-type").unwrap_or("application/octet-stream"));
                let what = "<Bucket>b</Bucket><Key>k</Key><UploadId>imitated</UploadId>";
                ok("", &format!("<InitiateMultipartUploadResult>{what}</InitiateMultipartUploadResult>"))
            }
            ("POST", ..) => {
                let object = store.complete();
                let etag = format!("<ETag>\"{}\"</ETag>", object.etag);
                let document = format!("<CompleteMultipartUploadResult>{etag}</CompleteMultipartUploadResult>");
                stored(object.crc64(), &document)
            }
            ("HEAD", ..) => store.object.as_ref().map_or_else(no_object, described),
            ("DELETE", ..) => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            _ => ok("", "<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>"),
        }
    }

    /// Requests, refused requests, connections, and the most requests at a time, since the last report.
    fn report(&self) -> String {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        let Counts { connections, requests, refused, most_in_flight, .. } = &self.counts;
        *self.began.lock().expect("no thread dies here") = None;
        let text = format!(
            "{} {} {} {}",
            take(requests),
            take(refused),
            take(connections).saturating_sub(1),
            take(most_in_flight)
        );
        ok("", &text)
    }
}

fn described(object: &Object) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: {}\r\nETag: \"{}\"\r\nx-cos-hash-crc64ecma: {}\r\n\r\n",
        object.size(),
        object.content_type,
        object.etag,
        object.crc64()
    )
}

fn no_object() -> String {
    "HTTP/1.1 404 Not Found\r\nx-cos-request-id: imitated\r\nContent-Length: 0\r\n\r\n".to_owned()
}

fn no_such_range() -> String {
    let body = "<Error><Code>InvalidRange</Code><Message>only whole pieces are copied</Message></Error>";
    format!("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn slow_down() -> String {
    let body = "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
    format!("HTTP/1.1 503 Slow Down\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

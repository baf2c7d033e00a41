//! A server that drops the bytes it receives and implements just enough of COS for an upload. It computes the checksums
//! of the parts before the first request, so that it costs next to nothing during an upload. It runs as a separate
//! process.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cosput::cos::checksum::{Combiner, Hasher};
use rustls::{ServerConnection, StreamOwned};

use super::aligned::Aligned;
use super::tls;

/// The most bytes that one system call drops.
const DROP: usize = 1 << 20;
const UPLOAD_ID: &str = "1585130821cbb7df1d11846c073ad648e8f33b087cec2381df437acdc833cf654b9ecc6361";

/// How the sink behaves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manner {
    /// The delay of each answer.
    pub late: Duration,
    /// The most bytes a second of one connection.
    pub each: Option<u64>,
    /// The most bytes a second of all connections.
    pub all: Option<u64>,
    /// The part that is refused, once, with a final error.
    pub refuse: Option<usize>,
    /// The directory with the certificate, if the sink speaks TLS.
    pub tls: Option<std::path::PathBuf>,
}

struct Sink {
    manner: Manner,
    part_size: u64,
    size: u64,
    parts: Vec<u64>,
    whole: u64,
    seen: Mutex<Seen>,
    /// When the shared line is free again.
    line: Mutex<Instant>,
}

#[derive(Default)]
struct Seen {
    first_request: Option<SystemTime>,
    first_part: Option<SystemTime>,
    requests: u64,
    refused: bool,
    parts: BTreeSet<usize>,
}

/// Serves until standard input ends. Prints its port once it is ready.
pub(crate) fn run(file: &Path, part_size: u64, manner: Manner) -> io::Result<()> {
    let (parts, whole, size) = checksums(file, part_size)?;
    let (seen, line) = (Mutex::default(), Mutex::new(Instant::now()));
    let tls = manner.tls.as_deref().map(tls::server).transpose()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    if manner.each.is_some() {
        // A small receive buffer, so that a slow connection is slow from its first bytes.
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 64 << 10)?;
    }
    let sink = Arc::new(Sink { manner, part_size, size, parts, whole, seen, line });
    println!("{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (sink, tls) = (sink.clone(), tls.clone());
            thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                let connection = match tls {
                    None => Ok(Connection::Plain(stream)),
                    Some(config) => ServerConnection::new(config)
                        .map(|tls| Connection::Tls(Box::new(StreamOwned::new(tls, stream))))
                        .map_err(io::Error::other),
                };
                connection.and_then(|connection| sink.serve(connection))
            });
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn checksums(file: &Path, part_size: u64) -> io::Result<(Vec<u64>, u64, u64)> {
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    let mut buffer = Aligned::new(256 << 10);
    let mut whole = Combiner::new();
    let mut parts = Vec::new();
    let mut offset = 0;
    while offset < size {
        let end = (offset + part_size).min(size);
        let mut hasher = Hasher::crc64();
        let length = end - offset;
        while offset < end {
            let wanted = usize::try_from(end - offset).map_or(buffer.len(), |left| left.min(buffer.len()));
            let read = file.read_at(&mut buffer[..wanted], offset)?;
            hasher.update(&buffer[..read]);
            offset += read as u64;
        }
        let crc64 = hasher.finish().crc64;
        whole.append(crc64, length);
        parts.push(crc64);
    }
    Ok((parts, whole.crc64(), size))
}

enum Connection {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    /// Drops some bytes; without TLS, the kernel does not even copy them.
    fn skip(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(target_os = "linux")]
        if let Self::Plain(stream) = self {
            let (_, skipped) = rustix::net::recv(stream, buffer, rustix::net::RecvFlags::TRUNC)?;
            return Ok(skipped);
        }
        self.read(buffer)
    }
}

impl Sink {
    fn serve(&self, mut connection: Connection) -> io::Result<()> {
        let mut buffer = Aligned::new(DROP);
        let mut head = Vec::new();
        loop {
            head.clear();
            let end = loop {
                let read = connection.read(&mut buffer[..16 << 10])?;
                if read == 0 {
                    return Ok(());
                }
                head.extend_from_slice(&buffer[..read]);
                if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end + 4;
                }
            };
            let text = String::from_utf8_lossy(&head[..end]).into_owned();
            let length = header(&text, "content-length").and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
            if header(&text, "expect").is_some() {
                connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            self.see(&text);
            self.drop_body(&mut connection, &mut buffer, length.saturating_sub((head.len() - end) as u64))?;
            thread::sleep(self.manner.late);
            let answer = self.answer(&text);
            connection.write(answer.as_bytes())?;
        }
    }

    fn drop_body(&self, connection: &mut Connection, buffer: &mut [u8], mut left: u64) -> io::Result<()> {
        let most = if self.manner.each.or(self.manner.all).is_some() { 16 << 10 } else { DROP };
        let mut free = Instant::now();
        while left > 0 {
            let wanted = usize::try_from(left).map_or(most, |left| left.min(most));
            let read = connection.skip(&mut buffer[..wanted])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= read as u64;
            if let Some(rate) = self.manner.each {
                free = free.max(Instant::now()) + Duration::from_nanos(read as u64 * 1_000_000_000 / rate);
            }
            let line = self.manner.all.map(|rate| {
                let mut line = self.line.lock().expect("no thread dies here");
                *line = (*line).max(Instant::now()) + Duration::from_nanos(read as u64 * 1_000_000_000 / rate);
                *line
            });
            let until = line.map_or(free, |line| line.max(free));
            thread::sleep(until.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    fn see(&self, head: &str) {
        if head.contains(" /-/") {
            return;
        }
        let now = SystemTime::now();
        let mut seen = self.seen.lock().expect("no thread dies here");
        seen.requests += 1;
        seen.first_request.get_or_insert(now);
        if head.starts_with("PUT ") {
            seen.first_part.get_or_insert(now);
        }
    }

    fn answer(&self, head: &str) -> String {
        let line = head.lines().next().unwrap_or_default();
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let number = parameter(query, "partNumber").and_then(|number| number.parse::<usize>().ok());
        match (line.split(' ').next().unwrap_or_default(), number) {
            ("GET", _) if path == "/-/report" => self.report(),
            ("GET", _) if parameter(query, "uploadId").is_some() => self.list(query),
            ("PUT", Some(number)) => self.part(number),
            ("PUT", None) => stored(self.whole, ""),
            ("POST", _) if parameter(query, "uploads").is_some() => {
                let what = format!("<Bucket>b</Bucket><Key>k</Key><UploadId>{UPLOAD_ID}</UploadId>");
                self.seen.lock().expect("no thread dies here").parts.clear();
                ok("", &format!("<InitiateMultipartUploadResult>{what}</InitiateMultipartUploadResult>"))
            }
            ("POST", _) => {
                let etag = format!("<ETag>\"{}-{}\"</ETag>", etag(self.whole), self.parts.len());
                let document = format!("<CompleteMultipartUploadResult>{etag}</CompleteMultipartUploadResult>");
                stored(self.whole, &document)
            }
            ("HEAD", _) => format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"{}\"\r\nx-cos-hash-crc64ecma: {}\r\n\r\n",
                self.size,
                etag(self.whole),
                self.whole
            ),
            ("DELETE", _) => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            _ => ok("", "<ListAllMyBucketsResult></ListAllMyBucketsResult>"),
        }
    }

    fn part(&self, number: usize) -> String {
        let Some(crc64) = self.parts.get(number.wrapping_sub(1)) else {
            return refused();
        };
        let mut seen = self.seen.lock().expect("no thread dies here");
        if self.manner.refuse == Some(number) && !seen.refused {
            seen.refused = true;
            return refused();
        }
        seen.parts.insert(number);
        stored(*crc64, "")
    }

    fn list(&self, query: &str) -> String {
        let after = parameter(query, "part-number-marker").and_then(|marker| marker.parse().ok()).unwrap_or(0);
        let seen = self.seen.lock().expect("no thread dies here");
        let page: Vec<usize> = seen.parts.range(after + 1..).take(1000).copied().collect();
        let last = page.last().copied().unwrap_or(after);
        let more = seen.parts.range(last + 1..).next().is_some();
        let parts: String = page
            .into_iter()
            .map(|number| {
                let size = self.part_size.min(self.size - (number as u64 - 1) * self.part_size);
                let etag = etag(self.parts[number - 1]);
                format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag><Size>{size}</Size></Part>")
            })
            .collect();
        let next = format!("<NextPartNumberMarker>{last}</NextPartNumberMarker><IsTruncated>{more}</IsTruncated>");
        ok("", &format!("<ListPartsResult>{parts}{next}</ListPartsResult>"))
    }

    /// The times of the first request and the first part, in nanoseconds since 1970, and the number of requests. Resets
    /// them.
    fn report(&self) -> String {
        let mut seen = self.seen.lock().expect("no thread dies here");
        let nanoseconds = |time: Option<SystemTime>| {
            time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default().as_nanos()
        };
        let text = format!("{} {} {}", nanoseconds(seen.first_request), nanoseconds(seen.first_part), seen.requests);
        let (parts, refused) = (std::mem::take(&mut seen.parts), seen.refused);
        *seen = Seen { parts, refused, ..Seen::default() };
        ok("", &text)
    }
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

pub(crate) fn etag(crc64: u64) -> String {
    format!("{crc64:032x}")
}

pub(crate) fn stored(crc64: u64, document: &str) -> String {
    ok(&format!("ETag: \"{}\"\r\nx-cos-hash-crc64ecma: {crc64}\r\n", etag(crc64)), document)
}

pub(crate) fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn refused() -> String {
    let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

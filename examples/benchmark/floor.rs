//! The lowest cost of an upload: read, CRC-64, write, one thread per connection. It sends the same requests as cosput,
//! with the same part size, but signs, checks, records and retries nothing.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rustls::{ClientConnection, StreamOwned};

use super::aligned::Aligned;
use super::tls;

const CHUNK: usize = 256 << 10;
/// As long as the headers of a signed request.
const HEADERS: &str = "x-cos-filler: q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1417773892;1417853898&q-key-time=1417773892;1417853898&q-header-list=host&q-url-param-list=partnumber;uploadid&q-signature=c13d7e2c2d2e1ee8c4ee4e7dd8d8b3f1f8d2c5ad\r\n";

/// Uploads a file once.
pub(crate) fn run(file: &Path, port: u16, part_size: u64, connections: u64, tls: Option<&Path>) -> io::Result<()> {
    if file.is_dir() {
        return run_directory(file, port, connections);
    }
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    let target = "/examplebucket-1250000000/object";
    let Some(count) = Some(size.div_ceil(part_size)).filter(|count| *count > 1) else {
        let mut connection = Connection::open(port, tls)?;
        connection.put(target, &file, 0, size)?;
        return Ok(());
    };
    let mut first = Connection::open(port, tls)?;
    first.post(&format!("{target}?uploads="))?;
    let next = AtomicU64::new(0);
    thread::scope(|scope| -> io::Result<()> {
        let mut first = Some(&mut first);
        let workers: Vec<_> = (0..connections.min(count))
            .map(|_| {
                let (first, next, file) = (first.take(), &next, &file);
                scope.spawn(move || -> io::Result<()> {
                    let mut own = None;
                    let connection = match first {
                        Some(first) => first,
                        None => own.insert(Connection::open(port, tls)?),
                    };
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            return Ok(());
                        }
                        let offset = index * part_size;
                        let path = format!("{target}?partNumber={}&uploadId=id", index + 1);
                        connection.put(&path, file, offset, part_size.min(size - offset))?;
                    }
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker ends"))
    })?;
    first.post(&format!("{target}?uploadId=id"))
}

/// Uploads each file of a directory, one request per file.
fn run_directory(directory: &Path, port: u16, connections: u64) -> io::Result<()> {
    let files = Mutex::new(std::fs::read_dir(directory)?);
    let work = || -> io::Result<()> {
        let mut connection = Connection::open(port, None)?;
        loop {
            let next = files.lock().expect("no thread panics while it holds the lock").next();
            let Some(entry) = next.transpose()? else { return Ok(()) };
            let file = File::open(entry.path())?;
            let target = format!("/examplebucket-1250000000/{}", entry.file_name().to_string_lossy());
            connection.put(&target, &file, 0, file.metadata()?.len())?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker ends"))
    })
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

struct Connection {
    stream: Box<dyn Stream>,
    buffer: Aligned,
}

impl Connection {
    fn open(port: u16, certificate: Option<&Path>) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match certificate {
            None => Box::new(stream),
            Some(directory) => {
                let name = "127.0.0.1".try_into().map_err(io::Error::other)?;
                let tls = ClientConnection::new(tls::client(directory)?, name).map_err(io::Error::other)?;
                Box::new(StreamOwned::new(tls, stream))
            }
        };
        Ok(Self { stream, buffer: Aligned::new(CHUNK) })
    }

    fn put(&mut self, path: &str, file: &File, mut offset: u64, length: u64) -> io::Result<()> {
        let head = format!("PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADERS}Content-Length: {length}\r\n\r\n");
        self.stream.write_all(head.as_bytes())?;
        let end = offset + length;
        let mut digest = crc64fast::Digest::new();
        while offset < end {
            let wanted = usize::try_from(end - offset).map_or(CHUNK, |left| left.min(CHUNK));
            let read = file.read_at(&mut self.buffer[..wanted], offset)?;
            digest.write(&self.buffer[..read]);
            self.stream.write_all(&self.buffer[..read])?;
            offset += read as u64;
        }
        self.stream.flush()?;
        let answer = self.answer()?;
        let crc64 = format!("x-cos-hash-crc64ecma: {}\r\n", digest.sum64());
        if answer.contains(&crc64) { Ok(()) } else { Err(io::Error::other("another checksum")) }
    }

    fn post(&mut self, path: &str) -> io::Result<()> {
        let head = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADERS}Content-Length: 0\r\n\r\n");
        self.stream.write_all(head.as_bytes())?;
        self.stream.flush()?;
        self.answer().map(|_| ())
    }

    fn answer(&mut self) -> io::Result<String> {
        let read = self.stream.read(&mut self.buffer)?;
        let answer = String::from_utf8_lossy(&self.buffer[..read]).into_owned();
        if answer.starts_with("HTTP/1.1 200") { Ok(answer) } else { Err(io::Error::other(answer)) }
    }
}

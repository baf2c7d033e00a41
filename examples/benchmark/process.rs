//! Measured processes, and the sink as a process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wait4::Wait4;

use super::sink::Manner;

/// The cost of one run of a program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cost {
    /// The time from its start to its end.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// The peak resident memory, in bytes.
    pub memory: u64,
    /// The bytes that it read with system calls, if the system counts them.
    pub read: Option<u64>,
    /// The time from its start to its first request at the sink.
    pub first_request: Option<Duration>,
    /// The time from its start to its first PUT.
    pub first_part: Option<Duration>,
    /// The number of requests at the sink.
    pub requests: u64,
    /// Whether it succeeded.
    pub success: bool,
}

/// Runs a program to its end. This process must be small: its memory counts as the child's until `exec`.
pub(crate) fn measure(command: &mut Command, sink: Option<&Sink>) -> io::Result<Cost> {
    if let Some(sink) = sink {
        sink.report()?;
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let (start, started) = (SystemTime::now(), Instant::now());
    let mut child = command.spawn()?;
    let read = wait_and_look(&child);
    let usage = child.wait4()?;
    let wall = started.elapsed();
    let mut cost = Cost {
        wall,
        cpu: usage.rusage.utime + usage.rusage.stime,
        memory: usage.rusage.maxrss,
        read,
        success: usage.status.success(),
        ..Cost::default()
    };
    if let Some(sink) = sink {
        let [first_request, first_part, requests] = sink.report()?;
        let since = |nanoseconds: u64| {
            (UNIX_EPOCH + Duration::from_nanos(nanoseconds)).duration_since(start).ok().filter(|_| nanoseconds > 0)
        };
        (cost.first_request, cost.first_part, cost.requests) = (since(first_request), since(first_part), requests);
    }
    Ok(cost)
}

/// Waits for the end without reaping the process, to read the system's counters.
fn wait_and_look(child: &Child) -> Option<u64> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let pid = Pid::from_child(child);
    let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    let counted = std::fs::read_to_string(format!("/proc/{}/io", child.id())).ok()?;
    counted.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok())
}

/// Starts this program as a server, which prints its port. It ends when its stdin is closed.
pub(crate) fn start(command: &mut Command) -> io::Result<(Child, u16)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut port = String::new();
    BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut port)?;
    let port = port.trim().parse().map_err(|_| io::Error::other("the server did not start"))?;
    Ok((child, port))
}

/// The numbers in the report of the server on a port.
pub(crate) fn report<const NUMBERS: usize>(port: u16) -> io::Result<[u64; NUMBERS]> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(b"GET /-/report HTTP/1.1\r\n\r\n")?;
    let mut answer = [0; 512];
    let read = stream.read(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    let mut numbers = answer.lines().last().unwrap_or_default().split(' ').map(|number| number.parse().unwrap_or(0));
    Ok(std::array::from_fn(|_| numbers.next().unwrap_or(0)))
}

/// A running sink; dropping this value ends it.
pub(crate) struct Sink {
    child: Child,
    /// Its port.
    pub port: u16,
    tls: Option<std::path::PathBuf>,
}

impl Sink {
    /// Starts a sink for a file.
    pub(crate) fn start(file: &Path, part_size: u64, manner: &Manner) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("sink").arg(file).arg(part_size.to_string());
        command.arg(manner.late.as_millis().to_string());
        for number in [manner.each, manner.all, manner.refuse.map(|part| part as u64)] {
            command.arg(number.unwrap_or(0).to_string());
        }
        command.args(manner.tls.as_deref());
        let (child, port) = start(&mut command)?;
        Ok(Self { child, port, tls: manner.tls.clone() })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.tls.is_some() { "https" } else { "http" }, self.port)
    }

    /// Whether it speaks TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    fn report(&self) -> io::Result<[u64; 3]> {
        if self.tls.is_some() {
            return Ok([0; 3]);
        }
        report(self.port)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

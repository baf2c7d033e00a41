//! Simulated links: default settings against a grid of fixed settings, and many small files far away.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::contender::Place;
use super::link::Link;
use super::process::{Cost, measure, report, start};
use super::scenario::Bench;
use super::{table, tls};

const MIB: u64 = 1 << 20;
/// The fixed settings: part size in MiB, requests at a time.
const GRID: [(u64, u16); 9] = [(1, 16), (1, 32), (1, 64), (2, 16), (2, 32), (2, 64), (4, 16), (4, 32), (4, 64)];

/// A link, its name, and the sizes of the files that are sent over it, in MiB.
type Row = (&'static str, Link, &'static [u64]);

const LINKS: [Row; 12] = [
    ("near", Link::new(2, 1000, 2000), &[16, 100]),
    ("metro", Link::new(10, 200, 1000), &[16, 100]),
    ("far", Link::new(50, 40, 1000), &[8, 32, 100, 256]),
    ("overseas", Link::new(200, 10, 200), &[8, 32, 100]),
    ("home", Link::new(30, 20, 20), &[4, 16]),
    ("rack", Link::new(1, 0, 10_000), &[16, 256, 1024]),
    ("thin", Link::new(100, 5, 0), &[8, 32, 100]),
    ("slow", Link::new(300, 1, 1), &[2, 8]),
    // Each upload has one request that stalls, as the 99th percentile has if one of 100 requests does.
    ("stalls", Link { stall_every: 30, stall: 3000, ..Link::new(50, 40, 1000) }, &[32, 100, 256]),
    ("resets", Link { reset_every: 10, ..Link::new(50, 40, 1000) }, &[100]),
    ("dies", Link { dies_after: 1000, dead_for: 30_000, ..Link::new(50, 40, 200) }, &[100]),
    ("takes-16", Link { takes: 16, ..Link::new(50, 40, 1000) }, &[256]),
];

/// The server's report of a run.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    requests: u64,
    refused: u64,
    connections: u64,
    most_in_flight: u64,
}

/// A server at the end of a link; dropping this value ends it.
pub(crate) struct FarServer {
    child: Child,
    port: u16,
    tls: bool,
}

impl FarServer {
    /// Starts a server.
    pub(crate) fn start(link: &Link, tls: Option<&Path>) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("far-server").args(link.arguments()).args(tls);
        let (child, port) = start(&mut command)?;
        Ok(Self { child, port, tls: tls.is_some() })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.tls { "https" } else { "http" }, self.port)
    }

    fn report(&self) -> io::Result<Seen> {
        if self.tls {
            return Ok(Seen::default());
        }
        let [requests, refused, connections, most_in_flight] = report(self.port)?;
        Ok(Seen { requests, refused, connections, most_in_flight })
    }

    fn measure(&self, command: &mut Command) -> io::Result<(Cost, Seen)> {
        self.report()?;
        let cost = measure(command, None)?;
        Ok((cost, self.report()?))
    }
}

impl Drop for FarServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Bench {
    /// For each link and size: the default settings against the grid. `--only=LINK,LINK` selects links, `--no-grid`
    /// skips the fixed settings, `--tls` encrypts, with handshakes that take two round trips.
    pub(crate) fn links(&self) -> io::Result<()> {
        let only = self.words.iter().find_map(|word| word.strip_prefix("--only="));
        let chosen = |name: &str| only.is_none_or(|only| only.split(',').any(|chosen| chosen == name));
        tls::make(&self.place.directory)?;
        println!(
            "\n  {:<10} {:>9} {:>9} {:>9} {:>15} {:>7} {:>9} {:>9} {:>7} {:>7} {:>6}",
            "link", "file", "no flags", "best", "setting", "ratio", "alone", "memory", "CPU", "refused", "most"
        );
        for (name, link, sizes) in LINKS.into_iter().filter(|(name, ..)| chosen(name)) {
            for size in sizes {
                self.link(name, &link, size * MIB)?;
            }
        }
        Ok(())
    }

    fn link(&self, name: &str, link: &Link, size: u64) -> io::Result<()> {
        let file = self.file(size)?;
        let tls = self.words.iter().any(|word| word == "--tls").then_some(self.place.directory.as_path());
        let run = |options: &[String]| -> io::Result<(Cost, Seen)> {
            let server = FarServer::start(link, tls)?;
            let mut command = self.place.cosput_to(&file, &server.url(), options);
            command.env("SSL_CERT_FILE", self.place.directory.join(tls::CERTIFICATE));
            server.measure(&mut command)
        };
        let mut best: Option<(f64, String)> = None;
        let grid = if self.words.iter().any(|word| word == "--no-grid") { &[][..] } else { &GRID };
        for (part_size, concurrency) in grid.iter().filter(|(part_size, _)| part_size * MIB <= size) {
            let options = [
                format!("--part-size={part_size}MiB"),
                format!("--concurrency={concurrency}"),
                "--multipart-threshold=1MiB".to_owned(),
            ];
            let (cost, _) = run(&options)?;
            let wall = cost.wall.as_secs_f64();
            if cost.success && best.as_ref().is_none_or(|(least, _)| wall < *least) {
                best = Some((wall, format!("{part_size} MiB x {concurrency}")));
            }
        }
        for _ in 0..self.runs {
            let (cost, seen) = run(&[])?;
            let wall = cost.wall.as_secs_f64();
            let (least, setting) = best.clone().unwrap_or((f64::NAN, String::new()));
            println!(
                "  {name:<10} {:>9} {:>8.2}s {:>9} {setting:>15} {:>7} {:>9} {:>9} {:>6.2}s {:>7} {:>6}{}",
                format!("{} MiB", size / MIB),
                wall,
                table::known(least, "s"),
                table::known(wall / least, "x"),
                table::known(link.alone(size), "s"),
                table::mebibytes(cost.memory),
                cost.cpu.as_secs_f64(),
                seen.refused,
                seen.most_in_flight,
                if cost.success { "" } else { "  FAILED" }
            );
        }
        Ok(())
    }

    /// Many small files: 2,000 of 16 KiB at 50 and 5 ms, 200,000 of 1 KiB at 10 ms.
    pub(crate) fn far_files(&self) -> io::Result<()> {
        for (count, size, round_trip) in [(2_000, 16 << 10, 50), (2_000, 16 << 10, 5), (200_000, 1 << 10, 10)] {
            let directory = self.directory(count, size)?;
            let link = Link::new(round_trip, 0, 0);
            println!("\n  {count} files of {} KiB, {round_trip} ms", size >> 10);
            let line = |name: &str, command: &dyn Fn(&Place, &FarServer) -> Command| -> io::Result<()> {
                for _ in 0..self.runs {
                    let server = FarServer::start(&link, None)?;
                    let (cost, seen) = server.measure(&mut command(&self.place, &server))?;
                    println!(
                        "  {name:<20} {:>7.2}s CPU {:>6.2}s {:>9} most {:>4} connections {:>5} requests {:>7}{}",
                        cost.wall.as_secs_f64(),
                        cost.cpu.as_secs_f64(),
                        table::mebibytes(cost.memory),
                        seen.most_in_flight,
                        seen.connections,
                        seen.requests,
                        if cost.success { "" } else { "  FAILED" }
                    );
                }
                Ok(())
            };
            let options = |more: &[&str]| -> Vec<String> {
                ["--recursive"].iter().chain(more).map(|option| (*option).to_owned()).collect()
            };
            line("no flags", &|place, server| place.cosput_to(&directory, &server.url(), &options(&[])))?;
            let fixed = options(&["--concurrency=256"]);
            line("--concurrency 256", &|place, server| place.cosput_to(&directory, &server.url(), &fixed))?;
            if Command::new("s5cmd").arg("version").stdout(Stdio::null()).status().is_ok() {
                line("s5cmd", &|place, server| place.s5cmd_files(&directory, &server.url()))?;
            }
        }
        Ok(())
    }
}

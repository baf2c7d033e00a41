//! Uploads with `--delta`, to the *far* link and to this machine, against their parts: reading and hashing the file, and
//! sending what changed.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use cosput::cos::checksum::Hasher;

use super::aligned::Aligned;
use super::link::Link;
use super::links::FarServer;
use super::process::{Cost, measure};
use super::scenario::Bench;
use super::table;

const MIB: u64 = 1 << 20;
const CHUNK: usize = 256 << 10;
const FAR: Link = Link::new(50, 40, 1000);
const NEAR: Link = Link::new(0, 0, 0);
/// One of this many blocks changes.
const CHANGED: u64 = 100;
/// Not that of the file's first content.
const SEED: u64 = 7;
const DELTA: Option<&str> = Some("--delta");
/// As many threads as cosput has for it.
const MOST_THREADS: usize = 4;

/// Reads a file and computes the CRC-64 and the BLAKE3 of each MiB, on as many threads as cosput does: the least that
/// a comparison costs.
pub(crate) fn read_and_hash(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let next = AtomicU64::new(0);
    let work = || -> io::Result<u64> {
        let mut buffer = Aligned::new(CHUNK);
        let mut mixed = 0;
        loop {
            let mut offset = next.fetch_add(1, Ordering::Relaxed) * MIB;
            if offset >= size {
                return Ok(mixed);
            }
            let end = (offset + MIB).min(size);
            let (mut crc64, mut hash) = (Hasher::crc64(), blake3::Hasher::new());
            while offset < end {
                let wanted = usize::try_from(end - offset).map_or(CHUNK, |left| left.min(CHUNK));
                let read = file.read_at(&mut buffer[..wanted], offset)?;
                crc64.update(&buffer[..read]);
                hash.update(&buffer[..read]);
                offset += read as u64;
            }
            mixed ^= crc64.finish().crc64 ^ u64::from(hash.finalize().as_bytes()[0]);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mixed = workers.into_iter().map(|worker| worker.join().expect("a worker ends"));
        mixed.sum::<io::Result<u64>>().map(|mixed| println!("{mixed}"))
    })
}

/// Overwrites one of `every` MiB of a file, and writes the same bytes to `changed`.
fn change(path: &Path, every: u64, changed: &Path, random: &mut fastrand::Rng) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    let mut changed = File::create(changed)?;
    let blocks = file.metadata()?.len() / MIB;
    let mut bytes = vec![0; 1 << 20];
    for number in 0..blocks / every {
        random.fill(&mut bytes);
        file.write_all_at(&bytes, (number * every + random.u64(0..every)) * MIB)?;
        changed.write_all(&bytes)?;
    }
    file.sync_all()
}

/// The costs of a program in every round.
struct Row(&'static str, Vec<Cost>);

impl Row {
    fn wall(&self) -> f64 {
        let mut walls: Vec<f64> = self.1.iter().map(|cost| cost.wall.as_secs_f64()).collect();
        walls.sort_by(f64::total_cmp);
        walls[walls.len() / 2]
    }
}

impl Bench {
    /// A file of which one block in a hundred changed, far away; then files that did not change, or are quite different.
    pub(crate) fn delta(&self) -> io::Result<()> {
        // One generator for all: the same content once more would be no difference.
        let mut random = fastrand::Rng::with_seed(SEED);
        self.changed_far_away(&mut random)?;
        self.unchanged_here()?;
        self.quite_different("far away", &FAR, self.runs.min(3), &mut random)?;
        self.quite_different("over HTTP, on this machine", &NEAR, self.runs, &mut random)
    }

    fn hash(file: &Path) -> io::Result<Cost> {
        measure(Command::new(std::env::current_exe()?).arg("read-and-hash").arg(file), None)
    }

    fn upload(&self, file: &Path, server: &FarServer, delta: Option<&str>) -> io::Result<Cost> {
        let options: Vec<String> = delta.map(str::to_owned).into_iter().collect();
        let mut command = self.place.cosput_to(file, &server.url(), &options);
        measure(command.stderr(Stdio::null()), None)
    }

    fn changed_far_away(&self, random: &mut fastrand::Rng) -> io::Result<()> {
        let (file, changed) = (self.file(self.size)?, self.place.directory.join("changed"));
        let (server, other) = (FarServer::start(&FAR, None)?, FarServer::start(&FAR, None)?);
        let [mut full, mut delta, mut hash, mut sent] =
            ["the whole file", "--delta", "reading and hashing", "only what changed"].map(|name| Row(name, Vec::new()));
        full.1.push(self.upload(&file, &other, None)?);
        let first = self.upload(&file, &server, DELTA)?;
        for _ in 0..self.runs {
            change(&file, CHANGED, &changed, random)?;
            hash.1.push(Self::hash(&file)?);
            sent.1.push(self.upload(&changed, &other, None)?);
            delta.1.push(self.upload(&file, &server, DELTA)?);
        }
        table::title(&format!("{} far away, of which one block in {CHANGED} changed", table::mebibytes(self.size)));
        let first = Row("the first --delta", vec![first]);
        for Row(name, costs) in [&full, &first, &hash, &sent, &delta] {
            table::line(name, self.size, costs, Some(&full.1));
        }
        let (parts, wall) = (hash.wall() + sent.wall(), delta.wall());
        println!(
            "  --delta: {:.2} of reading and hashing, then sending; {:.1} times as fast as the whole file",
            wall / parts,
            full.wall() / wall
        );
        Ok(())
    }

    fn unchanged_here(&self) -> io::Result<()> {
        let file = self.file(self.size)?;
        let server = FarServer::start(&NEAR, None)?;
        self.upload(&file, &server, DELTA)?;
        let [mut delta, mut hash] = ["--delta", "reading and hashing"].map(|name| Row(name, Vec::new()));
        for _ in 0..self.runs {
            hash.1.push(Self::hash(&file)?);
            delta.1.push(self.upload(&file, &server, DELTA)?);
        }
        table::title(&format!("{} on this machine, of which nothing changed", table::mebibytes(self.size)));
        for Row(name, costs) in [&hash, &delta] {
            table::line(name, self.size, costs, Some(&hash.1));
        }
        Ok(())
    }

    /// Other content in each round, with the map of the one before.
    fn quite_different(&self, whereto: &str, link: &Link, runs: usize, random: &mut fastrand::Rng) -> io::Result<()> {
        let file = self.file(self.size)?;
        let (server, other) = (FarServer::start(link, None)?, FarServer::start(link, None)?);
        let [mut full, mut delta] = ["the whole file", "--delta"].map(|name| Row(name, Vec::new()));
        for _ in 0..runs {
            // A fast upload of a quite different file leaves no map; this makes one.
            self.upload(&file, &server, Some("--delta=always"))?;
            change(&file, 1, Path::new("/dev/null"), random)?;
            full.1.push(self.upload(&file, &other, None)?);
            delta.1.push(self.upload(&file, &server, DELTA)?);
        }
        table::title(&format!("{} {whereto}, quite different from the object", table::mebibytes(self.size)));
        for Row(name, costs) in [&full, &delta] {
            table::line(name, self.size, costs, Some(&full.1));
        }
        Ok(())
    }
}

//! The scenarios. In each, the programs run alternately, so that changes in the machine's speed affect all of them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use super::against::Pair;
use super::contender::Place;
use super::process::{Cost, Sink, measure};
use super::sink::Manner;
use super::{table, tls};

const MIB: u64 = 1 << 20;
/// The number of files in a directory, …
const FILES: u32 = 2000;
/// … and the size of each in bytes.
const FILE: u64 = 16 << 10;
const PART: u64 = 16 * MIB;
type Scenario = fn(&Bench) -> io::Result<()>;

const SCENARIOS: [(&str, Scenario); 13] = [
    ("big", Bench::big),
    ("cold", Bench::cold),
    ("tls", Bench::tls),
    ("small", Bench::small),
    ("files", Bench::files),
    ("tiny", Bench::tiny),
    ("far", Bench::far),
    ("parts", Bench::parts),
    ("memory", Bench::memory),
    ("links", Bench::links),
    ("far-files", Bench::far_files),
    ("delta", Bench::delta),
    ("many-machines", Bench::many_machines),
];

/// The settings of a benchmark.
pub(crate) struct Bench {
    /// The paths that programs need.
    pub place: Place,
    /// The size of the large file in bytes.
    pub size: u64,
    /// The number of runs of each program.
    pub runs: usize,
    /// The words of the command line.
    pub words: Vec<String>,
    /// With `--against`.
    pair: Option<Rc<Pair>>,
}

type MakeCommand<'a> = Box<dyn FnMut() -> io::Result<Command> + 'a>;
/// Its name, and how each of its runs starts.
pub(crate) type Contender<'a> = (String, MakeCommand<'a>);

/// Runs the named scenarios, or all of them if none is named.
pub(crate) fn run(words: &[&str]) -> io::Result<()> {
    let value = |flag: &str, usual: u64| -> io::Result<u64> {
        let given = words.iter().position(|word| *word == flag).and_then(|at| words.get(at + 1));
        given.map_or(Ok(usual), |text| text.parse().map_err(|_| io::Error::other(format!("{flag} wants a number"))))
    };
    let temporary = tempfile::tempdir()?;
    let cosput = std::env::var_os("COSPUT_BINARY").map_or_else(beside, Ok)?;
    let place = Place { cosput: std::fs::canonicalize(cosput)?, directory: temporary.path().to_owned() };
    let runs = usize::try_from(value("--runs", 5)?).map_err(io::Error::other)?.max(1);
    let words_kept = words.iter().map(|word| (*word).to_owned()).collect();
    let other = words.iter().position(|word| *word == "--against").and_then(|at| words.get(at + 1));
    let pair = other.map(|other| Pair::copied(Path::new(other), &place)).transpose()?.map(Rc::new);
    let bench = Bench { place, size: value("--size", 2048)? * MIB, runs, words: words_kept, pair };
    let wanted = |name: &str| words.contains(&name) || !SCENARIOS.iter().any(|(known, _)| words.contains(known));
    for (_, scenario) in SCENARIOS.iter().filter(|(name, _)| wanted(name)) {
        scenario(&bench)?;
    }
    Ok(())
}

/// The plan that the sink expects: parts of its size, and one request for less.
pub(crate) fn planned() -> [String; 2] {
    ["--part-size=16MiB".to_owned(), "--multipart-threshold=16MiB".to_owned()]
}

/// `target/release/cosput`, seen from `target/release/examples/benchmark`.
fn beside() -> io::Result<std::ffi::OsString> {
    let own = std::env::current_exe()?;
    let release = own.parent().and_then(Path::parent).ok_or_else(|| io::Error::other("no target directory"))?;
    Ok(release.join("cosput").into())
}

/// Drops a file from the page cache, if the platform can.
fn forget(file: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(File::open(file)?, 0, None, rustix::fs::Advice::DontNeed)?;
    #[cfg(not(target_os = "linux"))]
    let _ = file;
    Ok(())
}

impl Bench {
    /// The size of large files, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    fn with_runs(&self, runs: usize) -> Self {
        Self { place: self.place.clone(), runs, words: Vec::new(), pair: self.pair.clone(), ..*self }
    }

    /// One big file in parts, for other programs too.
    fn big(&self) -> io::Result<()> {
        let file = self.file(self.size)?;
        let sink = Sink::start(&file, PART, &Manner::default())?;
        let title = format!("{} over HTTP, parts of 16 MiB", table::mebibytes(self.size));
        if let Some(pair) = &self.pair {
            return self.compare(&title, self.size, &sink, pair.contenders(&file, &sink));
        }
        let eight = ["--part-size=16MiB".to_owned(), "--concurrency=8".to_owned()];
        let mut contenders: Vec<Contender> = vec![
            ("floor, 8 connections".into(), Box::new(|| self.place.floor(&file, &sink, PART, 8, false))),
            ("cosput --concurrency 8".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &eight)))),
            ("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &planned())))),
        ];
        for peer in ["s5cmd", "rclone", "coscli", "aws"] {
            match self.place.peer(peer, &file, &sink) {
                Ok(_) => {
                    let (file, sink) = (&file, &sink);
                    let again = move || self.place.peer(peer, file, sink).map_err(io::Error::other);
                    contenders.push((peer.to_owned(), Box::new(again)));
                }
                Err(why) => println!("{peer}: {why}"),
            }
        }
        self.compare(&title, self.size, &sink, contenders)
    }

    /// The same from the disk: the file is dropped from the page cache before each run.
    fn cold(&self) -> io::Result<()> {
        let file = self.file(self.size)?;
        let sink = Sink::start(&file, PART, &Manner::default())?;
        let contenders: Vec<Contender> = vec![
            ("floor, 8 connections".into(), {
                let (file, sink) = (&file, &sink);
                Box::new(move || forget(file).and_then(|()| self.place.floor(file, sink, PART, 8, false)))
            }),
            ("cosput".into(), Box::new(|| forget(&file).map(|()| self.place.cosput(&file, &sink, &planned())))),
        ];
        self.compare(&format!("{} from the disk, over HTTP", table::mebibytes(self.size)), self.size, &sink, contenders)
    }

    fn tls(&self) -> io::Result<()> {
        tls::make(&self.place.directory)?;
        let file = self.file(self.size)?;
        let manner = Manner { tls: Some(self.place.directory.clone()), ..Manner::default() };
        let sink = Sink::start(&file, PART, &manner)?;
        let eight = ["--part-size=16MiB".to_owned(), "--concurrency=8".to_owned()];
        let contenders: Vec<Contender> = vec![
            ("floor, rustls, 8 connections".into(), Box::new(|| self.place.floor(&file, &sink, PART, 8, true))),
            ("cosput --concurrency 8".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &eight)))),
            ("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &planned())))),
        ];
        self.compare(
            &format!("{} over TLS, parts of 16 MiB", table::mebibytes(self.size)),
            self.size,
            &sink,
            contenders,
        )
    }

    /// A file that is sent in one request.
    fn small(&self) -> io::Result<()> {
        self.one_request("8 MiB over HTTP, one request", 8 * MIB)
    }

    /// A directory of small files, for other programs too.
    fn files(&self) -> io::Result<()> {
        self.files_to("over HTTP", &Manner::default())?;
        let late = Manner { late: Duration::from_millis(50), ..Manner::default() };
        self.with_runs(self.runs.min(3)).files_to("to a server that answers 50 ms late", &late)
    }

    fn files_to(&self, whereto: &str, manner: &Manner) -> io::Result<()> {
        let directory = self.directory(FILES, FILE)?;
        let sink = Sink::start(&directory.join("0"), PART, manner)?;
        let contenders: Vec<Contender> = vec![
            ("floor, 8 connections".into(), Box::new(|| self.place.floor(&directory, &sink, PART, 8, false))),
            ("cosput --concurrency 8".into(), {
                let eight = ["--recursive".to_owned(), "--concurrency=8".to_owned()];
                let (directory, sink) = (&directory, &sink);
                Box::new(move || Ok(self.place.cosput(directory, sink, &eight)))
            }),
            ("cosput".into(), {
                let (directory, sink) = (&directory, &sink);
                Box::new(move || Ok(self.place.cosput(directory, sink, &["--recursive".to_owned()])))
            }),
        ];
        let title = format!("{FILES} files of {} KiB {whereto}", FILE >> 10);
        self.compare(&title, u64::from(FILES) * FILE, &sink, contenders)
    }

    /// A file so small that the start of the program is most of the cost.
    fn tiny(&self) -> io::Result<()> {
        let version = || -> io::Result<Cost> { measure(Command::new(&self.place.cosput).arg("--version"), None) };
        let times: Vec<Duration> =
            (0..self.runs * 4).map(|_| version().map(|cost| cost.wall)).collect::<Result<_, _>>()?;
        self.one_request("1 KiB over HTTP, the whole process", 1024)?;
        let size = std::fs::metadata(&self.place.cosput)?.len();
        println!("  --version: {}; the binary has {}", table::median_of(&times), table::mebibytes(size));
        Ok(())
    }

    fn one_request(&self, title: &str, size: u64) -> io::Result<()> {
        let file = self.file(size)?;
        let sink = Sink::start(&file, PART, &Manner::default())?;
        let contenders: Vec<Contender> = match &self.pair {
            Some(pair) => pair.contenders(&file, &sink),
            None => vec![
                ("floor".into(), Box::new(|| self.place.floor(&file, &sink, PART, 1, false))),
                ("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &planned())))),
            ],
        };
        let many = self.with_runs(self.runs * 4);
        many.compare(title, size, &sink, contenders)
    }

    /// A server far away: 50 ms, 40 Mbit/s per connection, 1 Gbit/s in all.
    fn far(&self) -> io::Result<()> {
        let size = 256 * MIB;
        let file = self.file(size)?;
        let manner = Manner {
            late: Duration::from_millis(50),
            each: Some(5_000_000),
            all: Some(125_000_000),
            ..Manner::default()
        };
        let sink = Sink::start(&file, PART, &manner)?;
        let fixed = |connections: u16| {
            let (file, sink) = (&file, &sink);
            let options = [planned().to_vec(), vec![format!("--concurrency={connections}")]].concat();
            let again = move || Ok(self.place.cosput(file, sink, &options));
            (format!("cosput --concurrency {connections}"), Box::new(again) as MakeCommand)
        };
        let contenders: Vec<Contender> = vec![
            fixed(16),
            ("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &planned())))),
            fixed(4),
            fixed(8),
            fixed(32),
        ];
        let few = self.with_runs(self.runs.min(3));
        few.compare("256 MiB far away: 50 ms, 40 Mbit/s a connection, 1 Gbit/s in all", size, &sink, contenders)
    }

    /// As many parts as an upload can have: the cost of the journal, and the time until a resume sends again.
    fn parts(&self) -> io::Result<()> {
        let size = 10_000 * MIB;
        let file = self.sparse(size)?;
        let sink = Sink::start(&file, MIB, &Manner::default())?;
        let flags = ["--part-size=1MiB".to_owned(), "--concurrency=8".to_owned()];
        let contenders: Vec<Contender> = vec![
            (
                "cosput without a journal".into(),
                Box::new(|| {
                    let mut command = self.place.cosput(&file, &sink, &flags);
                    command.env_remove("HOME");
                    Ok(command)
                }),
            ),
            ("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &flags)))),
            ("floor, 8 connections".into(), Box::new(|| self.place.floor(&file, &sink, MIB, 8, false))),
        ];
        self.compare("10,000 parts of 1 MiB", size, &sink, contenders)?;
        drop(sink);
        let sink = Sink::start(&file, MIB, &Manner { refuse: Some(10_000), ..Manner::default() })?;
        let mut failing = self.place.cosput(&file, &sink, &flags);
        let failed = measure(failing.stderr(std::process::Stdio::null()), Some(&sink))?;
        let resumed = measure(&mut self.place.cosput(&file, &sink, &flags), Some(&sink))?;
        println!(
            "  stopped by a refusal: {}; resumed: {}, {} requests, first PUT after {:.0} ms, {} peak RSS",
            !failed.success,
            resumed.success,
            resumed.requests,
            resumed.first_part.unwrap_or_default().as_secs_f64() * 1000.0,
            table::mebibytes(resumed.memory)
        );
        Ok(())
    }

    /// The peak memory, by part size and requests in flight.
    fn memory(&self) -> io::Result<()> {
        for (size, part_size, concurrency) in
            [(2048 * MIB, 16, 8), (8192 * MIB, 1024, 8), (2048 * MIB, 16, 64), (2048 * MIB, 16, 1)]
        {
            let file = self.sparse(size)?;
            let sink = Sink::start(&file, part_size * MIB, &Manner::default())?;
            let options = [format!("--part-size={part_size}MiB"), format!("--concurrency={concurrency}")];
            let contenders: Vec<Contender> =
                vec![("cosput".into(), Box::new(|| Ok(self.place.cosput(&file, &sink, &options))))];
            let few = self.with_runs(self.runs.min(3));
            few.compare(&format!("parts of {part_size} MiB, {concurrency} in flight"), size, &sink, contenders)?;
        }
        Ok(())
    }

    fn compare(&self, title: &str, bytes: u64, sink: &Sink, mut contenders: Vec<Contender>) -> io::Result<()> {
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); contenders.len()];
        for run in 0..self.runs {
            // The order changes in each round, because the machine's state may differ between its start and its end.
            for turn in 0..contenders.len() {
                let index = if run % 2 == 0 { turn } else { contenders.len() - 1 - turn };
                costs[index].push(measure(&mut (contenders[index].1)()?, Some(sink))?);
            }
        }
        table::title(title);
        for (index, (name, _)) in contenders.iter().enumerate() {
            table::line(name, bytes, &costs[index], (index > 0).then_some(&costs[0]));
        }
        for ((name, _), costs) in contenders.iter().zip(&costs) {
            let first: Vec<Duration> = costs.iter().filter_map(|cost| cost.first_request).collect();
            if !first.is_empty() {
                println!("  {name}: first request after {}", table::median_of(&first));
            }
        }
        Ok(())
    }

    /// A file with content, written to disk before the measurements.
    pub(crate) fn file(&self, size: u64) -> io::Result<PathBuf> {
        let path = self.place.directory.join(format!("file-{size}"));
        if path.exists() {
            return Ok(path);
        }
        let mut file = File::create(&path)?;
        let mut random = fastrand::Rng::with_seed(size);
        let mut block = vec![0; 256 << 10];
        let mut left = size;
        while left > 0 {
            random.fill(&mut block);
            let wanted = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
            file.write_all(&block[..wanted])?;
            left -= wanted as u64;
        }
        file.sync_all()?;
        Ok(path)
    }

    /// A directory of identical files.
    pub(crate) fn directory(&self, count: u32, size: u64) -> io::Result<PathBuf> {
        let path = self.place.directory.join(format!("files-{count}-{size}"));
        let file = self.file(size)?;
        std::fs::create_dir_all(&path)?;
        for number in 0..count {
            std::fs::copy(&file, path.join(number.to_string()))?;
        }
        Ok(path)
    }

    /// A file that occupies no disk space.
    pub(crate) fn sparse(&self, size: u64) -> io::Result<PathBuf> {
        let path = self.place.directory.join(format!("sparse-{size}"));
        File::create(&path)?.set_len(size)?;
        Ok(path)
    }
}

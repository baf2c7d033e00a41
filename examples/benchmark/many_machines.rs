//! One upload by many machines: what each command of a plan takes, with many files and with many parts.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use cosput::emulator::RequestRecord;

use super::contender::BUCKET;
use super::process::{Cost, measure};
use super::scenario::Bench;
use super::table;

const MIB: u64 = 1 << 20;
/// How many shards a plan has.
const SHARDS: u32 = 8;
/// COS's largest object is 48.8 TiB.
const LARGEST: u64 = 48 << 40;

/// `cosput emulator` as a process; dropping this value ends it.
struct Server {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Server {
    fn start(bench: &Bench, name: &str, faults: &[&str]) -> io::Result<Self> {
        let directory = bench.place.directory.join(name);
        let mut command = bench.place.cosput_alone();
        command.args(["emulator", "--listen", "127.0.0.1:0", "--dir"]).arg(&directory);
        command.args(faults.iter().flat_map(|fault| ["--fault", fault]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned(), log: directory.join("requests.jsonl") })
    }

    /// Runs a command. The time of its first PUT is by the server's log.
    fn measure(&self, command: &mut Command) -> io::Result<Cost> {
        let before = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        let started = SystemTime::now();
        let mut cost = measure(command.stderr(Stdio::null()), None)?;
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::Start(before))?;
        let first = BufReader::new(log).lines().map_while(Result::ok).filter_map(|line| time_of_put(&line)).min();
        cost.first_part = first.and_then(|first| first.duration_since(started).ok());
        Ok(cost)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn time_of_put(line: &str) -> Option<SystemTime> {
    let record: RequestRecord = serde_json::from_str(line).ok()?;
    (record.method == "PUT").then(|| humantime::parse_rfc3339(&record.time).ok())?
}

/// A plan and the server of its objects.
struct Plan<'a> {
    bench: &'a Bench,
    server: &'a Server,
    directory: PathBuf,
}

impl<'a> Plan<'a> {
    fn new(bench: &'a Bench, server: &'a Server, name: &str) -> io::Result<Self> {
        let directory = bench.place.directory.join(name);
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        Ok(Self { bench, server, directory })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.bench.place.cosput_alone();
        command.args(words).arg("--plan").arg(&self.directory).arg("--quiet");
        command
    }

    fn initiate(&self, source: &Path, shards: u32, options: &[&str]) -> io::Result<Cost> {
        let mut command = self.command(&["initiate"]);
        command.args(["--shards", &shards.to_string(), "--endpoint", &self.server.url]).args(options);
        command.arg(source).arg(format!("cos://{BUCKET}/{}", if source.is_dir() { "set/" } else { "object" }));
        self.server.measure(&mut command)
    }

    fn shard(&self, number: u32, of: u32, options: &[&str]) -> Command {
        let mut command = self.command(&["upload-parts", "--shard", &format!("{number}/{of}")]);
        command.args(options);
        command
    }

    /// Measures each shard, the last one first: it has to find its work behind that of all others.
    fn shards(&self) -> io::Result<()> {
        for number in (1..=SHARDS).rev() {
            let cost = self.server.measure(&mut self.shard(number, SHARDS, &[]))?;
            line(&format!("upload-parts --shard {number}/{SHARDS}"), &cost);
        }
        Ok(())
    }

    fn finish(&self, commands: &[&str]) -> io::Result<()> {
        for name in commands {
            let mut command = self.command(&[name]);
            command.args((*name == "abort").then_some("--yes"));
            line(name, &self.server.measure(&mut command)?);
        }
        Ok(())
    }
}

impl Bench {
    /// The commands of a plan, and one process against four.
    pub(crate) fn many_machines(&self) -> io::Result<()> {
        let given = self.words.iter().position(|word| word == "--files").and_then(|at| self.words.get(at + 1));
        let files = given.map_or(Ok(100_000), |text| text.parse().map_err(io::Error::other))?;
        let directory = self.directory(files, 1024)?;
        let near = Server::start(self, "near", &[])?;
        println!("\n{files} files of 1 KiB, {SHARDS} shards");
        let plan = Plan::new(self, &near, "plan-files")?;
        line("initiate", &plan.initiate(&directory, SHARDS, &["--recursive"])?);
        plan.shards()?;
        plan.finish(&["status", "complete"])?;
        self.many_parts(&near)?;
        self.processes(&near)?;
        drop(near);
        let far = Server::start(self, "far", &["latency:ms=50"])?;
        self.largest(&far)?;
        println!("\nthe same files with --publish-together, an upload each, to a server that answers 50 ms late");
        let plan = Plan::new(self, &far, "plan-together")?;
        line("initiate", &plan.initiate(&directory, SHARDS, &["--recursive", "--publish-together"])?);
        plan.shards()?;
        plan.finish(&["status", "complete"])
    }

    /// A file in as many parts as an upload can have.
    fn many_parts(&self, near: &Server) -> io::Result<()> {
        println!("\none file in 10,000 parts of 1 MiB, {SHARDS} shards");
        let plan = Plan::new(self, near, "plan-parts")?;
        line("initiate", &plan.initiate(&self.sparse(10_000 * MIB)?, SHARDS, &["--part-size=1MiB"])?);
        plan.shards()?;
        plan.finish(&["status", "complete"])
    }

    /// The largest file, if the file system can hold it: one upload, which is aborted.
    fn largest(&self, far: &Server) -> io::Result<()> {
        println!("\na sparse file of 48 TiB, to a server that answers 50 ms late");
        let file = match self.sparse(LARGEST) {
            Ok(file) => file,
            Err(why) => {
                println!("  not measured: {why}; TMPDIR can name a file system that holds it, such as a tmpfs");
                return Ok(());
            }
        };
        let plan = Plan::new(self, far, "plan-largest")?;
        line("initiate", &plan.initiate(&file, SHARDS, &[])?);
        plan.finish(&["status", "abort"])
    }

    /// The same file by one process and by four at the same time.
    fn processes(&self, near: &Server) -> io::Result<()> {
        println!("\n{} by one process and by four, medians of {}", table::mebibytes(self.size()), self.runs);
        let file = self.file(self.size())?;
        let rows: [(u32, &[&str]); 4] = [(1, &[]), (4, &[]), (1, &["--concurrency=8"]), (4, &["--concurrency=2"])];
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); rows.len()];
        for _ in 0..self.runs {
            for ((count, options), costs) in rows.iter().zip(&mut costs) {
                let plan = Plan::new(self, near, "plan-processes")?;
                plan.initiate(&file, *count, &["--part-size=64MiB"])?;
                costs.push(at_once(&plan, *count, options)?);
                measure(&mut plan.command(&["complete"]), None)?;
            }
        }
        for ((count, options), costs) in rows.iter().zip(&costs) {
            let cpu = table::median_of(&costs.iter().map(|cost| cost.cpu).collect::<Vec<_>>());
            let wall = table::median_of(&costs.iter().map(|cost| cost.wall).collect::<Vec<_>>());
            let most = costs.iter().map(|cost| cost.memory).max().unwrap_or(0);
            let (options, most) = (options.join(" "), table::mebibytes(most));
            let failed = if costs.iter().all(|cost| cost.success) { "" } else { ", FAILED" };
            println!("  {count} × {options:<16} CPU {cpu} together, wall {wall}, peak {most} each{failed}");
        }
        Ok(())
    }
}

/// What all shards take together if they run at the same time: the sum of CPU, the longest time, the highest peak.
fn at_once(plan: &Plan<'_>, count: u32, options: &[&str]) -> io::Result<Cost> {
    let commands: Vec<Command> = (1..=count).map(|number| plan.shard(number, count, options)).collect();
    let costs: Vec<io::Result<Cost>> = thread::scope(|scope| {
        let run = |mut command: Command| scope.spawn(move || measure(&mut command, None));
        let running: Vec<_> = commands.into_iter().map(run).collect();
        running.into_iter().map(|thread| thread.join().expect("measuring does not panic")).collect()
    });
    let mut all = Cost { success: true, ..Cost::default() };
    for cost in costs {
        let cost = cost?;
        all.cpu += cost.cpu;
        all.wall = all.wall.max(cost.wall);
        all.memory = all.memory.max(cost.memory);
        all.success &= cost.success;
    }
    Ok(all)
}

fn line(name: &str, cost: &Cost) {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let first = cost.first_part.map_or_else(String::new, |first| format!(", first PUT after {} ms", first.as_millis()));
    let (wall, cpu, memory) = (seconds(cost.wall), seconds(cost.cpu), table::mebibytes(cost.memory));
    // `status` ends with 6 as long as the plan is not completed.
    let failed = if cost.success || name == "status" { "" } else { "  FAILED" };
    println!("  {name:<28} wall {wall:>9}, CPU {cpu:>8}, peak {memory:>9}{first}{failed}");
}

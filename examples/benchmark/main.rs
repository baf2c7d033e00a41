//! Compares cosput with the lowest cost of an upload, on the machine it runs on, in one run.
//!
//! `cargo build --release && cargo run --release --example benchmark -- [SCENARIO…] [--size MIB] [--runs N]`. A
//! scenario is one of big, cold, tls, small, files, tiny, far, parts, memory, links, far-files, delta, many-machines; all
//! run if none is named. `cuts OLD NEW` measures ways to find what changed.
//! The measured program is `target/release/cosput`, or the path in `COSPUT_BINARY`. With `--against PATH`, big, small and
//! tiny compare it with another version of itself. docs/performance.md explains the figures. The benchmark asserts
//! nothing.

#![expect(clippy::disallowed_methods, reason = "a program of its own, which measures with the clock")]
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its results")]

#[cfg(unix)]
mod against;
#[cfg(unix)]
mod aligned;
#[cfg(unix)]
mod contender;
#[cfg(unix)]
mod cuts;
#[cfg(unix)]
mod delta;
#[cfg(unix)]
mod far_object;
#[cfg(unix)]
mod far_server;
#[cfg(unix)]
mod floor;
#[cfg(unix)]
mod link;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod many_machines;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod scenario;
#[cfg(unix)]
mod sink;
#[cfg(unix)]
mod table;
#[cfg(unix)]
mod tls;

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().map_err(std::io::Error::other);
    match words.as_slice() {
        ["sink", file, part_size, late, each, all, refuse, tls @ ..] => {
            let some = |text: &str| number(text).map(|number| Some(number).filter(|number| *number > 0));
            let manner = sink::Manner {
                late: std::time::Duration::from_millis(number(late)?),
                each: some(each)?,
                all: some(all)?,
                refuse: some(refuse)?.and_then(|part| usize::try_from(part).ok()),
                tls: tls.first().map(std::path::PathBuf::from),
            };
            sink::run(file.as_ref(), number(part_size)?, manner)
        }
        ["floor", file, port, part_size, connections, tls @ ..] => {
            let port = port.parse().map_err(std::io::Error::other)?;
            floor::run(file.as_ref(), port, number(part_size)?, number(connections)?, tls.first().map(AsRef::as_ref))
        }
        ["far-server", link @ ..] => {
            let (numbers, tls) = link.split_at_checked(10).unwrap_or((link, &[]));
            far_server::run(link::Link::parse(numbers)?, tls.first().map(AsRef::as_ref))
        }
        ["cuts", old, new] => cuts::run(old.as_ref(), new.as_ref()),
        ["read-and-hash", file] => delta::read_and_hash(file.as_ref()),
        _ => scenario::run(&words),
    }
}

#[cfg(not(unix))]
fn main() {
    println!("the benchmark measures processes as Unix counts them");
}

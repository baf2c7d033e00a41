//! The limits that the operating system sets for this process.

use crate::language::{Message, message};

/// With so many free descriptors, their number need not be exact.
#[cfg(unix)]
const PLENTY: u64 = 256;

#[cfg(unix)]
const OPEN: &str = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };

/// What is missing if `free` more files can be open, and at least `needed` must be.
pub(crate) fn shortage(free: Option<u64>, needed: u64) -> Option<Message> {
    let free = free.filter(|&free| free < needed)?;
    Some(message!(
        "only {free} more files can be open at a time (ulimit -n); at least {needed} are needed",
        free,
        needed
    ))
}

/// Raises the limit of open files as far as the system allows, and returns how many more may be opened.
#[cfg(unix)]
pub(super) fn free_descriptors() -> Option<u64> {
    let limit = raise_limit()?;
    let open = counted_by_the_system().filter(|open| open + PLENTY <= limit);
    Some(limit.saturating_sub(open.unwrap_or_else(open_descriptors)))
}

/// This system has no such limit.
#[cfg(not(unix))]
pub(super) fn free_descriptors() -> Option<u64> {
    None
}

/// Makes a write beyond `ulimit -f` an error instead of a signal that ends the process without a message. Without such a
/// limit, nothing is done.
#[cfg(unix)]
pub(super) fn survive_file_size_limit() {
    use rustix::process::{Resource, Signal, getrlimit};
    use tokio::runtime::Builder;
    use tokio::signal::unix::{SignalKind, signal};
    if getrlimit(Resource::Fsize).current.is_none() {
        return;
    }
    // Without the handler, the program runs as well. It stays when its stream and its runtime are dropped.
    if let Ok(runtime) = Builder::new_current_thread().enable_io().build() {
        let _inside = runtime.enter();
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}

/// This system has no such limit.
#[cfg(not(unix))]
pub(super) fn survive_file_size_limit() {}

#[cfg(unix)]
fn raise_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// macOS refuses more, whatever it says.
    const ENOUGH: u64 = 10_240;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    let current = current?;
    if current >= wanted {
        return Some(current);
    }
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    Some(if raised.is_ok() { wanted } else { current })
}

/// Descriptors that are open now, also those that a parent left open.
#[cfg(unix)]
fn open_descriptors() -> u64 {
    std::fs::read_dir(OPEN).map_or(0, |entries| entries.count() as u64)
}

/// The same without listing them: since version 6.2, Linux gives their number as the size of the directory, before that 0.
#[cfg(unix)]
fn counted_by_the_system() -> Option<u64> {
    let directory = std::fs::metadata(OPEN).ok().filter(|_| cfg!(target_os = "linux"))?;
    Some(directory.len()).filter(|open| *open > 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_opened_count_in_either_way() {
        let counts = || [open_descriptors(), counted_by_the_system().unwrap_or_else(open_descriptors)];
        let before = counts();
        let held: Vec<_> = (0..200).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        for (before, after) in before.into_iter().zip(counts()) {
            // Other tests of this process open and close files meanwhile.
            assert!(after >= before + 100, "{before} {after}");
        }
        drop(held);
    }
}

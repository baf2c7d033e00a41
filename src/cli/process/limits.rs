//! The limits that the operating system sets for this process.

/// What is missing if `free` more files can be open, and at least `needed` must be.
pub(crate) fn shortage(free: Option<u64>, needed: u64) -> Option<String> {
    let free = free.filter(|&free| free < needed)?;
    Some(format!("only {free} more files can be open at a time (ulimit -n); at least {needed} are needed"))
}

/// Raises the limit of open files as far as the system allows, and returns how many more may be opened.
#[cfg(unix)]
pub(super) fn free_descriptors() -> Option<u64> {
    raise_limit().map(|limit| limit.saturating_sub(open_descriptors()))
}

/// This system has no such limit.
#[cfg(not(unix))]
pub(super) fn free_descriptors() -> Option<u64> {
    None
}

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
    let directory = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    std::fs::read_dir(directory).map_or(0, |entries| entries.count() as u64)
}

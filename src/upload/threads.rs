//! Threads for work that blocks. A limit on threads or processes may leave this process with one: then such work is done
//! on it, between requests, instead of failing. Whether it does is tried once, before the first such work: a small upload
//! may need no thread at all.

use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::thread;

use tokio::task::JoinHandle;

static SCARCE: OnceLock<bool> = OnceLock::new();

/// True if blocking work is done on the thread of the runtime, which must then be the only one.
pub fn are_scarce() -> bool {
    fewer_than(1)
}

/// True if threads were tried and are scarce.
pub fn were_refused() -> bool {
    SCARCE.get() == Some(&true)
}

/// Tries whether the system grants this number of threads, unless that was tried before with any number.
pub fn fewer_than(wanted: usize) -> bool {
    *SCARCE.get_or_init(|| available(wanted) < wanted)
}

/// Returns how many of `wanted` threads the system grants at the same time.
pub fn available(wanted: usize) -> usize {
    /// They only wait.
    const STACK: usize = 64 << 10;
    let mut held = Vec::new();
    for _ in 0..wanted {
        let (release, wait) = channel::<()>();
        match thread::Builder::new().stack_size(STACK).spawn(move || wait.recv().is_ok()) {
            Ok(thread) => held.push((release, thread)),
            Err(_) => break,
        }
    }
    let granted = held.len();
    for (release, thread) in held {
        drop(release);
        let _ = thread.join();
    }
    granted
}

/// Does work that blocks, on a thread of its own if there are threads.
pub fn spawn_blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    // Without its type, a task is compiled once for each type of result.
    let work: Box<dyn FnOnce() -> R + Send> = Box::new(work);
    if are_scarce() { tokio::spawn(async move { work() }) } else { tokio::task::spawn_blocking(work) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_threads_are_granted_and_given_back() {
        assert_eq!(available(3), 3);
        assert_eq!(available(0), 0);
    }
}

//! Threads for work that blocks. A limit on threads or processes may leave this process with one: then such work is done
//! on it, between requests, instead of failing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use tokio::task::JoinHandle;

static SCARCE: AtomicBool = AtomicBool::new(false);

/// From now on, blocking work is done on the thread of the runtime, which must be the only one.
pub fn do_without() {
    SCARCE.store(true, Ordering::Relaxed);
}

/// True after [`do_without`].
pub fn are_scarce() -> bool {
    SCARCE.load(Ordering::Relaxed)
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

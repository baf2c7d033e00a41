//! The runtime under the commands that send or serve.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use rustls::CipherSuite;
use rustls::crypto::CryptoProvider;
use tokio::runtime::Builder;

use super::limits;
use crate::upload::threads;

/// Two threads: one reads, hashes and sends while the other does. More of them cost more than they bring.
const THREADS: usize = 2;

/// Those two, the two that list and open files, and a few that read and hash. With fewer, one may wait for another that
/// cannot be started.
const ENOUGH: usize = 8;

/// The most threads that read and hash. Each takes at least 16 KiB. On file systems that do not support reading without
/// blocking, such as network file systems, each connection may need one; at 10 ms a read, these still read 100 MB/s.
const MOST_READING: usize = 32;

/// The files of the runtime itself, a connection, a source with its journal, and what is open for a moment.
const FEWEST_FILES: u64 = 8;

/// A thread that may have been hard to get is kept.
const FOR_GOOD: Duration = Duration::from_secs(365 * 24 * 3600);

/// Why the runtime could not be started.
pub(crate) struct NotStarted(pub(crate) io::Error);

/// Runs `work` to its end. A read that hangs on a dead disk does not keep the program from leaving.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> Result<T, NotStarted> {
    if threads::fewer_than(ENOUGH) {
        return run_alone(work);
    }
    run_on(Builder::new_multi_thread().worker_threads(THREADS), Box::pin(work))
}

/// Runs work that has one request in flight at a time, on this thread: others would take longer to start than a small
/// file takes to send. What waits for a disk still does so elsewhere, but for the last look at the source, and unless
/// threads are scarce.
pub(crate) fn run_alone<T>(work: impl Future<Output = T>) -> Result<T, NotStarted> {
    run_on(Builder::new_current_thread().thread_keep_alive(FOR_GOOD), Box::pin(work))
}

/// The work is on the heap because it is large, and the stack has not been that deep yet, while the heap holds what the
/// command line took. Without its type, the runtime is compiled once for all commands.
fn run_on<T>(builder: &mut Builder, work: Pin<Box<dyn Future<Output = T> + '_>>) -> Result<T, NotStarted> {
    if let Some(missing) = limits::shortage(limits::free_descriptors(), FEWEST_FILES) {
        return Err(NotStarted(io::Error::other(missing)));
    }
    // Fails where a provider is there already, which is as good.
    let _ = provider().install_default();
    let runtime = builder.max_blocking_threads(MOST_READING).enable_all().build().map_err(NotStarted)?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(result)
}

/// The library's cipher suites, those that encrypt with 128 bits first, as browsers have them: neither is broken, and the
/// others cost an upload 3 to 5 % more CPU.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| {
        !matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        )
    });
    provider
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_blocks_has_a_limited_number_of_threads() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::{Arc, Barrier};

        let all_at_once = Arc::new(Barrier::new(MOST_READING));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = async {
            let tasks: Vec<_> = (0..4 * MOST_READING)
                .map(|_| {
                    let (barrier, running, most) = (all_at_once.clone(), running.clone(), most.clone());
                    threads::spawn_blocking(move || {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        barrier.wait();
                        running.fetch_sub(1, Ordering::SeqCst);
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        };
        assert!(run(work).is_ok());
        assert_eq!(most.load(Ordering::SeqCst), MOST_READING);
    }

    #[test]
    fn ciphers_of_128_bits_come_first_and_none_is_lost() {
        let names = |provider: &CryptoProvider| -> Vec<String> {
            provider.cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect()
        };
        let (ours, mut all) = (names(&provider()), names(&rustls::crypto::ring::default_provider()));
        let short = ours.iter().take_while(|name| name.contains("AES_128")).count();
        assert_eq!(short, all.iter().filter(|name| name.contains("AES_128")).count());
        assert!(short > 0);
        let mut sorted = ours;
        sorted.sort_unstable();
        all.sort_unstable();
        assert_eq!(sorted, all);
    }
}

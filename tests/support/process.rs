//! What this process hands down to the programs that it starts: they begin as in an interactive shell, however the tests
//! were started.

use std::sync::Once;

/// Removes what the tests may have inherited: ignored signals, and a low soft limit on open files, which a server in this
/// process uses up too.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_os = "linux")]
        signals::stop_ignoring();
        #[cfg(unix)]
        raise_open_files();
    });
}

#[cfg(unix)]
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Some systems refuse an unlimited number.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(target_os = "linux")]
mod signals {
    //! Signals that this process ignores. A shell script ignores SIGINT in what it puts in the background, `nohup`
    //! ignores SIGHUP, and a program that is started inherits that.

    use std::fs;

    use tokio::signal::unix::{SignalKind, signal};

    /// SIGHUP, SIGINT, SIGTERM, SIGTSTP and SIGXFSZ.
    const USED: [i32; 5] = [1, 2, 15, 20, 25];

    /// Catches those that are ignored, and does nothing then: what is caught here is not ignored in a new program.
    pub(super) fn stop_ignoring() {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
        let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        for number in USED.into_iter().filter(|number| ignored & (1 << (number - 1)) != 0) {
            // The handler outlives the stream and the runtime.
            drop(signal(SignalKind::from_raw(number)).unwrap());
        }
    }
}

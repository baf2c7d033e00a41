//! The signals that were ignored when the program started: by `nohup`, or by a script that put it in the background.

use tokio::signal::unix::SignalKind;

/// A set of signals, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ignored(u64);

impl Ignored {
    /// Those of this process. Must be called before the program handles signals itself.
    #[cfg(target_os = "linux")]
    pub(super) fn at_start() -> Self {
        use std::io::Read as _;
        /// More than it is long: so one call reads all of it.
        const LONG: usize = 4096;
        let mut status = String::with_capacity(LONG);
        // `File` itself would ask for the size first, which is 0.
        let read =
            std::fs::File::open("/proc/self/status").and_then(|file| file.take(u64::MAX).read_to_string(&mut status));
        read.map(|_| Self::in_status(&status)).unwrap_or_default()
    }

    /// Those that a child inherits. A shell cannot trap a signal that was ignored when it started, and there is no safe
    /// function that asks for it.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn at_start() -> Self {
        Self::by_shell()
    }

    pub(super) fn has(self, kind: SignalKind) -> bool {
        self.0 & bit(kind.as_raw_value()) != 0
    }

    #[cfg(any(test, target_os = "linux"))]
    fn in_status(status: &str) -> Self {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default())
    }

    #[cfg(any(test, not(target_os = "linux")))]
    fn by_shell() -> Self {
        const SCRIPT: &str = "for s in 1 2 15; do r=y; trap 'r=n' $s; kill -$s $$; [ $r = n ] || echo $s; done";
        let shell = std::process::Command::new("/bin/sh").args(["-c", SCRIPT]).output();
        let Ok(output) = shell else { return Self::default() };
        let numbers = String::from_utf8_lossy(&output.stdout);
        Self(numbers.lines().filter_map(|line| line.parse().ok()).fold(0, |set, number| set | bit(number)))
    }
}

fn bit(number: i32) -> u64 {
    u32::try_from(number - 1).ok().and_then(|shift| 1_u64.checked_shl(shift)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_and_a_shell_know_which_signals_are_ignored() {
        let ignored = Ignored::in_status("Name:\tcosput\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n");
        assert!(ignored.has(SignalKind::hangup()));
        assert!(!ignored.has(SignalKind::interrupt()) && !ignored.has(SignalKind::terminate()));
        assert_eq!(Ignored::in_status(""), Ignored::default());
        // This process may itself have been started with ignored signals.
        #[cfg(target_os = "linux")]
        for kind in [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()] {
            assert_eq!(Ignored::by_shell().has(kind), Ignored::at_start().has(kind), "{kind:?}");
        }
    }
}

//! This machine's clock against the server's.

use std::time::{Duration, SystemTime};

use super::check::Check;
use super::finding::Finding;
use crate::cli::values::units;
use crate::language::{message, phrase};

/// A smaller difference may only be network delay.
const SMALLEST: Duration = Duration::from_secs(30);

/// Compares the time of an answer with this machine's when it arrived.
pub(super) fn judge(server: Option<SystemTime>, here: SystemTime) -> Finding {
    let Some(server) = server else {
        return Finding::not_checked(Check::Clock, phrase!("the answer has no Date header"));
    };
    let (apart, is_behind) = match server.duration_since(here) {
        Ok(ahead) => (ahead, true),
        Err(error) => (error.duration(), false),
    };
    if apart < SMALLEST {
        return Finding::ok(Check::Clock, phrase!("it agrees with the server's"));
    }
    let time = units::duration(apart);
    Finding::warning(
        Check::Clock,
        if is_behind {
            message!("it is {time} behind the server's", time)
        } else {
            message!("it is {time} ahead of the server's", time)
        },
        phrase!("set this machine's clock; cosput signs with the server's time until then, but other programs do not"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;

    #[test]
    fn a_clock_that_is_off_is_a_warning_with_its_direction() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(judge(Some(at(1000)), at(1029)).verdict, Verdict::Ok);
        assert_eq!(judge(Some(at(1000)), at(1060)).detail, "it is 60 s ahead of the server's");
        assert_eq!(judge(Some(at(4600)), at(1000)).detail, "it is 60 min behind the server's");
        assert_eq!(judge(Some(at(4600)), at(1000)).verdict, Verdict::Warning);
        assert_eq!(judge(None, at(1000)).verdict, Verdict::NotChecked);
    }
}

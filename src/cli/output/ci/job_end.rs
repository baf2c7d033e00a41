//! When the system ends the job. Only GitLab says so.

use std::time::{Duration, SystemTime};

use crate::cli::process::world::Variables;

/// The time that the rest of the job gets.
const RESERVE: Duration = Duration::from_secs(60);

/// How long a command may run until shortly before the job is ended. `None` if that is not known, or if it is too late: a
/// clock may be wrong, and a job that goes on may still succeed.
pub(crate) fn time_left(variables: &Variables, now: SystemTime) -> Option<Duration> {
    let text = |name| variables.get(name)?.to_str();
    let timeout: u64 = text("CI_JOB_TIMEOUT")?.parse().ok()?;
    let started = humantime::parse_rfc3339(text("CI_JOB_STARTED_AT")?).ok()?;
    let end = started.checked_add(Duration::from_secs(timeout))?.checked_sub(RESERVE)?;
    end.duration_since(now).ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_ends_when_its_timeout_has_passed_since_its_start() {
        let left = |started: &str, timeout: &str| {
            let variables = [("CI_JOB_STARTED_AT", started), ("CI_JOB_TIMEOUT", timeout)].into_iter().collect();
            time_left(&variables, SystemTime::UNIX_EPOCH + Duration::from_secs(100))
        };
        assert_eq!(left("1970-01-01T00:00:40Z", "3600"), Some(Duration::from_secs(3480)));
        assert_eq!(left("1970-01-01T00:00:00Z", "160"), None);
        assert_eq!(left("1970-01-01T00:00:00Z", "1"), None);
        assert_eq!(left("yesterday", "3600"), None);
        assert_eq!(left("1970-01-01T00:00:00Z", "1h"), None);
        assert_eq!(time_left(&Variables::default(), SystemTime::UNIX_EPOCH), None);
    }
}

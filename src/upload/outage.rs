//! Whether the network fails, as the outcomes of requests show it, and for how long.
//!
//! An outage begins with the first request that gets no answer and ends with the next answer to any request. If no request
//! was ever answered, the address may be wrong, so that is no outage.

use std::time::{Duration, Instant};

use super::patience::Patience;

/// How long an outage lasts before it is reported for the first time.
const FIRST_REPORT: Duration = Duration::from_secs(10);
/// The time between two reports.
const REPORTS: Duration = Duration::from_secs(30);

/// The state of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Network {
    answers: u64,
    outage: Option<Outage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outage {
    since: Instant,
    /// When the outage is to be reported next.
    report: Instant,
}

impl Network {
    /// The number of answers so far.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// A request was answered.
    pub fn answered(&mut self) {
        self.answers += 1;
        self.outage = None;
    }

    /// A request got no answer.
    pub fn failed(&mut self, now: Instant) {
        if self.answers > 0 {
            self.outage.get_or_insert(Outage { since: now, report: now + FIRST_REPORT });
        }
    }

    /// The time for which a failed request does not count; `None` if it does. A request counts if others were answered
    /// while it was in flight: `before` is the number of answers when it was sent.
    pub fn time_left(&self, now: Instant, patience: Patience, before: u64) -> Option<Duration> {
        let Outage { since, .. } = self.outage.filter(|_| before == self.answers)?;
        let left = patience.retry_time.saturating_sub(now.saturating_duration_since(since));
        (!left.is_zero()).then_some(left)
    }

    /// How long the outage has lasted, from time to time.
    pub fn report(&mut self, now: Instant) -> Option<Duration> {
        let outage = self.outage.as_mut().filter(|outage| outage.report <= now)?;
        outage.report = now + REPORTS;
        Some(now.saturating_duration_since(outage.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    const PATIENCE: Patience = Patience { max_attempts: 3, retry_time: Duration::from_secs(600) };

    #[test]
    fn an_outage_lasts_from_the_first_failure_to_the_next_answer() {
        let (mut network, start) = (Network::default(), epoch());
        let after = |seconds| start + Duration::from_secs(seconds);
        network.answered();
        network.failed(after(5));
        network.failed(after(100));
        assert_eq!(network.time_left(after(105), PATIENCE, 1), Some(Duration::from_secs(500)));
        assert_eq!(network.time_left(after(605), PATIENCE, 1), None);
        network.answered();
        network.failed(after(700));
        assert_eq!(network.time_left(after(700), PATIENCE, 2), Some(Duration::from_secs(600)));
    }

    #[test]
    fn a_request_that_fails_while_others_are_answered_counts() {
        let mut network = Network::default();
        network.answered();
        network.failed(epoch());
        assert_eq!(network.time_left(epoch(), PATIENCE, 0), None);
    }

    #[test]
    fn an_address_that_never_answered_has_no_outage() {
        let mut network = Network::default();
        network.failed(epoch());
        assert_eq!(network.time_left(epoch(), PATIENCE, 0), None);
    }

    #[test]
    fn an_outage_is_reported_after_ten_seconds_and_every_thirty_from_then_on() {
        let (mut network, start) = (Network::default(), epoch());
        network.answered();
        network.failed(start);
        let reports: Vec<u64> = (0..100)
            .filter_map(|seconds| network.report(start + Duration::from_secs(seconds)))
            .map(|time| time.as_secs())
            .collect();
        assert_eq!(reports, [10, 40, 70]);
    }
}

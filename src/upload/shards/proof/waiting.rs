//! How long `complete` waits for receipts. It reads no clock.

use std::time::{Duration, Instant};

use super::evidence::Trouble;

/// How long to wait before the receipts are read again: at first, and at most.
const SHORT_PAUSE: Duration = Duration::from_millis(500);
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// How long the server is not asked again whether uploads are still there.
const ASKS_EVERY: Duration = Duration::from_secs(600);

/// How long receipts are waited for that no shard can write any more: their files may be visible late, or be collected from
/// machines.
const LATE_RECEIPTS: Duration = Duration::from_secs(600);

/// What one look at the receipts found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Each unit has a receipt, and none contradicts another.
    All,
    /// Receipts are missing, which may be written later, or be visible later.
    NotAll,
    /// Receipts contradict each other or the plan. Later ones change nothing about that.
    Contradiction,
}

impl Found {
    /// What all troubles of all files amount to.
    pub fn of<'a>(troubles: impl IntoIterator<Item = &'a Trouble>) -> Self {
        let kind = |trouble: &Trouble| match trouble {
            Trouble::Missing(_) | Trouble::NoReceipt(_) => Self::NotAll,
            Trouble::Different { .. } | Trouble::Changed { .. } => Self::Contradiction,
        };
        troubles.into_iter().fold(Self::All, |found, trouble| found.and(kind(trouble)))
    }

    /// What both amount to.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Contradiction, _) | (_, Self::Contradiction) => Self::Contradiction,
            (Self::NotAll, _) | (_, Self::NotAll) => Self::NotAll,
            (Self::All, Self::All) => Self::All,
        }
    }
}

/// What to do after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask the server.
    Prove,
    /// Look again after this time.
    LookAgain(Duration),
    /// Report what was found.
    Report,
}

/// The wait of one `complete`.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    until: Option<Instant>,
    pause: Duration,
    /// When the server was last asked about uploads.
    asked: Option<Instant>,
}

impl Waiting {
    /// Waits for up to this time; without one, not at all.
    pub fn new(now: Instant, wait: Option<Duration>) -> Self {
        Self { until: wait.and_then(|wait| now.checked_add(wait)), pause: SHORT_PAUSE, asked: None }
    }

    /// True if a look that begins now is the last one.
    pub fn is_last(&self, now: Instant) -> bool {
        self.left(now).is_none()
    }

    /// True if a look that began at this moment and did not find all receipts asks whether the uploads are still there:
    /// the first and the last one, and now and then one between. Without its upload, no wait brings a receipt.
    pub fn asks(&mut self, began: Instant) -> bool {
        let is_due = self.asked.is_none_or(|asked| began.saturating_duration_since(asked) >= ASKS_EVERY);
        if is_due {
            self.asked = Some(began);
        }
        is_due || self.is_last(began)
    }

    /// An upload is gone, and the receipts do not say yet whether its object is the one of the plan. Shards can send nothing
    /// more, so the wait ends earlier.
    pub fn shorten(&mut self, now: Instant) {
        self.until = self.until.map(|until| until.min(now + LATE_RECEIPTS));
    }

    /// What to do after a look that began at this moment. The last one begins after the end, so that it finds what showed up
    /// during the last pause.
    pub fn next(&mut self, began: Instant, found: Found) -> Next {
        match (found, self.left(began)) {
            (Found::All, _) => Next::Prove,
            (Found::Contradiction, _) | (Found::NotAll, None) => Next::Report,
            (Found::NotAll, Some(left)) => {
                let pause = self.pause.min(left);
                self.pause = (self.pause * 2).min(LONG_PAUSE);
                Next::LookAgain(pause)
            }
        }
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        self.until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::simulation::epoch;

    #[test]
    fn receipts_are_read_once_more_after_the_end_of_the_wait() {
        let began = epoch();
        for seconds in [1, 7, 100, 86_400] {
            let mut waiting = Waiting::new(began, Some(Duration::from_secs(seconds)));
            let (mut now, mut looks) = (began, 0);
            while let Next::LookAgain(pause) = waiting.next(now, Found::NotAll) {
                assert!(!waiting.is_last(now) && pause <= LONG_PAUSE, "{seconds}");
                (now, looks) = (now + pause, looks + 1);
            }
            assert!(waiting.is_last(now));
            assert_eq!(now, began + Duration::from_secs(seconds));
            assert!(looks <= 5 + seconds / 10, "{looks} looks in {seconds} s");
        }
        assert_eq!(Waiting::new(began, None).next(began, Found::NotAll), Next::Report);
    }

    #[test]
    fn the_first_look_and_the_last_one_ask_about_uploads_and_few_between() {
        let began = epoch();
        for seconds in [0, 1, 7, 100, 86_400] {
            let mut waiting = Waiting::new(began, Some(Duration::from_secs(seconds)));
            let (mut now, mut asked) = (began, vec![]);
            let last = loop {
                asked.extend(waiting.asks(now).then_some(now));
                match waiting.next(now, Found::NotAll) {
                    Next::LookAgain(pause) => now += pause,
                    _ => break now,
                }
            };
            assert_eq!((asked.first(), asked.last()), (Some(&began), Some(&last)), "{seconds}");
            assert!(asked.len() as u64 <= 2 + seconds / 600, "{seconds}: {}", asked.len());
        }
    }

    #[test]
    fn a_wait_for_receipts_that_no_shard_writes_ends_early() {
        let began = epoch();
        for (seconds, expected) in [(60, 60), (86_400, 600)] {
            let mut waiting = Waiting::new(began, Some(Duration::from_secs(seconds)));
            waiting.shorten(began);
            let end = began + Duration::from_secs(expected);
            assert!(waiting.is_last(end) && !waiting.is_last(end - Duration::from_millis(1)), "{seconds}");
        }
        let mut none = Waiting::new(began, None);
        none.shorten(began);
        assert!(none.is_last(began));
    }

    #[test]
    fn a_contradiction_is_reported_at_once() {
        let mut waiting = Waiting::new(epoch(), Some(Duration::from_secs(60)));
        assert_eq!(waiting.next(epoch(), Found::Contradiction), Next::Report);
        assert_eq!(waiting.next(epoch(), Found::All), Next::Prove);
        let changed = Trouble::Changed { host: "a".into(), what: "it".into() };
        assert_eq!(Found::of(&[Trouble::NoReceipt(None), changed, Trouble::Missing(None)]), Found::Contradiction);
        assert_eq!(Found::of(&[Trouble::NoReceipt(None)]), Found::NotAll);
        assert_eq!(Found::of(&[]), Found::All);
    }
}

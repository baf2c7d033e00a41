//! How far, how fast, how long yet: pure arithmetic, handed the time.

use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use crate::cli::values::units;
use crate::language::message;
use crate::upload::Progress;

/// How long the rate remembers: long enough to be calm, short enough to notice a change.
const MEMORY: Duration = Duration::from_secs(5);
/// The rate is measured after this time. At first the system's buffers fill, and connections are still speeding up.
const SETTLING: Duration = Duration::from_secs(1);
/// Shorter steps than this say nothing about the rate.
const SHORTEST_STEP: Duration = Duration::from_millis(200);
/// After this time without progress, the rate says nothing about the time that is left.
const STANDSTILL: Duration = Duration::from_secs(10);
/// A longer estimate is of no use.
const LONGEST_LEFT: f64 = 99.0 * 86_400.0;
const WIDEST_BAR: usize = 30;
const NARROWEST_BAR: usize = 5;

/// How many files of how many have come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) done: u64,
    pub(crate) total: u64,
}

/// The progress of one upload over time, or of many together.
#[derive(Debug, Clone)]
pub(crate) struct Speed {
    bytes: u64,
    /// The highest value of `bytes`. While parts keep failing, only bytes beyond it count as progress.
    highest: u64,
    /// When `bytes` last went back, if that was less than `STANDSTILL` ago.
    broke: Option<Instant>,
    /// `None` for a stream, whose size is unknown.
    total: Option<u64>,
    /// False while there may be more than that.
    complete: bool,
    /// Where there are many.
    files: Option<Files>,
    measured: (Instant, u64),
    lately: Lately,
    /// When bytes were first sent, if any were.
    began: Option<Instant>,
    /// When the upload last got ahead, if it did.
    moved: Option<Instant>,
    /// When it was last observed.
    observed: Instant,
}

/// The bytes by which the upload got ahead lately, and the seconds they took. Older ones count less.
#[derive(Debug, Clone, Copy, Default)]
struct Lately {
    bytes: f64,
    seconds: f64,
}

impl Lately {
    fn add(&mut self, bytes: f64, seconds: f64) {
        let kept = (-seconds / MEMORY.as_secs_f64()).exp();
        *self = Self { bytes: self.bytes * kept + bytes, seconds: self.seconds * kept + seconds };
    }

    /// Bytes a second, if something was measured.
    fn rate(self) -> Option<f64> {
        (self.seconds > 0.0).then_some(self.bytes / self.seconds)
    }
}

impl Speed {
    /// An upload of `total` bytes that begins now.
    pub(crate) fn new(now: Instant, total: Option<u64>) -> Self {
        Self {
            bytes: 0,
            highest: 0,
            broke: None,
            total,
            complete: true,
            files: None,
            measured: (now, 0),
            lately: Lately::default(),
            began: None,
            moved: None,
            observed: now,
        }
    }

    /// Bytes that are there already and say nothing about the rate.
    pub(crate) fn resume(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.highest += bytes;
        self.measured.1 += bytes;
    }

    /// Takes in how many files there are; more may come where that is not `complete`.
    pub(crate) fn of_files(&mut self, files: Files, complete: bool) {
        (self.files, self.complete) = (Some(files), complete);
    }

    /// Takes in how far it is now. Bytes that are sent again make it go back.
    pub(crate) fn observe(&mut self, now: Instant, progress: Progress) {
        let bytes = progress.bytes.min(progress.total.unwrap_or(u64::MAX));
        if bytes < self.bytes {
            self.broke = Some(now);
        }
        if self.broke.is_some_and(|broke| now.saturating_duration_since(broke) >= STANDSTILL) {
            (self.broke, self.highest, self.measured.1) = (None, bytes, self.measured.1.min(bytes));
        }
        if bytes > self.highest {
            self.moved = Some(now);
            self.began = self.began.or(Some(now));
        }
        (self.bytes, self.total, self.observed) = (bytes, progress.total, now);
        self.highest = self.highest.max(bytes);
        if self.began.is_none_or(|began| now.saturating_duration_since(began) <= SETTLING) {
            self.measured = (now, self.highest);
            return;
        }
        let step = now.saturating_duration_since(self.measured.0);
        if step < SHORTEST_STEP {
            return;
        }
        self.lately.add(precise(self.highest - self.measured.1), step.as_secs_f64());
        self.measured = (now, self.highest);
    }

    /// Everything in one line: `12% 61.0 MiB of 512.0 MiB, 31 of 2,000 files, 5.1 MiB/s, 88 s left`.
    pub(crate) fn line(&self) -> String {
        self.details().concat()
    }

    /// The line in so many columns: without the last details where it is narrow, with a bar where it is wide.
    pub(crate) fn bar(&self, columns: usize) -> String {
        let mut text = String::new();
        for detail in self.details() {
            if text.width() + detail.width() > columns {
                break;
            }
            text.push_str(&detail);
        }
        let space = columns.saturating_sub(text.width() + "[] ".len()).min(WIDEST_BAR);
        let Some(percent) = self.percent().filter(|_| space >= NARROWEST_BAR && self.complete) else { return text };
        let filled = usize::try_from(u64::from(percent) * space as u64 / 100).unwrap_or(space);
        format!("[{}{}] {text}", "#".repeat(filled), "-".repeat(space - filled))
    }

    /// The most important first.
    fn details(&self) -> Vec<String> {
        let (bytes, total) = (units::size(self.bytes), self.total.map(units::size));
        let mut details = match (self.percent(), total) {
            (Some(percent), Some(total)) if self.complete => {
                vec![format!("{percent}%"), message!(" {bytes} of {total}", bytes, total).to_string()]
            }
            (_, Some(total)) => vec![message!("{bytes} of at least {total}", bytes, total).to_string()],
            (_, None) => vec![bytes],
        };
        if let Some(Files { done, total }) = self.files {
            let (done, total) = (units::count(done), units::count(total));
            let files = if self.complete {
                message!(", {done} of {total} files", done, total)
            } else {
                message!(", {done} of at least {total} files", done, total)
            };
            details.push(files.to_string());
        }
        if let Some(time) = self.standstill() {
            details.push(message!(", no progress for {time}", time = units::duration(time)).to_string());
            return details;
        }
        if let Some(rate) = self.whole_rate() {
            details.push(message!(", {rate}/s", rate = units::size(rate)).to_string());
        }
        if let Some(left) = self.left().filter(|_| self.complete) {
            details.push(message!(", {time} left", time = units::duration(left)).to_string());
        }
        details
    }

    /// How long there was no progress, if that is long and some of it is left.
    fn standstill(&self) -> Option<Duration> {
        let time = self.observed.saturating_duration_since(self.moved?);
        (time >= STANDSTILL && Some(self.bytes) != self.total).then_some(time)
    }

    fn percent(&self) -> Option<u8> {
        let total = self.total?;
        if total == 0 {
            return Some(100);
        }
        let percent = u128::from(self.bytes) * 100 / u128::from(total);
        Some(u8::try_from(percent.min(100)).expect("at most 100 fits"))
    }

    /// Bytes a second, where there is a rate to speak of.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float becomes the nearest u64")]
    fn whole_rate(&self) -> Option<u64> {
        self.lately.rate().map(|rate| rate as u64).filter(|rate| *rate > 0)
    }

    /// How long until all bytes are sent, if some are not. How long the server then takes is not known.
    fn left(&self) -> Option<Duration> {
        let unsent = self.total?.checked_sub(self.bytes).filter(|unsent| *unsent > 0)?;
        let seconds = precise(unsent) / precise(self.whole_rate()?);
        // Tenths of a second would flicker.
        Some(Duration::from_secs_f64(seconds.min(LONGEST_LEFT).ceil()))
    }
}

/// Bytes as a float: beyond 2^53 the last ones are lost, which a rate does not show.
#[expect(clippy::cast_precision_loss, reason = "a rate needs no last byte")]
fn precise(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;

    const MIB: u64 = 1 << 20;

    fn now() -> Instant {
        (world(&[], &[]).world.stopwatch)()
    }

    fn at(began: Instant, seconds: u64) -> Instant {
        began + Duration::from_secs(seconds)
    }

    /// An upload that sends since the second before `began`.
    fn sending(began: Instant, total: Option<u64>) -> Speed {
        let start = began.checked_sub(SETTLING).unwrap();
        let mut speed = Speed::new(start, total);
        [start, began].iter().for_each(|now| speed.observe(*now, Progress { bytes: 1, total }));
        speed
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        let began = now();
        let mut speed = Speed::new(began, Some(0));
        assert_eq!(speed.line(), "100% 0 B of 0 B");
        speed.observe(began, Progress { bytes: 0, total: Some(0) });
        speed.observe(at(began, 1), Progress { bytes: 0, total: Some(0) });
        assert_eq!(speed.line(), "100% 0 B of 0 B");
        let mut speed = Speed::new(began, Some(10));
        speed.observe(at(began, 100), Progress { bytes: 0, total: Some(10) });
        assert_eq!(speed.line(), "0% 0 B of 10 B");
        speed.observe(at(began, 200), Progress { bytes: 20, total: Some(10) });
        assert_eq!(speed.line(), "100% 10 B of 10 B");
    }

    #[test]
    fn for_a_stream_only_the_bytes_sent_are_shown() {
        let began = now();
        let mut speed = sending(began, None);
        speed.observe(at(began, 1), Progress { bytes: 61 * MIB, total: None });
        assert_eq!(speed.line(), "61.0 MiB, 61.0 MiB/s");
        assert_eq!(speed.bar(79), "61.0 MiB, 61.0 MiB/s");
    }

    #[test]
    fn a_very_long_wait_is_shown_in_days() {
        let began = now();
        let mut speed = sending(began, Some(u64::MAX));
        speed.observe(at(began, 1), Progress { bytes: 2, total: Some(u64::MAX) });
        assert_eq!(speed.line(), "0% 2 B of 16.0 EiB, 1 B/s, 99 d left");
    }

    #[test]
    fn the_rate_is_smoothed_and_leaves_out_what_was_there() {
        let began = now();
        let mut speed = sending(began, Some(512 * MIB));
        speed.resume(100 * MIB);
        speed.observe(at(began, 1), Progress { bytes: 110 * MIB, total: Some(512 * MIB) });
        assert_eq!(speed.line(), "21% 110.0 MiB of 512.0 MiB, 10.0 MiB/s, 41 s left");
        speed.observe(at(began, 2), Progress { bytes: 110 * MIB, total: Some(512 * MIB) });
        assert_eq!(speed.line(), "21% 110.0 MiB of 512.0 MiB, 4.5 MiB/s, 90 s left");
        speed.observe(at(began, 3), Progress { bytes: 90 * MIB, total: Some(512 * MIB) });
        assert_eq!(speed.line(), "17% 90.0 MiB of 512.0 MiB, 2.7 MiB/s, 2 min left");
    }

    #[test]
    fn what_fills_buffers_at_first_says_nothing_about_the_rate() {
        let began = now();
        let mut speed = Speed::new(began, Some(8 * MIB));
        // 2 MiB are handed over at once, and 256 KiB a second from then on.
        let mut lines = (0..400).map(|tick| {
            let now = began + tick * Duration::from_millis(100);
            let bytes = (2 * MIB + u64::from(tick) * (MIB / 40)).min(8 * MIB);
            speed.observe(now, Progress { bytes, total: Some(8 * MIB) });
            speed.line()
        });
        assert_eq!(lines.nth(9).unwrap(), "27% 2.2 MiB of 8.0 MiB");
        assert_eq!(lines.nth(20).unwrap(), "34% 2.7 MiB of 8.0 MiB, 256.0 KiB/s, 22 s left");
        assert_eq!(lines.nth(99).unwrap(), "65% 5.2 MiB of 8.0 MiB, 256.0 KiB/s, 12 s left");
    }

    #[test]
    fn no_time_is_left_to_send_once_all_is_sent() {
        let began = now();
        let mut speed = sending(began, Some(10 * MIB));
        speed.observe(at(began, 1), Progress { bytes: 10 * MIB, total: Some(10 * MIB) });
        assert_eq!(speed.line(), "100% 10.0 MiB of 10.0 MiB, 10.0 MiB/s");
    }

    #[test]
    fn while_there_is_no_progress_that_is_shown_and_no_time_left() {
        let began = now();
        let mut speed = sending(began, Some(512 * MIB));
        let mut at_second = |second, mebibytes| {
            speed.observe(at(began, second), Progress { bytes: mebibytes * MIB, total: Some(512 * MIB) });
            speed.line()
        };
        at_second(1, 10);
        assert!(at_second(10, 10).ends_with(" left"));
        assert_eq!(at_second(11, 10), "1% 10.0 MiB of 512.0 MiB, no progress for 10 s");
        // Parts that broke are sent again.
        assert_eq!(at_second(90, 8), "1% 8.0 MiB of 512.0 MiB, no progress for 89 s");
        assert!(at_second(91, 12).ends_with(" left"));
        at_second(92, 512);
        assert!(!at_second(200, 512).contains("no progress"), "the server works on it");
    }

    #[test]
    fn what_is_sent_again_and_again_gives_no_rate() {
        let began = now();
        let mut speed = sending(began, Some(512 * MIB));
        for second in 1..60 {
            let bytes = (10 + second % 2 * 40) * MIB;
            speed.observe(at(began, second), Progress { bytes, total: Some(512 * MIB) });
        }
        assert_eq!(speed.line(), "9% 50.0 MiB of 512.0 MiB, no progress for 58 s");
        speed.observe(at(began, 60), Progress { bytes: 60 * MIB, total: Some(512 * MIB) });
        assert!(speed.line().ends_with(" left"), "{}", speed.line());
    }

    #[test]
    fn what_is_sent_again_counts_once_nothing_breaks_any_more() {
        let began = now();
        let mut speed = sending(began, Some(512 * MIB));
        for second in 1..40 {
            let bytes = if second < 20 { 10 * second } else { second };
            speed.observe(at(began, second), Progress { bytes: bytes * MIB, total: Some(512 * MIB) });
        }
        let ahead = speed.line();
        assert!(ahead.starts_with("7% 39.0 MiB of 512.0 MiB, ") && ahead.ends_with(" left"), "{ahead}");
    }

    #[test]
    fn a_narrow_line_drops_details_and_a_wide_one_has_a_bar() {
        let began = now();
        let mut speed = sending(began, Some(512 * MIB));
        speed.observe(at(began, 10), Progress { bytes: 61 * MIB, total: Some(512 * MIB) });
        let table = [
            (2, ""),
            (3, "11%"),
            (24, "[#-----------------] 11%"),
            (25, "11% 61.0 MiB of 512.0 MiB"),
            (39, "11% 61.0 MiB of 512.0 MiB, 6.1 MiB/s"),
            (48, "11% 61.0 MiB of 512.0 MiB, 6.1 MiB/s, 74 s left"),
            (60, "[#---------] 11% 61.0 MiB of 512.0 MiB, 6.1 MiB/s, 74 s left"),
            (79, "[###--------------------------] 11% 61.0 MiB of 512.0 MiB, 6.1 MiB/s, 74 s left"),
        ];
        for (columns, text) in table {
            assert_eq!(speed.bar(columns), text, "{columns}");
        }
        for columns in 0..200 {
            assert!(speed.bar(columns).chars().count() <= columns);
        }
    }
}

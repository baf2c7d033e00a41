//! The progress of a command in bytes and files: finished, in flight, listed. The text of the bar and of lines.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use super::rate::{Files, Speed};
use crate::cli::output::console::shown;
use crate::cli::output::failures::message;
use crate::cli::output::json::OverallProgress;
use crate::cli::output::table::cut;
use crate::cli::values::units;
use crate::language::{Message, message};
use crate::upload::batch::objects::ObjectId;
use crate::upload::event::{DeltaNotice, Notice, ReadFor};
use crate::upload::source::Item;
use crate::upload::{Event, Plan, Progress};

/// Files in flight that have a line of their own, one for each four rows of the terminal.
const MOST_NAMED: usize = 3;
const LINES_EACH: usize = 4;
const LEAST_COLUMNS: usize = 40;
/// The name of a single file is cut to this width, and left out on narrow terminals.
const NAME_COLUMNS: usize = 20;
const COLUMNS_FOR_A_NAME: usize = 60;

/// What is known so far about all files to upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Listed {
    /// The number of files found.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Whether the search has ended.
    pub(crate) complete: bool,
}

impl Listed {
    /// Counts an item if it is a file.
    pub(crate) fn add(&mut self, item: &Item) {
        if let Item::File { identity, .. } = item {
            self.files += 1;
            self.bytes += identity.size;
        }
    }
}

/// The totals of a command's uploads.
#[derive(Debug)]
pub(crate) struct Totals {
    many: bool,
    speed: Option<Speed>,
    open: BTreeMap<ObjectId, Open>,
    ended: u64,
    stored: u64,
    /// Bytes of files that were listed and failed.
    out: u64,
    /// What is waited for, until bytes move again.
    waiting: Option<Waiting>,
    /// The time of the last event.
    now: Option<Instant>,
    listed: Listed,
}

/// Something that takes a while and moves no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Waiting {
    Stdin,
    Retry {
        request: String,
        attempt: u32,
        of: u32,
        at: Instant,
    },
    Reading(ReadFor, u64),
    /// All bytes are sent, but not all requests are answered.
    Answers,
    Complete,
}

impl Waiting {
    fn in_words(&self, now: Option<Instant>) -> Message {
        match self {
            Self::Stdin => message!("waiting for stdin"),
            Self::Retry { request, attempt, of, at } => {
                let left = now.map(|now| at.saturating_duration_since(now)).filter(|left| !left.is_zero());
                let next = left.map(|left| message!(", next in {time}", time = countdown(left)));
                message!(
                    "retrying {request}, attempt {attempt} of {of}{next}",
                    request,
                    attempt,
                    of,
                    next = next.unwrap_or_default()
                )
            }
            Self::Reading(ReadFor::Comparison, percent) => {
                message!("comparing the file with the object… {percent}%", percent)
            }
            Self::Reading(ReadFor::Map, percent) => {
                message!("reading the file for the map of the object… {percent}%", percent)
            }
            Self::Answers => message!("waiting for the server to answer…"),
            Self::Complete => message!("finishing on the server…"),
        }
    }
}

/// `4 s`: the whole seconds that are left, of which the last one has begun.
fn countdown(left: Duration) -> Message {
    match Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)) {
        few if few < Duration::from_secs(10) => message!("{seconds} s", seconds = few.as_secs()),
        many => units::duration(many),
    }
}

fn percent(bytes: u64, total: Option<u64>) -> u64 {
    u64::try_from(u128::from(bytes) * 100 / u128::from(total.unwrap_or(0).max(1))).unwrap_or(u64::MAX)
}

#[derive(Debug)]
struct Open {
    source: String,
    /// `None` for a stream.
    size: Option<u64>,
    bytes: u64,
    plan: Option<Plan>,
    parts: Option<u16>,
    max_attempts: u32,
}

impl Totals {
    /// The totals of one upload, or of many.
    pub(crate) fn new(many: bool) -> Self {
        let listed = Listed { complete: !many, ..Listed::default() };
        Self { many, speed: None, open: BTreeMap::new(), ended: 0, stored: 0, out: 0, waiting: None, now: None, listed }
    }

    /// Replaces what is known about all files to upload.
    pub(crate) fn total(&mut self, listed: Listed) {
        self.listed = listed;
    }

    /// An object begins; each of its requests has up to `max_attempts`.
    pub(crate) fn begins(&mut self, object: ObjectId, source: &Path, size: Option<u64>, max_attempts: u32) {
        if size.is_none() && !self.many {
            // A stream is planned once something of it has been read.
            self.waiting = Some(Waiting::Stdin);
        }
        self.open.insert(object, Open { source: shown(source), size, bytes: 0, plan: None, parts: None, max_attempts });
    }

    /// Updates the totals with an event of an object.
    pub(crate) fn event(&mut self, now: Instant, object: ObjectId, event: &Event) {
        self.now = Some(now);
        let Some(open) = self.open.get_mut(&object) else { return };
        match event {
            Event::Started(plan) => {
                open.parts = open.parts.or(plan.parts());
                open.plan = Some(*plan);
                if !self.many {
                    self.speed = Some(Speed::new(now, plan.size()));
                    self.waiting = plan.size().is_none().then_some(Waiting::Stdin);
                }
            }
            Event::Retrying { operation, attempts, wait, .. } if !self.many => {
                self.waiting = Some(Waiting::Retry {
                    request: message::name(*operation, open.parts).to_string(),
                    attempt: attempts + 1,
                    of: open.max_attempts.max(attempts + 1),
                    at: now + *wait,
                });
            }
            Event::Notice(Notice::Delta(DeltaNotice::Restarted(_))) => open.parts = None,
            Event::Notice(Notice::Delta(DeltaNotice::Planned(delta))) => open.parts = Some(delta.parts),
            Event::Notice(Notice::SmallerParts { division, .. }) => {
                open.plan = open.plan.and_then(|plan| plan.divided(*division));
                open.parts = open.plan.and_then(|plan| plan.parts());
            }
            Event::Resumed { bytes, .. } => {
                open.bytes = *bytes;
                self.speed.get_or_insert_with(|| Speed::new(now, Some(0))).resume(*bytes);
            }
            Event::Progress(progress) => {
                if open.bytes != progress.bytes {
                    let all_sent = progress.total == Some(progress.bytes);
                    self.waiting = (all_sent && !self.many).then_some(Waiting::Answers);
                }
                (open.bytes, open.size) = (progress.bytes, progress.total);
                self.observe(now);
            }
            Event::Completing if !self.many => self.waiting = Some(Waiting::Complete),
            Event::Reading(read_for, progress) if !self.many => {
                self.speed.get_or_insert_with(|| Speed::new(now, progress.total));
                self.waiting = Some(Waiting::Reading(*read_for, percent(progress.bytes, progress.total)));
            }
            _ => {}
        }
    }

    /// An object has ended. The bytes of one that is not stored are no longer counted.
    pub(crate) fn ends(&mut self, now: Instant, object: ObjectId, stored: bool) {
        let Some(open) = self.open.remove(&object) else { return };
        self.ended += 1;
        self.waiting = None;
        *(if stored { &mut self.stored } else { &mut self.out }) += open.size.unwrap_or(open.bytes);
        self.observe(now);
    }

    /// A file that was listed has failed before it began.
    pub(crate) fn drops_out(&mut self) {
        self.ended += 1;
    }

    /// The progress for JSON.
    pub(crate) fn so_far(&self) -> OverallProgress {
        let (Progress { bytes, total }, files) = self.sums();
        let known = |number: Option<u64>| number.filter(|_| self.listed.complete);
        OverallProgress { bytes, total: known(total), files: files.done, files_total: known(Some(files.total)) }
    }

    /// All totals in one line; `None` before the first of them is known.
    pub(crate) fn line(&self) -> Option<String> {
        let speed = self.speed.as_ref()?;
        Some(match &self.waiting {
            Some(reading @ Waiting::Reading(..)) => reading.in_words(self.now).to_string(),
            _ => speed.line(),
        })
    }

    /// A bar, and below it the first files in flight if there is room.
    pub(crate) fn bar(&self, columns: usize, rows: usize) -> Option<String> {
        let speed = self.speed.as_ref()?;
        let waiting = self.waiting.as_ref().map(|waiting| cut(&waiting.in_words(self.now), columns));
        let bar = match self.open.values().next().filter(|_| !self.many && columns >= COLUMNS_FOR_A_NAME) {
            Some(open) => {
                let name = cut(&open.source, NAME_COLUMNS);
                let bar = speed.bar(columns - name.width() - 1);
                format!("{name} {bar}")
            }
            None => speed.bar(columns),
        };
        let room = if self.many && columns >= LEAST_COLUMNS { (rows / LINES_EACH).min(MOST_NAMED) } else { 0 };
        let moving = self.open.values().filter(|open| open.bytes > 0);
        let lines = moving.take(room).map(|open| {
            format!("{:4}% {}", percent(open.bytes, open.size), cut(&open.source, columns - "100%   ".len()))
        });
        Some(std::iter::once(bar).chain(waiting).chain(lines).collect::<Vec<_>>().join("\n"))
    }

    fn observe(&mut self, now: Instant) {
        let (progress, files) = self.sums();
        let speed = self.speed.get_or_insert_with(|| Speed::new(now, Some(0)));
        if self.many {
            speed.of_files(files, self.listed.complete);
        }
        speed.observe(now, progress);
    }

    /// More than was listed may have begun: a file can begin before it is counted, and can grow.
    fn sums(&self) -> (Progress, Files) {
        let open = || self.open.values();
        let bytes = self.stored + open().map(|open| open.bytes).sum::<u64>();
        let begun = self.stored + open().map(|open| open.size.unwrap_or(open.bytes)).sum::<u64>();
        let total = self.listed.bytes.saturating_sub(self.out).max(begun);
        let files = self.listed.files.max(self.ended + self.open.len() as u64);
        let total = Some(total).filter(|_| open().all(|open| open.size.is_some()));
        (Progress { bytes, total }, Files { done: self.ended, total: files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::upload::plan::divisions::Division;
    use crate::upload::source::stream_buffer::{Expectations, StreamBuffer};
    use crate::upload::{Cause, Operation, PlanOptions};

    const MIB: u64 = 1 << 20;

    struct Scene {
        totals: Totals,
        began: Instant,
    }

    impl Scene {
        fn new(many: bool) -> Self {
            Self { totals: Totals::new(many), began: (world(&[], &[]).world.stopwatch)() }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.began + Duration::from_secs(seconds)
        }

        fn begins(&mut self, seconds: u64, object: u64, source: &str, mebibytes: u64) {
            let size = mebibytes * MIB;
            self.totals.begins(ObjectId(object), Path::new(source), Some(size), 8);
            let plan = Plan::new(size, PlanOptions::default()).unwrap();
            self.totals.event(self.at(seconds), ObjectId(object), &Event::Started(plan));
        }

        fn moves(&mut self, seconds: u64, object: u64, mebibytes: u64, of: u64) {
            let progress = Progress { bytes: mebibytes * MIB, total: Some(of * MIB) };
            self.totals.event(self.at(seconds), ObjectId(object), &Event::Progress(progress));
        }

        fn ends(&mut self, seconds: u64, object: u64, stored: bool) {
            self.totals.ends(self.at(seconds), ObjectId(object), stored);
        }

        fn line(&self) -> String {
            self.totals.line().unwrap()
        }
    }

    fn listed(files: u64, mebibytes: u64, complete: bool) -> Listed {
        Listed { files, bytes: mebibytes * MIB, complete }
    }

    #[test]
    fn one_upload_is_shown_without_files() {
        let mut scene = Scene::new(false);
        assert_eq!(scene.totals.line(), None);
        scene.begins(0, 0, "a", 40);
        [(1, 2), (2, 2), (4, 10)].iter().for_each(|(second, mebibytes)| scene.moves(*second, 0, *mebibytes, 40));
        assert_eq!(scene.line(), "25% 10.0 MiB of 40.0 MiB, 4.0 MiB/s, 8.0 s left");
        assert_eq!(scene.totals.bar(30, 50).unwrap(), "25% 10.0 MiB of 40.0 MiB");
    }

    #[test]
    fn waiting_is_shown_below_the_bar_of_one_file() {
        let mut scene = Scene::new(false);
        scene.begins(0, 0, "a", 40);
        scene.moves(2, 0, 10, 40);
        let bar = |scene: &Scene| scene.totals.bar(76, 24).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
        let number = PartNumber::new(2).unwrap();
        let (operation, wait) = (Operation::UploadPart(number), Duration::from_secs(4));
        let cause = Cause::Interrupted;
        scene.totals.event(scene.at(3), ObjectId(0), &Event::Retrying { operation, attempts: 4, wait, cause });
        let lines = bar(&scene);
        assert!(lines[0].starts_with("a [####"), "{lines:?}");
        let parts = Plan::new(40 * MIB, PlanOptions::default()).unwrap().parts().unwrap();
        assert_eq!(lines[1..], [format!("retrying part 2 of {parts}, attempt 5 of 8, next in 4 s")]);
        let division = Division { first: number, part_size: 2 * MIB };
        let smaller = Notice::SmallerParts { from: 4 * MIB, division, given_up: 0 };
        scene.totals.event(scene.at(3), ObjectId(0), &Event::Notice(smaller));
        let cause = Cause::Interrupted;
        scene.totals.event(scene.at(3), ObjectId(0), &Event::Retrying { operation, attempts: 4, wait, cause });
        assert!(bar(&scene)[1].starts_with("retrying part 2 of 21, "), "{:?}", bar(&scene));
        scene.moves(8, 0, 20, 40);
        assert_eq!(bar(&scene).len(), 1);
        scene.moves(9, 0, 40, 40);
        assert_eq!(bar(&scene)[1..], ["waiting for the server to answer…"]);
        scene.totals.event(scene.at(10), ObjectId(0), &Event::Completing);
        scene.moves(10, 0, 40, 40);
        assert_eq!(bar(&scene)[1..], ["finishing on the server…"]);
        scene.ends(10, 0, true);
        assert_eq!(bar(&scene).len(), 1);
    }

    #[test]
    fn reading_a_file_for_its_checksums_is_shown_with_a_percentage() {
        let mut scene = Scene::new(false);
        scene.totals.begins(ObjectId(0), Path::new("a"), Some(40 * MIB), 8);
        let reads = |scene: &mut Scene, second, read_for, mebibytes| {
            let progress = Progress { bytes: mebibytes * MIB, total: Some(40 * MIB) };
            scene.totals.event(scene.at(second), ObjectId(0), &Event::Reading(read_for, progress));
            let bar = scene.totals.bar(76, 24).unwrap();
            assert_eq!(bar.lines().skip(1).collect::<Vec<_>>(), [scene.line()], "the line is that below the bar");
            scene.line()
        };
        let line = reads(&mut scene, 1, ReadFor::Comparison, 10);
        assert_eq!(line, "comparing the file with the object… 25%");
        scene.begins(2, 0, "a", 40);
        [(3, 12), (4, 12), (6, 20)].iter().for_each(|(second, mebibytes)| scene.moves(*second, 0, *mebibytes, 40));
        assert_eq!(scene.line(), "50% 20.0 MiB of 40.0 MiB, 4.0 MiB/s, 5.0 s left");
        scene.moves(7, 0, 40, 40);
        let line = reads(&mut scene, 7, ReadFor::Map, 30);
        assert_eq!(line, "reading the file for the map of the object… 75%");
        scene.ends(8, 0, true);
        assert!(scene.line().starts_with("100% 40.0 MiB of 40.0 MiB"), "{}", scene.line());
    }

    #[test]
    fn the_wait_before_a_retry_counts_down() {
        let mut scene = Scene::new(false);
        scene.begins(0, 0, "a", 40);
        let cause = Cause::Interrupted;
        let operation = Operation::PutObject;
        let event = Event::Retrying { operation, attempts: 1, wait: Duration::from_millis(11_500), cause };
        scene.totals.event(scene.began, ObjectId(0), &event);
        let shown = |scene: &Scene| scene.totals.bar(76, 24).unwrap().lines().last().unwrap().to_owned();
        let next: Vec<String> = [0, 2, 11, 12]
            .map(|second| {
                scene.moves(second, 0, 0, 40);
                shown(&scene)
            })
            .into();
        let retrying = "retrying PUT Object, attempt 2 of 8";
        let left = ["12 s", "10 s", "1 s"].map(|left| format!("{retrying}, next in {left}"));
        assert_eq!(next, [&left[..], &[retrying.to_owned()]].concat());
    }

    #[test]
    fn a_stream_without_bytes_is_waited_for() {
        let mut scene = Scene::new(false);
        scene.totals.begins(ObjectId(0), Path::new("-"), None, 8);
        scene.totals.event(scene.began, ObjectId(0), &Event::Progress(Progress { bytes: 0, total: None }));
        assert!(scene.totals.bar(76, 24).unwrap().ends_with("\nwaiting for stdin"), "before the stream is planned");
        let buffer = StreamBuffer::new(PlanOptions::default(), 256 << 20, Expectations::default()).unwrap();
        scene.totals.event(scene.began, ObjectId(0), &Event::Started(buffer.plan()));
        assert_eq!(scene.totals.bar(76, 24).unwrap(), "stdin 0 B\nwaiting for stdin");
        let progress = Progress { bytes: MIB, total: None };
        scene.totals.event(scene.at(1), ObjectId(0), &Event::Progress(progress));
        assert_eq!(scene.totals.bar(76, 24).unwrap(), "stdin 1.0 MiB");
    }

    #[test]
    fn nothing_is_invented_before_the_listing_has_ended() {
        let mut scene = Scene::new(true);
        scene.begins(0, 0, "a", 40);
        [(0, 2), (1, 2), (3, 10)].iter().for_each(|(second, mebibytes)| scene.moves(*second, 0, *mebibytes, 40));
        assert_eq!(scene.line(), "10.0 MiB of at least 40.0 MiB, 0 of at least 1 files, 4.0 MiB/s");
        assert_eq!(
            scene.totals.so_far(),
            OverallProgress { bytes: 10 * MIB, total: None, files: 0, files_total: None }
        );
        scene.totals.total(listed(1500, 500, false));
        scene.ends(4, 0, true);
        assert!(
            scene.line().starts_with("40.0 MiB of at least 500.0 MiB, 1 of at least 1,500 files, "),
            "{}",
            scene.line()
        );
        assert_eq!(scene.totals.bar(20, 50).unwrap(), "");
        scene.totals.total(listed(2000, 800, true));
        scene.moves(6, 0, 0, 0);
        scene.begins(6, 1, "b", 8);
        scene.moves(6, 1, 0, 8);
        assert!(scene.line().starts_with("5% 40.0 MiB of 800.0 MiB, 1 of 2,000 files, "), "{}", scene.line());
        let so_far = OverallProgress { bytes: 40 * MIB, total: Some(800 * MIB), files: 1, files_total: Some(2000) };
        assert_eq!(scene.totals.so_far(), so_far);
    }

    #[test]
    fn what_fails_is_done_but_its_bytes_are_not_counted() {
        let mut scene = Scene::new(true);
        scene.totals.total(listed(3, 30, true));
        for object in 0..2 {
            scene.begins(0, object, "x", 10);
            scene.moves(1, object, 5, 10);
        }
        scene.ends(2, 0, false);
        scene.ends(2, 1, true);
        scene.totals.drops_out();
        let so_far = OverallProgress { bytes: 10 * MIB, total: Some(20 * MIB), files: 3, files_total: Some(3) };
        assert_eq!(scene.totals.so_far(), so_far);
    }

    #[test]
    fn bytes_that_were_there_say_nothing_of_the_rate() {
        let mut scene = Scene::new(true);
        scene.totals.total(listed(2, 200, true));
        scene.begins(0, 0, "x", 100);
        scene.begins(0, 1, "y", 100);
        scene.moves(0, 1, 0, 100);
        scene.moves(1, 1, 1, 100);
        let upload_id = UploadId::new("id").unwrap();
        scene.totals.event(scene.at(1), ObjectId(0), &Event::Resumed { upload_id, parts: 3, bytes: 90 * MIB });
        scene.moves(2, 1, 2, 100);
        scene.moves(3, 1, 3, 100);
        assert_eq!(scene.line(), "46% 93.0 MiB of 200.0 MiB, 0 of 2 files, 1.0 MiB/s, 107 s left");
    }

    #[test]
    fn the_first_files_in_flight_have_lines_of_their_own_where_there_is_room() {
        let mut scene = Scene::new(true);
        scene.totals.total(listed(9, 90, true));
        for (object, name) in ["数据/训练-00001.bin", "b\u{7}", "not-yet", "c", "d"].into_iter().enumerate() {
            scene.begins(0, object as u64, name, 10);
            scene.moves(1, object as u64, if name == "not-yet" { 0 } else { 1 }, 10);
        }
        let bar = |columns, rows| scene.totals.bar(columns, rows).unwrap();
        let lines = |columns, rows| bar(columns, rows).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(80, 24), ["  10% 数据/训练-00001.bin", "  10% b\\u{7}", "  10% c"]);
        assert_eq!(lines(80, 9).len(), 2);
        assert_eq!(lines(80, 3).len(), 0);
        assert_eq!(lines(39, 24).len(), 0);
    }
}

//! How far all objects of a command are: bytes and files that are done, in flight, and known of. It shows nothing itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::rate::{Files, Meter};
use crate::cli::output::console::shown;
use crate::cli::output::json::OverallProgress;
use crate::cli::output::table::cut;
use crate::upload::batch::objects::ObjectId;
use crate::upload::source::Item;
use crate::upload::{Event, Progress};

/// So many files in flight have a line of their own, …
const MOST_NAMED: usize = 3;
/// … on a terminal with four times as many lines, and room for a name.
const LINES_EACH: usize = 4;
const LEAST_COLUMNS: usize = 40;

/// What is known of all that is to be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Listed {
    /// How many files were found.
    pub(crate) files: u64,
    /// How many bytes they have.
    pub(crate) bytes: u64,
    /// Whether that is all.
    pub(crate) complete: bool,
}

impl Listed {
    /// Counts one more, where it is a file.
    pub(crate) fn add(&mut self, item: &Item) {
        if let Item::File { identity, .. } = item {
            self.files += 1;
            self.bytes += identity.size;
        }
    }
}

/// The course of a command's uploads.
#[derive(Debug)]
pub(crate) struct Course {
    many: bool,
    meter: Option<Meter>,
    open: BTreeMap<ObjectId, Open>,
    ended: u64,
    stored: u64,
    /// Bytes of files that are not to be uploaded after all.
    out: u64,
    listed: Listed,
}

#[derive(Debug)]
struct Open {
    source: String,
    /// Where it is known: of a stream it is not.
    size: Option<u64>,
    bytes: u64,
}

impl Course {
    /// The course of one upload, or of many.
    pub(crate) fn new(many: bool) -> Self {
        let listed = Listed { complete: !many, ..Listed::default() };
        Self { many, meter: None, open: BTreeMap::new(), ended: 0, stored: 0, out: 0, listed }
    }

    /// Says what there is to upload, as far as it is known.
    pub(crate) fn total(&mut self, listed: Listed) {
        self.listed = listed;
    }

    /// An object's turn has come.
    pub(crate) fn begins(&mut self, object: ObjectId, source: &Path, size: Option<u64>) {
        self.open.insert(object, Open { source: shown(source), size, bytes: 0 });
    }

    /// Takes in what happened to an object.
    pub(crate) fn event(&mut self, now: Instant, object: ObjectId, event: &Event) {
        let Some(open) = self.open.get_mut(&object) else { return };
        match event {
            Event::Started(plan) if !self.many => self.meter = Some(Meter::new(now, plan.size())),
            Event::Resumed { bytes, .. } => {
                open.bytes = *bytes;
                self.meter.get_or_insert_with(|| Meter::new(now, Some(0))).resume(now, *bytes);
            }
            Event::Progress(progress) => {
                (open.bytes, open.size) = (progress.bytes, progress.total);
                self.observe(now);
            }
            _ => {}
        }
    }

    /// An object has come to its end. The bytes of one that is not stored are no longer counted.
    pub(crate) fn ends(&mut self, now: Instant, object: ObjectId, stored: bool) {
        let Some(open) = self.open.remove(&object) else { return };
        self.ended += 1;
        *(if stored { &mut self.stored } else { &mut self.out }) += open.size.unwrap_or(open.bytes);
        self.observe(now);
    }

    /// A file that was listed has come to its end before it began.
    pub(crate) fn drops_out(&mut self) {
        self.ended += 1;
    }

    /// How far it is.
    pub(crate) fn so_far(&self) -> OverallProgress {
        let (Progress { bytes, total }, files) = self.sums();
        let known = |number: Option<u64>| number.filter(|_| self.listed.complete);
        OverallProgress { bytes, total: known(total), files: files.done, files_total: known(Some(files.total)) }
    }

    /// Everything in one line; nothing before anything happened.
    pub(crate) fn line(&self) -> Option<String> {
        Some(self.meter.as_ref()?.line())
    }

    /// A bar, and below it the first files in flight where there is room for them.
    pub(crate) fn bar(&self, columns: usize, rows: usize) -> Option<String> {
        let bar = self.meter.as_ref()?.bar(columns);
        let room = if self.many && columns >= LEAST_COLUMNS { (rows / LINES_EACH).min(MOST_NAMED) } else { 0 };
        let moving = self.open.values().filter(|open| open.bytes > 0);
        let lines = moving.take(room).map(|open| {
            let percent = u128::from(open.bytes) * 100 / u128::from(open.size.unwrap_or(0).max(1));
            format!("{percent:4}% {}", cut(&open.source, columns - "100%   ".len()))
        });
        Some(std::iter::once(bar).chain(lines).collect::<Vec<_>>().join("\n"))
    }

    fn observe(&mut self, now: Instant) {
        let (progress, files) = self.sums();
        let meter = self.meter.get_or_insert_with(|| Meter::new(now, Some(0)));
        if self.many {
            meter.of_files(files, self.listed.complete);
        }
        meter.observe(now, progress);
    }

    /// More is there than was listed where it was begun before it was told of, or grew since.
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
    use crate::cos::multipart::UploadId;
    use crate::upload::{Plan, PlanOptions};
    use std::time::Duration;

    const MIB: u64 = 1 << 20;

    struct Told {
        course: Course,
        began: Instant,
    }

    impl Told {
        fn new(many: bool) -> Self {
            Self { course: Course::new(many), began: (world(&[], &[]).world.stopwatch)() }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.began + Duration::from_secs(seconds)
        }

        fn begins(&mut self, seconds: u64, object: u64, source: &str, mebibytes: u64) {
            let size = mebibytes * MIB;
            self.course.begins(ObjectId(object), Path::new(source), Some(size));
            let plan = Plan::new(size, PlanOptions::default()).unwrap();
            self.course.event(self.at(seconds), ObjectId(object), &Event::Started(plan));
        }

        fn moves(&mut self, seconds: u64, object: u64, mebibytes: u64, of: u64) {
            let progress = Progress { bytes: mebibytes * MIB, total: Some(of * MIB) };
            self.course.event(self.at(seconds), ObjectId(object), &Event::Progress(progress));
        }

        fn ends(&mut self, seconds: u64, object: u64, stored: bool) {
            self.course.ends(self.at(seconds), ObjectId(object), stored);
        }

        fn line(&self) -> String {
            self.course.line().unwrap()
        }
    }

    fn listed(files: u64, mebibytes: u64, complete: bool) -> Listed {
        Listed { files, bytes: mebibytes * MIB, complete }
    }

    #[test]
    fn one_upload_is_shown_without_files() {
        let mut told = Told::new(false);
        assert_eq!(told.course.line(), None);
        told.begins(0, 0, "a", 40);
        told.moves(2, 0, 10, 40);
        assert_eq!(told.line(), "25% 10.0 MiB of 40.0 MiB, 5.0 MiB/s, 6.0 s left");
        assert_eq!(told.course.bar(30, 50).unwrap(), "25% 10.0 MiB of 40.0 MiB");
    }

    #[test]
    fn nothing_is_invented_before_the_listing_has_ended() {
        let mut told = Told::new(true);
        told.begins(0, 0, "a", 40);
        told.moves(0, 0, 0, 40);
        told.moves(2, 0, 10, 40);
        assert_eq!(told.line(), "10.0 MiB of at least 40.0 MiB, 0 of at least 1 files, 5.0 MiB/s");
        assert_eq!(told.course.so_far(), OverallProgress { bytes: 10 * MIB, total: None, files: 0, files_total: None });
        told.course.total(listed(1500, 500, false));
        told.ends(4, 0, true);
        assert!(
            told.line().starts_with("40.0 MiB of at least 500.0 MiB, 1 of at least 1,500 files, "),
            "{}",
            told.line()
        );
        assert_eq!(told.course.bar(20, 50).unwrap(), "");
        told.course.total(listed(2000, 800, true));
        told.moves(6, 0, 0, 0);
        told.begins(6, 1, "b", 8);
        told.moves(6, 1, 0, 8);
        assert!(told.line().starts_with("5% 40.0 MiB of 800.0 MiB, 1 of 2,000 files, "), "{}", told.line());
        let so_far = OverallProgress { bytes: 40 * MIB, total: Some(800 * MIB), files: 1, files_total: Some(2000) };
        assert_eq!(told.course.so_far(), so_far);
    }

    #[test]
    fn what_fails_is_done_but_its_bytes_are_not_counted() {
        let mut told = Told::new(true);
        told.course.total(listed(3, 30, true));
        for object in 0..2 {
            told.begins(0, object, "x", 10);
            told.moves(1, object, 5, 10);
        }
        told.ends(2, 0, false);
        told.ends(2, 1, true);
        told.course.drops_out();
        let so_far = OverallProgress { bytes: 10 * MIB, total: Some(20 * MIB), files: 3, files_total: Some(3) };
        assert_eq!(told.course.so_far(), so_far);
    }

    #[test]
    fn bytes_that_were_there_say_nothing_of_the_rate() {
        let mut told = Told::new(true);
        told.course.total(listed(2, 200, true));
        told.begins(0, 0, "x", 100);
        told.begins(0, 1, "y", 100);
        told.moves(0, 1, 0, 100);
        told.moves(1, 1, 1, 100);
        let upload_id = UploadId::new("id").unwrap();
        told.course.event(told.at(1), ObjectId(0), &Event::Resumed { upload_id, parts: 3, bytes: 90 * MIB });
        told.moves(2, 1, 2, 100);
        assert_eq!(told.line(), "46% 92.0 MiB of 200.0 MiB, 0 of 2 files, 1.0 MiB/s, 108 s left");
    }

    #[test]
    fn the_first_files_in_flight_have_lines_of_their_own_where_there_is_room() {
        let mut told = Told::new(true);
        told.course.total(listed(9, 90, true));
        for (object, name) in ["数据/训练-00001.bin", "b\u{7}", "not-yet", "c", "d"].into_iter().enumerate() {
            told.begins(0, object as u64, name, 10);
            told.moves(1, object as u64, if name == "not-yet" { 0 } else { 1 }, 10);
        }
        let bar = |columns, rows| told.course.bar(columns, rows).unwrap();
        let lines = |columns, rows| bar(columns, rows).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(80, 24), ["  10% 数据/训练-00001.bin", "  10% b\\u{7}", "  10% c"]);
        assert_eq!(lines(80, 9).len(), 2);
        assert_eq!(lines(80, 3).len(), 0);
        assert_eq!(lines(39, 24).len(), 0);
    }
}

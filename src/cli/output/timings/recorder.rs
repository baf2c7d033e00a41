//! What happened to each request: all of some twenty thousand, then the failures and the totals.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use serde::Serialize;

use super::samples::{self, Samples};
use super::{page, texts};
use crate::cli::output::failures::message::kind;
use crate::language::phrase;
use crate::upload::Operation;
use crate::upload::batch::objects::ObjectId;
use crate::upload::timing::{Ending, Sample, Timing};

/// The most requests that are kept: those of the largest object, each sent twice.
const MOST: usize = 20_000;
/// The most failures that are kept beyond them.
const MOST_FAILURES: u64 = 2000;

/// Object, step, part, beginning, first byte, last byte, end, bytes, kind of end, detail. Times are in tenths of a
/// millisecond.
type Row = (usize, usize, Option<u16>, u64, Option<u64>, Option<u64>, u64, u64, u8, usize);

/// The requests of a command, for the page.
#[derive(Debug)]
pub(crate) struct Timings {
    file: PathBuf,
    /// The buckets of all objects.
    buckets: Vec<String>,
    began: Instant,
    began_at: SystemTime,
    /// The keys of the objects that are open, and their numbers in `objects` if they have any requests.
    open: BTreeMap<ObjectId, (String, Option<usize>)>,
    objects: Vec<String>,
    steps: Vec<Step>,
    details: Vec<String>,
    requests: Vec<Row>,
    samples: Samples,
    total: u64,
    throttled: u64,
    failed: u64,
    failures_beyond: u64,
    /// The exit code in the file, if it is as recorded here.
    written: Option<u8>,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Step {
    name: &'static str,
    local: bool,
}

/// What the page reads.
#[derive(Serialize)]
struct Data<'a> {
    language: &'static str,
    words: BTreeMap<&'static str, &'static str>,
    version: &'static str,
    bucket: String,
    began: String,
    ended: u64,
    exit_code: u8,
    total: u64,
    throttled: u64,
    failed: u64,
    objects: &'a [String],
    steps: &'a [Step],
    details: &'a [String],
    requests: &'a [Row],
    samples: Vec<samples::Row>,
}

impl Timings {
    /// Timings that begin now.
    pub(crate) fn new(file: &Path, began: Instant, began_at: SystemTime) -> Self {
        Self {
            file: file.to_owned(),
            buckets: Vec::new(),
            began,
            began_at,
            open: BTreeMap::new(),
            objects: Vec::new(),
            steps: Vec::new(),
            details: Vec::new(),
            requests: Vec::new(),
            samples: Samples::default(),
            total: 0,
            throttled: 0,
            failed: 0,
            failures_beyond: 0,
            written: None,
        }
    }

    /// Further objects are in this bucket.
    pub(crate) fn to(&mut self, bucket: &str) {
        if !self.buckets.iter().any(|known| known == bucket) {
            self.buckets.push(bucket.to_owned());
        }
    }

    /// Whether there was anything to upload.
    pub(crate) fn has_begun(&self) -> bool {
        !self.buckets.is_empty()
    }

    /// An object begins.
    pub(crate) fn begins(&mut self, object: ObjectId, key: &str) {
        self.open.insert(object, (key.to_owned(), None));
    }

    /// An object has ended.
    pub(crate) fn ends(&mut self, object: ObjectId) {
        self.open.remove(&object);
    }

    /// A request has ended.
    pub(crate) fn request(&mut self, object: ObjectId, timing: &Timing) {
        self.written = None;
        self.total += u64::from(timing.operation.is_request());
        let failed = match timing.ending {
            Ending::Answered | Ending::Unneeded => false,
            Ending::Throttled(_) => {
                self.throttled += 1;
                true
            }
            _ => {
                self.failed += 1;
                true
            }
        };
        if self.requests.len() >= MOST {
            if !failed || self.failures_beyond >= MOST_FAILURES {
                return;
            }
            self.failures_beyond += 1;
        }
        let row = self.row(object, timing);
        self.requests.push(row);
    }

    /// Takes the state of all requests.
    pub(crate) fn sample(&mut self, sample: Sample) {
        self.written = None;
        self.samples.add(self.time(sample.at), sample);
    }

    /// Writes the page, unless it is there. Returns its name if it is written.
    pub(crate) fn write(&mut self, now: Instant, exit_code: u8) -> Result<Option<&Path>, (io::Error, &Path)> {
        if self.written == Some(exit_code) {
            return Ok(None);
        }
        let data = Data {
            language: texts::language(),
            words: texts::words(),
            version: env!("CARGO_PKG_VERSION"),
            bucket: self.buckets.join(", "),
            began: humantime::format_rfc3339_seconds(self.began_at).to_string(),
            ended: self.time(now),
            exit_code,
            total: self.total,
            throttled: self.throttled,
            failed: self.failed,
            objects: &self.objects,
            steps: &self.steps,
            details: &self.details,
            requests: &self.requests,
            samples: self.samples.rows(),
        };
        page::write(&self.file, &data).map_err(|why| (why, self.file.as_path()))?;
        self.written = Some(exit_code);
        Ok(Some(&self.file))
    }

    fn row(&mut self, object: ObjectId, timing: &Timing) -> Row {
        let Timing { operation, began, first_byte, last_byte, ended, bytes, ending } = timing;
        let (kind_of_end, detail) = match ending {
            Ending::Answered => (0, ""),
            Ending::Throttled(code) => (1, code.as_str()),
            Ending::Refused(code) => (2, code.as_str()),
            Ending::Unanswered(why) => (3, why.text()),
            Ending::Unread => (4, phrase!("the source").text()),
            Ending::Stopped => (5, ""),
            Ending::Unneeded => (6, ""),
        };
        (
            self.object(object),
            position(&mut self.steps, Step { name: kind(*operation).text(), local: !operation.is_request() }),
            part(*operation),
            self.time(*began),
            first_byte.map(|at| self.time(at)),
            last_byte.map(|at| self.time(at)),
            self.time(*ended),
            *bytes,
            kind_of_end,
            position(&mut self.details, detail.to_owned()),
        )
    }

    fn object(&mut self, object: ObjectId) -> usize {
        let (key, number) = self.open.entry(object).or_default();
        *number.get_or_insert_with(|| {
            self.objects.push(key.clone());
            self.objects.len() - 1
        })
    }

    /// Tenths of a millisecond since the beginning.
    fn time(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_micros() / 100).unwrap_or(u64::MAX)
    }
}

fn part(operation: Operation) -> Option<u16> {
    match operation {
        Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number) => {
            Some(number.value())
        }
        _ => None,
    }
}

/// The place of `value` in `list`, where it is put if it is not there. There are few kinds of steps and of failures.
fn position<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::World;
    use std::time::Duration;

    fn timings(file: &Path) -> (Timings, Instant) {
        let began = (World::of_process().stopwatch)();
        let mut timings = Timings::new(file, began, SystemTime::UNIX_EPOCH);
        timings.to("examplebucket-1250000000");
        (timings, began)
    }

    fn timing(began: Instant, ending: Ending) -> Timing {
        let ended = began + Duration::from_millis(5);
        Timing { operation: Operation::PutObject, began, first_byte: None, last_byte: None, ended, bytes: 7, ending }
    }

    #[test]
    fn many_requests_are_counted_and_only_their_failures_are_kept() {
        let (mut timings, began) = timings(Path::new("unused"));
        for number in 0..30_000 {
            let object = ObjectId(number);
            timings.begins(object, &format!("k{number}"));
            timings.request(object, &timing(began, Ending::Answered));
            timings.ends(object);
        }
        for _ in 0..5000 {
            timings.request(ObjectId(0), &timing(began, Ending::Refused("InternalError".to_owned())));
        }
        assert_eq!((timings.total, timings.failed), (35_000, 5000));
        assert_eq!(timings.requests.len(), 22_000);
        assert_eq!(timings.objects.len(), 20_001);
        assert_eq!(timings.details, ["", "InternalError"]);
    }

    #[test]
    fn the_page_names_each_bucket_once_and_is_for_one_at_least() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("page.html");
        let (mut timings, began) = timings(&file);
        assert!(timings.has_begun());
        ["other-1250000000", "examplebucket-1250000000"].iter().for_each(|bucket| timings.to(bucket));
        timings.write(began, 0).unwrap();
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(page.contains(r#""bucket":"examplebucket-1250000000, other-1250000000""#), "{page}");
        assert!(!Timings::new(&file, began, SystemTime::UNIX_EPOCH).has_begun());
    }

    #[test]
    fn the_page_is_written_again_only_if_something_happened() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("page.html");
        let (mut timings, began) = timings(&file);
        let writes = |timings: &mut Timings, code| timings.write(began, code).unwrap().is_some();
        assert!(writes(&mut timings, 0));
        assert!(!writes(&mut timings, 0));
        assert!(writes(&mut timings, 6));
        timings.request(ObjectId(0), &timing(began, Ending::Answered));
        assert!(writes(&mut timings, 6));
        assert!(std::fs::read_to_string(&file).unwrap().contains(r#""requests":[[0,0,null,0,null,null,50,7,0,0]]"#));
    }
}

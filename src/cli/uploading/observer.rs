//! Tells of every object of a command while it is uploaded, and counts what came of them: nothing goes without a line.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::watch;

use super::connection::Connection;
use crate::cli::options::{OutputOptions, object_headers};
use crate::cli::output::console::Console;
use crate::cli::output::exit::{SUCCESS, of_many};
use crate::cli::output::failure::Failure;
use crate::cli::output::object_report::{Ending, ObjectReport};
use crate::cli::output::report::{PROGRESS_INTERVAL, Report};
use crate::cli::output::subject::Subject;
use crate::cli::output::summary::Summary;
use crate::cli::process::signals::Signal;
use crate::cli::process::world::World;
use crate::cli::progress::bar::ProgressDisplay;
use crate::cli::progress::totals::{Course, Listed};
use crate::cos::{Bucket, Key, Service};
use crate::upload::batch::objects::ObjectId;
use crate::upload::driver::{Observer, Stop};
use crate::upload::session::{Ended, Refused, Session};
use crate::upload::source::{Identity, Skip};
use crate::upload::{Event, Finished, Held};

/// What is told between objects.
#[derive(Debug)]
pub(crate) enum Aside {
    /// A source that cannot be uploaded.
    Failed {
        /// Its path.
        source: PathBuf,
        /// The key that it would have had.
        key: Option<Key>,
        /// What is wrong.
        failure: Failure,
    },
    /// A source that is left out, since it is no file.
    LeftOut {
        /// Its path.
        source: PathBuf,
        /// What it is.
        why: Skip,
    },
    /// A directory that leaves no trace in the bucket.
    EmptyDirectory(PathBuf),
    /// What was found so far.
    Listed(Listed),
}

/// What a command is to know of its uploads.
pub(crate) struct Tally<'a> {
    connection: &'a Connection,
    console: Console,
    bucket: Bucket,
    report: Report,
    course: Course,
    progress: ProgressDisplay,
    /// When programs last heard how far all of it is.
    last_progress: Option<Instant>,
    stopwatch: fn() -> Instant,
    running: BTreeMap<ObjectId, Running>,
    summary: Summary,
    exit_code: u8,
    /// The signal that ends it, once there is one.
    signal: Rc<Cell<Option<Signal>>>,
    fail_fast: bool,
    stop: Option<watch::Sender<Stop>>,
    /// Whether there may be several objects.
    many: bool,
    /// How many sources had their turn, or cannot have one.
    begun: u64,
    /// What was held back, in the order in which it came.
    held: Vec<HeldFile>,
    /// What an earlier transfer of this command held back and this one has not settled.
    unsettled: HashMap<Key, HeldFile>,
    /// Set where what was held back is thrown away.
    discarding: bool,
}

/// A file whose object lacks nothing but its completion.
#[derive(Debug, Clone)]
pub(crate) struct HeldFile {
    /// The file.
    pub(crate) source: PathBuf,
    /// What it was when it was sent.
    pub(crate) identity: Identity,
    /// The object's key.
    pub(crate) key: Key,
    /// Where the next run finds what was sent; an empty file has nothing to find.
    pub(crate) journal: Option<PathBuf>,
    sent: Held,
}

struct Running {
    identity: Identity,
    subject: Subject,
    report: ObjectReport,
    began: Instant,
}

impl<'a> Tally<'a> {
    /// A tally of nothing, for uploads to `bucket`.
    pub(crate) fn new(
        connection: &'a Connection,
        bucket: &Bucket,
        output: OutputOptions,
        world: &World,
        console: &Console,
    ) -> Self {
        Self {
            connection,
            console: console.clone(),
            bucket: bucket.clone(),
            report: Report::new(console, output),
            course: Course::new(false),
            progress: ProgressDisplay::new(output.progress, console, world),
            last_progress: None,
            stopwatch: world.stopwatch,
            running: BTreeMap::new(),
            summary: Summary::default(),
            exit_code: SUCCESS,
            signal: Rc::default(),
            fail_fast: false,
            stop: None,
            many: false,
            begun: 0,
            held: Vec::new(),
            unsettled: HashMap::new(),
            discarding: false,
        }
    }

    /// The same for several objects; the first failure ends all of it where that is wanted.
    pub(crate) fn for_many(self, fail_fast: bool) -> Self {
        Self { fail_fast, many: true, course: Course::new(true), ..self }
    }

    /// Takes what was held back: the next transfer settles it.
    pub(crate) fn take_held(&mut self) -> Vec<HeldFile> {
        let held = std::mem::take(&mut self.held);
        self.unsettled = held.iter().map(|file| (file.key.clone(), file.clone())).collect();
        let bytes = held.iter().map(|file| file.identity.size).sum();
        self.course = Course::new(true);
        self.course.total(Listed { files: held.len() as u64, bytes, complete: true });
        held
    }

    /// The next transfer throws away what was held back. That it was not completed is no failure of its own.
    pub(crate) fn discard(&mut self) {
        self.discarding = true;
        self.fail_fast = false;
    }

    /// Tells a failure that keeps everything from being completed.
    pub(crate) fn refuse(&mut self, failure: &Failure, file: &HeldFile) {
        self.unsettled.remove(&file.key);
        self.summary.failed += 1;
        let exit_code = self.report.refused(&file.source, &self.bucket, Some(&file.key), failure);
        self.count(exit_code);
    }

    /// Tells a failure that concerns no single object.
    pub(crate) fn trouble(&mut self, failure: &Failure) {
        let report = failure.report();
        report.print(&self.console);
        self.count(report.exit_code);
    }

    /// Tells of all that was held back and not settled: it is on the server, and not completed.
    pub(crate) fn leave_unsettled(&mut self) {
        for (key, file) in std::mem::take(&mut self.unsettled) {
            self.withhold(&file.source, &key, file.journal.as_deref());
        }
    }

    fn withhold(&mut self, source: &Path, key: &Key, journal: Option<&Path>) {
        self.summary.failed += 1;
        let exit_code = self.report.withheld(source, &self.bucket, key, journal, self.signal.get());
        self.count(exit_code);
    }

    /// A signal kept something from being begun.
    pub(crate) fn cut_short(&mut self, by: Signal) {
        self.count(by.exit_code());
    }

    /// How many sources had their turn, or cannot have one.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether it was ended before its time, by a failure and not by a signal.
    pub(crate) fn has_failed_fast(&self) -> bool {
        self.fail_fast && self.exit_code != SUCCESS && self.signal.get().is_none()
    }

    /// What ends all of it, where that is this side's to do.
    pub(crate) fn stopped_by(&mut self, stop: &watch::Sender<Stop>) {
        self.stop = Some(stop.clone());
    }

    /// Where the signal is left that ends it.
    pub(crate) fn signal(&self) -> Rc<Cell<Option<Signal>>> {
        self.signal.clone()
    }

    /// How all of it has ended.
    pub(crate) fn close(&mut self) -> (u8, Summary) {
        self.progress.finish();
        (self.exit_code, self.summary)
    }

    /// Shows how far it is, and tells programs where it is about many objects.
    fn show(&mut self) {
        let now = (self.stopwatch)();
        self.progress.show(now, &self.course);
        if self.many && self.last_progress.is_none_or(|last| now.duration_since(last) >= PROGRESS_INTERVAL) {
            self.last_progress = Some(now);
            self.report.progress(&self.bucket, self.course.so_far());
        }
    }

    fn count(&mut self, exit_code: u8) {
        self.exit_code = of_many([self.exit_code, exit_code].into_iter().filter(|code| *code != SUCCESS));
        if exit_code != SUCCESS
            && self.fail_fast
            && let Some(stop) = &self.stop
        {
            stop.send_if_modified(|now| std::mem::replace(now, Stop::Soon.max(*now)) == Stop::No);
        }
    }
}

impl Observer<Aside> for Tally<'_> {
    fn aside(&mut self, what: Aside) {
        match what {
            Aside::Failed { source, key, failure } => {
                self.begun += 1;
                if let Some(key) = &key {
                    self.unsettled.remove(key);
                }
                self.summary.failed += 1;
                // What has no key was not listed as a file.
                if key.is_some() {
                    self.course.drops_out();
                }
                let exit_code = self.report.refused(&source, &self.bucket, key.as_ref(), &failure);
                self.count(exit_code);
            }
            Aside::LeftOut { source, why } => {
                self.summary.skipped += 1;
                self.report.left_out(&source, &self.bucket, why);
            }
            Aside::EmptyDirectory(path) => self.report.passed_by(&path),
            Aside::Listed(listed) => self.course.total(listed),
        }
    }

    fn begins(&mut self, object: ObjectId, session: &Session) {
        self.begun += 1;
        let target = &session.job.target;
        let subject = Subject {
            service: target.address.service,
            source: session.job.source.path().to_owned(),
            bucket: target.address.bucket.clone(),
            key: target.key.clone(),
            location: target.location(),
            on_disk: None,
        };
        self.course.begins(object, &subject.source, session.plan.size());
        let report = ObjectReport::new(self.report.clone(), subject.clone()).among_many(self.many);
        let identity = session.job.source.identity();
        self.running.insert(object, Running { identity, subject, report, began: (self.stopwatch)() });
    }

    fn event(&mut self, object: ObjectId, event: Event) {
        let now = (self.stopwatch)();
        self.course.event(now, object, &event);
        match &event {
            Event::Started(_) => self.progress.begin(now),
            Event::Progress(_) => self.show(),
            _ => {}
        }
        let told_before = matches!(event, Event::Started(_) | Event::Resumed { .. });
        if told_before && (self.discarding || !self.unsettled.is_empty()) {
            return;
        }
        if let Some(running) = self.running.get_mut(&object) {
            running.report.event(now, &event);
        }
    }

    fn ends(&mut self, object: ObjectId, ended: Result<Ended, Refused>) {
        let Some(Running { identity, mut subject, mut report, began }) = self.running.remove(&object) else { return };
        let stored = matches!(&ended, Ok(Ended { finished: Finished::Stored(_) | Finished::Held(_), .. }));
        self.course.ends((self.stopwatch)(), object, stored);
        if self.many {
            self.show();
        } else {
            self.progress.finish();
        }
        let before = self.unsettled.remove(&subject.key);
        let exit_code = match ended {
            Ok(Ended { finished: Finished::Failed(error), .. }) if self.discarding => {
                self.withhold(&subject.source, &subject.key, None);
                if let Some(id) = error.leftover {
                    self.report.left_behind(&subject.source, &id);
                }
                return;
            }
            Ok(Ended { mut finished, journal }) => {
                match &mut finished {
                    Finished::Held(sent) => self.held.push(HeldFile {
                        source: subject.source.clone(),
                        identity,
                        key: subject.key.clone(),
                        journal: journal.clone(),
                        sent: *sent,
                    }),
                    // What an earlier transfer of this command sent was not sent by an earlier run.
                    Finished::Stored(object) => {
                        if let Some(before) = before {
                            object.add_to(before.sent);
                        }
                    }
                    _ => {}
                }
                self.summary.record(&finished);
                if matches!(finished, Finished::Stored(_)) {
                    subject.on_disk = self.connection.object_path(&subject.bucket, &subject.key);
                }
                report.settle(subject);
                let elapsed = (self.stopwatch)().duration_since(began);
                report.finished(&finished, Ending { elapsed, journal: journal.as_deref(), signal: self.signal.get() })
            }
            Err(refused) => {
                self.summary.failed += 1;
                let failure = failure(refused, subject.service);
                self.report.refused(&subject.source, &subject.bucket, Some(&subject.key), &failure)
            }
        };
        self.count(exit_code);
    }
}

fn failure(refused: Refused, service: Service) -> Failure {
    match refused {
        Refused::Busy(journal) => Failure::JournalInUse(journal),
        Refused::NotAJournal(journal) => Failure::usage(format!(
            "--journal {} is no journal of this version of cosput; name another file",
            journal.display()
        )),
        Refused::Header(name) => {
            Failure::usage(format!("{} takes no header {name}: leave out the option that asks for it", service.name()))
        }
        Refused::Unusable(journal, why) => Failure::JournalUnusable { journal, why },
        Refused::OtherKey(_) => object_headers::other_key(),
        Refused::NotHeld(why) => {
            Failure::Other(format!("could not complete what was sent: {why}; run the command again"))
        }
    }
}

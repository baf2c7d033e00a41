//! One upload, told while it goes on and when it ends. All of a command is told by `report`, words for notices are in
//! `notice`.

use std::path::Path;
use std::time::{Duration, Instant};

use super::circumstances::Circumstances;
use super::console::{is_stdin, shown, visible};
use super::exit::SUCCESS;
use super::failure_report::FailureReport;
use super::json::{Failed, Line, Skipped, Uploaded};
use super::report::{PROGRESS_INTERVAL, Report};
use super::retries::Retries;
use super::subject::Subject;
use super::{notice, units};
use crate::cli::process::signals::Signal;
use crate::upload::{Event, Finished, Notice, Object, Plan, ProvedBy, Unchanged};

/// The end of one upload, as far as the engine does not know it.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// How long it took.
    pub elapsed: Duration,
    /// The journal that is kept, where one is.
    pub journal: Option<&'a Path>,
    /// The signal that stopped it, where one did.
    pub signal: Option<Signal>,
}

/// Tells of one upload.
pub struct ObjectReport {
    report: Report,
    subject: Subject,
    plan: Option<Plan>,
    last_progress: Option<Instant>,
    retries: Retries,
    /// True where messages have to say which upload they are about.
    one_of_many: bool,
}

impl ObjectReport {
    /// One that is about `subject`, and tells it in the way of `report`.
    pub(crate) fn new(report: Report, subject: Subject) -> Self {
        let retries = Retries::new(report.verbose);
        Self { report, subject, plan: None, last_progress: None, retries, one_of_many: false }
    }

    /// The same; where it is one of many, messages say which.
    #[must_use]
    pub fn among_many(self, one_of_many: bool) -> Self {
        Self { one_of_many, ..self }
    }

    /// Takes what only the end knows of the subject.
    pub fn settle(&mut self, subject: Subject) {
        self.subject = subject;
    }

    /// Tells what happened.
    pub fn event(&mut self, now: Instant, event: &Event) {
        if let Event::Started(plan) = event {
            self.plan = Some(*plan);
        }
        if self.report.json && self.wants(now, event) {
            self.tell_program(event);
        }
        self.tell(event);
    }

    /// Tells how it ended. Returns the exit code.
    pub fn finished(&mut self, finished: &Finished, ending: Ending<'_>) -> u8 {
        match finished {
            Finished::Stored(object) => {
                self.stored(object, ending.elapsed);
                SUCCESS
            }
            Finished::Unchanged(object) => {
                self.unchanged(object);
                SUCCESS
            }
            // It is told of once it is completed.
            Finished::Held(_) => SUCCESS,
            Finished::Failed(error) | Finished::Unknown(error) => {
                let source = shown(&self.subject.source);
                let circumstances = Circumstances {
                    service: self.subject.service,
                    source: &source,
                    parts: self.plan.and_then(|plan| plan.parts()),
                    journal: ending.journal,
                    signal: ending.signal,
                    unknown: matches!(finished, Finished::Unknown(_)),
                    stream: is_stdin(&self.subject.source),
                };
                let report = FailureReport::of_upload(error, circumstances);
                if self.report.json {
                    self.report.line(&Line::Failed(Failed::new(self.subject.name(), &report, ending.journal)));
                }
                report.print(&self.report.console);
                report.exit_code
            }
        }
    }

    fn stored(&self, object: &Object, elapsed: Duration) {
        let subject = &self.subject;
        if self.report.json {
            let on_disk = subject.on_disk.as_deref();
            let line = Uploaded::new(subject.name(), on_disk, self.plan.as_ref(), object, elapsed);
            self.report.line(&Line::Uploaded(line));
        }
        let key = visible(subject.key.as_str());
        let on_disk = subject.on_disk.as_deref().map(|path| format!(" at {}", shown(path))).unwrap_or_default();
        let proof = match object.proved_by {
            ProvedBy::Crc64 => "",
            ProvedBy::Md5 => " read, proved by MD5",
        };
        self.report.result(&format!(
            "{} -> cos://{}/{key}  {}  crc64 {}{proof}{on_disk}",
            shown(&subject.source),
            subject.bucket,
            units::size(object.size),
            object.crc64
        ));
    }

    fn unchanged(&self, object: &Unchanged) {
        let subject = &self.subject;
        if self.report.json {
            self.report.line(&Line::Skipped(Skipped::unchanged(subject.name(), object)));
        }
        let (key, size) = (visible(subject.key.as_str()), units::size(object.size));
        self.report.result(&format!("{} = cos://{}/{key}  {size}  unchanged", shown(&subject.source), subject.bucket));
    }

    fn tell_program(&self, event: &Event) {
        if let Some(line) = Line::of_event(self.subject.name(), event) {
            self.report.line(&line);
        }
    }

    fn tell(&mut self, event: &Event) {
        let parts = self.plan.and_then(|plan| plan.parts());
        let console = &self.report.console;
        let subject = if self.one_of_many { format!("{}: ", shown(&self.subject.source)) } else { String::new() };
        match event {
            Event::Retrying { .. } => self.retries.print(console, &subject, event, parts),
            // Of a doubt that is looked into again and again, people hear once.
            Event::Notice(told @ Notice::LookingAtObject(_)) => {
                let shown = self.retries.shows("looking");
                let full = format!("{subject}{}", notice::notice(told));
                console.warning_in_brief(shown.then_some(full.as_str()), &full);
            }
            Event::Notice(told @ Notice::MemoryLimits(_)) => console.note(&notice::notice(told)),
            // The clock and the domain are the same for all.
            Event::Notice(told @ (Notice::ClockCorrected { .. } | Notice::BackupDomain)) => {
                console.warning_once(&notice::notice(told));
            }
            Event::Notice(told) => console.warning(&format!("{subject}{}", notice::notice(told))),
            Event::Resumed { .. } => console.note(&format!("{subject}{}", notice::step(event, parts))),
            Event::Started(_) | Event::Initiated(_) | Event::PartStored(_) => {
                let shown = self.report.verbose && !self.report.json;
                console.detail(shown, &format!("{subject}{}", notice::step(event, parts)));
            }
            Event::Progress(_) => {}
        }
    }

    /// Whether a program hears of this event.
    fn wants(&mut self, now: Instant, event: &Event) -> bool {
        match event {
            Event::Started(_) | Event::Retrying { .. } => true,
            Event::PartStored(_) => self.report.verbose,
            Event::Progress(_) => {
                // Of many, programs hear together.
                let due = !self.one_of_many
                    && self.last_progress.is_none_or(|last| now.duration_since(last) >= PROGRESS_INTERVAL);
                if due {
                    self.last_progress = Some(now);
                }
                due
            }
            Event::Initiated(_) | Event::Resumed { .. } | Event::Notice(_) => false,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cli::options::{OutputOptions, ProgressMode};
    use crate::cli::output::console::Console;
    use crate::cli::process::world::tests::{TestWorld, world};
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::cos::{Bucket, Key, Service, ServiceError};
    use crate::upload::{Cause, Operation, PartRecord, Progress, UploadError, Wish};

    pub(in crate::cli) const OUTPUT: OutputOptions =
        OutputOptions { progress: ProgressMode::Hidden, quiet: false, json: false, verbose: false };
    pub(in crate::cli) const JSON: OutputOptions = OutputOptions { json: true, ..OUTPUT };

    pub(in crate::cli) fn subject() -> Subject {
        Subject {
            service: Service::Cos,
            source: "d/dist.tar".into(),
            bucket: Bucket::new("examplebucket-1250000000").unwrap(),
            key: Key::new("dist.tar").unwrap(),
            location: "https://h/dist.tar".to_owned(),
            on_disk: None,
        }
    }

    fn plan() -> Plan {
        Plan::new(40 << 20, Wish::default()).unwrap()
    }

    pub(in crate::cli) fn object() -> Object {
        Object {
            size: 40 << 20,
            crc64: 16_749_565_679_157_681_890,
            proved_by: ProvedBy::Crc64,
            etag: "\"etag-3\"".to_owned(),
            version_id: None,
            upload_id: UploadId::new("id"),
            parts_sent: 2,
            parts_resumed: 1,
            bytes_sent: 24 << 20,
            bytes_resumed: 16 << 20,
            attempts: 5,
            request_id: Some("NWI".to_owned()),
        }
    }

    fn retrying(attempts: u32) -> Event {
        Event::Retrying {
            operation: Operation::UploadPart(PartNumber::new(2).unwrap()),
            attempts,
            wait: Duration::from_millis(1200),
            cause: Cause::Service(Box::new(ServiceError {
                status: 503,
                code: Some("SlowDown".to_owned()),
                message: Some("please".to_owned()),
                request_id: Some("NWI".to_owned()),
                trace_id: None,
                retry_after: None,
                server_time: None,
                region: None,
            })),
        }
    }

    fn events() -> Vec<Event> {
        let record = PartRecord {
            number: PartNumber::new(1).unwrap(),
            size: 16 << 20,
            etag: "\"e\"".into(),
            crc64: 9_007_199_254_740_993,
        };
        vec![
            Event::Started(plan()),
            Event::Initiated(UploadId::new("id").unwrap()),
            Event::PartStored(record),
            retrying(1),
            retrying(2),
            Event::Progress(Progress { bytes: 1, total: Some(3) }),
            Event::Progress(Progress { bytes: 2, total: Some(3) }),
        ]
    }

    fn tell(output: OutputOptions, finished: &Finished) -> (u8, TestWorld) {
        let test = world(&[], &[]);
        let console = Console::new(&test.world).quiet(output.quiet);
        let mut report = ObjectReport::new(Report::new(&console, output), subject());
        let now = (test.world.stopwatch)();
        for event in events() {
            report.event(now, &event);
        }
        let ending = Ending { elapsed: Duration::from_millis(1500), journal: Some(Path::new("/s/j")), signal: None };
        (report.finished(finished, ending), test)
    }

    #[test]
    fn people_get_a_line_an_object_and_one_for_each_kind_of_retry() {
        let (code, test) = tell(OUTPUT, &Finished::Stored(object()));
        assert_eq!(code, 0);
        assert_eq!(
            test.stdout.text(),
            "d/dist.tar -> cos://examplebucket-1250000000/dist.tar  40.0 MiB  crc64 16749565679157681890\n"
        );
        assert_eq!(
            test.stderr.text(),
            "warning: part 2 of 3: SlowDown: please (HTTP 503); trying again (-v shows every retry)\n"
        );
    }

    #[test]
    fn what_was_proved_without_the_servers_crc64_says_so() {
        let object = Object { proved_by: ProvedBy::Md5, ..object() };
        let (_, test) = tell(OUTPUT, &Finished::Stored(object.clone()));
        assert!(test.stdout.text().ends_with("crc64 16749565679157681890 read, proved by MD5\n"));
        let (_, test) = tell(JSON, &Finished::Stored(object));
        assert!(test.stdout.text().contains(r#""crc64ecma":"16749565679157681890","proof":"md5","upload_id":"id""#));
    }

    #[test]
    fn verbose_shows_parts_and_every_retry() {
        let (_, test) = tell(OutputOptions { verbose: true, ..OUTPUT }, &Finished::Stored(object()));
        assert_eq!(
            test.stderr.text(),
            "sending 40.0 MiB in 3 parts of 16.0 MiB\n\
             began upload id\n\
             part 1 of 3 is on the server, 16.0 MiB\n\
             warning: part 2 of 3: SlowDown: please (HTTP 503); trying again in 1.2 s, 1 attempt so far\n\
             warning: part 2 of 3: SlowDown: please (HTTP 503); trying again in 1.2 s, 2 attempts so far\n"
        );
    }

    #[test]
    fn quiet_is_silent_about_success() {
        let (_, test) = tell(OutputOptions { quiet: true, ..OUTPUT }, &Finished::Stored(object()));
        assert_eq!((test.stdout.text(), test.stderr.text()), (String::new(), String::new()));
    }

    #[test]
    fn programs_get_a_line_an_event() {
        let (_, test) = tell(OutputOptions { verbose: true, ..JSON }, &Finished::Stored(object()));
        let named = r#""source":"d/dist.tar","bucket":"examplebucket-1250000000","key":"dist.tar""#;
        let located = format!(r#"{named},"location":"https://h/dist.tar""#);
        let retry = |attempts| {
            format!(
                r#"{{"event":"retry",{named},"operation":"Upload Part","part_number":2,"attempts":{attempts},"wait_ms":1200,"error":{{"kind":"service","code":"SlowDown","status":503,"message":"SlowDown: please (HTTP 503)","request_id":"NWI"}}}}"#
            )
        };
        let expected = [
            format!(
                r#"{{"event":"started",{located},"size":41943040,"mode":"multipart","part_size":16777216,"parts":3}}"#
            ),
            format!(
                r#"{{"event":"part",{named},"part_number":1,"size":16777216,"etag":"\"e\"","crc64ecma":"9007199254740993"}}"#
            ),
            retry(1),
            retry(2),
            format!(r#"{{"event":"progress",{named},"bytes":1,"total":3}}"#),
            format!(
                r#"{{"event":"uploaded",{located},"size":41943040,"etag":"\"etag-3\"","crc64ecma":"16749565679157681890","upload_id":"id","parts":3,"part_size":16777216,"parts_resumed":1,"bytes_sent":25165824,"bytes_resumed":16777216,"attempts":5,"duration_ms":1500,"request_id":"NWI"}}"#
            ),
        ];
        assert_eq!(test.stdout.text().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_failure_goes_to_programs_and_to_people() {
        let error = UploadError {
            operation: Some(Operation::Complete),
            attempts: 1,
            cause: Cause::Malformed { what: "no ETag".to_owned(), request_id: Some("NWI".to_owned()) },
            leftover: UploadId::new("id"),
        };
        let (code, test) = tell(JSON, &Finished::Failed(error));
        assert_eq!(code, 6);
        assert_eq!(
            test.stdout.text().lines().last(),
            Some(
                r#"{"event":"failed","source":"d/dist.tar","bucket":"examplebucket-1250000000","key":"dist.tar","location":"https://h/dist.tar","exit_code":6,"error":{"kind":"network","message":"could not complete the upload of d/dist.tar: no ETag","request_id":"NWI"},"resumable":true,"journal":"/s/j"}"#
            )
        );
        assert_eq!(
            test.stderr.text(),
            "warning: part 2 of 3: SlowDown: please (HTTP 503); trying again (-v shows every retry)\n\
             error: could not complete the upload of d/dist.tar: no ETag\n  \
             x-cos-request-id: NWI\n\
             hint: run the same command again: it goes on with upload id\n"
        );
    }

    #[test]
    fn names_do_not_move_the_cursor_and_the_emulator_says_where_the_object_is() {
        let test = world(&[], &[]);
        let report = Report::new(&Console::new(&test.world), OUTPUT);
        let odd = Subject {
            source: "a\u{7}".into(),
            key: Key::new("k\n").unwrap(),
            on_disk: Some("/o/k".into()),
            ..subject()
        };
        let ending = Ending { elapsed: Duration::ZERO, journal: None, signal: None };
        ObjectReport::new(report, odd).finished(&Finished::Stored(object()), ending);
        assert_eq!(
            test.stdout.text(),
            "a\\u{7} -> cos://examplebucket-1250000000/k\\n  40.0 MiB  crc64 16749565679157681890 at /o/k\n"
        );
    }

    #[test]
    fn a_program_hears_of_progress_once_a_second() {
        let test = world(&[], &[]);
        let mut report = ObjectReport::new(Report::new(&Console::new(&test.world), JSON), subject());
        let began = (test.world.stopwatch)();
        for milliseconds in [0, 300, 999, 1000, 1500, 2100] {
            let progress = Progress { bytes: milliseconds, total: Some(9999) };
            report.event(began + Duration::from_millis(milliseconds), &Event::Progress(progress));
        }
        let told: Vec<u64> = test
            .stdout
            .text()
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["bytes"].as_u64().unwrap())
            .collect();
        assert_eq!(told, [0, 1000, 2100]);
    }
}

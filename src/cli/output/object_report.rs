//! The report of one upload: its events while it runs, and its result.
//!
//! `report` covers the whole command; the texts are in `step`, `notice`, `retries` and `result_line`.

use std::path::Path;
use std::time::{Duration, Instant};

use super::console::{is_stdin, shown, visible};
use super::failures::circumstances::{Circumstances, Rerun};
use super::failures::exit::SUCCESS;
use super::failures::failure_report::{FailureReport, foreign_text};
use super::json::{Failed, Line, Skipped, Uploaded};
use super::report::{PROGRESS_INTERVAL, Report};
use super::retries::Retries;
use super::subject::Subject;
use super::{notice, result_line, step};
use crate::cli::process::signals::Signal;
use crate::language::message;
use crate::upload::event::{DeltaNotice, PlannedDelta};
use crate::upload::{Cause, Event, Finished, Notice, Object, Plan, Unchanged, UploadError};

/// The end of one upload: the facts that the engine does not know.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// How long the upload took.
    pub elapsed: Duration,
    /// The journal, if it is kept.
    pub journal: Option<&'a Path>,
    /// The signal that stopped the upload, if one did.
    pub signal: Option<Signal>,
    /// The effect of the same command on the upload.
    pub rerun: &'a Rerun,
}

/// Reports one upload.
pub struct ObjectReport {
    report: Report,
    subject: Subject,
    plan: Option<Plan>,
    /// What is sent and copied, if it is a delta upload.
    delta: Option<PlannedDelta>,
    last_progress: Option<Instant>,
    retries: Retries,
    one_of_many: bool,
    /// Whether the object belongs to a shard, which is reported as a whole.
    of_shard: bool,
    /// Whether the object is compared first, so that perhaps nothing is sent.
    compared_first: bool,
    /// Whether nothing is sent.
    dry_run: bool,
    /// Lines that are held back until the upload begins.
    beginning: Vec<Printed>,
}

/// A line that is printed later.
#[derive(Debug)]
enum Printed {
    Step(String),
    Detail(String),
    Note(String),
    Warning(String),
}

impl ObjectReport {
    /// A report about `subject`, in the format of `report`.
    pub(crate) fn new(report: Report, subject: Subject) -> Self {
        let retries = Retries::new(report.verbose);
        Self {
            report,
            subject,
            plan: None,
            delta: None,
            last_progress: None,
            retries,
            one_of_many: false,
            of_shard: false,
            compared_first: false,
            dry_run: false,
            beginning: Vec::new(),
        }
    }

    /// The same; if the object is compared first, the beginning of the upload is reported once it is known to differ.
    #[must_use]
    pub(crate) fn compared_first(self, compared_first: bool) -> Self {
        Self { compared_first, ..self }
    }

    /// The same; in a dry run, the result says what would be sent.
    #[must_use]
    pub(crate) fn in_dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// The same; if it is one of many, messages begin with the source.
    #[must_use]
    pub fn among_many(self, one_of_many: bool) -> Self {
        Self { one_of_many, ..self }
    }

    /// The same; an object of a shard has a line of its own only with `-v`.
    #[must_use]
    pub fn of_shard(self, of_shard: bool) -> Self {
        Self { of_shard, ..self }
    }

    /// Replaces the subject with one that is complete at the end.
    pub fn replace_subject(&mut self, subject: Subject) {
        self.subject = subject;
    }

    /// Reports an event.
    pub fn event(&mut self, now: Instant, event: &Event) {
        match event {
            Event::Started(plan) => self.plan = Some(*plan),
            Event::Notice(Notice::SmallerParts { division, .. }) => {
                self.plan = self.plan.and_then(|plan| plan.divided(*division));
            }
            Event::Notice(Notice::StartedAnew(_)) => self.plan = self.plan.map(Plan::undivided),
            _ => {}
        }
        match event {
            Event::Notice(Notice::Delta(DeltaNotice::Planned(delta))) => self.delta = Some(*delta),
            Event::Notice(Notice::Delta(DeltaNotice::Restarted(_))) => self.delta = None,
            _ => {}
        }
        if self.report.json
            && self.is_for_programs(now, event)
            && let Some(line) = Line::of_event(self.subject.name(), event).map(|line| line.with_delta(self.delta))
        {
            self.report.line(&line);
        }
        self.print(event);
    }

    /// Reports the result. Returns the exit code.
    pub fn finished(&mut self, finished: &Finished, ending: Ending<'_>) -> u8 {
        match finished {
            Finished::Stored(object) => self.stored(object, ending.elapsed),
            Finished::Unchanged(object) => self.unchanged(object),
            // Reported when the object is completed.
            Finished::HeldBack(_) => SUCCESS,
            Finished::Failed(error) => self.failed(error, false, ending),
            Finished::Unknown(error) => self.failed(error, true, ending),
        }
    }

    fn stored(&mut self, object: &Object, elapsed: Duration) -> u8 {
        self.print_beginning();
        let subject = &self.subject;
        if self.report.json {
            let on_disk = subject.on_disk.as_deref();
            let line = Uploaded::new(subject.name(), on_disk, self.plan.as_ref(), object, elapsed);
            self.report.line(&Line::Uploaded(line));
        }
        let with_checksum = self.report.verbose || !self.one_of_many;
        let line = result_line::uploaded(subject, object, with_checksum);
        if self.of_shard && !self.report.verbose {
            self.report.console.detail(false, &line);
        } else {
            self.report.result(&line);
        }
        SUCCESS
    }

    fn unchanged(&self, object: &Unchanged) -> u8 {
        if self.report.json {
            self.report.line(&Line::Skipped(Skipped::unchanged(self.subject.name(), object)));
        }
        let line = result_line::unchanged(&self.subject, object);
        if self.report.verbose || !self.one_of_many {
            self.report.result(&line);
        } else {
            self.report.console.detail(false, &line);
        }
        SUCCESS
    }

    fn failed(&self, error: &UploadError, unknown: bool, ending: Ending<'_>) -> u8 {
        let source = shown(&self.subject.source);
        let circumstances = Circumstances {
            service: self.subject.service,
            source: &source,
            parts: self.parts(),
            journal: ending.journal,
            signal: ending.signal,
            unknown,
            stream: is_stdin(&self.subject.source),
            rerun: ending.rerun,
        };
        let report = FailureReport::of_upload(error, circumstances);
        if self.report.json {
            self.report.line(&Line::Failed(Failed::new(self.subject.name(), &report, ending.journal)));
        }
        let text = foreign_text(&error.cause).collect::<Vec<_>>();
        let is_new = text.is_empty() || self.report.console.is_new(&text.concat());
        match without_text(error).filter(|_| self.one_of_many && !is_new) {
            Some(brief) => {
                let report = FailureReport::of_upload(&brief, circumstances);
                FailureReport { hints: Vec::new(), ..report }.print(&self.report.console);
            }
            None => {
                report.print(&self.report.console);
                for line in text {
                    self.report
                        .console
                        .detail(self.report.verbose, &message!("  answer: {line}", line = visible(line)));
                }
            }
        }
        report.exit_code
    }

    /// What is sent and copied, if it is a delta upload.
    pub(crate) fn delta(&self) -> Option<PlannedDelta> {
        self.delta
    }

    fn parts(&self) -> Option<u16> {
        self.delta.map(|delta| delta.parts).or_else(|| self.plan.and_then(|plan| plan.parts()))
    }

    fn print(&mut self, event: &Event) {
        let parts = self.parts();
        let console = &self.report.console;
        let source = shown(&self.subject.source);
        let subject = if self.one_of_many { message!("{source}: ", source).to_string() } else { String::new() };
        match event {
            Event::Retrying { .. } => self.retries.print(console, &subject, event, parts),
            // A notice about a repeated check is printed once.
            Event::Notice(doubt @ Notice::LookingAtObject { .. }) => {
                let full = format!("{subject}{}", notice::in_words(doubt));
                console.warning_in_brief(self.retries.shows("looking").then_some(full.as_str()), &full);
            }
            Event::Notice(limit @ Notice::MemoryLimits(_)) => console.note(&notice::in_words(limit)),
            Event::Notice(step @ Notice::Delta(delta)) => {
                self.delta_notice(delta, format!("{subject}{}", notice::in_words(step)));
            }
            Event::Notice(step @ Notice::ComparingParts(_)) => {
                console.note(&format!("{subject}{}", notice::in_words(step)));
            }
            // The clock, the network and the server are the same for all objects.
            Event::Notice(common) if notice::is_common(common) => notice::print_once(common, console),
            Event::Notice(notice) => console.warning(&format!("{subject}{}", notice::in_words(notice))),
            Event::Resumed { .. } => console.note(&format!("{subject}{}", step::in_words(event, parts))),
            // The notice about the delta said what is sent.
            Event::Started(_) if self.delta.is_some() => {}
            Event::Started(_) => {
                self.at_beginning(Printed::Step(format!("{subject}{}", step::in_words(event, parts))));
            }
            Event::Initiated(_) | Event::PartStored(_) => {
                self.print_beginning();
                self.step(&format!("{subject}{}", step::in_words(event, parts)));
            }
            Event::Completing | Event::Progress(_) | Event::Reading(..) => {}
        }
    }

    /// A notice about a delta upload. What it says about the upload is true only if the upload begins.
    fn delta_notice(&mut self, delta: &DeltaNotice, text: String) {
        let console = &self.report.console;
        match delta {
            DeltaNotice::Restarted(None) => {}
            DeltaNotice::Planned(_) if self.dry_run => {}
            DeltaNotice::MapUnwritable(_) | DeltaNotice::MapNotInBucket(_) => console.warning(&text),
            // There may be thousands of parts.
            DeltaNotice::SentInstead(_) => {
                console.warning_in_brief(self.retries.shows("copying").then_some(text.as_str()), &text);
            }
            DeltaNotice::NotWorthwhile => console.detail(self.report.verbose, &text),
            // Every file of a first upload.
            DeltaNotice::NoMap | DeltaNotice::NoObject if self.one_of_many => {
                self.at_beginning(Printed::Detail(text));
            }
            delta if delta.is_warning() => self.at_beginning(Printed::Warning(text)),
            _ => self.at_beginning(Printed::Note(text)),
        }
    }

    /// Prints a line now, or once the object was compared and differs.
    fn at_beginning(&mut self, printed: Printed) {
        self.beginning.push(printed);
        if !self.compared_first {
            self.print_beginning();
        }
    }

    fn print_beginning(&mut self) {
        self.compared_first = false;
        for printed in std::mem::take(&mut self.beginning) {
            match printed {
                Printed::Step(text) => self.step(&text),
                Printed::Detail(text) => self.report.console.detail(self.report.verbose, &text),
                Printed::Note(text) => self.report.console.note(&text),
                Printed::Warning(text) => self.report.console.warning(&text),
            }
        }
    }

    fn step(&self, text: &str) {
        self.report.console.detail(self.report.verbose && !self.report.json, text);
    }

    /// True if JSON has a line for this event.
    fn is_for_programs(&mut self, now: Instant, event: &Event) -> bool {
        match event {
            Event::Started(_) | Event::Retrying { .. } => true,
            Event::PartStored(_) => self.report.verbose,
            Event::Progress(_) => self.progress_is_due(now),
            Event::Initiated(_) | Event::Resumed { .. } | Event::Completing | Event::Reading(..) | Event::Notice(_) => {
                false
            }
        }
    }

    /// True at most once a second; the progress of many uploads is one event, see [`Report`].
    fn progress_is_due(&mut self, now: Instant) -> bool {
        let due =
            !self.one_of_many && self.last_progress.is_none_or(|last| now.duration_since(last) >= PROGRESS_INTERVAL);
        if due {
            self.last_progress = Some(now);
        }
        due
    }
}

/// The same failure without the text of an answer that is not the service's, if it has one.
fn without_text(error: &UploadError) -> Option<UploadError> {
    let mut brief = error.clone();
    let Cause::Service(service) = &mut brief.cause else { return None };
    service.foreign.as_mut()?.text.take()?;
    Some(brief)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cli::output::console::Console;
    use crate::cli::output::failures::circumstances::RESUMES;
    use crate::cli::output::failures::exit::tests::service;
    use crate::cli::output::output_options::{OutputOptions, ProgressMode};
    use crate::cli::process::world::tests::{TestWorld, world};
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::language::chinese;

    use crate::cos::{Bucket, ForeignAnswer, Key, Service, ServiceError};
    use crate::upload::{Operation, PartRecord, PlanOptions, Progress, ProvedBy};

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
        Plan::new(40 << 20, PlanOptions::fixed(16 << 20, 16 << 20)).unwrap()
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
            copied: None,
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
                foreign: None,
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

    /// JSON without the time, which is the same in every line.
    pub(in crate::cli) fn without_times(test: &TestWorld) -> String {
        test.stdout.text().replace(",\"time\":\"1970-01-01T00:00:00.000Z\"", "")
    }

    fn report(output: OutputOptions, finished: &Finished) -> (u8, TestWorld) {
        let test = world(&[], &[]);
        let console = Console::new(&test.world).quiet(output.quiet);
        let mut report = ObjectReport::new(Report::new(&console, output), subject());
        let now = (test.world.stopwatch)();
        for event in events() {
            report.event(now, &event);
        }
        let ending = Ending {
            elapsed: Duration::from_millis(1500),
            journal: Some(Path::new("/s/j")),
            signal: None,
            rerun: &RESUMES,
        };
        (report.finished(finished, ending), test)
    }

    #[test]
    fn people_get_one_line_an_object_and_one_for_each_kind_of_retry() {
        let (code, test) = report(OUTPUT, &Finished::Stored(object()));
        assert_eq!(code, 0);
        assert_eq!(
            test.stdout.text(),
            "d/dist.tar -> cos://examplebucket-1250000000/dist.tar  40.0 MiB  verified  crc64 16749565679157681890\n"
        );
        assert_eq!(
            test.stderr.text(),
            "warning: part 2 of 3: SlowDown: please (HTTP 503); retrying (use -v to show every retry)\n"
        );
    }

    #[test]
    fn an_object_without_a_crc64_on_the_server_is_verified_by_md5() {
        let object = Object { proved_by: ProvedBy::Md5, ..object() };
        let (_, test) = report(OUTPUT, &Finished::Stored(object.clone()));
        assert!(test.stdout.text().ends_with("  verified by MD5  crc64 16749565679157681890\n"));
        let (_, test) = report(JSON, &Finished::Stored(object));
        assert!(test.stdout.text().contains(r#""crc64ecma":"16749565679157681890","proof":"md5","upload_id":"id""#));
    }

    #[test]
    fn verbose_shows_parts_and_every_retry() {
        let (_, test) = report(OutputOptions { verbose: true, ..OUTPUT }, &Finished::Stored(object()));
        assert_eq!(
            test.stderr.text(),
            "sending 40.0 MiB in 3 parts of 16.0 MiB\n\
             initiated upload id\n\
             part 1 of 3 uploaded, 16.0 MiB\n\
             warning: part 2 of 3: SlowDown: please (HTTP 503); retrying in 1.2 s, 1 attempt so far\n\
             warning: part 2 of 3: SlowDown: please (HTTP 503); retrying in 1.2 s, 2 attempts so far\n"
        );
    }

    #[test]
    fn the_text_of_an_answer_that_is_not_the_services_is_printed_for_the_first_of_many() {
        let test = world(&[], &[]);
        let verbose = Report::new(&Console::new(&test.world), OutputOptions { verbose: true, ..OUTPUT });
        let foreign = ForeignAnswer { text: Some("Blocked\nticket 4711".to_owned()), location: None };
        let answer = ServiceError { foreign: Some(foreign), request_id: None, ..*service(403, "") };
        let cause = Cause::Service(Box::new(answer));
        let error = UploadError { operation: Some(Operation::PutObject), attempts: 1, cause, leftover: None };
        let printed = || {
            let ending = Ending { elapsed: Duration::ZERO, journal: None, signal: None, rerun: &RESUMES };
            let before = test.stderr.text().len();
            let mut report = ObjectReport::new(verbose.clone(), subject()).among_many(true);
            report.finished(&Finished::Failed(error.clone()), ending);
            test.stderr.text().split_off(before)
        };
        let (first, second) = (printed(), printed());
        assert!(first.contains("\"Blocked\"") && first.contains("  answer: ticket 4711\n"), "{first}");
        assert!(second.starts_with("error: could not upload d/dist.tar: ") && second.lines().count() == 1, "{second}");
        assert!(!second.contains("Blocked"), "{second}");
    }

    #[test]
    fn people_may_read_chinese_while_programs_read_english() {
        let finished = Finished::Stored(object());
        let (_, english) = report(OutputOptions { verbose: true, ..JSON }, &finished);
        chinese(|| {
            let (_, test) = report(OUTPUT, &finished);
            assert_eq!(
                test.stdout.text(),
                "d/dist.tar -> cos://examplebucket-1250000000/dist.tar  40.0 MiB  已校验  crc64 16749565679157681890\n"
            );
            let warning = test.stderr.text();
            assert!(warning.starts_with("警告：第 2 个分块（共 3 个）："), "{warning}");
            assert!(warning.ends_with("；正在重试（用 -v 显示每次重试）\n"), "{warning}");
            let (_, json) = report(OutputOptions { verbose: true, ..JSON }, &finished);
            assert_eq!(json.stdout.text(), english.stdout.text());
        });
    }

    #[test]
    fn quiet_is_silent_about_success() {
        let (_, test) = report(OutputOptions { quiet: true, ..OUTPUT }, &Finished::Stored(object()));
        assert_eq!((test.stdout.text(), test.stderr.text()), (String::new(), String::new()));
    }

    #[test]
    fn json_has_one_line_an_event() {
        let (_, test) = report(OutputOptions { verbose: true, ..JSON }, &Finished::Stored(object()));
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
        assert_eq!(without_times(&test).lines().collect::<Vec<_>>(), expected);
        assert!(test.stdout.text().lines().all(|line| line.ends_with(",\"time\":\"1970-01-01T00:00:00.000Z\"}")));
    }

    #[test]
    fn a_failure_is_an_event_and_a_message() {
        let error = UploadError {
            operation: Some(Operation::Complete),
            attempts: 1,
            cause: Cause::Malformed { what: "no ETag".into(), request_id: Some("NWI".to_owned()) },
            leftover: UploadId::new("id"),
        };
        let (code, test) = report(JSON, &Finished::Failed(error));
        assert_eq!(code, 6);
        assert_eq!(
            without_times(&test).lines().last(),
            Some(
                r#"{"event":"failed","source":"d/dist.tar","bucket":"examplebucket-1250000000","key":"dist.tar","location":"https://h/dist.tar","exit_code":6,"error":{"kind":"network","message":"could not complete the upload of d/dist.tar: no ETag","request_id":"NWI"},"resumable":true,"journal":"/s/j"}"#
            )
        );
        assert_eq!(
            test.stderr.text(),
            "warning: part 2 of 3: SlowDown: please (HTTP 503); retrying (use -v to show every retry)\n\
             error: could not complete the upload of d/dist.tar: no ETag\n  \
             x-cos-request-id: NWI\n\
             hint: run the same command again to resume upload id\n"
        );
    }

    #[test]
    fn control_characters_in_names_are_escaped() {
        let test = world(&[], &[]);
        let report = Report::new(&Console::new(&test.world), OUTPUT);
        let odd = Subject {
            source: "a\u{7}".into(),
            key: Key::new("k\t").unwrap(),
            on_disk: Some("/o/k".into()),
            ..subject()
        };
        let ending = Ending { elapsed: Duration::ZERO, journal: None, signal: None, rerun: &RESUMES };
        ObjectReport::new(report, odd).finished(&Finished::Stored(object()), ending);
        assert_eq!(
            test.stdout.text(),
            "a\\u{7} -> cos://examplebucket-1250000000/k\\t  40.0 MiB  verified  crc64 16749565679157681890  at /o/k\n"
        );
    }

    #[test]
    fn json_has_progress_once_a_second() {
        let test = world(&[], &[]);
        let mut report = ObjectReport::new(Report::new(&Console::new(&test.world), JSON), subject());
        let began = (test.world.stopwatch)();
        for milliseconds in [0, 300, 999, 1000, 1500, 2100] {
            let progress = Progress { bytes: milliseconds, total: Some(9999) };
            report.event(began + Duration::from_millis(milliseconds), &Event::Progress(progress));
        }
        let bytes: Vec<u64> = test
            .stdout
            .text()
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["bytes"].as_u64().unwrap())
            .collect();
        assert_eq!(bytes, [0, 1000, 2100]);
    }
}

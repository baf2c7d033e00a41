//! Events and results, told: lines for people, or JSON lines for programs. The JSON itself is in `json`, words for
//! notices are in `notice`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::console::{Console, is_stdin, shown, visible};
use super::course::SoFar;
use super::exit::{Circumstances, Failure, SUCCESS, Verdict};
use super::json::{self, Line, Named};
use super::notice;
use super::options::OutputOptions;
use super::signals::Signal;
use super::units;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Key, Service};
use crate::upload::source::Skip;
use crate::upload::{Event, Finished, Notice, Object, Plan, ProvedBy, Unchanged};

/// How often a program hears of progress.
pub(super) const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Tells what happens, in the way that was asked for.
#[derive(Clone)]
pub struct Report {
    console: Console,
    json: bool,
    quiet: bool,
    verbose: bool,
}

/// One upload, as people and programs know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The service.
    pub service: Service,
    /// The file.
    pub source: PathBuf,
    /// The bucket.
    pub bucket: Bucket,
    /// The object's key.
    pub key: Key,
    /// The object's URL.
    pub location: String,
    /// Where the emulator keeps the object, where that is the server.
    pub on_disk: Option<PathBuf>,
}

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

/// All uploads of a command, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many objects were stored.
    pub uploaded: u64,
    /// How many sources were left out, or found unchanged.
    pub skipped: u64,
    /// How many of these were found unchanged.
    pub unchanged: u64,
    /// How many were not, or may not have been.
    pub failed: u64,
    /// Bytes sent, each once.
    pub bytes_sent: u64,
    /// Bytes that an earlier run had sent.
    pub bytes_resumed: u64,
}

impl Summary {
    /// Counts another one's uploads too.
    pub fn add(&mut self, other: Self) {
        self.uploaded += other.uploaded;
        self.skipped += other.skipped;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        self.bytes_sent += other.bytes_sent;
        self.bytes_resumed += other.bytes_resumed;
    }

    /// Counts one more.
    pub fn record(&mut self, finished: &Finished) {
        match finished {
            Finished::Stored(object) => {
                self.uploaded += 1;
                self.bytes_sent += object.bytes_sent;
                self.bytes_resumed += object.bytes_resumed;
            }
            Finished::Unchanged(_) => {
                self.skipped += 1;
                self.unchanged += 1;
            }
            Finished::Held(_) => {}
            Finished::Failed(_) | Finished::Unknown(_) => self.failed += 1,
        }
    }
}

impl Report {
    /// A report in the way that `output` asks for.
    pub fn new(console: &Console, output: OutputOptions) -> Self {
        let OutputOptions { quiet, json, verbose, .. } = output;
        Self { console: console.clone(), json, quiet, verbose }
    }

    /// Tells what would be sent.
    pub fn planned(&self, source: &Path, bucket: &Bucket, key: &Key, plan: &Plan) {
        if self.json {
            self.line(&Line::planned(named(source, bucket, key), plan));
        }
        let how = match plan {
            Plan::Put { size } => format!("{} in one request", units::size(*size)),
            Plan::Multipart(parts) => {
                let count = parts.count();
                let plural = if count == 1 { "part" } else { "parts" };
                format!("{} in {count} {plural} of {}", units::size(parts.size()), units::size(parts.part_size()))
            }
            Plan::Stream(cut) => format!("in parts of {}", notice::part_sizes(*cut)),
        };
        let target = visible(key.as_str());
        self.result(&format!("would upload {} -> cos://{bucket}/{target}  {how}", shown(source)));
    }

    /// Tells of a source that is left out, and why.
    pub(super) fn left_out(&self, source: &Path, bucket: &Bucket, why: Skip) {
        let reason = match why {
            Skip::Link => "symlink",
            Skip::Loop => "loop",
            Skip::Special(_) => "special",
        };
        if self.json {
            self.line(&Line::left_out(named_source(source, bucket), reason));
        }
        let line = format!("{} is left out: it {why}", shown(source));
        // Links are left out by rule, and counted; what else is no file may surprise.
        match why {
            Skip::Link => self.console.detail(self.verbose, &line),
            Skip::Loop | Skip::Special(_) => self.console.warning(&line),
        }
    }

    /// Tells of a directory with nothing in it.
    pub(super) fn passed_by(&self, directory: &Path) {
        self.console.detail(self.verbose, &format!("{} is empty and leaves no trace", shown(directory)));
    }

    /// Tells of an upload that failed before it began. Returns the exit code.
    pub fn refused(&self, source: &Path, bucket: &Bucket, key: Option<&Key>, failure: &Failure) -> u8 {
        let verdict = failure.verdict();
        if self.json {
            let named = Named { key: key.map(Key::as_str), ..named_source(source, bucket) };
            self.line(&Line::failed(named, &verdict, None));
        }
        verdict.tell(&self.console);
        verdict.exit_code
    }

    /// Tells of an object that was sent and is not completed, since others were not sent. People hear of all of these at
    /// once; one line each would hide the failure that is the reason. Returns the exit code.
    pub(super) fn withheld(
        &self,
        source: &Path,
        bucket: &Bucket,
        key: &Key,
        journal: Option<&Path>,
        signal: Option<Signal>,
    ) -> u8 {
        let mut verdict = Verdict { resumable: journal.is_some(), ..Failure::Withheld(source.to_owned()).verdict() };
        verdict.exit_code = signal.map_or(verdict.exit_code, Signal::exit_code);
        if self.json {
            self.line(&Line::failed(named(source, bucket, key), &verdict, journal));
        }
        self.console.detail(self.verbose, &verdict.message);
        verdict.exit_code
    }

    /// Tells of an upload that was to be thrown away and could not be.
    pub(super) fn left_behind(&self, source: &Path, id: &UploadId) {
        let id = visible(id.as_str());
        self.console.warning(&format!("{}: upload {id} could not be aborted; it is left on the server", shown(source)));
    }

    /// Begins to tell of one upload.
    pub fn object(&self, subject: Subject) -> ObjectReport {
        ObjectReport {
            report: self.clone(),
            subject,
            plan: None,
            last_progress: None,
            retries_told: HashSet::new(),
            one_of_many: false,
        }
    }

    /// Tells programs how far many uploads together are.
    pub(super) fn progress(&self, bucket: &Bucket, so_far: SoFar) {
        if self.json {
            self.line(&Line::progress_of_many(bucket.as_str(), so_far));
        }
    }

    /// Tells how all of it ended: people where there were several, since the line of a single one says it all.
    pub fn summary(&self, summary: Summary, elapsed: Duration, exit_code: u8) {
        if self.json {
            self.line(&Line::summary(summary, elapsed, exit_code));
        }
        if summary.uploaded + summary.skipped + summary.failed > 1 {
            self.console.note(&in_words(summary, elapsed));
        }
    }

    fn line(&self, line: &Line<'_>) {
        self.console.result(&json::text(line));
    }

    fn result(&self, line: &str) {
        self.console.outcome(!self.quiet && !self.json, line);
    }
}

/// Tells of one upload.
pub struct ObjectReport {
    report: Report,
    subject: Subject,
    plan: Option<Plan>,
    last_progress: Option<Instant>,
    retries_told: HashSet<String>,
    /// True where messages have to say which upload they are about.
    one_of_many: bool,
}

impl ObjectReport {
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
                let verdict = Verdict::of_upload(error, circumstances);
                if self.report.json {
                    self.report.line(&Line::failed(named_subject(&self.subject), &verdict, ending.journal));
                }
                verdict.tell(&self.report.console);
                verdict.exit_code
            }
        }
    }

    fn stored(&self, object: &Object, elapsed: Duration) {
        let subject = &self.subject;
        if self.report.json {
            let on_disk = subject.on_disk.as_deref();
            let line = Line::uploaded(named_subject(subject), on_disk, self.plan.as_ref(), object, elapsed);
            self.report.line(&line);
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
            self.report.line(&Line::unchanged(named_subject(subject), object));
        }
        let (key, size) = (visible(subject.key.as_str()), units::size(object.size));
        self.report.result(&format!("{} = cos://{}/{key}  {size}  unchanged", shown(&subject.source), subject.bucket));
    }

    fn tell_program(&self, event: &Event) {
        if let Some(line) = Line::of_event(named_subject(&self.subject), event) {
            self.report.line(&line);
        }
    }

    fn tell(&mut self, event: &Event) {
        let parts = self.plan.and_then(|plan| plan.parts());
        let console = &self.report.console;
        let subject = if self.one_of_many { format!("{}: ", shown(&self.subject.source)) } else { String::new() };
        match event {
            Event::Retrying { cause, .. } => {
                let first = self.retries_told.insert(notice::kind_of_retry(cause));
                notice::tell_retry(console, &subject, event, parts, first, self.report.verbose);
            }
            // Of a doubt that is looked into again and again, people hear once.
            Event::Notice(told @ Notice::LookingAtObject(_)) => {
                let shown = self.retries_told.insert("looking".to_owned()) || self.report.verbose;
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

/// `uploaded 1,998 files, 31.2 MiB in 4.0 s; 1 skipped, 1 failed`.
fn in_words(summary: Summary, elapsed: Duration) -> String {
    let Summary { uploaded, skipped, unchanged: _, failed, bytes_sent, bytes_resumed } = summary;
    let files = if uploaded == 1 { "file" } else { "files" };
    let (count, sent, elapsed) = (units::count(uploaded), units::size(bytes_sent), units::duration(elapsed));
    let before = match bytes_resumed {
        0 => String::new(),
        bytes => format!(", besides {} sent before", units::size(bytes)),
    };
    let others = [(skipped, "skipped"), (failed, "failed")];
    let others = others.iter().filter(|(number, _)| *number > 0);
    let others: Vec<String> = others.map(|(number, word)| format!("{} {word}", units::count(*number))).collect();
    let separator = if others.is_empty() { "" } else { "; " };
    format!("uploaded {count} {files}, {sent} in {elapsed}{before}{separator}{}", others.join(", "))
}

fn named<'a>(source: &'a Path, bucket: &'a Bucket, key: &'a Key) -> Named<'a> {
    Named { key: Some(key.as_str()), ..named_source(source, bucket) }
}

fn named_source<'a>(source: &'a Path, bucket: &'a Bucket) -> Named<'a> {
    Named { source: source.to_string_lossy(), bucket: bucket.as_str(), key: None, location: None }
}

fn named_subject(subject: &Subject) -> Named<'_> {
    Named { location: Some(&subject.location), ..named(&subject.source, &subject.bucket, &subject.key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::ProgressMode;
    use crate::cli::world::tests::{TestWorld, world};
    use crate::cos::ServiceError;
    use crate::cos::multipart::PartNumber;
    use crate::upload::{Cause, Operation, PartRecord, Progress, UploadError, Wish};

    const OUTPUT: OutputOptions =
        OutputOptions { progress: ProgressMode::Hidden, quiet: false, json: false, verbose: false };
    const JSON: OutputOptions = OutputOptions { json: true, ..OUTPUT };

    fn subject() -> Subject {
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

    fn object() -> Object {
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
        let mut report = Report::new(&console, output).object(subject());
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
        report.object(odd).finished(&Finished::Stored(object()), ending);
        assert_eq!(
            test.stdout.text(),
            "a\\u{7} -> cos://examplebucket-1250000000/k\\n  40.0 MiB  crc64 16749565679157681890 at /o/k\n"
        );
    }

    #[test]
    fn a_program_hears_of_progress_once_a_second() {
        let test = world(&[], &[]);
        let mut report = Report::new(&Console::new(&test.world), JSON).object(subject());
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

    #[test]
    fn people_get_a_summary_of_several_and_of_no_single_one() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let tell = |summary, output: OutputOptions| {
            let console = console.clone().quiet(output.quiet);
            Report::new(&console, output).summary(summary, Duration::from_secs(40), 0);
        };
        let all = Summary { uploaded: 1998, skipped: 1, failed: 1, bytes_sent: 31 << 20, ..Summary::default() };
        tell(all, OUTPUT);
        tell(all, OutputOptions { quiet: true, ..OUTPUT });
        tell(Summary { uploaded: 1, ..Summary::default() }, OUTPUT);
        tell(Summary { uploaded: 1, skipped: 2, bytes_resumed: 1 << 20, ..Summary::default() }, OUTPUT);
        assert_eq!(test.stdout.text(), "");
        assert_eq!(
            test.stderr.text(),
            "uploaded 1,998 files, 31.0 MiB in 40 s; 1 skipped, 1 failed\n\
             uploaded 1 file, 0 B in 40 s, besides 1.0 MiB sent before; 2 skipped\n"
        );
    }

    #[test]
    fn programs_hear_of_the_progress_of_many_in_one_line() {
        let test = world(&[], &[]);
        let report = Report::new(&Console::new(&test.world), JSON);
        report
            .object(subject())
            .among_many(true)
            .event((test.world.stopwatch)(), &Event::Progress(Progress::default()));
        let bucket = subject().bucket;
        report.progress(&bucket, SoFar { bytes: 1, total: None, files: 0, files_total: None });
        report.progress(&bucket, SoFar { bytes: 2, total: Some(9), files: 1, files_total: Some(3) });
        assert_eq!(
            test.stdout.text(),
            "{\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":1,\"files\":0}\n\
             {\"event\":\"progress\",\"bucket\":\"examplebucket-1250000000\",\"bytes\":2,\"total\":9,\"files\":1,\
             \"files_total\":3}\n"
        );
    }

    #[test]
    fn the_summary_counts_for_programs() {
        let test = world(&[], &[]);
        let mut summary = Summary::default();
        summary.record(&Finished::Stored(object()));
        Report::new(&Console::new(&test.world), JSON).summary(summary, Duration::from_secs(2), 0);
        assert_eq!(
            test.stdout.text(),
            "{\"event\":\"summary\",\"uploaded\":1,\"skipped\":0,\"failed\":0,\"bytes_sent\":25165824,\"bytes_resumed\":16777216,\
             \"duration_ms\":2000,\"exit_code\":0}\n"
        );
    }
}

//! Lines for people: results on stdout, messages on stderr, with the progress bar kept out of both; and a log of both.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use indicatif::ProgressBar;
use serde::Serialize;

use super::ci::{Job, Level};
pub use super::escape::visible;
use super::escape::{escaped_in_json, printable, visible_path};
use super::log::Log;
use super::summary::Summary;
use crate::cli::process::world::{Stream, World};
use crate::language::{Message, english, message, phrase};
use crate::upload::source::stream;

/// Both streams of the program, cheap to clone.
#[derive(Clone)]
pub struct Console {
    stdout: Stream,
    stderr: Stream,
    colour: bool,
    quiet: bool,
    bar: Arc<Mutex<Option<ProgressBar>>>,
    printed: Arc<Mutex<HashSet<String>>>,
    log: Arc<Mutex<Option<Log>>>,
    job: Arc<Mutex<Option<Job>>>,
    clock: fn() -> SystemTime,
}

/// An event and its time.
#[derive(Serialize)]
struct Timed<'a, E> {
    #[serde(flatten)]
    event: &'a E,
    time: String,
}

/// The label of a message, and its colour on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Something failed.
    Error,
    /// A risk.
    Warning,
    /// Advice.
    Hint,
}

impl Label {
    fn word(self) -> &'static str {
        match self {
            Self::Error => phrase!("error: ").text(),
            Self::Warning => phrase!("warning: ").text(),
            Self::Hint => phrase!("hint: ").text(),
        }
    }

    fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Hint => None,
        }
    }

    fn coloured(self) -> String {
        let colour = match self {
            Self::Error => 31,
            Self::Warning => 33,
            Self::Hint => 36,
        };
        let (word, space) = self.word().split_at(self.word().trim_end().len());
        format!("\u{1b}[1;{colour}m{word}\u{1b}[0m{space}")
    }
}

impl Console {
    /// The console of this world. It uses colour if stderr is a terminal and `NO_COLOR` is not set.
    pub fn new(world: &World) -> Self {
        let dumb = world.variables.get("TERM").is_some_and(|term| term == "dumb");
        let coloured = world.stderr_is_terminal && world.stderr_has_colours && !dumb;
        Self {
            stdout: world.stdout.clone(),
            stderr: world.stderr.clone(),
            colour: coloured && world.variables.get("NO_COLOR").is_none(),
            quiet: false,
            bar: Arc::default(),
            printed: Arc::default(),
            log: Arc::default(),
            job: Arc::default(),
            clock: world.clock,
        }
    }

    /// The same console; if `quiet`, stderr gets only errors and hints.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// Starts a log file: it gets every message, also from clones of this console, and the details that are not shown.
    pub fn log_to(&self, file: &Path, clock: fn() -> SystemTime) -> io::Result<()> {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Some(Log::open(file, clock)?);
        Ok(())
    }

    /// Prints for the system that runs this job too, also through clones of this console.
    pub(crate) fn in_job(&self, job: Option<Job>) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = job;
    }

    /// Writes the totals to the files of the job, if there is one, and ends its collapsed lines.
    pub(crate) fn job_summary(&self, summary: Summary, elapsed: Duration, exit_code: u8) {
        self.end_group();
        let write = |job: &mut Job| {
            let failed = job.write_summary(summary, elapsed, exit_code).into_iter();
            let of =
                |(file, error)| message!("could not write the totals to {file}: {error}", file = shown(file), error);
            failed.map(of).collect()
        };
        let warnings: Vec<Message> = self.with_job(write).unwrap_or_default();
        warnings.iter().for_each(|warning| self.warning(warning));
    }

    /// Ends the collapsed lines of the job.
    pub(crate) fn end_group(&self) {
        if let Some(command) = self.with_job(|job| job.end_group((self.clock)())).flatten() {
            self.write(&command);
        }
    }

    /// A result, for stdout. It is not logged: see [`Console::outcome`].
    pub fn result(&self, line: &str) {
        self.above_the_bar(|| self.stdout.write(format!("{}\n", printable(line)).as_bytes()));
    }

    /// A JSON event, for stdout, with its time. It is not logged either.
    pub(crate) fn event(&self, event: &impl Serialize) {
        let time = humantime::format_rfc3339_millis((self.clock)()).to_string();
        let line = english(|| serde_json::to_string(&Timed { event, time }));
        let line = line.expect("an event has string keys and finite numbers");
        self.result(&escaped_in_json(&line));
    }

    /// A result as text: on stdout if `shown`, and always in the log.
    pub fn outcome(&self, shown: bool, line: &str) {
        if shown && let Some(command) = self.with_job(|job| job.before_result((self.clock)())).flatten() {
            self.write(&command);
        }
        self.finding(shown, line);
    }

    /// The same for a line that no system collapses, however many there are.
    pub(crate) fn finding(&self, shown: bool, line: &str) {
        self.log(line);
        if shown {
            self.result(line);
        }
    }

    /// Information.
    pub fn note(&self, line: &str) {
        self.detail(true, line);
    }

    /// The same, unless this line was printed before.
    pub fn note_once(&self, line: &str) {
        self.detail_once(true, line);
    }

    /// A warning, unless this line was printed before.
    pub fn warning_once(&self, line: &str) {
        self.warning_once_of(line, line);
    }

    /// A warning, unless one of this kind was printed before. The lines of a kind may differ, such as by a second.
    pub fn warning_once_of(&self, kind: &str, line: &str) {
        if self.is_new(kind) {
            self.warning(line);
        }
    }

    /// True the first time it is asked about this line.
    pub(super) fn is_new(&self, line: &str) -> bool {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned())
    }

    /// Information that is printed if `shown`, and always logged.
    pub fn detail(&self, shown: bool, line: &str) {
        self.log(line);
        if shown && !self.quiet {
            self.passing(line);
        }
    }

    /// Whether a detail would be shown or logged.
    pub fn has_use_for_details(&self, shown: bool) -> bool {
        (shown && !self.quiet) || self.log.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The same, unless this line was printed before.
    pub fn detail_once(&self, shown: bool, line: &str) {
        if self.is_new(line) {
            self.detail(shown, line);
        }
    }

    /// A warning.
    pub fn warning(&self, line: &str) {
        self.warning_in_brief(Some(line), line);
    }

    /// A warning that is printed briefly or not at all; the log has the full text.
    pub fn warning_in_brief(&self, brief: Option<&str>, full: &str) {
        self.log(&format!("{}{full}", Label::Warning.word()));
        if let Some(brief) = brief.filter(|_| !self.quiet) {
            self.write_labelled(Label::Warning, brief);
        }
    }

    /// A message with its label. Errors and hints are printed even if quiet.
    pub fn labelled(&self, label: Label, line: &str) {
        self.log(&format!("{}{line}", label.word()));
        self.write_labelled(label, line);
    }

    /// An error with the lines that belong to it: one after the other, or together in an annotation.
    pub(crate) fn error(&self, error: &str, more: &[(Option<Label>, String)]) {
        let labelled = |(label, line): &(Option<Label>, String)| format!("{}{line}", label.map_or("", Label::word));
        let more_lines: Vec<String> = more.iter().map(labelled).collect();
        self.log(&format!("{}{error}", Label::Error.word()));
        more_lines.iter().for_each(|line| self.log(line));
        let whole = std::iter::once(error).chain(more_lines.iter().map(String::as_str)).collect::<Vec<_>>().join("\n");
        match self.annotation(Label::Error, &whole) {
            Some(command) => self.write(&command),
            None => {
                self.write(&self.with_label(Label::Error, error));
                more.iter().for_each(|(label, line)| match label {
                    Some(label) => self.write(&self.with_label(*label, line)),
                    None => self.passing(line),
                });
            }
        }
    }

    /// A message without a label.
    pub fn message(&self, line: &str) {
        self.log(line);
        self.passing(line);
    }

    /// A message that is not logged, such as progress.
    pub fn passing(&self, line: &str) {
        self.write(&printable(line));
    }

    /// The error that kept results from being written.
    pub fn results_lost(&self) -> Option<String> {
        self.stdout.broken()
    }

    /// True if results could not be written because the reader has closed the pipe.
    pub fn reader_is_gone(&self) -> bool {
        self.stdout.reader_is_gone()
    }

    /// Removes the bar permanently.
    pub fn end_bar(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    /// Prints later lines above this bar, until the bar is `None` again.
    pub fn watch(&self, bar: Option<ProgressBar>) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    /// A message with its label, or as an annotation if the system that runs the job has them.
    fn write_labelled(&self, label: Label, line: &str) {
        self.write(&self.annotation(label, line).unwrap_or_else(|| self.with_label(label, line)));
    }

    fn annotation(&self, label: Label, text: &str) -> Option<String> {
        let (level, text) = (label.level()?, printable(text));
        self.with_job(|job| job.annotation(level, &text)).flatten()
    }

    fn with_job<T>(&self, act: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(act)
    }

    fn with_label(&self, label: Label, line: &str) -> String {
        let word = if self.colour { Cow::Owned(label.coloured()) } else { Cow::Borrowed(label.word()) };
        format!("{word}{}", printable(line))
    }

    /// Writes a line whose control characters are the program's own.
    fn write(&self, line: &str) {
        self.above_the_bar(|| self.stderr.write(format!("{line}\n").as_bytes()));
    }

    /// If the log cannot be written, logging stops and the upload continues.
    fn log(&self, text: &str) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Err(error)) = log.as_mut().map(|log| log.append(text)) else { return };
        *log = None;
        drop(log);
        self.warning(&message!("could not write the log file: {error}; logging has stopped", error));
    }

    fn above_the_bar(&self, write: impl FnOnce()) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// A path for people: `stdin` for the stream, otherwise as `visible_path` writes it.
pub fn shown(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { visible_path(path) }
}

/// True for the name of stdin. A file of that name is `./-`.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == stream::NAME
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;

    #[test]
    fn labels_are_in_colour_on_a_terminal_only() {
        let printed = |terminal: bool, variables: &[(&str, &str)]| {
            let mut test = world(&[], variables);
            test.world.stderr_is_terminal = terminal;
            Console::new(&test.world).labelled(Label::Error, "no");
            test.stderr.text()
        };
        assert_eq!(printed(false, &[]), "error: no\n");
        assert_eq!(printed(true, &[]), "\u{1b}[1;31merror:\u{1b}[0m no\n");
        assert_eq!(printed(true, &[("NO_COLOR", "1")]), "error: no\n");
        assert_eq!(printed(true, &[("NO_COLOR", "")]), "\u{1b}[1;31merror:\u{1b}[0m no\n");
        assert_eq!(printed(true, &[("TERM", "dumb")]), "error: no\n");
        let mut test = world(&[], &[]);
        (test.world.stderr_is_terminal, test.world.stderr_has_colours) = (true, false);
        Console::new(&test.world).labelled(Label::Error, "no");
        assert_eq!(test.stderr.text(), "error: no\n");
    }

    #[test]
    fn a_quiet_console_prints_errors_only() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world).quiet(true);
        console.note("n");
        console.warning("w");
        console.labelled(Label::Error, "e");
        console.labelled(Label::Hint, "h");
        assert_eq!(test.stderr.text(), "error: e\nhint: h\n");
    }

    #[test]
    fn a_log_has_every_message_and_every_detail() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("log");
        let mut test = world(&[], &[]);
        test.world.stderr_is_terminal = true;
        let console = Console::new(&test.world);
        console.log_to(&file, test.world.clock).unwrap();
        let clone = console.clone().quiet(true);
        clone.result("r");
        clone.outcome(false, "o");
        clone.note("n");
        clone.detail_once(false, "d");
        clone.detail_once(false, "d");
        clone.warning_in_brief(Some("brief"), "full");
        clone.passing("p");
        console.labelled(Label::Error, "e");
        let lines = ["o", "n", "d", "warning: full", "error: e"];
        let expected: String = lines.iter().map(|line| format!("1970-01-01T00:00:00.000Z {line}\n")).collect();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), expected);
        assert_eq!(test.stdout.text(), "r\n");
        assert_eq!(test.stderr.text(), "p\n\u{1b}[1;31merror:\u{1b}[0m e\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_log_on_a_full_disk_is_given_up_with_one_warning() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        console.log_to(Path::new("/dev/full"), test.world.clock).unwrap();
        console.note("one");
        console.note("two");
        let why = std::io::Error::from_raw_os_error(28);
        let expected = format!("warning: could not write the log file: {why}; logging has stopped\none\ntwo\n");
        assert_eq!(test.stderr.text(), expected);
    }

    #[test]
    fn results_and_messages_do_not_mix() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        console.result("r");
        console.note("n");
        assert_eq!((test.stdout.text(), test.stderr.text()), ("r\n".to_owned(), "n\n".to_owned()));
    }

    #[test]
    fn no_line_sends_a_control_character_to_a_terminal() {
        let mut test = world(&[], &[]);
        test.world.stderr_is_terminal = true;
        let console = Console::new(&test.world);
        let hostile = "a\u{1b}[2J\u{7}\u{9b}1m\u{7f}b";
        console.result(hostile);
        console.event(&std::collections::BTreeMap::from([("name", hostile)]));
        console.note(hostile);
        console.warning(hostile);
        console.labelled(Label::Error, hostile);
        console.message(hostile);
        let written = test.stdout.text() + &test.stderr.text().replace("\u{1b}[1;33m", "").replace("\u{1b}[1;31m", "");
        let written = written.replace("\u{1b}[0m", "");
        assert!(!written.chars().any(|c| c.is_control() && c != '\n'), "{written:?}");
        assert_eq!(written.matches("\\u{1b}[2J\\u{7}\\u{9b}1m\\u{7f}b").count(), 5);
    }
}

//! Lines for people: results on stdout, messages on stderr, neither garbled by a progress bar; and a log file of both.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use indicatif::ProgressBar;
use serde::Serialize;

use super::log::Log;
use crate::cli::process::world::{Stream, World};
use crate::upload::source::stream;

/// Both streams of the program, cheap to clone.
#[derive(Clone)]
pub struct Console {
    stdout: Stream,
    stderr: Stream,
    colour: bool,
    quiet: bool,
    bar: Arc<Mutex<Option<ProgressBar>>>,
    told: Arc<Mutex<HashSet<String>>>,
    log: Arc<Mutex<Option<Log>>>,
}

/// The word a message begins with, and its colour on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Something failed.
    Error,
    /// Something to know.
    Warning,
    /// Something to do.
    Hint,
}

impl Label {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error:",
            Self::Warning => "warning:",
            Self::Hint => "hint:",
        }
    }

    fn coloured(self) -> String {
        let colour = match self {
            Self::Error => 31,
            Self::Warning => 33,
            Self::Hint => 36,
        };
        format!("\u{1b}[1;{colour}m{}\u{1b}[0m", self.word())
    }
}

impl Console {
    /// The console of this world. It is in colour where stderr is a terminal and nobody set `NO_COLOR`.
    pub fn new(world: &World) -> Self {
        let dumb = world.variables.get("TERM").is_some_and(|term| term == "dumb");
        Self {
            stdout: world.stdout.clone(),
            stderr: world.stderr.clone(),
            colour: world.stderr_is_terminal && !dumb && world.variables.get("NO_COLOR").is_none(),
            quiet: false,
            bar: Arc::default(),
            told: Arc::default(),
            log: Arc::default(),
        }
    }

    /// The same console, where `quiet` with nothing but errors and hints on stderr.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// From now on a file has everything that is told, by clones of this console too, and details that are not shown.
    pub fn log_to(&self, file: &Path, clock: fn() -> SystemTime) -> io::Result<()> {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Some(Log::open(file, clock)?);
        Ok(())
    }

    /// A result, for stdout. The log has none of them: see [`Console::outcome`].
    pub fn result(&self, line: &str) {
        self.above_the_bar(|| self.stdout.write(format!("{line}\n").as_bytes()));
    }

    /// A JSON event, for stdout. The log has none of them either.
    pub(crate) fn event(&self, event: &impl Serialize) {
        self.result(&serde_json::to_string(event).expect("an event has string keys and finite numbers"));
    }

    /// What became of something, in words: a result where it is `shown`, a line of the log in any case.
    pub fn outcome(&self, shown: bool, line: &str) {
        self.log(line);
        if shown {
            self.result(line);
        }
    }

    /// Something to know that is no trouble.
    pub fn note(&self, line: &str) {
        self.detail(true, line);
    }

    /// The same, unless these very words have been told before.
    pub fn note_once(&self, line: &str) {
        self.detail_once(true, line);
    }

    /// A warning, unless these very words have been told before.
    pub fn warning_once(&self, line: &str) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
            self.warning(line);
        }
    }

    /// A note that is not `shown` to everybody; the log has it in any case.
    pub fn detail(&self, shown: bool, line: &str) {
        self.log(line);
        if shown && !self.quiet {
            self.passing(line);
        }
    }

    /// The same, unless these very words have been told before.
    pub fn detail_once(&self, shown: bool, line: &str) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
            self.detail(shown, line);
        }
    }

    /// Something to know that may be trouble later.
    pub fn warning(&self, line: &str) {
        self.warning_in_brief(Some(line), line);
    }

    /// A warning that is shown in brief or not at all; the log has it in full.
    pub fn warning_in_brief(&self, brief: Option<&str>, full: &str) {
        self.log(&format!("{} {full}", Label::Warning.word()));
        if let Some(brief) = brief.filter(|_| !self.quiet) {
            self.passing(&self.with_label(Label::Warning, brief));
        }
    }

    /// A message that begins with its label. Errors and hints appear even where it is quiet.
    pub fn labelled(&self, label: Label, line: &str) {
        self.log(&format!("{} {line}", label.word()));
        self.passing(&self.with_label(label, line));
    }

    /// A message as it is.
    pub fn message(&self, line: &str) {
        self.log(line);
        self.passing(line);
    }

    /// A message of the moment, like progress: the log has no use for it.
    pub fn passing(&self, line: &str) {
        self.above_the_bar(|| self.stderr.write(format!("{line}\n").as_bytes()));
    }

    /// Why results could not be written, where that is so.
    pub fn results_lost(&self) -> Option<String> {
        self.stdout.broken()
    }

    /// Keeps later lines clear of this bar, until it is `None` again.
    pub fn watch(&self, bar: Option<ProgressBar>) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    fn with_label(&self, label: Label, line: &str) -> String {
        let word = if self.colour { Cow::Owned(label.coloured()) } else { Cow::Borrowed(label.word()) };
        format!("{word} {line}")
    }

    /// A log that cannot be written any more is given up: the upload matters more.
    fn log(&self, text: &str) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Err(error)) = log.as_mut().map(|log| log.append(text)) else { return };
        *log = None;
        drop(log);
        self.warning(&format!("could not write the log file: {error}; logging has stopped"));
    }

    fn above_the_bar(&self, write: impl FnOnce()) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// Text from outside, with control characters spelled out: a file's name must not move the cursor.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let spelled = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(spelled).collect())
}

/// A path as people read it.
pub fn shown(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    visible(&path.display().to_string()).into_owned()
}

/// True for what stands for stdin. A file of that name is `./-`.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == stream::NAME
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;

    #[test]
    fn labels_are_in_colour_on_a_terminal_alone() {
        let told = |terminal: bool, variables: &[(&str, &str)]| {
            let mut test = world(&[], variables);
            test.world.stderr_is_terminal = terminal;
            Console::new(&test.world).labelled(Label::Error, "no");
            test.stderr.text()
        };
        assert_eq!(told(false, &[]), "error: no\n");
        assert_eq!(told(true, &[]), "\u{1b}[1;31merror:\u{1b}[0m no\n");
        assert_eq!(told(true, &[("NO_COLOR", "1")]), "error: no\n");
        assert_eq!(told(true, &[("NO_COLOR", "")]), "\u{1b}[1;31merror:\u{1b}[0m no\n");
        assert_eq!(told(true, &[("TERM", "dumb")]), "error: no\n");
    }

    #[test]
    fn a_quiet_console_tells_errors_alone() {
        let test = world(&[], &[]);
        let console = Console::new(&test.world).quiet(true);
        console.note("n");
        console.warning("w");
        console.labelled(Label::Error, "e");
        console.labelled(Label::Hint, "h");
        assert_eq!(test.stderr.text(), "error: e\nhint: h\n");
    }

    #[test]
    fn a_log_has_everything_that_is_told_and_details_that_are_not() {
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
    fn control_characters_are_spelled_out() {
        assert_eq!(visible("naïve 中.txt"), "naïve 中.txt");
        assert_eq!(visible("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
    }
}

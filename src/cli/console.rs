//! Lines for people: results on stdout, messages on stderr, neither garbled by a progress bar.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;

use super::world::{Stream, World};

/// Both streams of the program, cheap to clone.
#[derive(Clone)]
pub struct Console {
    stdout: Stream,
    stderr: Stream,
    colour: bool,
    quiet: bool,
    bar: Arc<Mutex<Option<ProgressBar>>>,
    told: Arc<Mutex<HashSet<String>>>,
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
        }
    }

    /// The same console, where `quiet` with nothing but errors and hints on stderr.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// A result, for stdout.
    pub fn result(&self, line: &str) {
        self.above_the_bar(|| self.stdout.write(format!("{line}\n").as_bytes()));
    }

    /// Something to know that is no trouble.
    pub fn note(&self, line: &str) {
        if !self.quiet {
            self.message(line);
        }
    }

    /// The same, unless these very words have been told before.
    pub fn note_once(&self, line: &str) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
            self.note(line);
        }
    }

    /// Something to know that may be trouble later.
    pub fn warning(&self, line: &str) {
        if !self.quiet {
            self.labelled(Label::Warning, line);
        }
    }

    /// A message that begins with its label. Errors and hints appear even where it is quiet.
    pub fn labelled(&self, label: Label, line: &str) {
        let word = if self.colour { Cow::Owned(label.coloured()) } else { Cow::Borrowed(label.word()) };
        self.message(&format!("{word} {line}"));
    }

    /// A message as it is.
    pub fn message(&self, line: &str) {
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
    visible(&path.display().to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::world::tests::world;

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

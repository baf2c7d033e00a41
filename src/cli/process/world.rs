//! The one door to the process: arguments, variables, clock, streams, "is it a terminal", signals.
//!
//! Everything else is handed what it needs from here, so a test can run the whole program without starting one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read, Write};
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use super::limits;
use super::signals::Signals;

/// What the program can see of its surroundings.
pub struct World {
    /// The command line, the program's name first.
    pub arguments: Vec<OsString>,
    /// The environment.
    pub variables: Variables,
    /// Reads a line that a person types.
    pub read_line: fn() -> io::Result<String>,
    /// Whether the user can be asked.
    pub stdin_is_terminal: bool,
    /// Opens what is piped in.
    pub stdin: fn() -> Box<dyn Read + Send>,
    /// Where results go.
    pub stdout: Stream,
    /// Where messages and progress go.
    pub stderr: Stream,
    /// Whether results are read by a person.
    pub stdout_is_terminal: bool,
    /// Whether messages are read by a person.
    pub stderr_is_terminal: bool,
    /// Whether the terminal behind stderr, if there is one, understands escape codes for colours.
    pub stderr_has_colours: bool,
    /// How many columns the terminal behind stdout has now, where there is one.
    pub stdout_columns: fn() -> Option<usize>,
    /// How many columns the terminal behind stderr has now, where there is one.
    pub stderr_columns: fn() -> Option<usize>,
    /// How many rows it has.
    pub stderr_rows: fn() -> Option<usize>,
    /// How many more files may be opened, if there is a limit.
    pub open_files: fn() -> Option<u64>,
    /// The language of the user interface, on a system that has one beside its variables.
    pub ui_language: fn() -> Option<String>,
    /// The wall clock.
    pub clock: fn() -> SystemTime,
    /// The clock that never goes back.
    pub stopwatch: fn() -> Instant,
    /// What jitter grows from.
    pub seed: u64,
    /// What asks the program to stop.
    pub signals: Signals,
}

impl World {
    /// The world as this process sees it.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the process")]
    pub fn of_process() -> Self {
        limits::survive_file_size_limit();
        Self {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
            read_line: || {
                let mut line = String::new();
                io::stdin().read_line(&mut line).map(|_| line)
            },
            stdin_is_terminal: io::stdin().is_terminal(),
            stdin: || Box::new(io::stdin()),
            stdout: Stream::new(io::stdout()),
            stderr: Stream::new(io::stderr()),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            stderr_has_colours: has_colours(),
            stdout_columns: || Some(terminal_size::terminal_size_of(io::stdout())?.0.0.into()),
            stderr_columns: || Some(terminal_size::terminal_size_of(io::stderr())?.0.0.into()),
            stderr_rows: || Some(terminal_size::terminal_size_of(io::stderr())?.1.0.into()),
            open_files: limits::free_descriptors,
            ui_language,
            clock: SystemTime::now,
            stopwatch: Instant::now,
            seed: fastrand::u64(..),
            signals: Signals::of_process(),
        }
    }
}

#[cfg(windows)]
fn ui_language() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(not(windows))]
fn ui_language() -> Option<String> {
    None
}

/// A console of Windows shows escape codes as they are, unless it is asked to interpret them and can.
#[cfg(windows)]
fn has_colours() -> bool {
    // A terminal that is no console, such as that of Git for Windows, interprets them anyway.
    winapi_util::console::Console::stderr().map_or(true, |mut it| it.set_virtual_terminal_processing(true).is_ok())
}

#[cfg(not(windows))]
fn has_colours() -> bool {
    true
}

/// The environment. A variable that is set to nothing counts as unset.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<OsString, OsString>);

impl Variables {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// True where the name of one of them begins like this.
    pub fn any_begins(&self, prefix: &str) -> bool {
        let first = self.0.range::<OsStr, _>((Bound::Included(OsStr::new(prefix)), Bound::Unbounded)).next();
        first.is_some_and(|(name, _)| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
    }

    /// All of them that have a name of UTF-8.
    pub fn all(&self) -> BTreeMap<String, OsString> {
        self.0.iter().filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.clone()))).collect()
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let named = |name: OsString| if cfg!(windows) { name.to_ascii_uppercase() } else { name };
        Self(variables.into_iter().map(|(name, value)| (named(name.into()), value.into())).collect())
    }
}

/// A standard stream, cheap to clone. Once it is broken it stays so, and says why.
#[derive(Clone)]
pub struct Stream(Arc<Mutex<Inner>>);

struct Inner {
    writer: Box<dyn Write + Send>,
    broken: Option<io::Error>,
}

impl Stream {
    /// Writes to `writer`.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Inner { writer: Box::new(writer), broken: None })))
    }

    /// A stream whose content a test can read.
    pub fn captured() -> (Self, Captured) {
        let captured = Captured::default();
        (Self::new(captured.clone()), captured)
    }

    /// Writes and flushes. A reader that is gone is no reason to stop: see [`Stream::broken`].
    pub fn write(&self, bytes: &[u8]) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.broken.is_none() {
            let written = inner.writer.write_all(bytes).and_then(|()| inner.writer.flush());
            inner.broken = written.err();
        }
    }

    /// Why not everything could be written, where that is so.
    pub fn broken(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).broken.as_ref().map(io::Error::to_string)
    }

    /// True if the reader of a pipe has closed it.
    pub fn reader_is_gone(&self) -> bool {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.broken.as_ref().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What was written to a captured stream.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// All of it, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A world of its own: no terminal, a clock that stands still.
    pub(in crate::cli) struct TestWorld {
        pub(in crate::cli) world: World,
        pub(in crate::cli) stdout: Captured,
        pub(in crate::cli) stderr: Captured,
    }

    pub(in crate::cli) fn world(arguments: &[&str], variables: &[(&str, &str)]) -> TestWorld {
        let (out, stdout) = Stream::captured();
        let (err, stderr) = Stream::captured();
        let (_, signals) = Signals::channel();
        let world = World {
            arguments: std::iter::once(&"cosput").chain(arguments).map(OsString::from).collect(),
            variables: variables.iter().copied().collect(),
            read_line: || Ok(String::new()),
            stdin_is_terminal: false,
            stdin: || Box::new(io::empty()),
            stdout: out,
            stderr: err,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            stderr_has_colours: true,
            stdout_columns: || None,
            stderr_columns: || None,
            stderr_rows: || None,
            open_files: || None,
            ui_language: || None,
            clock: || SystemTime::UNIX_EPOCH,
            stopwatch: tests_instant,
            seed: 0,
            signals,
        };
        TestWorld { world, stdout, stderr }
    }

    #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made up; tests count from this one")]
    fn tests_instant() -> Instant {
        Instant::now()
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stream_whose_reader_is_gone_stays_broken_and_says_why() {
        let stream = Stream::new(Closed);
        assert_eq!(stream.broken(), None);
        stream.write(b"lost");
        stream.clone().write(b"lost too");
        assert_eq!(stream.broken().as_deref(), Some("broken pipe"));
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let variables: Variables = [("A", "1"), ("B", "")].into_iter().collect();
        assert_eq!(["A", "B", "C"].map(|name| variables.get(name)), [Some(OsStr::new("1")), None, None]);
    }
}

//! A run of the program: while it runs, and what it printed when it had ended.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Output};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use super::clock::{LIMIT, now, pause};
use super::paths::{event_with_slashes, lines_with_slashes, with_slashes};
use super::process::prepare;
use super::secrets::assert_no_secret;

/// The program while it runs.
pub(crate) struct Running {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    started: Instant,
    _output: TempDir,
}

/// What a run was. Paths have `/` between names on every platform, except in the JSON of `stdout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The exit code; nothing if it was killed.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        prepare();
        let output = tempfile::tempdir().unwrap();
        let (stdout, stderr) = (output.path().join("stdout"), output.path().join("stderr"));
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        Self { child: command.spawn().unwrap(), stdout, stderr, started: now(), _output: output }
    }

    /// The pipe to its stdin, if it was given one.
    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    #[cfg(unix)]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(fs::read(&self.stdout).unwrap()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(fs::read(&self.stderr).unwrap()).unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Outcome {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return self.outcome(status.code());
            }
            assert!(self.started.elapsed() < LIMIT, "it does not end: {}{}", self.stdout(), self.stderr());
            pause();
        }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) -> Outcome {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        let code = self.code_unless_killed(status);
        assert_eq!(code, None, "it ended before it was killed: {}{}", self.stdout(), self.stderr());
        self.outcome(code)
    }

    /// Ends it as a power cut would, if it has not ended before.
    pub(crate) fn kill_or_wait(mut self) -> Outcome {
        let _ = self.child.kill();
        let status = self.child.wait().unwrap();
        let code = self.code_unless_killed(status);
        self.outcome(code)
    }

    /// The exit code. On Windows a program that is killed has 1, which cosput itself does not return without an error.
    fn code_unless_killed(&self, status: ExitStatus) -> Option<i32> {
        status.code().filter(|code| !cfg!(windows) || *code != 1 || self.stderr().contains("error: "))
    }

    /// Sends a signal, by its name without SIG.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -s {name} {}", self.id())]).status().unwrap();
        assert!(sent.success());
    }

    fn outcome(&self, code: Option<i32>) -> Outcome {
        Outcome { code, stdout: self.stdout(), stderr: self.stderr() }.checked()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    /// The outcome of a run that another test started.
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (code, stdout, stderr) = (output.status.code(), text(output.stdout), text(output.stderr));
        Self { code, stdout: without_times(&stdout), stderr }.checked()
    }

    fn checked(self) -> Self {
        assert_no_secret("stdout", &self.stdout);
        assert_no_secret("stderr", &self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        Self { code: self.code, stdout: lines_with_slashes(&self.stdout), stderr: with_slashes(&self.stderr) }
    }

    /// Asserts the exit code, showing everything where it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}stderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that stderr has these words.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no '{words}' in:\n{}", self.stderr);
        self
    }

    /// Asserts that stderr does not have these words.
    #[track_caller]
    pub(crate) fn does_not_say(self, words: &str) -> Self {
        assert!(!self.stderr.contains(words), "'{words}' in:\n{}", self.stderr);
        self
    }

    /// The lines of stdout as JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        let event = |line: &str| event_with_slashes(serde_json::from_str(line).expect("each line is JSON"));
        self.stdout.lines().map(event).collect()
    }

    /// The one event of this name.
    #[track_caller]
    pub(crate) fn event(&self, name: &str) -> Value {
        let mut events = self.events();
        events.retain(|event| event["event"] == name);
        let [event] = events.try_into().unwrap_or_else(|events| panic!("not one {name}: {events:?} {}", self.stderr));
        event
    }
}

/// JSON lines without the time at their end, which no two runs share.
fn without_times(lines: &str) -> String {
    const TIME: &str = ",\"time\":\"";
    let line = |line: &str| match line.rfind(TIME) {
        Some(at) => format!("{}}}", &line[..at]),
        None => line.to_owned(),
    };
    lines.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

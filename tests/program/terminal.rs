//! The progress bar on a terminal that is resized and closed.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{self, MIB, Scene, until};
use rustix::termios::{Winsize, tcsetwinsize};

/// The other end of a terminal.
struct Terminal {
    shown: Arc<Mutex<Vec<u8>>>,
    master: OwnedFd,
}

impl Terminal {
    /// Starts `cosput upload a.bin` with its messages on a terminal of this many columns.
    fn start(scene: &Scene, columns: u16, more: &[&str]) -> (Self, Child) {
        Self::start_with(scene, "a.bin", columns, false, more)
    }

    /// Starts `cosput upload SOURCE`, with its results on the terminal too if requested.
    fn start_with(scene: &Scene, source: &str, columns: u16, results: bool, more: &[&str]) -> (Self, Child) {
        let (master, slave) = support::terminal::open(columns);
        let (shown, mut reader) = (Arc::default(), File::from(master.try_clone().unwrap()));
        let terminal = Self { shown: Arc::clone(&shown), master };
        let mut command = scene.command(scene.upload_arguments(source, more));
        command.env("TERM", "xterm").stdout(Stdio::null());
        if results {
            command.stdout(slave.try_clone().unwrap());
        }
        let child = command.stderr(slave).spawn().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                shown.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        });
        (terminal, child)
    }

    fn resize(&self, columns: u16) {
        tcsetwinsize(&self.master, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    }

    /// The number of bytes shown, and the lines after the first this many bytes, without cursor movements.
    fn lines(&self, since: usize) -> (usize, Vec<String>) {
        let shown = self.shown.lock().unwrap();
        let text = String::from_utf8_lossy(&shown[since.min(shown.len())..]).into_owned();
        let mut plain = String::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\u{1b}' => while characters.next().is_some_and(|next| !next.is_ascii_alphabetic()) {},
                '\r' => plain.push('\n'),
                other => plain.push(other),
            }
        }
        let lines = plain.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        (shown.len(), lines)
    }
}

fn has_a_bar(line: &str) -> bool {
    line.contains('%')
}

#[test]
fn a_terminal_that_gets_narrower_gets_a_narrower_bar() {
    let mut scene = Scene::new(&["trickle:rate=20000,times=0"]);
    scene.file("a.bin", 6 * MIB);
    let (terminal, mut child) = Terminal::start(&scene, 120, &["--concurrency", "1"]);
    until(|| terminal.lines(0).1.iter().any(|line| line.len() > 50), "there is a wide bar");
    for columns in [40, 10] {
        terminal.resize(columns);
        let mut since = terminal.lines(0).0;
        let mut redrawn = || {
            let (length, lines) = terminal.lines(since);
            if lines.iter().any(|line| line.len() >= usize::from(columns)) {
                // The line was drawn before the resize and arrived after it.
                since = length;
            }
            lines.iter().filter(|line| line.len() < usize::from(columns) && has_a_bar(line)).count() >= 3
        };
        until(&mut redrawn, "the bar is narrower");
    }
    terminal.resize(1);
    let shown = terminal.lines(0).0;
    until(|| terminal.lines(0).0 > shown, "it goes on");
    terminal.resize(0);
    // Without the fault the rest takes no time.
    scene.server.restart(&[]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let all = terminal.lines(0).1;
    assert!(!all.iter().any(|line| line.contains("panicked")), "{all:?}");
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn finishing_is_shown_only_once_every_part_is_answered() {
    let (answers, finishing) = ("waiting for the server to answer…", "finishing on the server…");
    for (fault, shown, hidden) in
        [("stall:on=upload-part,times=0", answers, finishing), ("stall:on=complete,times=0", finishing, "panicked")]
    {
        let scene = Scene::new(&[fault]);
        scene.file("a.bin", 3 * MIB);
        let (terminal, mut child) = Terminal::start(&scene, 100, &[]);
        let has = |words: &str| terminal.lines(0).1.iter().any(|line| line.contains(words));
        until(|| has(shown), shown);
        assert!(!has(hidden), "{fault}: {:?}", terminal.lines(0).1);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_terminal_that_goes_away_stops_no_upload() {
    let scene = Scene::new(&["trickle:rate=3000000,times=0"]);
    scene.file("a.bin", 4 * MIB);
    let (terminal, mut child) = Terminal::start(&scene, 80, &["--concurrency", "1"]);
    until(|| terminal.lines(0).1.iter().any(|line| has_a_bar(line)), "there is a bar");
    // It is not a controlling terminal, so closing it sends no signal: later output is lost.
    drop(terminal);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    scene.assert_stored("a.bin", "a.bin");
}

#[test]
fn results_stand_clear_of_the_lines_that_show_many_files() {
    let scene = Scene::new(&["trickle:rate=1500000,times=0"]);
    std::fs::create_dir(scene.path("data")).unwrap();
    for name in ["a", "b", "c", "d", "e", "f"] {
        scene.file(&format!("data/{name}.bin"), MIB);
    }
    let (terminal, mut child) = Terminal::start_with(&scene, "data", 100, true, &["-r", "--concurrency", "2"]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    until(|| terminal.lines(0).1.iter().any(|line| line.starts_with("6 uploaded: 6.0 MiB in ")), "it ended");
    let lines = terminal.lines(0).1;
    assert!(lines.iter().any(|line| line.contains(" of 6 files")), "{lines:?}");
    let named = |line: &&String| line.ends_with(".bin") && line.contains("% data/");
    assert!(lines.iter().filter(named).count() >= 2, "{lines:?}");
    let results: Vec<_> = lines.iter().filter(|line| line.contains(" -> cos://")).collect();
    let whole = |line: &&&String| line.starts_with("data/") && line.contains(".bin  1.0 MiB  verified");
    assert_eq!(results.iter().filter(whole).count(), 6, "{results:?}");
}

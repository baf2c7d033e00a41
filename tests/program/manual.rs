//! Help and man pages, as terminals and formatters show them.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Scene, in_terminal};

fn pages() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The output of a formatter, or `None` if it is not installed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn run(program: &str, arguments: &[&str], page: &Path) -> Option<(String, String)> {
    let mut command = Command::new(program);
    command.args(arguments).arg(page).stdin(Stdio::null()).env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
    let Ok(output) = command.output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    Some([output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).into())
}

#[test]
fn formatters_have_nothing_to_warn_of() {
    for page in pages() {
        for (program, arguments) in
            [("mandoc", &["-T", "lint", "-W", "style"][..]), ("man", &["--warnings=w", "-E", "UTF-8", "-l"])]
        {
            let Some((output, warnings)) = run(program, arguments, &page) else { continue };
            // mandoc prints what it finds to stdout, man to stderr.
            let found = if program == "mandoc" { output } else { warnings };
            assert_eq!(found, "", "{program} {}", page.display());
        }
    }
}

#[test]
fn examples_are_shown_as_they_are_typed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/cosput-upload.1");
    let Some((text, _)) = run("man", &["-E", "UTF-8", "-l"], &page) else { return };
    let example =
        "cosput upload dist/ -r --exclude '*.map' \\\n             cos://examplebucket-1250000000/releases/1.2\n";
    assert!(text.contains(example), "{text}");
}

#[test]
fn pages_have_the_usual_sections_in_the_usual_order() {
    const ORDER: [&str; 10] = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "COMMANDS",
        "OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "SEE ALSO",
    ];
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let expected: Vec<&str> = ORDER.into_iter().filter(|section| sections.contains(section)).collect();
        assert_eq!(sections, expected, "{}", page.display());
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"] {
            assert!(sections.contains(&section), "{} has no {section}", page.display());
        }
        if page.ends_with("cosput-upload.1") {
            assert!(["ENVIRONMENT", "FILES", "EXAMPLES"].iter().all(|section| sections.contains(section)));
        }
        assert!(!text.contains("\n.TP\n.TP") && !text.contains(".EX\n.EE"), "{}", page.display());
    }
}

#[test]
fn help_is_as_wide_as_the_terminal_and_wrapped_once() {
    let scene = Scene::new(&[]);
    for command in ["upload", "resume", "list-uploads", "list-parts", "abort", "verify", "credentials", "emulator"] {
        let mut lengths = Vec::new();
        for columns in [60, 80, 200] {
            let text = in_terminal(scene.command([command, "--help"]), columns);
            let width = |line: &str| line.trim_end().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
            let widest = text.lines().map(width).max().unwrap();
            assert!(widest <= usize::from(columns), "{widest} of {columns} columns:\n{text}");
            // A line that was broken before it was wrapped leaves a line of one or two words below it.
            lengths.push(text.lines().count());
        }
        assert!(lengths[0] > lengths[1] && lengths[1] > lengths[2], "{command}: {lengths:?}");
        // Text that fits a terminal of 200 columns is not broken anywhere, so each paragraph is a line.
        let text = in_terminal(scene.command([command, "--help"]), 2000);
        let (_, notes) = text.split_once("Every option").unwrap();
        assert_eq!(notes.trim_end().lines().count(), 1, "{notes}");
    }
}

//! What is printed for the system that runs the job.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::github::{self, Level};
use super::gitlab::{section_end, section_start};
use super::job_summary::{outputs, table};
use super::system::System;
use crate::cli::output::summary::Summary;
use crate::cli::process::world::Variables;
use crate::language::{Phrase, phrase};

/// How many results are shown before the others are collapsed.
const SHOWN_RESULTS: u64 = 10;
const TITLE: &str = "cosput";
const GROUP: Phrase = phrase!("more objects");

/// The job that the program is part of.
pub(crate) struct Job {
    system: System,
    /// The file for the summary of the step.
    summary: Option<PathBuf>,
    /// The file for the outputs of the step.
    outputs: Option<PathBuf>,
    results: u64,
    group_is_open: bool,
}

impl Job {
    /// The job of this system.
    pub(crate) fn new(system: System, variables: &Variables) -> Self {
        let file = |name| variables.get(name).filter(|_| system == System::Github).map(PathBuf::from);
        Self {
            system,
            summary: file("GITHUB_STEP_SUMMARY"),
            outputs: file("GITHUB_OUTPUT"),
            results: 0,
            group_is_open: false,
        }
    }

    /// The command that shows a message on the page of the run, if the system has one.
    pub(crate) fn annotation(&self, level: Level, message: &str) -> Option<String> {
        (self.system == System::Github).then(|| github::annotation(level, TITLE, message))
    }

    /// Counts a result. Returns the command that collapses it and the results after it.
    pub(crate) fn before_result(&mut self, now: SystemTime) -> Option<String> {
        self.results += 1;
        if self.group_is_open || self.results <= SHOWN_RESULTS {
            return None;
        }
        self.group_is_open = true;
        Some(match self.system {
            System::Github => github::group(GROUP.text()),
            System::Gitlab => section_start(GROUP.text(), now),
        })
    }

    /// The command that ends the collapsed results, if there are any.
    pub(crate) fn end_group(&mut self, now: SystemTime) -> Option<String> {
        std::mem::take(&mut self.group_is_open).then(|| match self.system {
            System::Github => github::END_GROUP.to_owned(),
            System::Gitlab => section_end(now),
        })
    }

    /// Writes the totals to the files of the job. Returns those that could not be written.
    pub(crate) fn write_summary(&self, summary: Summary, elapsed: Duration, exit_code: u8) -> Vec<(&Path, io::Error)> {
        let table = append(self.summary.as_deref(), &table(summary, elapsed, exit_code));
        let outputs = append(self.outputs.as_deref(), &outputs(summary, exit_code));
        [table, outputs].into_iter().flatten().collect()
    }
}

/// Returns the file and the reason if it could not be written.
fn append<'a>(file: Option<&'a Path>, text: &str) -> Option<(&'a Path, io::Error)> {
    let open = |file| OpenOptions::new().append(true).create(true).open(file);
    let written = open(file?).and_then(|mut opened| opened.write_all(text.as_bytes()));
    Some((file?, written.err()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_after_the_first_are_collapsed_once() {
        let now = SystemTime::UNIX_EPOCH;
        for (system, start, end) in [
            (System::Github, "::group::more objects", "::endgroup::"),
            (
                System::Gitlab,
                "\u{1b}[0Ksection_start:0:cosput_objects[collapsed=true]\r\u{1b}[0Kmore objects",
                "\u{1b}[0Ksection_end:0:cosput_objects\r\u{1b}[0K",
            ),
        ] {
            let mut job = Job::new(system, &Variables::default());
            assert!((0..SHOWN_RESULTS).all(|_| job.before_result(now).is_none()));
            assert_eq!(job.before_result(now).as_deref(), Some(start));
            assert_eq!(job.before_result(now), None);
            assert_eq!(job.end_group(now).as_deref(), Some(end));
            assert_eq!(job.end_group(now), None);
        }
    }
}

//! The results so far. Each is printed when it is known, because a check may take as long as a time limit.

use unicode_width::UnicodeWidthStr;

use super::check::Check;
use super::finding::{Finding, Verdict};
use crate::cli::options::bucket::Shown;
use crate::cli::output::console::{Console, Label};
use crate::cli::output::failures::exit::of_many;
use crate::cli::output::json::{Checked, Diagnosis, Line};
use crate::cli::values::units;
use crate::language::{Message, Phrase, message, phrase};

/// The results so far.
pub(super) struct Findings<'a> {
    console: &'a Console,
    shown: Shown,
    all: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(console: &'a Console, shown: Shown) -> Self {
        Self { console, shown, all: Vec::new() }
    }

    /// Adds a result and prints it. Returns its verdict.
    pub(super) fn add(&mut self, finding: Finding) -> Verdict {
        if self.shown.json {
            self.console.event(&Line::Check(Checked {
                check: finding.check.as_str(),
                result: finding.verdict.as_str(),
                detail: finding.detail.english(),
                hint: finding.hint.as_ref().map(Message::english),
            }));
        } else {
            let shown = !self.shown.quiet || finding.verdict == Verdict::Failed;
            lines(&finding).iter().for_each(|line| self.console.finding(shown, line));
        }
        let verdict = finding.verdict;
        self.all.push(finding);
        verdict
    }

    /// Leaves out checks, for one reason.
    pub(super) fn leave_out(&mut self, checks: &[Check], why: impl Into<Message> + Copy) {
        for check in checks {
            self.add(Finding::not_checked(*check, why));
        }
    }

    /// Prints the totals. Returns the exit code.
    pub(super) fn end(self) -> u8 {
        let count = |verdict| self.all.iter().filter(|finding| finding.verdict == verdict).count();
        let failed = count(Verdict::Failed);
        let failures = self.all.iter().filter(|finding| finding.verdict == Verdict::Failed);
        let exit_code = of_many(failures.map(|finding| finding.exit_code));
        if self.shown.json {
            self.console.event(&Line::Diagnosis(Diagnosis {
                ok: count(Verdict::Ok),
                warnings: count(Verdict::Warning),
                failed,
                not_checked: count(Verdict::NotChecked),
                exit_code,
            }));
        }
        if failed > 0 {
            let checks = units::counted(failed as u64, phrase!("check"));
            self.console.labelled(Label::Error, &message!("{checks} failed", checks));
        }
        exit_code
    }
}

fn lines(finding: &Finding) -> Vec<String> {
    let Finding { check, verdict, detail, hint, .. } = finding;
    let first = format!("{}  {}  {detail}", filled(verdict.words(), 11), filled(check.name(), 27));
    let hint = hint.as_ref().map(|hint| format!("{:42}{}{hint}", "", phrase!("hint: ")));
    std::iter::once(first).chain(hint).collect()
}

/// A text padded with spaces to a width in columns; a Chinese character takes two.
fn filled(text: Phrase, columns: usize) -> String {
    let text = text.text();
    format!("{text}{:1$}", "", columns.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::failures::exit::{CREDENTIALS, UNAVAILABLE};
    use crate::cli::process::world::tests::world;

    fn printed(shown: Shown) -> (u8, String, String) {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let mut findings = Findings::new(&console, shown);
        findings.add(Finding::ok(Check::Names, "n"));
        findings.add(Finding::warning(Check::Clock, "c", "set it"));
        findings.add(Finding::failed(Check::Connection, "refused", None, UNAVAILABLE));
        findings.add(Finding::failed(Check::Credentials, "none", Some("set them".into()), CREDENTIALS));
        findings.leave_out(&[Check::Bucket], "no connection");
        (findings.end(), test.stdout.text(), test.stderr.text())
    }

    #[test]
    fn each_result_is_a_line_with_what_to_do_below_it() {
        let (code, stdout, stderr) = printed(Shown { quiet: false, json: false, verbose: false });
        assert_eq!(
            stdout,
            "ok           names                        n\n\
             warning      clock                        c\n                                          hint: set it\n\
             failed       connection                   refused\n\
             failed       credentials                  none\n                                          hint: set them\n\
             not checked  bucket                       no connection\n"
        );
        assert_eq!((code, stderr.as_str()), (CREDENTIALS, "error: 2 checks failed\n"));
    }

    #[test]
    fn a_quiet_doctor_prints_only_what_failed() {
        let (_, stdout, _) = printed(Shown { quiet: true, json: false, verbose: false });
        assert!(stdout.lines().all(|line| line.starts_with("failed ") || line.contains("hint: ")), "{stdout}");
        assert!(!stdout.contains("set it"), "{stdout}");
    }
}

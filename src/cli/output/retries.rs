//! Retries in words: each kind of failure once, or every retry with `-v`.

use std::collections::HashSet;

use super::console::{Console, visible};
use super::{message, units};
use crate::upload::{Cause, Event};

/// Prints the retries of an upload or a command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Retries {
    verbose: bool,
    printed: HashSet<String>,
}

impl Retries {
    /// Prints every retry if `verbose`.
    pub(crate) fn new(verbose: bool) -> Self {
        Self { verbose, printed: HashSet::new() }
    }

    /// True the first time that this is asked about a kind of retry, and always with `-v`.
    pub(crate) fn shows(&mut self, kind: &str) -> bool {
        self.printed.insert(kind.to_owned()) || self.verbose
    }

    /// Prints a retry. `subject` begins the line if there are several uploads.
    pub(crate) fn print(&mut self, console: &Console, subject: &str, event: &Event, parts: Option<u16>) {
        let Event::Retrying { cause, .. } = event else { return };
        let full = format!("{subject}{}", in_words(event, parts, true));
        let brief = self.shows(&kind(cause)).then(|| format!("{subject}{}", in_words(event, parts, self.verbose)));
        console.warning_in_brief(brief.as_deref(), &full);
    }
}

/// `part 2 of 3: SlowDown (HTTP 503); retrying in 1.2 s, 1 attempt so far`; empty for other events.
fn in_words(event: &Event, parts: Option<u16>, verbose: bool) -> String {
    let Event::Retrying { operation, attempts, wait, cause } = event else { return String::new() };
    let request = message::name(*operation, parts);
    let when = if verbose {
        format!(" in {}, {} so far", units::duration(*wait), units::counted(u64::from(*attempts), "attempt"))
    } else {
        " (use -v to show every retry)".to_owned()
    };
    visible(&format!("{request}: {cause}; retrying{when}")).into_owned()
}

/// Retries of the same kind are printed once.
fn kind(cause: &Cause) -> String {
    match cause {
        Cause::Service(error) | Cause::UploadVanished(error) => match &error.code {
            Some(code) => code.clone(),
            None => error.status.to_string(),
        },
        Cause::Network(error) => format!("{:?}", std::mem::discriminant(&error.kind)),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

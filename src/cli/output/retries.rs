//! Retries as text: each kind of failure and each length of a long wait is printed once, or every retry with `-v`.

use std::collections::HashSet;
use std::time::Duration;

use super::console::{Console, visible};
use super::failures::message;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::{Cause, Event};

/// From this length on, the wait is printed.
const LONG_WAIT: Duration = Duration::from_secs(10);

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

    /// True on the first call for a kind of retry, and always with `-v`.
    pub(crate) fn shows(&mut self, kind: &str) -> bool {
        self.printed.insert(kind.to_owned()) || self.verbose
    }

    /// Prints a retry. `subject` begins the line if there are several uploads.
    pub(crate) fn print(&mut self, console: &Console, subject: &str, event: &Event, parts: Option<u16>) {
        let Event::Retrying { cause, wait, .. } = event else { return };
        let full = format!("{subject}{}", in_words(event, parts, true));
        let kind = if *wait > LONG_WAIT { format!("{} {}", kind(cause), wait.as_secs()) } else { kind(cause) };
        let brief = self.shows(&kind).then(|| format!("{subject}{}", in_words(event, parts, self.verbose)));
        console.warning_in_brief(brief.as_deref(), &full);
    }
}

/// `part 2 of 3: SlowDown (HTTP 503); retrying in 1.2 s, 1 attempt so far`; empty for other events.
fn in_words(event: &Event, parts: Option<u16>, verbose: bool) -> Message {
    let Event::Retrying { operation, attempts, wait, cause } = event else { return Message::default() };
    let request = message::name(*operation, parts);
    let time = units::duration(*wait);
    let when = match (verbose, *wait > LONG_WAIT) {
        (true, _) => message!(
            "retrying in {time}, {attempts} so far",
            time,
            attempts = units::counted(u64::from(*attempts), phrase!("attempt"))
        ),
        (false, true) => message!("retrying in {time} (use -v to show every retry)", time),
        (false, false) => message!("retrying (use -v to show every retry)"),
    };
    message!("{request}: {cause}; {when}", request, cause, when).mapped(|text| visible(text).into_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;
    use crate::upload::{Operation, SendError, SendErrorKind};

    #[test]
    fn a_long_wait_is_printed_with_its_length_and_once() {
        let test = world(&[], &[]);
        let (console, mut retries) = (Console::new(&test.world), Retries::new(false));
        for seconds in [1, 2, 30, 30, 3] {
            let cause = Cause::Network(SendError { kind: SendErrorKind::Broken, message: "reset".into() });
            let wait = Duration::from_secs(seconds);
            let event = Event::Retrying { operation: Operation::PutObject, attempts: 1, wait, cause };
            retries.print(&console, "", &event, None);
        }
        let printed = test.stderr.text();
        let waits: Vec<&str> = printed.lines().filter_map(|line| line.split("; retrying").nth(1)).collect();
        assert_eq!(waits, [" (use -v to show every retry)", " in 30 s (use -v to show every retry)"]);
    }
}

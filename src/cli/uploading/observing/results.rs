//! The results of a command's uploads: the counts, the exit code, and whether a failure stops the rest.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::watch;

use crate::cli::output::failures::exit::{SUCCESS, of_many};
use crate::cli::output::summary::Summary;
use crate::cli::process::signals::Signal;
use crate::upload::driver::Stop;

/// The results so far.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) summary: Summary,
    exit_code: u8,
    /// The signal that ended the command.
    signal: Rc<Cell<Option<Signal>>>,
    /// Whether the first failure stops the rest.
    fail_fast: bool,
    /// Whether the first failure affects every upload.
    concerns_all: bool,
    /// The channel that stops the driver.
    stop: Option<watch::Sender<Stop>>,
}

impl Results {
    /// No results yet; with `fail_fast`, the first failure stops the rest.
    pub(crate) fn new(fail_fast: bool) -> Self {
        Self { fail_fast, ..Self::default() }
    }

    /// The exit code so far.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Counts a source or an object that failed.
    pub(crate) fn failed(&mut self, exit_code: u8) {
        self.summary.failed += 1;
        self.count(exit_code);
    }

    /// Records an exit code, and stops the driver if it is the first failure and the user asked for that.
    pub(crate) fn count(&mut self, exit_code: u8) {
        self.exit_code = of_many([self.exit_code, exit_code].into_iter().filter(|code| *code != SUCCESS));
        if exit_code != SUCCESS && self.fail_fast {
            self.stop();
        }
    }

    /// Stores the sender that stops the driver.
    pub(crate) fn stop_by(&mut self, stop: &watch::Sender<Stop>) {
        self.stop = Some(stop.clone());
    }

    /// Stops the driver.
    pub(crate) fn stop(&self) {
        if let Some(stop) = &self.stop {
            stop.send_if_modified(|now| std::mem::replace(now, Stop::Soon.max(*now)) == Stop::No);
        }
    }

    /// From now on, failures no longer stop the rest.
    pub(crate) fn ignore_failures(&mut self) {
        self.fail_fast = false;
    }

    /// The first failure affects every upload, so it stops the rest.
    pub(crate) fn end_early(&mut self) {
        self.concerns_all = true;
    }

    /// Whether a failure, and not a signal, stopped the uploads early.
    pub(crate) fn has_failed_fast(&self) -> bool {
        (self.fail_fast || self.concerns_all) && self.exit_code != SUCCESS && self.signal.get().is_none()
    }

    /// The signal that ended the command.
    pub(crate) fn signal(&self) -> Option<Signal> {
        self.signal.get()
    }

    /// The place to store the signal that ends the command.
    pub(crate) fn signal_cell(&self) -> Rc<Cell<Option<Signal>>> {
        self.signal.clone()
    }
}

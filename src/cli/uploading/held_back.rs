//! Objects that a command holds back until all of them are on the server. The command asks this shared policy for the
//! next step; the observer reports to it how objects ended.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use crate::cli::output::failures::failure::Failure;
use crate::cli::process::signals::Signal;
use crate::cli::progress::totals::Listed;
use crate::cos::Key;
use crate::upload::batch::together::{OnFailure, Step, Together};
use crate::upload::source::{FileSource, Identity};
use crate::upload::{Finished, HeldBack, PlanOptions, SourceError};

/// A file whose object is on the server but not completed.
#[derive(Debug, Clone)]
pub(crate) struct HeldFile {
    /// The file.
    pub(crate) source: PathBuf,
    /// Its size and times when the file was sent.
    pub(crate) identity: Identity,
    /// The journal from which it is completed; an empty file has none.
    pub(crate) journal: Option<PathBuf>,
    /// The result of sending it.
    pub(crate) sent: HeldBack,
}

/// The objects of a command that become visible together.
#[derive(Debug, Clone)]
pub(crate) struct Publishing(Rc<RefCell<Together<Key, HeldFile>>>);

impl Publishing {
    /// Nothing sent yet. `interrupted_before` is true if an earlier run left its record.
    pub(crate) fn new(abort_on_failure: bool, interrupted_before: bool) -> Self {
        let on_failure = if abort_on_failure { OnFailure::Discard } else { OnFailure::Keep };
        Self(Rc::new(RefCell::new(Together::new(on_failure, interrupted_before))))
    }

    /// The next step.
    pub(crate) fn next(&self) -> Step {
        self.0.borrow().next()
    }

    /// Ends the step.
    pub(crate) fn advance(&self) {
        self.0.borrow_mut().advance();
    }

    /// Adds an object that is on the server and held back.
    pub(crate) fn hold_back(&self, key: Key, file: HeldFile) {
        self.0.borrow_mut().hold_back(key, file);
    }

    /// Records the end of an object. Bytes that an earlier step of this command sent count as sent by this run.
    pub(crate) fn ended(&self, key: &Key, finished: &mut Finished) {
        let before = self.0.borrow_mut().ended(key, finished);
        if let (Finished::Stored(object), Some(before)) = (finished, before) {
            object.add_to(before.sent);
        }
    }

    /// An object, or a source without a key, could not be sent or completed.
    pub(crate) fn refuse(&self, key: Option<&Key>) {
        let mut together = self.0.borrow_mut();
        match key {
            Some(key) => _ = together.refuse(key),
            None => together.fail(),
        }
    }

    /// A failure that affects no single object.
    pub(crate) fn fail(&self) {
        self.0.borrow_mut().fail();
    }

    /// A signal ended the step.
    pub(crate) fn stop_at(&self, signal: Option<Signal>) {
        if signal.is_some() {
            self.0.borrow_mut().stop();
        }
    }

    /// The files that are held back, in the order in which they are completed.
    pub(crate) fn files(&self) -> Vec<(Key, HeldFile)> {
        let together = self.0.borrow();
        together.held_back().into_iter().map(|(key, file)| (key.clone(), file.clone())).collect()
    }

    /// The number of objects that are held back.
    pub(crate) fn count(&self) -> u64 {
        self.0.borrow().held_back().len() as u64
    }

    /// The number of held-back objects with a journal, and so with data on the server.
    pub(crate) fn count_of_journals(&self) -> u64 {
        self.0.borrow().held_back().iter().filter(|(_, file)| file.journal.is_some()).count() as u64
    }

    /// The number of files that are held back, and their bytes.
    pub(crate) fn listed(&self) -> Listed {
        let together = self.0.borrow();
        let bytes = together.held_back().iter().map(|(_, file)| file.identity.size).sum();
        Listed { files: together.held_back().len() as u64, bytes, complete: true }
    }

    /// Whether the next run needs the record.
    pub(crate) fn needs_record(&self) -> bool {
        self.0.borrow().needs_record()
    }

    /// Whether an earlier run left its record.
    pub(crate) fn was_interrupted_before(&self) -> bool {
        self.0.borrow().was_interrupted_before()
    }

    /// Whether objects were already reported as started, while they were sent.
    pub(crate) fn were_started(&self) -> bool {
        matches!(self.next(), Step::Complete | Step::Discard)
    }
}

/// How files are split: all of them into parts, because a PUT is visible at once.
pub(crate) fn plan_options(options: PlanOptions) -> PlanOptions {
    PlanOptions { multipart_threshold: Some(0), ..options }
}

/// The change of a file since it was sent, as a failure; `None` if it has not changed.
pub(crate) fn change(file: &HeldFile) -> Option<Failure> {
    let error = match FileSource::open_found(&file.source) {
        Ok(now) => SourceError::Changed(file.identity.difference(&now.identity())?),
        Err(error) => error,
    };
    Some(Failure::Source { source: file.source.clone(), error })
}

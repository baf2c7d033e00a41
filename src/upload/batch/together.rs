//! Objects that become visible together: which are held back, when they are completed, and the effect of a failure.
//!
//! Every object is sent and held back. Once all are on the server and no source has changed, a record is written and
//! the objects are completed in the order in which they were sent. If anything fails before that, none is completed.
//! COS completes one object at a time, so a crash in between leaves only some of them visible. While the record exists,
//! the next run compares each object with its source and sends only those that differ. Like the batch, this has no
//! clock and does no I/O.

use std::collections::HashMap;
use std::hash::Hash;

use crate::upload::finished::Finished;

/// The handling of the parts on the server if not all objects can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Keep them for the next run.
    Keep,
    /// Abort the uploads.
    Discard,
}

/// The next step; call [`Together::advance`] once it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send every object and hold it back.
    Send {
        /// Skip objects with the same content as their source: an earlier run may have completed them.
        compare: bool,
    },
    /// Check that the source of each object that is held back is unchanged.
    CheckSources,
    /// Write the record.
    WriteRecord,
    /// Complete the objects that are held back, in order.
    Complete,
    /// Abort the uploads of the objects that are held back.
    Discard,
    /// Nothing is left to do.
    Done(Outcome),
}

/// The result of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every object is visible.
    Published,
    /// Some objects may be visible, and the others are not.
    Partly {
        /// The number of objects that this run completed.
        completed: u64,
        /// The number of objects that this run had to complete.
        of: u64,
    },
    /// This run completed no object and keeps the parts it sent.
    Kept,
    /// This run completed no object and aborted its uploads.
    Discarded,
}

/// The objects of one command. `K` identifies an object, and `T` is the data needed to complete it.
#[derive(Debug)]
pub struct Together<K, T> {
    on_failure: OnFailure,
    /// True if an earlier run left its record.
    interrupted_before: bool,
    step: Step,
    /// Objects on the server that are not completed, each with its position in the order.
    held_back: HashMap<K, (u64, T)>,
    /// The number of objects held back so far.
    sent: u64,
    completed: u64,
    failed: bool,
    stopped: bool,
}

impl<K: Eq + Hash, T> Together<K, T> {
    /// The initial state. `interrupted_before` is true if the record of an earlier run exists.
    pub fn new(on_failure: OnFailure, interrupted_before: bool) -> Self {
        Self {
            on_failure,
            interrupted_before,
            step: Step::Send { compare: interrupted_before },
            held_back: HashMap::new(),
            sent: 0,
            completed: 0,
            failed: false,
            stopped: false,
        }
    }

    /// The current step.
    pub fn next(&self) -> Step {
        self.step
    }

    /// Adds an object that is on the server and held back.
    pub fn hold_back(&mut self, object: K, held: T) {
        self.held_back.insert(object, (self.sent, held));
        self.sent += 1;
    }

    /// Records the end of an object that is no longer held back, or never was. Returns its data, if it was held back.
    pub fn ended(&mut self, object: &K, finished: &Finished) -> Option<T> {
        let before = self.held_back.remove(object).map(|(_, held)| held);
        match finished {
            Finished::Stored(_) | Finished::Unchanged(_) => self.completed += u64::from(before.is_some()),
            Finished::HeldBack(_) | Finished::Failed(_) | Finished::Unknown(_) => self.failed = true,
        }
        before
    }

    /// Records that an object could not be sent or completed at all. Returns its data, if it was held back.
    pub fn refuse(&mut self, object: &K) -> Option<T> {
        self.failed = true;
        self.held_back.remove(object).map(|(_, held)| held)
    }

    /// Records a failure that concerns no single object.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// The user stops the program: no further step begins.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// The step that [`Together::next`] asked for is done.
    pub fn advance(&mut self) {
        let broken = self.failed || self.stopped;
        self.step = match self.step {
            Step::Send { .. } if !broken => Step::CheckSources,
            Step::CheckSources if !broken => Step::WriteRecord,
            Step::WriteRecord if !broken => Step::Complete,
            Step::Send { .. } | Step::CheckSources | Step::WriteRecord => self.give_up(),
            Step::Complete if !broken && self.held_back.is_empty() => Step::Done(Outcome::Published),
            Step::Complete => Step::Done(Outcome::Partly { completed: self.completed, of: self.sent }),
            Step::Discard => Step::Done(Outcome::Discarded),
            Step::Done(outcome) => Step::Done(outcome),
        };
    }

    /// The objects that are held back, in the order in which they are completed.
    pub fn held_back(&self) -> Vec<(&K, &T)> {
        let mut order: Vec<_> = self.held_back.iter().collect();
        order.sort_unstable_by_key(|(_, (place, _))| *place);
        order.into_iter().map(|(object, (_, held))| (object, held)).collect()
    }

    /// The data of one object that is held back.
    pub fn held(&self, object: &K) -> Option<&T> {
        self.held_back.get(object).map(|(_, held)| held)
    }

    /// Whether an earlier run left its record, so that some objects may be visible already.
    pub fn was_interrupted_before(&self) -> bool {
        self.interrupted_before
    }

    /// Whether the next run needs the record, because some objects may be visible and others are not.
    pub fn needs_record(&self) -> bool {
        match self.step {
            Step::Done(Outcome::Published) => false,
            Step::Done(Outcome::Partly { .. }) | Step::Complete => true,
            _ => self.interrupted_before,
        }
    }

    /// After a stop by the user, the program does not wait for uploads to be aborted.
    fn give_up(&self) -> Step {
        match self.on_failure {
            OnFailure::Discard if !self.stopped && !self.held_back.is_empty() => Step::Discard,
            OnFailure::Discard if !self.stopped => Step::Done(Outcome::Discarded),
            OnFailure::Discard | OnFailure::Keep => Step::Done(Outcome::Kept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::error::{Cause, UploadError};
    use crate::upload::finished::Unchanged;

    fn visible() -> Finished {
        Finished::Unchanged(Unchanged { size: 1, crc64: None, etag: None, version_id: None, request_id: None })
    }

    fn failed() -> Finished {
        Finished::Failed(UploadError { operation: None, attempts: 1, cause: Cause::Interrupted, leftover: None })
    }

    /// Objects 0, 1, 2, … with these ends; an object with `None` is held back.
    fn sent(on_failure: OnFailure, ends: &[Option<Finished>]) -> Together<usize, char> {
        let mut together = Together::new(on_failure, false);
        assert_eq!(together.next(), Step::Send { compare: false });
        for (object, finished) in ends.iter().enumerate() {
            match finished {
                None => together.hold_back(object, 'a'),
                Some(finished) => assert_eq!(together.ended(&object, finished), None),
            }
        }
        together.advance();
        together
    }

    #[test]
    fn everything_is_sent_then_checked_then_recorded_then_completed_in_order() {
        let mut together = sent(OnFailure::Keep, &[None, Some(visible()), None, None]);
        for step in [Step::CheckSources, Step::WriteRecord, Step::Complete] {
            assert_eq!(together.next(), step);
            if step == Step::WriteRecord {
                assert!(!together.needs_record(), "nothing is completed before it is written");
                together.advance();
            } else if step == Step::CheckSources {
                together.advance();
            }
        }
        assert!(together.needs_record());
        let order: Vec<usize> = together.held_back().into_iter().map(|(object, _)| *object).collect();
        assert_eq!(order, [0, 2, 3]);
        for object in order {
            assert_eq!(together.ended(&object, &visible()), Some('a'));
        }
        together.advance();
        assert_eq!(together.next(), Step::Done(Outcome::Published));
        assert!(!together.needs_record());
    }

    #[test]
    fn one_failure_before_the_first_completion_completes_none() {
        for on_failure in [OnFailure::Keep, OnFailure::Discard] {
            let (next, outcome) = match on_failure {
                OnFailure::Keep => (Step::Done(Outcome::Kept), Outcome::Kept),
                OnFailure::Discard => (Step::Discard, Outcome::Discarded),
            };
            let mut failed_while_sent = sent(on_failure, &[None, Some(failed()), None]);
            assert_eq!(failed_while_sent.next(), next);
            failed_while_sent.advance();
            assert_eq!(failed_while_sent.next(), Step::Done(outcome));

            let mut changed = sent(on_failure, &[None, None]);
            changed.refuse(&1);
            changed.advance();
            assert_eq!(changed.next(), next);

            let mut no_record = sent(on_failure, &[None, None]);
            no_record.advance();
            no_record.fail();
            no_record.advance();
            assert_eq!(no_record.next(), next);
            assert!(!no_record.needs_record());
        }
    }

    #[test]
    fn a_stop_completes_nothing_and_keeps_what_was_sent() {
        let mut together = sent(OnFailure::Discard, &[None, None]);
        together.stop();
        together.advance();
        assert_eq!(together.next(), Step::Done(Outcome::Kept));
        assert_eq!(together.held_back().len(), 2);
    }

    #[test]
    fn a_failed_completion_leaves_the_record_and_says_how_many_are_visible() {
        let mut together = sent(OnFailure::Discard, &[None, None, None]);
        together.advance();
        together.advance();
        assert_eq!(together.next(), Step::Complete);
        together.ended(&0, &visible());
        together.ended(&1, &failed());
        together.advance();
        assert_eq!(together.next(), Step::Done(Outcome::Partly { completed: 1, of: 3 }));
        assert!(together.needs_record());
        assert_eq!(together.held(&2), Some(&'a'));
    }

    #[test]
    fn after_an_interrupted_run_objects_are_compared_and_the_record_stays_until_all_are_visible() {
        let mut together = Together::<usize, char>::new(OnFailure::Keep, true);
        assert_eq!(together.next(), Step::Send { compare: true });
        together.ended(&0, &failed());
        together.advance();
        assert_eq!(together.next(), Step::Done(Outcome::Kept));
        assert!(together.needs_record());
    }
}

//! Many objects that share one window: whose turn it is.
//!
//! Requests of all objects count against the same limit, whatever they are. The object with the fewest requests in flight
//! goes first, and among equals the one that has waited longest: so the parts of a big file and the requests of small ones
//! take turns, and neither starves. Like the machines in it, a batch has no clock and does nothing itself.

use std::collections::BTreeMap;
use std::time::Instant;

use super::call::{Call, Outcome, Reply};
use super::event::{Event, Finished};
use super::machine::{AttemptId, Step, Upload};
use super::verdict::again::fault;
use super::window::{Concurrency, Window};
use crate::cos::Fault;

/// So many objects are open beyond those that the window lets send, so that what lands is followed at once.
pub const AHEAD: usize = 4;

/// Names an object of a batch, in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u64);

/// What the driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Carry out this call for this object and record its outcome.
    Send(ObjectId, AttemptId, Call),
    /// This object has come to its end and is no longer in the batch.
    Done(ObjectId, Finished),
    /// Wait for an outcome, or until this moment.
    Wait {
        /// When to ask again, outcome or not.
        until: Option<Instant>,
    },
}

/// Objects that are being uploaded.
#[derive(Debug)]
pub struct Batch {
    window: Window,
    entries: BTreeMap<ObjectId, Entry>,
    /// Counts turns, to tell who has waited longest.
    turns: u64,
    cancelled: bool,
}

#[derive(Debug)]
struct Entry {
    upload: Upload,
    /// The last turn that it had.
    served: u64,
    /// True while something has to be on disk before it may go on.
    held: bool,
}

impl Batch {
    /// A batch without objects.
    pub fn new(concurrency: Concurrency) -> Self {
        Self { window: Window::new(concurrency), entries: BTreeMap::new(), turns: 0, cancelled: false }
    }

    /// How many objects may be open at the same time. It changes with the window.
    pub fn room(&self) -> usize {
        if self.cancelled { 0 } else { usize::from(self.window.size()) + AHEAD }
    }

    /// Takes one more object.
    pub fn add(&mut self, object: ObjectId, mut upload: Upload) {
        if self.cancelled {
            upload.cancel();
        }
        // Whoever comes now has not waited longer than those that are here: newcomers would else go first for ever.
        self.entries.insert(object, Entry { upload, served: self.turns, held: false });
    }

    /// Whose turn it is, and what it does. Ask again after each `Send` and `Done`, and after each outcome.
    pub fn next(&mut self, now: Instant) -> Turn {
        if self.in_flight() >= usize::from(self.window.size()) {
            return Turn::Wait { until: None };
        }
        let mut order: Vec<_> = self.entries.iter().filter(|(_, entry)| !entry.held).collect();
        order.sort_by_key(|(object, entry)| (entry.upload.in_flight(), entry.served, **object));
        let order: Vec<ObjectId> = order.into_iter().map(|(object, _)| *object).collect();
        let mut soonest: Option<Instant> = None;
        for object in order {
            let entry = self.entries.get_mut(&object).expect("it was just listed");
            match entry.upload.next(now) {
                Step::Send(attempt, call) => {
                    self.turns += 1;
                    entry.served = self.turns;
                    return Turn::Send(object, attempt, call);
                }
                Step::Done(finished) => {
                    self.entries.remove(&object);
                    return Turn::Done(object, finished);
                }
                Step::Wait { until } => soonest = soonest.into_iter().chain(until).min(),
            }
        }
        Turn::Wait { until: soonest }
    }

    /// Takes the outcome of a call. What the server says of its load concerns every object.
    pub fn record(&mut self, now: Instant, object: ObjectId, attempt: AttemptId, outcome: Outcome) {
        match &outcome.result {
            Ok(Reply::Part(_) | Reply::Stored(_)) => self.window.grow(),
            Err(failure) if fault(failure) == Some(Fault::Throttled) => self.window.shrink(now),
            _ => {}
        }
        if let Some(entry) = self.entries.get_mut(&object) {
            entry.upload.record(now, attempt, outcome);
        }
    }

    /// Lets an object do nothing until it is released.
    pub fn hold(&mut self, object: ObjectId) {
        self.set_held(object, true);
    }

    /// Lets a held object go on.
    pub fn release(&mut self, object: ObjectId) {
        self.set_held(object, false);
    }

    /// Looks at how many bytes have been handed to connections by now, to find how many requests bring something.
    pub fn look(&mut self, now: Instant, moved: u64) {
        let in_flight = self.in_flight();
        self.window.look(now, moved, in_flight);
    }

    /// Starts nothing new and lets what flies land, now and for objects that are still to come.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        self.entries.values_mut().for_each(|entry| entry.upload.cancel());
    }

    /// The next thing that happened to an object. In order for each of them; objects that are held say nothing.
    pub fn take_event(&mut self) -> Option<(ObjectId, Event)> {
        let mut speaking = self.entries.iter_mut().filter(|(_, entry)| !entry.held);
        speaking.find_map(|(object, entry)| Some((*object, entry.upload.take_event()?)))
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.entries.values().map(|entry| entry.upload.in_flight()).sum()
    }

    /// The objects, with what each is doing.
    pub fn uploads(&self) -> impl Iterator<Item = (ObjectId, &Upload)> {
        self.entries.iter().map(|(object, entry)| (*object, &entry.upload))
    }

    /// The upload of an object that has not come to its end.
    pub fn upload(&self, object: ObjectId) -> Option<&Upload> {
        self.entries.get(&object).map(|entry| &entry.upload)
    }

    fn set_held(&mut self, object: ObjectId, held: bool) {
        if let Some(entry) = self.entries.get_mut(&object) {
            entry.held = held;
        }
    }
}

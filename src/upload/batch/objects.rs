//! Many objects that share one window: whose turn it is.
//!
//! Requests of all objects count against the same limit, whatever they are. The object with the fewest requests in flight
//! goes first, and among equals the one that has waited longest: so the parts of a big file and the requests of small ones
//! take turns, and neither starves. Like the machines in it, a batch has no clock and does nothing itself.

use std::collections::BTreeMap;
use std::time::Instant;

use super::window::{Concurrency, Window};
use crate::cos::Fault;
use crate::upload::event::{Event, Finished};
use crate::upload::machine::{Step, Upload};
use crate::upload::wire::call::{AttemptId, Call, Outcome, Reply};

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
        // Reading a stream is no request and takes no place in the window.
        let mut reading = self.entries.iter_mut().filter(|(_, entry)| !entry.held);
        if let Some(turn) = reading.find_map(|(object, entry)| {
            let (attempt, call) = entry.upload.read_on()?;
            Some(Turn::Send(*object, attempt, call))
        }) {
            return turn;
        }
        // What has come to its end takes none either, and makes room.
        let ended = |(object, entry): (&ObjectId, &Entry)| {
            Some((*object, entry.upload.finished().filter(|_| !entry.held)?.clone()))
        };
        if let Some((object, finished)) = self.entries.iter().find_map(ended) {
            self.entries.remove(&object);
            return Turn::Done(object, finished);
        }
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
            Err(failure) if failure.fault() == Some(Fault::Throttled) => self.window.shrink(now),
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

    /// Leaves out a look, since what moves now says nothing of the network.
    pub fn look_away(&mut self) {
        self.window.look_away();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::cos::multipart::upload_part::StoredPart;
    use crate::cos::put_object::Stored;
    use crate::upload::machine::{Proving, Settings};
    use crate::upload::patience::Patience;
    use crate::upload::plan::object_plan::{Plan, Wish};
    use crate::upload::simulation::{epoch, service};
    use std::collections::BTreeSet;
    use std::time::Duration;

    const MIB: u64 = 1 << 20;

    /// A file of as many parts as it has mebibytes; one of less goes in one request.
    fn upload(size: u64) -> Upload {
        let plan = Plan::new(size, Wish { part_size: Some(MIB), multipart_threshold: MIB }).unwrap();
        let settings = Settings {
            patience: Patience::default(),
            abort_on_failure: false,
            etags_are_md5: true,
            proving: Proving::Crc64,
        };
        Upload::new(plan, settings, None, 1)
    }

    /// A batch whose requests land one after the other, each answered as it should be.
    struct Desk {
        batch: Batch,
        now: Instant,
        flying: Vec<(ObjectId, AttemptId, Call)>,
        /// Bodies that landed, by object.
        landed: Vec<ObjectId>,
    }

    impl Desk {
        fn new(most: u16) -> Self {
            Self { batch: Batch::new(Concurrency::Fixed(most)), now: epoch(), flying: vec![], landed: vec![] }
        }

        /// Begins all that may begin; says which objects came to their end.
        fn begin(&mut self) -> BTreeSet<ObjectId> {
            let mut done = BTreeSet::new();
            loop {
                while self.batch.take_event().is_some() {}
                match self.batch.next(self.now) {
                    Turn::Send(object, attempt, call) => {
                        self.flying.push((object, attempt, call));
                        assert!(self.flying.len() <= usize::from(self.batch.window.size()));
                    }
                    Turn::Done(object, _) => {
                        done.insert(object);
                    }
                    Turn::Wait { .. } => {
                        assert_eq!(self.batch.in_flight(), self.flying.len());
                        return done;
                    }
                }
            }
        }

        /// The request that has flown longest lands.
        fn land(&mut self) {
            let (object, attempt, call) = self.flying.remove(0);
            if call.body().is_some() {
                self.landed.push(object);
            }
            self.now += Duration::from_millis(10);
            self.batch.record(self.now, object, attempt, answer(&call));
        }
    }

    fn answer(call: &Call) -> Outcome {
        let digest = |length| crate::cos::checksum::Digest { length, crc64: 0, md5: None };
        let stored = || Stored { etag: "\"e\"".into(), crc64: Some(0), version_id: None, request_id: None };
        let sent = call.body().map(|range| digest(range.length));
        let result = Ok(match call {
            Call::PutObject(_) => Reply::Stored(stored()),
            Call::Initiate => Reply::Initiated(UploadId::new("id").unwrap()),
            Call::UploadPart { .. } => {
                Reply::Part(StoredPart { etag: "\"e\"".into(), crc64: Some(0), request_id: None })
            }
            Call::CheckSource => Reply::SourceUnchanged,
            Call::Complete { .. } => Reply::Completed(stored()),
            other => unreachable!("nothing leads to {other:?}"),
        });
        Outcome { sent, result }
    }

    /// One big file among small ones that never end: both get on, whoever came first.
    #[test]
    fn neither_a_big_file_nor_small_ones_starve() {
        let mut desk = Desk::new(4);
        let big = ObjectId(3);
        let mut next = 0;
        for _ in 0..400 {
            while desk.batch.uploads().count() < desk.batch.room() {
                desk.batch.add(ObjectId(next), upload(if next == big.0 { 1000 * MIB } else { 10 }));
                next += 1;
            }
            desk.begin();
            desk.land();
        }
        let of_big = desk.landed.iter().filter(|object| **object == big).count();
        let of_small = desk.landed.len() - of_big;
        // A quarter each of four requests, and more for neither.
        assert!((80..=120).contains(&of_big), "{of_big} parts of the big file, {of_small} small files");
        let longest = desk.landed.split(|object| *object == big).map(<[_]>::len).max();
        assert!(longest < Some(12), "the big file waited for {longest:?} small ones");
    }

    #[test]
    fn what_has_come_to_its_end_is_told_before_newcomers_begin() {
        let mut desk = Desk::new(2);
        (0..6).for_each(|object| desk.batch.add(ObjectId(object), upload(10)));
        desk.begin();
        desk.batch.add(ObjectId(6), upload(10));
        for object in 0..4 {
            desk.land();
            assert_eq!(desk.begin(), BTreeSet::from([ObjectId(object)]));
        }
    }

    #[test]
    fn a_file_that_is_alone_gets_the_whole_window() {
        let mut desk = Desk::new(8);
        desk.batch.add(ObjectId(0), upload(100 * MIB));
        desk.begin();
        desk.land();
        desk.begin();
        assert_eq!(desk.flying.len(), 8);
        desk.batch.add(ObjectId(1), upload(10));
        desk.land();
        desk.begin();
        assert_eq!(
            desk.flying.last().map(|(object, ..)| *object),
            Some(ObjectId(1)),
            "the newcomer has none in flight"
        );
    }

    #[test]
    fn two_big_files_share_and_what_one_frees_the_other_takes() {
        let mut desk = Desk::new(6);
        desk.batch.add(ObjectId(0), upload(9 * MIB));
        desk.batch.add(ObjectId(1), upload(200 * MIB));
        let of = |desk: &Desk, object| desk.flying.iter().filter(|(of, ..)| *of == ObjectId(object)).count();
        let mut shared = 0;
        for _ in 0..12 {
            desk.begin();
            shared += usize::from(of(&desk, 0) == 3 && of(&desk, 1) == 3);
            desk.land();
        }
        assert!(shared >= 6, "{shared}");
        for _ in 0..20 {
            desk.begin();
            desk.land();
        }
        desk.begin();
        assert_eq!((of(&desk, 0), of(&desk, 1)), (0, 6));
    }

    #[test]
    fn all_come_to_their_end_and_none_beyond_the_window_or_the_room() {
        for most in [1, 2, 7] {
            let mut desk = Desk::new(most);
            assert_eq!(desk.batch.room(), usize::from(most) + AHEAD);
            (0..20).for_each(|object| desk.batch.add(ObjectId(object), upload((object % 4) * MIB + object)));
            let mut done = BTreeSet::new();
            while done.len() < 20 {
                done.extend(desk.begin());
                if !desk.flying.is_empty() {
                    desk.land();
                }
            }
            assert_eq!(desk.batch.uploads().count(), 0);
        }
    }

    #[test]
    fn one_object_that_is_asked_for_less_slows_all_of_them() {
        let mut desk = Desk::new(8);
        (0..8).for_each(|object| desk.batch.add(ObjectId(object), upload(10 * MIB)));
        desk.begin();
        assert_eq!(desk.flying.len(), 8);
        let (object, attempt, _) = desk.flying.remove(0);
        desk.batch.record(desk.now, object, attempt, Err(service(503, "SlowDown")).into());
        assert_eq!((desk.batch.window.size(), desk.batch.room()), (4, 4 + AHEAD));
        desk.begin();
        assert_eq!(desk.flying.len(), 7, "what flies lands, and nothing new begins");
        (0..3).for_each(|_| desk.land());
        desk.begin();
        assert_eq!(desk.flying.len(), 4);
    }

    #[test]
    fn what_is_held_waits_and_the_others_go_on() {
        let mut desk = Desk::new(2);
        (0..2).for_each(|object| desk.batch.add(ObjectId(object), upload(10)));
        desk.batch.hold(ObjectId(0));
        desk.begin();
        assert_eq!(desk.flying.iter().map(|(object, ..)| object.0).collect::<Vec<_>>(), [1]);
        desk.batch.release(ObjectId(0));
        desk.begin();
        assert_eq!(desk.flying.len(), 2);
    }

    #[test]
    fn once_it_is_cancelled_there_is_no_room_and_newcomers_begin_nothing() {
        let mut desk = Desk::new(4);
        desk.batch.add(ObjectId(0), upload(10 * MIB));
        desk.begin();
        desk.batch.cancel();
        desk.batch.add(ObjectId(1), upload(10));
        assert_eq!(desk.batch.room(), 0);
        assert_eq!(desk.begin(), BTreeSet::from([ObjectId(1)]));
        desk.land();
        assert_eq!(desk.begin(), BTreeSet::from([ObjectId(0)]));
    }
}

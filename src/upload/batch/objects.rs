//! Many objects that share one window: which one sends next.
//!
//! Requests of all objects count against the same limit. The object with the fewest requests in flight goes first;
//! among equals, the one that has waited longest. So the parts of a big file and the requests of small ones alternate,
//! and neither starves. Like the machines in it, a batch has no clock and does no I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::ahead::{Ahead, Connections};
use super::concurrency::Concurrency;
use super::destination::Destination;
use super::window::Window;
use crate::cos::Fault;
use crate::upload::attempt_id::AttemptId;
use crate::upload::event::Event;
use crate::upload::finished::Finished;
use crate::upload::machine::{Findings, Step, Upload};
use crate::upload::wire::call::{Call, Failure, Outcome, Reply};

/// The number of objects that are open beyond those that the window lets send, so that the next request follows at
/// once.
pub const AHEAD: usize = 4;

/// Identifies an object of a batch. Later objects have higher numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u64);

/// The driver's next action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Carry out this call for this object and record its outcome.
    Send(ObjectId, AttemptId, Call),
    /// Give up this request: the other one for the same part was answered.
    GiveUp(ObjectId, AttemptId),
    /// This object has ended and is no longer in the batch.
    Done(ObjectId, Finished),
    /// Wait for an outcome, or until this moment.
    Wait {
        /// When to ask again, even without an outcome.
        until: Option<Instant>,
    },
}

/// The next action of one object, or the time until which it waits.
pub(super) type Turn = Result<Next, Option<Instant>>;

/// The objects of a batch.
#[derive(Debug)]
pub struct Batch {
    pub(super) window: Window,
    entries: BTreeMap<ObjectId, Box<Entry>>,
    /// The number of requests so far, to find the object that has waited longest.
    requests: u64,
    /// The number of requests in flight. A running count, since there may be hundreds of objects.
    in_flight: usize,
    /// Objects that may have ended, or may read on, since the last check.
    touched: BTreeSet<ObjectId>,
    /// Objects that may have events.
    eventful: BTreeSet<ObjectId>,
    cancelled: bool,
    /// The findings of the uploads about the server and the network.
    findings: Findings,
    destination: Destination,
    connections: Connections,
    /// How many objects there are, as far as is known, and how many of them have ended.
    expected: u64,
    ended: u64,
}

/// The part of an object that is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Its events; its requests go on.
    Events,
    /// Its events and its requests.
    Everything,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) upload: Upload,
    /// The number of its last request.
    served: u64,
    /// The part that waits until the journal is on disk.
    paused: Option<Pause>,
    /// When Initiate was sent.
    initiated: Option<Instant>,
}

impl Batch {
    /// A batch without objects.
    pub fn new(concurrency: Concurrency) -> Self {
        Self {
            window: Window::new(concurrency),
            entries: BTreeMap::new(),
            requests: 0,
            in_flight: 0,
            touched: BTreeSet::new(),
            eventful: BTreeSet::new(),
            cancelled: false,
            findings: Findings::default(),
            destination: Destination::default(),
            connections: Connections::default(),
            expected: 0,
            ended: 0,
        }
    }

    /// The number of objects that may be open at the same time: one until the destination is proved, then by the
    /// window's size.
    pub fn room(&self) -> usize {
        if self.cancelled {
            return 0;
        }
        if self.destination == Destination::Unproved {
            return 1;
        }
        // With one request at a time no next object has to be ready, and there may not be enough open files for it.
        let ahead = if self.window.most() == 1 { 0 } else { AHEAD };
        usize::from(self.window.size()) + ahead
    }

    /// True if the first object failed for a reason that concerns every object; the batch is cancelled then.
    pub fn has_no_destination(&self) -> bool {
        self.destination == Destination::Failed
    }

    /// At least this many objects are known so far, those that have ended included.
    pub fn expect(&mut self, objects: u64) {
        self.expected = self.expected.max(objects);
    }

    /// Adds an object.
    pub fn add(&mut self, object: ObjectId, mut upload: Upload) {
        if self.cancelled {
            upload.cancel();
        }
        upload.learn(self.findings);
        // A new object has not waited longer than the existing ones; otherwise new ones would always go first.
        self.in_flight += upload.in_flight();
        let entry = Entry { upload, served: self.requests, paused: None, initiated: None };
        self.entries.insert(object, Box::new(entry));
        self.touch(object);
    }

    /// The next action. Call it again after each `Send` and `Done`, and after each outcome.
    pub fn next(&mut self, now: Instant) -> Next {
        if let Some(next) = self.next_without_request() {
            return next;
        }
        if self.in_flight >= usize::from(self.window.size()) {
            return Next::Wait { until: None };
        }
        if let Some(until) = self.window.next(now) {
            return Next::Wait { until: Some(until) };
        }
        let order = |(object, entry): (&ObjectId, &Entry)| (entry.upload.in_flight(), entry.served, *object);
        let Some((_, _, first)) = self.ready().map(order).min() else { return Next::Wait { until: None } };
        let mut soonest = match self.step(first, now) {
            Ok(next) => return next,
            Err(until) => until,
        };
        let mut others: Vec<_> = self.ready().map(order).collect();
        others.sort_unstable();
        for (.., object) in others.into_iter().filter(|(.., object)| *object != first) {
            match self.step(object, now) {
                Ok(next) => return next,
                Err(until) => soonest = soonest.into_iter().chain(until).min(),
            }
        }
        self.use_spare_place(now, soonest)
    }

    /// The objects that may have something to send.
    pub(super) fn ready(&self) -> impl Iterator<Item = (&ObjectId, &Entry)> {
        self.entries.iter().map(|(object, entry)| (object, &**entry)).filter(|(_, entry)| entry.is_ready())
    }

    /// The next action that needs no place in the window: reading a stream is no request, and the end of an object or of a
    /// request frees places.
    fn next_without_request(&mut self) -> Option<Next> {
        let touched: Vec<ObjectId> = self.touched.iter().copied().collect();
        for object in touched {
            let Some(entry) = self.entries.get_mut(&object) else {
                self.touched.remove(&object);
                continue;
            };
            if let Some(attempt) = entry.upload.take_given_up() {
                return Some(Next::GiveUp(object, attempt));
            }
            if !entry.may_send() {
                continue;
            }
            if let Some(finished) = entry.upload.finished().cloned() {
                if entry.paused.is_some() {
                    continue;
                }
                return Some(self.done(object, finished));
            }
            if let Some((attempt, call)) = self.change(object, |entry| entry.upload.read_on()).flatten() {
                return Some(Next::Send(object, attempt, call));
            }
            self.touched.remove(&object);
        }
        None
    }

    fn step(&mut self, object: ObjectId, now: Instant) -> Turn {
        let findings = self.findings;
        self.step_by(object, now, |upload| {
            upload.learn(findings);
            upload.next(now)
        })
    }

    pub(super) fn step_by(&mut self, object: ObjectId, now: Instant, step: impl FnOnce(&mut Upload) -> Step) -> Turn {
        let step = self.change(object, |entry| step(&mut entry.upload)).expect("it was just listed");
        match step {
            Step::Send(attempt, call) => {
                self.requests += 1;
                if call.operation().is_request() {
                    self.window.begin(now);
                }
                let served = self.requests;
                self.change(object, |entry| {
                    entry.served = served;
                    if call == Call::Initiate {
                        entry.initiated = Some(now);
                    }
                });
                Ok(Next::Send(object, attempt, call))
            }
            // Its last events are reported before its end.
            Step::Done(_) if self.entries.get(&object).is_some_and(|entry| entry.paused.is_some()) => Err(None),
            Step::Done(finished) => Ok(self.done(object, finished)),
            Step::Wait { until } => Err(until),
        }
    }

    /// Changes an object, and marks it as possibly ended or with events.
    fn change<R>(&mut self, object: ObjectId, change: impl FnOnce(&mut Entry) -> R) -> Option<R> {
        let entry = self.entries.get_mut(&object)?;
        let before = entry.upload.in_flight();
        let result = change(entry);
        self.in_flight = self.in_flight + entry.upload.in_flight() - before;
        self.touch(object);
        Some(result)
    }

    fn touch(&mut self, object: ObjectId) {
        self.touched.insert(object);
        self.eventful.insert(object);
    }

    fn done(&mut self, object: ObjectId, finished: Finished) -> Next {
        self.remove(object);
        self.destination.ended(&finished);
        if self.has_no_destination() {
            self.cancel();
        }
        Next::Done(object, finished)
    }

    fn remove(&mut self, object: ObjectId) {
        if let Some(entry) = self.entries.remove(&object) {
            self.ended += 1;
            self.in_flight -= entry.upload.in_flight();
        }
        self.touched.remove(&object);
        self.eventful.remove(&object);
    }

    /// Records the outcome of a call. A throttled answer slows down every object.
    pub fn record(&mut self, now: Instant, object: ObjectId, attempt: AttemptId, outcome: Outcome) {
        self.destination.record(&outcome.result);
        match &outcome.result {
            Ok(Reply::Part(_) | Reply::Stored(_)) => {
                self.connections.answered_after(outcome.took);
                self.window.grow(now, outcome.sent.map_or(0, |sent| sent.length), outcome.took);
            }
            Ok(Reply::Initiated(_)) => {
                if let Some(began) = self.entries.get(&object).and_then(|entry| entry.initiated) {
                    self.window.answered_after(now.saturating_duration_since(began));
                }
            }
            Err(Failure::Send(error)) if error.kind.breaks_off() => self.window.break_one(now),
            Err(failure) if failure.fault() == Some(Fault::Throttled) => {
                self.window.shrink(now, self.in_flight.saturating_sub(1));
            }
            _ => {}
        }
        let findings = self.findings;
        let record = |entry: &mut Entry| {
            entry.upload.learn(findings);
            entry.upload.record(now, attempt, outcome);
            entry.upload.findings()
        };
        self.findings = self.change(object, record).unwrap_or(findings);
    }

    /// Pauses the events of an object, or its requests too, until it is resumed.
    pub fn pause(&mut self, object: ObjectId, what: Pause) {
        self.change(object, |entry| entry.paused = Some(what));
    }

    /// Resumes a paused object.
    pub fn resume(&mut self, object: ObjectId) {
        self.change(object, |entry| entry.paused = None);
    }

    /// Records the number of bytes handed to connections so far, from which the window finds its size.
    pub fn measure(&mut self, now: Instant, moved: u64) {
        let in_flight = self.in_flight();
        self.window.look(now, moved, in_flight);
    }

    /// Skips a measurement, because the current rate says nothing about the network.
    pub fn skip_measurement(&mut self) {
        self.window.look_away();
    }

    /// Starts nothing new and lets requests in flight finish. Objects that are added later do not start.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        self.entries.values_mut().for_each(|entry| entry.upload.cancel());
        self.touched.extend(self.entries.keys());
        self.eventful.extend(self.entries.keys());
    }

    /// The next event of an object that is not paused. The events of each object come in order.
    pub fn take_event(&mut self) -> Option<(ObjectId, Event)> {
        loop {
            let paused = |object: &ObjectId| self.entries.get(object).is_some_and(|entry| entry.paused.is_some());
            let object = self.eventful.iter().copied().find(|object| !paused(object))?;
            if let Some(event) = self.entries.get_mut(&object).and_then(|entry| entry.upload.take_event()) {
                return Some((object, event));
            }
            self.eventful.remove(&object);
        }
    }

    /// The number of requests that may be in flight.
    pub fn window(&self) -> u16 {
        self.window.size()
    }

    /// The connections to open while this call is in flight.
    pub fn connections_ahead(&mut self, object: ObjectId, call: &Call) -> Ahead {
        let wanted = match call {
            Call::Initiate => self.connections_of_parts(object),
            Call::PutObject { range, .. } => self.connections_of_objects(range.length),
            _ => 0,
        };
        self.connections.ahead(wanted, self.in_flight)
    }

    /// The parts of an object need one each, as far as the window may open. None while other objects keep connections open.
    fn connections_of_parts(&self, object: ObjectId) -> usize {
        let alone = self.entries.len() == 1;
        let parts = self.upload(object).and_then(Upload::part_count).filter(|_| alone).unwrap_or(1);
        parts.min(self.window.most_for_parts()).into()
    }

    /// Objects of one request need one each, as far as the window opens with the next round of answers.
    fn connections_of_objects(&self, bytes: u64) -> usize {
        let left = self.expected.saturating_sub(self.ended);
        usize::from(self.window.after_a_round(bytes)).min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The objects and their uploads.
    pub fn uploads(&self) -> impl Iterator<Item = (ObjectId, &Upload)> {
        self.entries.iter().map(|(object, entry)| (*object, &entry.upload))
    }

    /// The upload of an object that has not ended.
    pub fn upload(&self, object: ObjectId) -> Option<&Upload> {
        self.entries.get(&object).map(|entry| &entry.upload)
    }
}

impl Entry {
    fn may_send(&self) -> bool {
        self.paused != Some(Pause::Everything)
    }

    fn is_ready(&self) -> bool {
        self.may_send() && !self.upload.waits_for_answer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::cos::multipart::upload_part::StoredPart;
    use crate::cos::objects::put_object::Stored;
    use crate::upload::machine::Settings;
    use crate::upload::patience::Patience;
    use crate::upload::plan::object_plan::{Plan, PlanOptions};
    use crate::upload::simulation::{epoch, service};
    use std::collections::BTreeSet;
    use std::time::Duration;

    const MIB: u64 = 1 << 20;

    /// A file with one part per MiB; a smaller one is sent in one request.
    fn upload(size: u64) -> Upload {
        let plan = Plan::new(size, PlanOptions::fixed(MIB, MIB)).unwrap();
        let settings = Settings { patience: Patience::default(), abort_on_failure: false, ..Settings::default() };
        Upload::new(plan, settings, None, 1)
    }

    /// A batch whose requests finish one after the other, each with a successful answer.
    struct TestBatch {
        batch: Batch,
        now: Instant,
        in_flight: Vec<(ObjectId, AttemptId, Call)>,
        /// Objects whose bodies were sent, in order.
        sent: Vec<ObjectId>,
    }

    impl TestBatch {
        fn new(most: u16) -> Self {
            Self { batch: Batch::new(Concurrency::Fixed(most)), now: epoch(), in_flight: vec![], sent: vec![] }
        }

        /// Starts all requests that may start; returns the objects that ended.
        fn begin(&mut self) -> BTreeSet<ObjectId> {
            let mut done = BTreeSet::new();
            loop {
                while self.batch.take_event().is_some() {}
                match self.batch.next(self.now) {
                    Next::Send(object, attempt, call) => {
                        self.in_flight.push((object, attempt, call));
                        assert!(self.in_flight.len() <= usize::from(self.batch.window.size()));
                    }
                    Next::GiveUp(..) => unreachable!("no part is slow"),
                    Next::Done(object, _) => {
                        done.insert(object);
                    }
                    Next::Wait { .. } => {
                        assert_eq!(self.batch.in_flight(), self.in_flight.len());
                        self.ask_those_that_wait();
                        return done;
                    }
                }
            }
        }

        /// Objects that wait for an answer are never asked, so they must have nothing to send.
        fn ask_those_that_wait(&mut self) {
            let waiting = self.batch.entries.values_mut().filter(|entry| entry.upload.waits_for_answer());
            for entry in waiting {
                assert_eq!(entry.upload.next(self.now), Step::Wait { until: None });
            }
        }

        /// Finishes the oldest request.
        fn finish(&mut self) {
            let (object, attempt, call) = self.in_flight.remove(0);
            if call.body().is_some() {
                self.sent.push(object);
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
            Call::PutObject { .. } => Reply::Stored(stored()),
            Call::Initiate => Reply::Initiated(UploadId::new("id").unwrap()),
            Call::UploadPart { .. } => {
                Reply::Part(StoredPart { etag: "\"e\"".into(), crc64: Some(0), hides_the_md5: false, request_id: None })
            }
            Call::CheckSource => Reply::SourceUnchanged,
            Call::Complete { .. } => Reply::Completed(stored()),
            other => unreachable!("nothing leads to {other:?}"),
        });
        Outcome { sent, result, took: Duration::ZERO }
    }

    #[test]
    fn connections_are_opened_for_the_parts_or_objects_that_follow_the_first_request() {
        let ahead = |size, objects| {
            let mut batch = Batch::new(Concurrency::Auto);
            batch.expect(objects);
            batch.add(ObjectId(0), upload(size));
            let Next::Send(object, _, call) = batch.next(epoch()) else { panic!("the first request begins") };
            batch.connections_ahead(object, &call).connections
        };
        assert_eq!([ahead(40 * MIB, 1), ahead(400 * MIB, 1)], [39, 63], "parts");
        assert_eq!([ahead(10, 0), ahead(10, 1), ahead(10, 20), ahead(10, 2000)], [0, 0, 19, 31], "objects");
    }

    #[test]
    fn a_server_that_answers_soon_gets_no_connections_ahead() {
        let ahead = |milliseconds| {
            let mut batch = Batch::new(Concurrency::Auto);
            batch.expect(2000);
            (0..2).for_each(|object| batch.add(ObjectId(object), upload(10)));
            let Next::Send(first, attempt, call) = batch.next(epoch()) else { panic!("the first request begins") };
            let outcome = Outcome { took: Duration::from_millis(milliseconds), ..answer(&call) };
            batch.record(epoch(), first, attempt, outcome);
            batch.connections_ahead(ObjectId(1), &call).connections
        };
        assert_eq!([ahead(5), ahead(50)], [0, 128]);
    }

    #[test]
    fn within_a_minute_of_a_refusal_no_part_is_sent_twice() {
        let is_sent_twice = |refused, later| {
            let mut test = TestBatch::new(8);
            test.batch.add(ObjectId(0), upload(8 * MIB));
            test.begin();
            test.finish();
            test.begin();
            if refused {
                test.batch.window.shrink(test.now, 8);
            }
            (0..7).for_each(|_| test.finish());
            test.begin();
            matches!(test.batch.next(test.now + Duration::from_secs(later)), Next::Send(..))
        };
        assert_eq!([is_sent_twice(false, 30), is_sent_twice(true, 30), is_sent_twice(true, 61)], [true, false, true]);
    }

    /// One big file among an endless supply of small ones: both progress, whichever came first.
    #[test]
    fn neither_a_big_file_nor_small_ones_starve() {
        let mut test = TestBatch::new(4);
        let big = ObjectId(3);
        let mut next = 0;
        for _ in 0..400 {
            while test.batch.uploads().count() < test.batch.room() {
                test.batch.add(ObjectId(next), upload(if next == big.0 { 1000 * MIB } else { 10 }));
                next += 1;
            }
            test.begin();
            test.finish();
        }
        let of_big = test.sent.iter().filter(|object| **object == big).count();
        let of_small = test.sent.len() - of_big;
        // About a quarter each of four requests.
        assert!((80..=120).contains(&of_big), "{of_big} parts of the big file, {of_small} small files");
        let longest = test.sent.split(|object| *object == big).map(<[_]>::len).max();
        assert!(longest < Some(12), "the big file waited for {longest:?} small ones");
    }

    #[test]
    fn an_object_that_ended_is_reported_before_new_ones_begin() {
        let mut test = TestBatch::new(2);
        (0..6).for_each(|object| test.batch.add(ObjectId(object), upload(10)));
        test.begin();
        test.batch.add(ObjectId(6), upload(10));
        for object in 0..4 {
            test.finish();
            assert_eq!(test.begin(), BTreeSet::from([ObjectId(object)]));
        }
    }

    #[test]
    fn a_file_that_is_alone_gets_the_whole_window() {
        let mut test = TestBatch::new(8);
        test.batch.add(ObjectId(0), upload(100 * MIB));
        test.begin();
        test.finish();
        test.begin();
        assert_eq!(test.in_flight.len(), 8);
        test.batch.add(ObjectId(1), upload(10));
        test.finish();
        test.begin();
        assert_eq!(
            test.in_flight.last().map(|(object, ..)| *object),
            Some(ObjectId(1)),
            "the newcomer has none in flight"
        );
    }

    #[test]
    fn two_big_files_share_and_what_one_frees_the_other_takes() {
        let mut test = TestBatch::new(6);
        test.batch.add(ObjectId(0), upload(9 * MIB));
        test.batch.add(ObjectId(1), upload(200 * MIB));
        let of = |test: &TestBatch, object| test.in_flight.iter().filter(|(of, ..)| *of == ObjectId(object)).count();
        let mut shared = 0;
        for _ in 0..12 {
            test.begin();
            shared += usize::from(of(&test, 0) == 3 && of(&test, 1) == 3);
            test.finish();
        }
        assert!(shared >= 6, "{shared}");
        for _ in 0..20 {
            test.begin();
            test.finish();
        }
        test.begin();
        assert_eq!((of(&test, 0), of(&test, 1)), (0, 6));
    }

    #[test]
    fn all_come_to_their_end_and_none_beyond_the_window_or_the_room() {
        for most in [1, 2, 7] {
            let mut test = TestBatch::new(most);
            assert_eq!(test.batch.room(), 1, "the first object proves the destination");
            (0..20).for_each(|object| test.batch.add(ObjectId(object), upload((object % 4) * MIB + object)));
            let mut done = BTreeSet::new();
            while done.len() < 20 {
                done.extend(test.begin());
                if !test.in_flight.is_empty() {
                    test.finish();
                }
            }
            assert_eq!(test.batch.uploads().count(), 0);
            assert_eq!(test.batch.room(), if most == 1 { 1 } else { usize::from(most) + AHEAD });
        }
    }

    #[test]
    fn one_object_that_is_asked_for_less_slows_all_of_them() {
        let mut test = TestBatch::new(8);
        (0..8).for_each(|object| test.batch.add(ObjectId(object), upload(10 * MIB)));
        test.begin();
        assert_eq!(test.in_flight.len(), 8);
        let (object, attempt, _) = test.in_flight.remove(0);
        test.batch.record(test.now, object, attempt, Err(service(503, "SlowDown")).into());
        assert_eq!((test.batch.window.size(), test.batch.room()), (4, 4 + AHEAD));
        test.begin();
        assert_eq!(test.in_flight.len(), 7, "requests in flight finish, and nothing new begins");
        (0..3).for_each(|_| test.finish());
        test.begin();
        assert_eq!(test.in_flight.len(), 4);
    }

    #[test]
    fn a_paused_object_waits_and_the_others_go_on() {
        let mut test = TestBatch::new(2);
        (0..2).for_each(|object| test.batch.add(ObjectId(object), upload(10)));
        test.batch.pause(ObjectId(0), Pause::Everything);
        test.begin();
        assert_eq!(test.in_flight.iter().map(|(object, ..)| object.0).collect::<Vec<_>>(), [1]);
        test.batch.resume(ObjectId(0));
        test.begin();
        assert_eq!(test.in_flight.len(), 2);
    }

    #[test]
    fn once_it_is_cancelled_there_is_no_room_and_newcomers_begin_nothing() {
        let mut test = TestBatch::new(4);
        test.batch.add(ObjectId(0), upload(10 * MIB));
        test.begin();
        test.batch.cancel();
        test.batch.add(ObjectId(1), upload(10));
        assert_eq!(test.batch.room(), 0);
        assert_eq!(test.begin(), BTreeSet::from([ObjectId(1)]));
        test.finish();
        assert_eq!(test.begin(), BTreeSet::from([ObjectId(0)]));
    }
}

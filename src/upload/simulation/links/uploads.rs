//! A batch of uploads over a link, under virtual time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::link::{Link, MIB};
use crate::cos::checksum::Digest;
use crate::upload::attempt_id::AttemptId;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::error::{SendError, SendErrorKind};
use crate::upload::event::Event;
use crate::upload::finished::Finished;
use crate::upload::machine::{Settings, Upload};
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::simulation::content::{Content, read};
use crate::upload::simulation::server::{Kind, Server};
use crate::upload::simulation::{epoch, service};
use crate::upload::wire::call::{Call, Failure, Outcome, Reply};

/// The bytes that an answer counts for, as in the program.
const WORTH_OF_AN_ANSWER: f64 = 262_144.0;
/// How often the window measures.
const MEASURE_INTERVAL: f64 = 0.01;

/// Files of one size, uploaded together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Files {
    pub(super) count: u64,
    pub(super) size: u64,
    /// The size of parts, if it is given.
    part_size: Option<u64>,
}

impl Files {
    pub(super) fn one(mebibytes: u64) -> Self {
        Self::many(1, mebibytes << 20)
    }

    pub(super) fn many(count: u64, size: u64) -> Self {
        Self { count, size, part_size: None }
    }

    /// One file in parts of this size, in mebibytes.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
    pub(super) fn parts(parts: f64, mebibytes: f64) -> Self {
        let part_size = (mebibytes * MIB) as u64;
        Self { count: 1, size: (parts * mebibytes * MIB) as u64, part_size: Some(part_size) }
    }

    fn plan(&self) -> Plan {
        let options = match self.part_size {
            Some(part_size) => PlanOptions::fixed(part_size, 0),
            None => PlanOptions { files: self.count, ..PlanOptions::default() },
        };
        Plan::new(self.size, options).expect("it is within the limits")
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    /// How long it took, in seconds.
    pub(super) seconds: f64,
    /// Requests with a body, and those of them that the server refused: in all, and late: in the second half.
    pub(super) bodies: u32,
    pub(super) bodies_late: u32,
    pub(super) refused: u32,
    pub(super) refused_late: u32,
    /// Bytes that the server acknowledged.
    pub(super) stored: f64,
    /// The most requests that might be in flight, and how many at the end.
    pub(super) most: u16,
    pub(super) last: u16,
    /// Parts that were sent although they had been acknowledged.
    pub(super) sent_again: u32,
    /// Parts that two requests sent at the same time, and the bytes that those carried which were given up.
    pub(super) sent_twice: u32,
    pub(super) given_up: f64,
}

/// A request in flight.
struct Flight {
    object: ObjectId,
    id: AttemptId,
    call: Call,
    connection: Connection,
    size: f64,
    left: f64,
    /// The time from its last byte to its answer.
    waits: f64,
    refused: bool,
    began: f64,
}

impl Flight {
    fn taken(&self, link: &Link) -> f64 {
        (self.size - self.left + link.buffers).min(self.size)
    }
}

struct Run {
    link: Link,
    files: Files,
    longest: f64,
    batch: Batch,
    servers: BTreeMap<ObjectId, Server>,
    added: u64,
    flights: Vec<Flight>,
    idle: Vec<Connection>,
    connections: u32,
    /// When the bodies of the last second began.
    began: VecDeque<f64>,
    random: fastrand::Rng,
    start: Instant,
    time: f64,
    next_measure: f64,
    next_break: f64,
    /// Bytes handed to connections, and answers.
    moved: f64,
    acknowledged: BTreeSet<(ObjectId, u16)>,
    totals: Totals,
}

/// Uploads files over a link until they are stored, or for up to `longest` seconds.
pub(super) fn upload(link: Link, files: Files, wanted: Concurrency, seed: u64, longest: f64) -> Totals {
    Run {
        link,
        files,
        longest,
        batch: Batch::new(wanted),
        servers: BTreeMap::new(),
        added: 0,
        flights: Vec::new(),
        idle: Vec::new(),
        connections: 0,
        began: VecDeque::new(),
        random: fastrand::Rng::with_seed(seed),
        start: epoch(),
        time: 0.0,
        next_measure: 0.0,
        next_break: link.breaks_each,
        moved: 0.0,
        acknowledged: BTreeSet::new(),
        totals: Totals::default(),
    }
    .run()
}

impl Run {
    fn run(mut self) -> Totals {
        let shortest = if self.files.size < 1 << 20 { 0.001 } else { 0.004 };
        let step = (self.link.late / 5.0).clamp(shortest, 0.01);
        let mut until = None;
        let mut changed = true;
        while self.time < self.longest && (self.added < self.files.count || !self.servers.is_empty()) {
            if changed || until.is_some_and(|until| until <= self.now()) {
                until = self.begin_all();
            }
            self.time += step;
            changed = self.pass(step);
            if self.time >= self.next_measure {
                self.next_measure = self.time + MEASURE_INTERVAL;
                let taken: f64 = self.flights.iter().map(|flight| flight.taken(&self.link)).sum();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
                self.batch.measure(self.now(), (self.moved + taken) as u64);
                changed = true;
            }
            self.totals.most = self.totals.most.max(self.batch.window());
        }
        Totals { seconds: self.time, last: self.batch.window(), ..self.totals }
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_secs_f64(self.time)
    }

    /// Begins all requests that may begin. Returns when to ask again.
    fn begin_all(&mut self) -> Option<Instant> {
        loop {
            while let Some((object, event)) = self.batch.take_event() {
                self.note(object, &event);
            }
            while self.added < self.files.count && self.batch.uploads().count() < self.batch.room() {
                let object = ObjectId(self.added);
                self.added += 1;
                self.servers.insert(object, Server::new(Kind::COS, false));
                self.batch.add(object, Upload::new(self.files.plan(), Settings::default(), None, self.random.u64(..)));
            }
            match self.batch.next(self.now()) {
                Next::Send(object, id, call) => self.begin(object, id, call),
                Next::GiveUp(object, id) => self.give_up(object, id),
                Next::Done(object, finished) => {
                    assert!(matches!(finished, Finished::Stored(_)), "{:?}: {finished:?}", self.link);
                    self.servers.remove(&object);
                }
                Next::Wait { until } => return until,
            }
        }
    }

    fn note(&mut self, object: ObjectId, event: &Event) {
        if let Event::PartStored(record) = event {
            self.acknowledged.insert((object, record.number.value()));
        }
    }

    fn begin(&mut self, object: ObjectId, id: AttemptId, call: Call) {
        if call == Call::CheckSource {
            return self.batch.record(self.now(), object, id, Ok(Reply::SourceUnchanged).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
        let size = call.body().map_or(0.0, |range| range.length as f64);
        if let Call::UploadPart { number, .. } = &call {
            self.totals.sent_again += u32::from(self.acknowledged.contains(&(object, number.value())));
            let is_same = |flight: &Flight| flight.object == object && flight.call.operation() == call.operation();
            self.totals.sent_twice += u32::from(self.flights.iter().any(is_same));
        }
        let connection = self.connect();
        let refused = size > 0.0 && self.refuses();
        let left = if refused { 0.0 } else { size };
        let stalls = size > 0.0 && self.link.stalls > 0.0 && self.random.f64() < self.link.stalls;
        let waits = self.link.late + if stalls { self.link.stall } else { 0.0 };
        self.flights.push(Flight { object, id, call, connection, size, left, waits, refused, began: self.time });
    }

    fn connect(&mut self) -> Connection {
        if let Some(mut connection) = self.idle.pop() {
            connection.wake(&self.link, self.time);
            return connection;
        }
        self.connections += 1;
        let even = self.link.slowest >= 1.0;
        let weight = if even { 1.0 } else { self.link.slowest.powf(self.random.f64()) };
        Connection::new(&self.link, self.connections, weight)
    }

    fn refuses(&mut self) -> bool {
        while self.began.front().is_some_and(|began| self.time - began >= 1.0) {
            self.began.pop_front();
        }
        let taken = self.flights.iter().filter(|flight| flight.size > 0.0 && !flight.refused).count();
        let refuses = taken >= self.link.takes || self.began.len() >= self.link.per_second;
        if !refuses && self.link.per_second < usize::MAX {
            self.began.push_back(self.time);
        }
        let late = u32::from(self.time > self.longest / 2.0);
        self.totals.bodies += 1;
        self.totals.bodies_late += late;
        self.totals.refused += u32::from(refuses);
        self.totals.refused_late += late * u32::from(refuses);
        refuses
    }

    /// Carries the bytes of a step. True if a request was answered.
    fn pass(&mut self, step: f64) -> bool {
        if self.link.is_dead(self.time) {
            return self.link.breaks && self.break_all(step);
        }
        if self.time >= self.next_break {
            self.next_break += self.link.breaks_each;
            self.idle.clear();
            std::mem::take(&mut self.flights)
                .into_iter()
                .for_each(|flight| self.break_one(flight, SendErrorKind::Broken));
            return true;
        }
        let sending = self.flights.iter().filter(|flight| flight.left > 0.0);
        let weights: f64 = sending.map(|flight| flight.connection.weight).sum();
        let share = self.link.all / weights.max(f64::MIN_POSITIVE);
        let mut ended = Vec::new();
        let mut index = 0;
        while index < self.flights.len() {
            let flight = &mut self.flights[index];
            if flight.left > 0.0 {
                let share = share * flight.connection.weight;
                let bytes = flight.connection.bytes(&self.link, share, step).min(flight.left);
                flight.left -= bytes;
                flight.connection.carried(bytes);
            } else {
                flight.waits -= step;
            }
            let is_reset = flight.connection.is_reset && flight.size > 0.0 && flight.left < flight.size / 2.0;
            if is_reset || (flight.left <= 0.0 && flight.waits <= 0.0) {
                ended.push((self.flights.swap_remove(index), is_reset));
            } else {
                index += 1;
            }
        }
        let any = !ended.is_empty();
        for (flight, is_reset) in ended {
            if is_reset { self.break_one(flight, SendErrorKind::Broken) } else { self.answer(flight) }
        }
        any
    }

    /// The link is dead: requests break, and new ones find no connection.
    fn break_all(&mut self, step: f64) -> bool {
        self.idle.clear();
        let mut any = false;
        let (mut waiting, mut flights) = (Vec::new(), std::mem::take(&mut self.flights));
        for mut flight in flights.drain(..) {
            flight.waits -= step;
            if flight.left < flight.size {
                self.break_one(flight, SendErrorKind::Broken);
            } else if flight.waits <= 0.0 {
                self.break_one(flight, SendErrorKind::Connect);
            } else {
                waiting.push(flight);
                continue;
            }
            any = true;
        }
        self.flights = waiting;
        any
    }

    fn break_one(&mut self, flight: Flight, kind: SendErrorKind) {
        self.moved += flight.taken(&self.link);
        let failure = Failure::Send(SendError { kind, message: "reset".into() });
        self.batch.record(self.now(), flight.object, flight.id, Err(failure).into());
    }

    fn give_up(&mut self, object: ObjectId, id: AttemptId) {
        let given_up = self.flights.iter().position(|flight| flight.object == object && flight.id == id);
        // Both may have been answered at the same time.
        let Some(flight) = given_up.map(|index| self.flights.swap_remove(index)) else { return };
        self.moved += flight.taken(&self.link);
        self.totals.given_up += flight.taken(&self.link);
    }

    fn answer(&mut self, mut flight: Flight) {
        self.moved += flight.taken(&self.link);
        flight.connection.rest(self.time);
        self.idle.push(flight.connection);
        let Flight { object, id, call, refused, size, began, .. } = flight;
        if refused {
            return self.batch.record(self.now(), object, id, Err(service(503, "SlowDown")).into());
        }
        let arrived = call.body().map(|range| read(range, 0));
        let sent = arrived.as_ref().map(|Content { size, crc64 }| Digest { length: *size, crc64: *crc64, md5: None });
        let server = self.servers.get_mut(&object).expect("its upload has not ended");
        let result = server.act(&call, arrived.as_ref()).map_err(|(status, code)| service(status, code));
        self.moved += WORTH_OF_AN_ANSWER;
        self.totals.stored += size;
        self.batch.record(
            self.now(),
            object,
            id,
            Outcome { sent, result, took: Duration::from_secs_f64(self.time - began) },
        );
    }
}

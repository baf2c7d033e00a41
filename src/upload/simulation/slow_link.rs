//! A link that all requests share evenly and that breaks all connections each half minute: the window and the size of the
//! parts must be such that some parts are sent in between.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::content::{Content, md5, read};
use super::server::{Kind, Server};
use super::{MEBIBYTE, epoch};
use crate::cos::Service;
use crate::cos::checksum::Digest;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::upload::attempt_id::AttemptId;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::error::{SendError, SendErrorKind};
use crate::upload::event::{Event, Notice};
use crate::upload::finished::Finished;
use crate::upload::journal::header::tests::header;
use crate::upload::journal::header::{DIVIDED_SCHEMA, Header};
use crate::upload::journal::lines;
use crate::upload::journal::lines::{division_line, part_line};
use crate::upload::machine::{Resume, Settings, Upload};
use crate::upload::patience::Patience;
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::plan::part_record::PartRecord;
use crate::upload::wire::call::{Call, Failure, Outcome, Reply};

const OBJECT: ObjectId = ObjectId(0);
/// How often the window measures, and the time of an answer.
const TICK: Duration = Duration::from_millis(300);
pub(super) const HALF_A_MINUTE: Duration = Duration::from_secs(30);

const SETTINGS: Settings = Settings {
    patience: Patience { max_attempts: 8, retry_time: Duration::from_secs(600) },
    abort_on_failure: false,
    etags_are_md5: true,
    service: Service::Cos,
    no_overwrite: false,
    content_md5: false,
    is_limited: false,
};

/// A request, and how much of it is left.
struct Flight {
    id: AttemptId,
    call: Call,
    left: f64,
}

/// What happened, to check that the schedules reach it.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) divisions: u32,
    pub(super) given_up: u64,
    pub(super) kills: u32,
}

pub(super) struct SlowLink {
    pub(super) plan: Plan,
    pub(super) server: Server,
    pub(super) bytes_a_second: f64,
    breaks_each: Duration,
    pub(super) next_break: Instant,
    flights: Vec<Flight>,
    moved: f64,
    batch: Batch,
    /// The journal's lines.
    journal: Vec<String>,
    /// Parts that reach the server after their connection broke.
    late: Vec<(Instant, Call)>,
    pub(super) random: fastrand::Rng,
    pub(super) now: Instant,
    /// When a part was acknowledged last, and the longest time without one.
    acknowledged: Instant,
    pub(super) longest_pause: Duration,
    pub(super) counts: Counts,
}

impl SlowLink {
    pub(super) fn new(size: u64, megabits: f64, breaks_each: Duration, seed: u64) -> Self {
        let plan = Plan::new(size, PlanOptions::default()).unwrap();
        let mut link = Self {
            plan,
            server: Server::new(Kind::COS, false),
            bytes_a_second: megabits * 125_000.0,
            breaks_each,
            next_break: epoch() + breaks_each,
            flights: Vec::new(),
            moved: 0.0,
            batch: Batch::new(Concurrency::Auto),
            journal: Vec::new(),
            late: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
            now: epoch(),
            acknowledged: epoch(),
            longest_pause: Duration::ZERO,
            counts: Counts::default(),
        };
        link.begin_process();
        link
    }

    /// Uploads a file of `size` bytes. Returns how it ended, and after how long.
    fn upload(size: u64, megabits: f64, breaks_each: Duration) -> (Finished, Duration) {
        let mut link = Self::new(size, megabits, breaks_each, 7);
        let start = link.now;
        let finished = link.run(start + Duration::from_secs(1_000_000)).expect("it ends");
        (finished, link.now - start)
    }

    /// A process begins, with the journal of the one before.
    fn begin_process(&mut self) {
        let (mut plan, mut resume) = (self.plan, None);
        if let lines::Content::Journal(journal) = lines::read(self.journal.concat().as_bytes()) {
            let divided = |plan: Plan, division: &_| plan.divided(*division).expect("it was divided like that");
            plan = journal.divisions.iter().fold(plan, divided);
            let upload_id = UploadId::new(&journal.header.upload_id).unwrap();
            resume = Some(Resume { upload_id, parts: journal.parts });
        }
        self.batch = Batch::new(Concurrency::Auto);
        self.batch.add(OBJECT, Upload::new(plan, SETTINGS, resume, self.random.u64(..)));
        self.acknowledged = self.now;
        self.moved = 0.0;
    }

    /// The process dies. What was sent whole may still reach the server; lines that are not on disk yet may be lost.
    pub(super) fn kill(&mut self) {
        self.counts.kills += 1;
        for flight in std::mem::take(&mut self.flights) {
            self.break_off(flight);
        }
        let durable = self.journal.iter().rposition(|line| !line.starts_with("{\"part\"")).map_or(0, |last| last + 1);
        let kept = self.random.usize(durable.max(self.journal.len().saturating_sub(2))..=self.journal.len());
        self.journal.truncate(kept);
        self.begin_process();
    }

    /// Uploads until the end, or until this moment.
    pub(super) fn run(&mut self, until: Instant) -> Option<Finished> {
        while self.now < until {
            while let Some((_, event)) = self.batch.take_event() {
                self.note(&event);
            }
            match self.batch.next(self.now) {
                Next::Done(_, finished) => return Some(finished),
                Next::Send(_, id, call) => self.begin(id, call),
                Next::GiveUp(_, id) => self.give_up(id),
                Next::Wait { .. } => {
                    self.now += TICK;
                    self.pass();
                    if self.now >= self.next_break {
                        self.next_break += self.breaks_each;
                        self.break_all();
                    }
                }
            }
        }
        None
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Initiated(id) => {
                self.journal = vec![Header { upload_id: id.as_str().to_owned(), ..header() }.line()];
            }
            Event::PartStored(record) => {
                self.longest_pause = self.longest_pause.max(self.now - self.acknowledged);
                self.acknowledged = self.now;
                self.journal.push(part_line(record));
            }
            Event::Notice(Notice::SmallerParts { division, given_up, .. }) => {
                self.counts.divisions += 1;
                self.counts.given_up += given_up;
                let schema = format!("{{\"schema\":{DIVIDED_SCHEMA},");
                self.journal[0].replace_range(..schema.len(), &schema);
                self.journal.push(division_line(*division));
            }
            _ => {}
        }
    }

    fn begin(&mut self, id: AttemptId, call: Call) {
        let answer = match &call {
            Call::CheckSource => Some(Reply::SourceUnchanged),
            Call::ComparePart { range, .. } | Call::ReadSource { range, .. } => {
                let Content { size, crc64 } = read(*range, 0);
                Some(Reply::Read(Digest { length: size, crc64, md5: Some(md5(crc64)) }))
            }
            _ => None,
        };
        if let Some(reply) = answer {
            return self.batch.record(self.now, OBJECT, id, Ok(reply).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
        let left = call.body().map_or(0.0, |range| range.length as f64);
        self.flights.push(Flight { id, call, left });
    }

    /// Carries the bytes of a tick, and answers what was sent.
    fn pass(&mut self) {
        let sending = self.flights.iter().filter(|flight| flight.left > 0.0).count().max(1);
        #[expect(clippy::cast_precision_loss, reason = "they are few")]
        let share = self.bytes_a_second * TICK.as_secs_f64() / sending as f64;
        let (answered, rest): (Vec<Flight>, Vec<Flight>) =
            self.flights.drain(..).partition(|flight| flight.left <= 0.0);
        self.flights = rest;
        for flight in &mut self.flights {
            self.moved += share.min(flight.left);
            flight.left -= share;
        }
        let now = self.now;
        for (_, call) in self.late.extract_if(.., |(due, _)| *due <= now) {
            let arrived = call.body().map(|range| read(range, 0));
            let _ = self.server.act(&call, arrived.as_ref());
        }
        for Flight { id, call, .. } in answered {
            let arrived = call.body().map(|range| read(range, 0));
            let sent = arrived.as_ref().map(|body| Digest { length: body.size, crc64: body.crc64, md5: None });
            let result =
                self.server.act(&call, arrived.as_ref()).map_err(|(status, code)| super::service(status, code));
            self.batch.record(now, OBJECT, id, Outcome { sent, result, took: Duration::ZERO });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
        self.batch.measure(now, self.moved as u64);
    }

    fn give_up(&mut self, id: AttemptId) {
        for flight in self.flights.extract_if(.., |flight| flight.id == id).collect::<Vec<_>>() {
            self.break_off(flight);
        }
    }

    fn break_all(&mut self) {
        for flight in std::mem::take(&mut self.flights) {
            let id = flight.id;
            self.break_off(flight);
            let failure = Failure::Send(SendError { kind: SendErrorKind::Broken, message: "reset".into() });
            self.batch.record(self.now, OBJECT, id, Err(failure).into());
        }
    }

    /// A part that was sent whole may reach the server, at once or later.
    fn break_off(&mut self, Flight { call, left, .. }: Flight) {
        if left <= 0.0 && matches!(call, Call::UploadPart { .. }) && self.random.bool() {
            self.late.push((self.now + Duration::from_secs(self.random.u64(0..60)), call));
        }
    }
}

#[test]
fn a_link_that_breaks_each_half_minute_finishes_files_of_every_size() {
    for mebibytes in [20, 50, 200, 1024] {
        for megabits in [1.0, 2.0, 8.0] {
            let size = mebibytes * MEBIBYTE;
            let (finished, took) = SlowLink::upload(size, megabits, HALF_A_MINUTE);
            assert!(matches!(finished, Finished::Stored(_)), "{mebibytes} MiB at {megabits} Mbit/s: {finished:?}");
            #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
            let at_best = size as f64 / (megabits * 125_000.0);
            let limit = 2.5 * at_best + 300.0;
            assert!(took.as_secs_f64() < limit, "{mebibytes} MiB at {megabits} Mbit/s: {took:?}, at best {at_best} s");
        }
    }
}

#[test]
fn a_link_that_does_not_break_keeps_the_size_of_its_parts() {
    let (finished, _) = SlowLink::upload(200 * MEBIBYTE, 8.0, Duration::from_secs(1_000_000));
    let Finished::Stored(object) = finished else { panic!("{finished:?}") };
    assert_eq!(object.parts_sent, 45);
}

/// A link of 1 Mbit/s, and an upload in 45 parts of 9 MiB of which the server holds these.
fn resumed(stored: impl Fn(u16) -> bool) -> SlowLink {
    let mut link = SlowLink::new(400 * MEBIBYTE, 1.0, HALF_A_MINUTE, 7);
    let Plan::Multipart(parts) = link.plan else { panic!("it has parts") };
    let held: BTreeMap<_, _> = parts
        .numbers()
        .filter(|number| stored(number.value()))
        .map(|number| (number, read(parts.range(number).unwrap(), 0)))
        .collect();
    let record = |(number, held): (&PartNumber, &Content)| {
        part_line(&PartRecord { number: *number, size: held.size, etag: held.etag().into(), crc64: held.crc64 })
    };
    link.journal = vec![Header { upload_id: "upload-1".to_owned(), ..header() }.line()];
    link.journal.extend(held.iter().map(record));
    link.server.uploads.insert("upload-1".to_owned(), held);
    link.begin_process();
    link
}

/// How often the link breaks until parts are divided.
fn breaks_until_division(mut link: SlowLink) -> u32 {
    let mut breaks = 0;
    while link.counts.divisions == 0 {
        let next = link.next_break + TICK;
        assert_eq!(link.run(next + TICK), None);
        breaks += 1;
    }
    breaks
}

#[test]
fn the_more_is_given_up_the_more_breaks_it_takes_until_parts_are_divided() {
    assert_eq!(breaks_until_division(resumed(|number| number <= 40)), 1);
    assert_eq!(breaks_until_division(resumed(|number| number <= 20 && number != 5)), 3);
    assert_eq!(breaks_until_division(resumed(|number| number != 5 && number != 45)), 8);
}

#[test]
fn a_link_that_was_quick_and_fails_for_a_minute_keeps_the_size_of_its_parts() {
    let never = Duration::from_secs(1_000_000);
    let mut link = SlowLink::new(2000 * MEBIBYTE, 2000.0, never, 7);
    while link.longest_pause == Duration::ZERO {
        assert_eq!(link.run(link.now + TICK), None, "no part was sent yet");
    }
    link.bytes_a_second = 0.0;
    assert_eq!(link.run(link.now + Duration::from_secs(60)), None);
    link.break_all();
    link.bytes_a_second = 2000.0 * 125_000.0;
    let finished = link.run(link.now + Duration::from_secs(1000));
    assert!(matches!(finished, Some(Finished::Stored(_))), "{finished:?}");
    assert_eq!(link.counts.divisions, 0);
}

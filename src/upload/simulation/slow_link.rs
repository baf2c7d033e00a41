//! A link that all requests share evenly and that breaks all connections each half minute: the window and the size of the
//! parts must be such that some parts are sent in between.

use std::time::{Duration, Instant};

use super::content::read;
use super::server::{Kind, Server};
use super::{MEBIBYTE, epoch};
use crate::cos::Service;
use crate::cos::checksum::Digest;
use crate::upload::attempt_id::AttemptId;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::batch::objects::{Batch, Next, ObjectId};
use crate::upload::error::{SendError, SendErrorKind};
use crate::upload::event::Finished;
use crate::upload::machine::{Settings, Upload};
use crate::upload::patience::Patience;
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::wire::call::{Call, Failure, Outcome, Reply};

const OBJECT: ObjectId = ObjectId(0);
/// How often the window measures, and the time of an answer.
const TICK: Duration = Duration::from_millis(300);

const SETTINGS: Settings = Settings {
    patience: Patience { max_attempts: 8, retry_time: Duration::from_secs(600) },
    abort_on_failure: false,
    etags_are_md5: true,
    service: Service::Cos,
    no_overwrite: false,
    content_md5: false,
};

/// A request, and how much of it is left.
struct Flight {
    id: AttemptId,
    call: Call,
    left: f64,
}

struct SlowLink {
    server: Server,
    bytes_a_second: f64,
    breaks_each: Duration,
    flights: Vec<Flight>,
    moved: f64,
    batch: Batch,
}

impl SlowLink {
    /// Uploads a file of `size` bytes. Returns how it ended, and after how long.
    fn upload(size: u64, megabits: f64, breaks_each: Duration) -> (Finished, Duration) {
        let mut batch = Batch::new(Concurrency::Auto);
        batch.add(OBJECT, Upload::new(Plan::new(size, PlanOptions::default()).unwrap(), SETTINGS, None, 7));
        let (server, bytes_a_second) = (Server::new(Kind::COS, false), megabits * 125_000.0);
        let mut link = Self { server, bytes_a_second, breaks_each, flights: Vec::new(), moved: 0.0, batch };
        let (start, mut now) = (epoch(), epoch());
        let mut next_break = start + breaks_each;
        for _ in 0..2_000_000 {
            while link.batch.take_event().is_some() {}
            match link.batch.next(now) {
                Next::Done(_, finished) => return (finished, now - start),
                Next::Send(_, id, call) => link.begin(now, id, call),
                Next::Wait { .. } => {
                    now += TICK;
                    link.pass(now);
                    if now >= next_break {
                        next_break += link.breaks_each;
                        link.break_all(now);
                    }
                }
            }
        }
        panic!("the upload does not end");
    }

    fn begin(&mut self, now: Instant, id: AttemptId, call: Call) {
        if call == Call::CheckSource {
            return self.batch.record(now, OBJECT, id, Ok(Reply::SourceUnchanged).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes are no more exact than that")]
        let left = call.body().map_or(0.0, |range| range.length as f64);
        self.flights.push(Flight { id, call, left });
    }

    /// Carries the bytes of a tick, and answers what was sent.
    fn pass(&mut self, now: Instant) {
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
        for Flight { id, call, .. } in answered {
            let arrived = call.body().map(|range| read(range, 0));
            let sent = arrived.as_ref().map(|body| Digest { length: body.size, crc64: body.crc64, md5: None });
            let result =
                self.server.act(&call, arrived.as_ref()).map_err(|(status, code)| super::service(status, code));
            self.batch.record(now, OBJECT, id, Outcome { sent, result });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
        self.batch.measure(now, self.moved as u64);
    }

    fn break_all(&mut self, now: Instant) {
        for Flight { id, .. } in std::mem::take(&mut self.flights) {
            let failure = Failure::Send(SendError { kind: SendErrorKind::Broken, message: "reset".into() });
            self.batch.record(now, OBJECT, id, Err(failure).into());
        }
    }
}

#[test]
fn a_link_that_breaks_each_half_minute_finishes_files_of_every_size() {
    for mebibytes in [20, 50, 200, 1024] {
        for megabits in [1.0, 2.0, 8.0] {
            let size = mebibytes * MEBIBYTE;
            let (finished, took) = SlowLink::upload(size, megabits, Duration::from_secs(30));
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
    assert_eq!(object.parts_sent, 50);
}

//! A part that is much slower than its siblings near the end: it is sent a second time, on another connection.
//!
//! Both requests carry the same bytes. The first answer counts, and the other request is given up; if it reaches the server
//! all the same, it replaces the part with an equal one. A failure counts only if no other request for the part is in flight.

use std::time::Instant;

use super::phase::Phase;
use super::proofs::ProvenBy;
use super::{Step, Upload};
use crate::upload::attempt_id::AttemptId;
use crate::upload::error::Operation;
use crate::upload::wire::call::{Call, Failure, Reply};

impl Upload {
    /// Sends a slow part a second time, if nothing else is left to send. To be called if a request may begin and `next` has
    /// none.
    pub fn send_slow_part(&mut self, now: Instant) -> Step {
        if !self.may_send_twice() {
            return Step::Wait { until: None };
        }
        let board = self.board.as_mut().expect("only a multipart upload sends parts");
        match board.take_slow(now) {
            Ok(number) => {
                let (range, upload_id) = (board.range(number), self.begun());
                self.send(Call::UploadPart { upload_id, number, range, md5: self.proofs.body_md5() })
            }
            Err(until) => Step::Wait { until },
        }
    }

    /// Only if the part that the second request stores has the same ETag; a stream lets go of the bytes that are stored.
    fn may_send_twice(&self) -> bool {
        let etags_are_equal = self.proofs.etags_may_be_md5() && self.proofs.by() == ProvenBy::Crc64;
        let sends_parts = self.ending.is_open() && self.phase == Phase::Parts && self.stream.is_none();
        sends_parts && etags_are_equal && !self.settings.is_limited
    }

    /// Whether this outcome counts, although another request of the same kind may be in flight.
    pub(super) fn counts(&mut self, operation: Operation, result: &Result<Reply, Failure>) -> bool {
        let Some(other) = self.requests.another(operation) else { return true };
        if result.is_ok() {
            self.requests.give_up(other);
        }
        result.is_ok()
    }

    /// The next request to give up: its outcome is of no use.
    pub(in crate::upload) fn take_given_up(&mut self) -> Option<AttemptId> {
        self.requests.take_given_up()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cos::checksum::Digest;
    use crate::cos::multipart::UploadId;
    use crate::cos::multipart::upload_part::StoredPart;
    use crate::upload::event::Event;
    use crate::upload::machine::Settings;
    use crate::upload::plan::object_plan::{Plan, PlanOptions};
    use crate::upload::simulation::{epoch, service};
    use crate::upload::wire::call::Outcome;

    const MIB: u64 = 1 << 20;
    const PARTS: u64 = 8;

    /// An upload whose parts are in flight, and the requests that send them.
    struct Test {
        upload: Upload,
        begin: Instant,
        requests: Vec<AttemptId>,
        /// Whether answers say that their ETags are no MD5s.
        hides_the_md5: bool,
    }

    impl Test {
        fn new(settings: Settings) -> Self {
            let plan = Plan::new(PARTS * MIB, PlanOptions::fixed(MIB, MIB)).unwrap();
            let (begin, mut upload) = (epoch(), Upload::new(plan, settings, None, 1));
            let Step::Send(initiate, Call::Initiate) = upload.next(begin) else { panic!("it is initiated") };
            upload.record(begin, initiate, Ok(Reply::Initiated(UploadId::new("id").unwrap())).into());
            let mut test = Self { upload, begin, requests: Vec::new(), hides_the_md5: false };
            while let Step::Send(id, _) = test.upload.next(begin) {
                test.requests.push(id);
            }
            test
        }

        /// An upload of which all parts but the last ones were sent within a second.
        fn with_left(settings: Settings, left: usize) -> Self {
            Self::new(settings).answered_but(left)
        }

        fn answered_but(mut self, left: usize) -> Self {
            for id in self.requests.drain(..self.requests.len() - left).collect::<Vec<_>>() {
                self.record(1.0, id, true);
            }
            self
        }

        fn at(&self, seconds: f64) -> Instant {
            self.begin + Duration::from_secs_f64(seconds)
        }

        fn record(&mut self, seconds: f64, id: AttemptId, succeeds: bool) {
            let hides_the_md5 = self.hides_the_md5;
            let stored = StoredPart { etag: "\"e\"".into(), crc64: Some(7), hides_the_md5, request_id: None };
            let result = if succeeds { Ok(Reply::Part(stored)) } else { Err(service(500, "InternalError")) };
            let sent = Some(Digest { length: MIB, crc64: 7, md5: None });
            self.upload.record(self.at(seconds), id, Outcome { sent, result, took: Duration::ZERO });
        }

        fn send_slow_part(&mut self, seconds: f64) -> Step {
            assert!(matches!(self.upload.next(self.at(seconds)), Step::Wait { .. }), "nothing else is left to send");
            self.upload.send_slow_part(self.at(seconds))
        }

        /// Sends the last part a second time. Returns both requests.
        fn twice(&mut self) -> [AttemptId; 2] {
            let Step::Send(second, Call::UploadPart { number, .. }) = self.send_slow_part(2.0) else {
                panic!("the last part is slow")
            };
            assert_eq!(u64::from(number.value()), PARTS);
            [self.requests[0], second]
        }

        fn events(&mut self) -> (usize, usize) {
            let events: Vec<Event> = std::iter::from_fn(|| self.upload.take_event()).collect();
            let count = |wanted: fn(&&Event) -> bool| events.iter().filter(wanted).count();
            (
                count(|event| matches!(event, Event::PartStored(_))),
                count(|event| matches!(event, Event::Retrying { .. })),
            )
        }
    }

    #[test]
    fn a_part_that_takes_half_as_long_again_as_most_is_sent_a_second_time() {
        let mut test = Test::with_left(Settings::default(), 1);
        let due = test.at(1.5);
        assert_eq!(test.send_slow_part(1.2), Step::Wait { until: Some(due) });
        test.twice();
        assert_eq!(test.upload.in_flight(), 2);
        assert_eq!(test.send_slow_part(60.0), Step::Wait { until: None }, "a third request would be one too many");
    }

    #[test]
    fn the_first_answer_counts_and_the_other_request_is_given_up() {
        for answered in [0, 1] {
            let mut test = Test::with_left(Settings::default(), 1);
            let requests = test.twice();
            test.record(2.1, requests[answered], true);
            assert_eq!(test.upload.take_given_up(), Some(requests[1 - answered]));
            assert_eq!((test.upload.take_given_up(), test.upload.in_flight()), (None, 0));
            for late in [true, false] {
                test.record(2.2, requests[1 - answered], late);
            }
            assert_eq!(test.events(), (8, 0));
            assert!(matches!(test.upload.next(test.at(2.2)), Step::Send(_, Call::CheckSource)));
        }
    }

    #[test]
    fn a_failure_counts_only_if_both_requests_fail() {
        for failed in [0, 1] {
            let mut test = Test::with_left(Settings::default(), 1);
            let requests = test.twice();
            test.record(2.1, requests[failed], false);
            assert_eq!((test.events(), test.upload.in_flight()), ((7, 0), 1));
            let mut both_fail = Test::with_left(Settings::default(), 1);
            let both = both_fail.twice();
            both_fail.record(2.1, both[failed], false);
            both_fail.record(2.2, both[1 - failed], false);
            assert_eq!((both_fail.events(), both_fail.upload.in_flight()), ((7, 1), 0));
            test.record(2.2, requests[1 - failed], true);
            assert_eq!((test.events(), test.upload.take_given_up()), ((1, 0), None));
        }
    }

    #[test]
    fn nothing_is_sent_twice_while_more_than_a_few_parts_are_left() {
        for left in [3, 5, 8] {
            assert_eq!(Test::with_left(Settings::default(), left).send_slow_part(60.0), Step::Wait { until: None });
        }
    }

    #[test]
    fn nothing_is_sent_twice_if_the_rate_is_limited_or_etags_differ() {
        let default = Settings::default();
        for settings in [
            Settings { is_limited: true, ..default },
            Settings { etags_are_md5: false, ..default },
            Settings { service: crate::cos::Service::Cdcs, ..default },
        ] {
            assert_eq!(Test::with_left(settings, 1).send_slow_part(60.0), Step::Wait { until: None }, "{settings:?}");
        }
    }

    #[test]
    fn nothing_is_sent_twice_if_the_bucket_encrypts_with_kms() {
        let mut test = Test { hides_the_md5: true, ..Test::new(Settings::default()) }.answered_but(1);
        assert_eq!(test.send_slow_part(60.0), Step::Wait { until: None });
    }
}

//! Places in the window that no object needs: a throttled request is sent before its wait is over, or a slow part a second
//! time.

use std::time::Instant;

use super::objects::{Batch, Next, ObjectId, Turn};

impl Batch {
    /// The next action if no object has a request that is due; otherwise, all wait `until` then.
    pub(super) fn use_spare_place(&mut self, now: Instant, until: Option<Instant>) -> Next {
        match self.send_throttled(now) {
            Ok(next) => next,
            Err(early) => self.send_slow_part(now, until.into_iter().chain(early).min()),
        }
    }

    /// Sends the throttled request that is due first, if the window allows that.
    fn send_throttled(&mut self, now: Instant) -> Turn {
        let Some(from) = self.window.early(now) else { return Err(None) };
        let due = self.ready().filter_map(|(object, entry)| entry.upload.throttled_due(now).map(|due| (due, *object)));
        let Some((_, object)) = due.min() else { return Err(None) };
        if from > now {
            return Err(Some(from));
        }
        self.window.send_early();
        self.step_by(object, now, |upload| upload.send_throttled(now))
    }

    /// Sends a part a second time, because there is nothing else to send; or waits, `until` then at the latest.
    fn send_slow_part(&mut self, now: Instant, mut until: Option<Instant>) -> Next {
        let ready = self.ready().filter(|_| self.window.is_unrefused(now));
        for object in ready.map(|(object, _)| *object).collect::<Vec<ObjectId>>() {
            match self.step_by(object, now, |upload| upload.send_slow_part(now)) {
                Ok(next) => return next,
                Err(due) => until = until.into_iter().chain(due).min(),
            }
        }
        Next::Wait { until }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cos::checksum::Digest;
    use crate::cos::objects::put_object::Stored;
    use crate::upload::attempt_id::AttemptId;
    use crate::upload::batch::concurrency::Concurrency;
    use crate::upload::machine::{Settings, Upload};
    use crate::upload::plan::object_plan::{Plan, PlanOptions};
    use crate::upload::simulation::{epoch, service};
    use crate::upload::wire::call::{Call, Outcome, Reply};

    const SIZE: u64 = 10;
    const OBJECTS: u64 = 4;

    /// Small files whose requests were all refused at once, after the first.
    struct Refused {
        batch: Batch,
        now: Instant,
    }

    impl Refused {
        fn new() -> Self {
            let mut test = Self { batch: Batch::new(Concurrency::Fixed(16)), now: epoch() };
            test.add(0);
            let (first, attempt) = test.send().expect("it is the first");
            test.take(first, attempt);
            (1..=OBJECTS).for_each(|object| test.add(object));
            for (object, attempt) in std::iter::from_fn(|| test.send()).collect::<Vec<_>>() {
                test.refuse(object, attempt);
            }
            test
        }

        fn add(&mut self, object: u64) {
            let plan = Plan::new(SIZE, PlanOptions::default()).unwrap();
            self.batch.add(ObjectId(object), Upload::new(plan, Settings::default(), None, object));
        }

        /// The next request for a body that begins now.
        fn send(&mut self) -> Option<(ObjectId, AttemptId)> {
            loop {
                match self.batch.next(self.now) {
                    Next::Send(object, attempt, Call::CheckSource) => {
                        self.batch.record(self.now, object, attempt, Ok(Reply::SourceUnchanged).into());
                    }
                    Next::Send(object, attempt, _) => return Some((object, attempt)),
                    Next::Done(..) | Next::GiveUp(..) => {}
                    Next::Wait { .. } => return None,
                }
            }
        }

        fn take(&mut self, object: ObjectId, attempt: AttemptId) {
            let stored = Stored { etag: "\"e\"".into(), crc64: Some(0), version_id: None, request_id: None };
            let sent = Some(Digest { length: SIZE, crc64: 0, md5: None });
            let outcome = Outcome { sent, result: Ok(Reply::Stored(stored)), took: Duration::ZERO };
            self.batch.record(self.now, object, attempt, outcome);
        }

        fn refuse(&mut self, object: ObjectId, attempt: AttemptId) {
            self.batch.record(self.now, object, attempt, Err(service(503, "SlowDown")).into());
        }

        /// Refuses all requests again, until their waits are long.
        fn refused_for_long(mut self) -> Self {
            for _ in 0..1000 {
                self.now += Duration::from_millis(100);
                for (object, attempt) in std::iter::from_fn(|| self.send()).collect::<Vec<_>>() {
                    self.refuse(object, attempt);
                }
            }
            self
        }
    }

    #[test]
    fn a_file_that_would_wait_for_long_is_sent_once_the_server_takes_others() {
        let mut test = Refused::new().refused_for_long();
        test.now += Duration::from_secs(1);
        for left in (0..OBJECTS).rev() {
            let (object, attempt) = test.send().expect("one is sent");
            assert_eq!(test.send(), None, "and no other before that one was taken");
            test.take(object, attempt);
            assert_eq!(test.batch.uploads().count() as u64, left + 1);
        }
        assert_eq!(test.send(), None);
        assert_eq!(test.batch.uploads().count(), 0);
    }

    #[test]
    fn one_file_a_second_is_sent_early_to_a_server_that_refuses_all() {
        let mut test = Refused::new().refused_for_long();
        let (mut sent, begin) = (0, test.now);
        while test.now - begin < Duration::from_secs(60) {
            while let Some((object, attempt)) = test.send() {
                test.refuse(object, attempt);
                sent += 1;
            }
            test.now += Duration::from_millis(100);
        }
        assert!((50..=85).contains(&sent), "{sent}");
    }
}

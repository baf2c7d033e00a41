//! The requests of one upload that are in flight, those that are given up, and how many were sent.

use std::collections::BTreeMap;

use crate::upload::attempt_id::AttemptId;
use crate::upload::error::Operation;
use crate::upload::wire::call::{BodyMd5, Call};

#[derive(Debug, Default)]
pub(super) struct Requests {
    in_flight: BTreeMap<AttemptId, InFlight>,
    given_up: Vec<AttemptId>,
    next_id: u64,
    sent: u32,
}

/// A call that has no outcome yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct InFlight {
    pub(super) operation: Operation,
    pub(super) md5: BodyMd5,
    /// The number of answers before it was sent.
    pub(super) answers: u64,
}

impl Requests {
    pub(super) fn next_id(&mut self) -> AttemptId {
        let id = AttemptId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Adds a call. Those that only read the source are no requests, and are not counted.
    pub(super) fn start(&mut self, call: &Call, answers: u64) -> AttemptId {
        let operation = call.operation();
        if operation.is_request() {
            self.sent += 1;
        }
        let id = self.next_id();
        self.in_flight.insert(id, InFlight { operation, md5: call.body_md5(), answers });
        id
    }

    pub(super) fn finish(&mut self, id: AttemptId) -> Option<InFlight> {
        self.in_flight.remove(&id)
    }

    /// A request for the same that is in flight.
    pub(super) fn another(&self, operation: Operation) -> Option<AttemptId> {
        self.in_flight.iter().find(|(_, request)| request.operation == operation).map(|(id, _)| *id)
    }

    /// Takes no more notice of a request.
    pub(super) fn give_up(&mut self, id: AttemptId) {
        self.in_flight.remove(&id);
        self.given_up.push(id);
    }

    pub(super) fn take_given_up(&mut self) -> Option<AttemptId> {
        self.given_up.pop()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn are_finished(&self) -> bool {
        self.in_flight.is_empty()
    }

    pub(super) fn sent(&self) -> u32 {
        self.sent
    }
}

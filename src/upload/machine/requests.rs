//! The requests of one upload that are in flight, and how many were sent.

use std::collections::BTreeMap;

use crate::upload::error::Operation;
use crate::upload::wire::call::AttemptId;

#[derive(Debug, Default)]
pub(super) struct Requests {
    in_flight: BTreeMap<AttemptId, Operation>,
    next_id: u64,
    sent: u32,
}

impl Requests {
    pub(super) fn next_id(&mut self) -> AttemptId {
        let id = AttemptId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Adds a call. Those that only read the source are no requests, and are not counted.
    pub(super) fn start(&mut self, operation: Operation) -> AttemptId {
        if !matches!(operation, Operation::ComparePart(_) | Operation::CheckSource | Operation::ReadSource) {
            self.sent += 1;
        }
        let id = self.next_id();
        self.in_flight.insert(id, operation);
        id
    }

    pub(super) fn finish(&mut self, id: AttemptId) -> Option<Operation> {
        self.in_flight.remove(&id)
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

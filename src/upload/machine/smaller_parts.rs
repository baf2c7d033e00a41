//! Parts that are too large for a network that breaks every connection before one of them is sent: while the server holds
//! none, they are divided. The upload stays the same, because every part that it may hold after all is replaced.

use std::time::{Duration, Instant};

use crate::cos::multipart::SMALLEST_PART;
use crate::upload::event::{Event, Notice};
use crate::upload::machine::Upload;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::parts::PartBoard;

/// Parts that break within this time count once: their connections broke together.
const TOGETHER: Duration = Duration::from_secs(1);
/// How often connections break before the parts are divided.
const MOST_BREAKS: u32 = 3;
/// How much smaller the parts become.
const SMALLER: u64 = 4;

/// How often the connections of parts broke, while the server holds none.
#[derive(Debug, Default)]
pub(super) struct BrokenParts {
    last: Option<Instant>,
    breaks: u32,
}

impl BrokenParts {
    fn break_one(&mut self, now: Instant) {
        if self.last.is_none_or(|last| now.saturating_duration_since(last) >= TOGETHER) {
            self.breaks += 1;
        }
        self.last = Some(now);
    }
}

impl Upload {
    /// A connection broke before its part was answered.
    pub(super) fn part_broke(&mut self, now: Instant) {
        self.broken_parts.break_one(now);
    }

    /// The plan with smaller parts, if these are too large.
    pub(super) fn plan_of_smaller_parts(&self) -> Option<Plan> {
        let board = self.board.as_ref()?;
        let can_be_divided = board.is_untouched() && !board.is_delta() && self.stream.is_none();
        let is_of_use = self.broken_parts.breaks >= MOST_BREAKS && can_be_divided;
        let part_size = (self.plan.part_size() / SMALLER).next_multiple_of(SMALLEST_PART);
        let smaller = is_of_use && part_size < self.plan.part_size();
        self.plan.with_part_size(part_size).filter(|_| smaller)
    }

    /// Sends smaller parts from now on. No part may be in flight.
    pub(super) fn divide_parts(&mut self, plan: Plan) {
        let Plan::Multipart(parts) = plan else { return };
        let (from, to) = (self.plan.part_size(), parts.part_size());
        self.report(Event::Notice(Notice::SmallerParts { from, to }));
        self.broken_parts = BrokenParts::default();
        self.plan = plan;
        self.board = Some(PartBoard::new(parts));
    }
}

//! Parts that are too large for a network that breaks every connection before one of them is sent: those that the server
//! lacks are divided.
//!
//! Numbers must have no gaps, so every part from the first one that the server lacks gets another range. Parts that the server
//! holds behind that one are given up, and so it takes more breaks until they are. The upload stays the same, because each
//! part that the server holds under such a number is replaced.

use std::time::{Duration, Instant};

use super::{Step, Upload};
use crate::cos::multipart::PartNumber;
use crate::upload::event::{Event, Notice};
use crate::upload::plan::divisions::Division;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::rest::{Rest, Smaller};

/// Parts that break within this time count once: their connections broke together.
const TOGETHER: Duration = Duration::from_secs(1);
/// How often connections break, without an answer to any part, before parts are divided.
const MOST_BREAKS: u32 = 3;
/// The same if more bytes are given up than are missing.
const MOST_BREAKS_IF_DEAR: u32 = 8;
/// A part that takes longer than this is too large for a network that breaks, if it can be divided for free.
const LONG: Duration = Duration::from_secs(20);

/// How often the connections of parts broke since a part was answered.
#[derive(Debug, Default)]
pub(super) struct BrokenParts {
    /// When those that count as one began.
    began: Option<Instant>,
    breaks: u32,
    /// When a part broke that had been in flight for long.
    long: Option<Instant>,
    /// True if the last part that was answered had not been in flight for long.
    quick: bool,
    /// True once it was reported that parts cannot be divided.
    reported: bool,
}

impl BrokenParts {
    fn break_one(&mut self, now: Instant, since: Option<Instant>) {
        if self.began.is_none_or(|began| now.saturating_duration_since(began) >= TOGETHER) {
            self.breaks += 1;
            self.began = Some(now);
        }
        if !self.quick && is_long(now, since) {
            self.long = Some(now);
        }
    }

    /// Whether parts are too large, as far as is known without a look at the parts.
    fn are_suspicious(&self) -> bool {
        self.breaks >= MOST_BREAKS || self.long.is_some()
    }

    /// Whether a division of this rest is worth what is given up, however many parts are in flight.
    fn are_too_many_for(&self, rest: Rest) -> bool {
        self.breaks >= if rest.held > rest.missing { MOST_BREAKS_IF_DEAR } else { MOST_BREAKS }
    }
}

fn is_long(now: Instant, since: Option<Instant>) -> bool {
    since.is_some_and(|since| now.saturating_duration_since(since) >= LONG)
}

impl Upload {
    /// A connection broke before its part was answered.
    pub(super) fn part_broke(&mut self, now: Instant, number: PartNumber) {
        let since = self.board.as_ref().and_then(|board| board.in_flight_since(number));
        self.broken_parts.break_one(now, since);
    }

    /// A part was answered.
    pub(super) fn part_got_through(&mut self, now: Instant, number: PartNumber) {
        if let Some(board) = &mut self.board {
            board.took_until(number, now);
        }
        let since = self.board.as_ref().and_then(|board| board.in_flight_since(number));
        let BrokenParts { reported, .. } = self.broken_parts;
        self.broken_parts = BrokenParts { quick: !is_long(now, since), reported, ..BrokenParts::default() };
    }

    /// Divides the parts that the server lacks if they are too large. Returns what to do if parts in flight decide first.
    pub(super) fn divide_large_parts(&mut self, now: Instant) -> Option<Step> {
        let (division, rest) = self.wanted_division()?;
        let in_flight = !self.requests.are_finished();
        if !self.broken_parts.are_too_many_for(rest) {
            // Others that are in flight after the moment in which all break show that the network has not failed.
            let until = self.broken_parts.long.filter(|_| rest.held == 0)? + TOGETHER;
            if in_flight && now >= until {
                self.broken_parts.long = None;
                return None;
            }
            if in_flight {
                return Some(Step::Wait { until: Some(until) });
            }
        }
        if in_flight {
            return Some(Step::Wait { until: None });
        }
        self.divide(division, rest.held);
        None
    }

    /// The parts that would get through sooner, and what is divided for them.
    fn wanted_division(&mut self) -> Option<(Division, Rest)> {
        let Plan::Multipart(parts) = self.plan else { return None };
        if !self.broken_parts.are_suspicious() || !parts.sizes().is_chosen() || self.stream.is_some() {
            return None;
        }
        let rest = self.board.as_ref()?.rest()?;
        match parts.smaller_from(rest.first) {
            Smaller::Parts(division) => return Some((division, rest)),
            Smaller::NumbersUsedUp if self.broken_parts.are_too_many_for(rest) && !self.broken_parts.reported => {
                self.broken_parts.reported = true;
                let part_size = parts.range(rest.first).map_or(0, |range| range.length);
                self.report(Event::Notice(Notice::NumbersUsedUp { part_size }));
            }
            Smaller::NumbersUsedUp | Smaller::No => {}
        }
        None
    }

    fn divide(&mut self, division: Division, given_up: u64) {
        let Some(Plan::Multipart(parts)) = self.plan.divided(division) else { return };
        let Some(board) = &mut self.board else { return };
        let from = board.range(division.first).length;
        board.divide(parts, division.first);
        self.plan = Plan::Multipart(parts);
        self.journalled.retain(|number, _| *number < division.first);
        self.broken_parts = BrokenParts::default();
        self.report(Event::Notice(Notice::SmallerParts { from, division, given_up }));
    }
}

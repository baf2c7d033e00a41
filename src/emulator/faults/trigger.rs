//! When a fault strikes: at which requests, and how often.

use std::num::NonZeroU64;

use super::arguments::Arguments;
use crate::emulator::request::operation::Operation;
use crate::language::{Message, Phrase, message, phrase};

/// The arguments that every fault accepts.
pub(super) const ARGUMENTS: [(&str, Phrase); 5] = [
    ("on", phrase!("operations, separated by +, or any")),
    ("part", phrase!("only this part number")),
    ("times", phrase!("how many times, 0 for always (default 1)")),
    ("every", phrase!("only every Nth matching request")),
    ("skip", phrase!("skip the first M matching requests")),
];

/// The requests at which a fault strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trigger {
    on: Vec<Operation>,
    part: Option<u32>,
    /// 0 for always.
    times: u64,
    every: NonZeroU64,
    skip: u64,
}

/// How many requests matched, and how many times the fault struck.
#[derive(Debug, Default)]
pub(super) struct Count {
    matched: u64,
    struck: u64,
}

impl Trigger {
    pub(super) fn read(arguments: &mut Arguments, on: &[Operation], times: u64) -> Result<Self, Message> {
        Ok(Self {
            on: arguments.text("on").map_or(Ok(on.to_vec()), |text| operations(&text))?,
            part: arguments.number("part")?,
            times: arguments.number("times")?.unwrap_or(times),
            every: arguments.number("every")?.unwrap_or(NonZeroU64::MIN),
            skip: arguments.number("skip")?.unwrap_or(0),
        })
    }

    pub(super) fn fits(&self, operation: Operation, part: Option<u32>) -> bool {
        self.on.contains(&operation) && self.part.is_none_or(|wanted| part == Some(wanted))
    }

    /// Counts a matching request and returns whether the fault strikes. It never does if `may` is false.
    pub(super) fn strikes(&self, count: &mut Count, may: bool) -> bool {
        count.matched += 1;
        let due = count.matched > self.skip && (count.matched - self.skip).is_multiple_of(self.every.get());
        let strikes = may && due && (self.times == 0 || count.struck < self.times);
        count.struck += u64::from(strikes);
        strikes
    }
}

fn operations(text: &str) -> Result<Vec<Operation>, Message> {
    if text == "any" {
        return Ok(Operation::ALL.to_vec());
    }
    let operation = |name: &str| name.parse().map_err(|()| message!("has on={name}, which is not an operation", name));
    text.split('+').map(operation).collect()
}

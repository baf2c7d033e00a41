//! When a fault strikes: at which requests, and at how many of them.

use std::num::NonZeroU64;

use super::Arguments;
use super::catalogue::Known;
use crate::emulator::request::operation::Operation;

/// The arguments that every fault takes.
pub(super) const ARGUMENTS: [(&str, &str); 5] = [
    ("on", "the operation, several joined by +, or any"),
    ("part", "only this part number"),
    ("times", "how often, 0 for always (default 1)"),
    ("every", "only every Nth of these requests"),
    ("skip", "leave the first M of these requests alone"),
];

/// At which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trigger {
    on: Vec<Operation>,
    part: Option<u32>,
    /// 0 for always.
    times: u64,
    every: NonZeroU64,
    skip: u64,
}

/// How often a fault was met and did strike.
#[derive(Debug, Default)]
pub(super) struct Count {
    met: u64,
    struck: u64,
}

impl Trigger {
    pub(super) fn read(arguments: &mut Arguments, known: &Known) -> Result<Self, String> {
        Ok(Self {
            on: arguments.text("on").map_or(Ok(known.on.to_vec()), |text| operations(&text))?,
            part: arguments.number("part")?,
            times: arguments.number("times")?.unwrap_or(known.times),
            every: arguments.number("every")?.unwrap_or(NonZeroU64::MIN),
            skip: arguments.number("skip")?.unwrap_or(0),
        })
    }

    pub(super) fn fits(&self, operation: Operation, part: Option<u32>) -> bool {
        self.on.contains(&operation) && self.part.is_none_or(|wanted| part == Some(wanted))
    }

    /// Counts a request that fits, and says whether the fault strikes it, which it does only where it `may`.
    pub(super) fn strikes(&self, count: &mut Count, may: bool) -> bool {
        count.met += 1;
        let due = count.met > self.skip && (count.met - self.skip).is_multiple_of(self.every.get());
        let strikes = may && due && (self.times == 0 || count.struck < self.times);
        count.struck += u64::from(strikes);
        strikes
    }
}

fn operations(text: &str) -> Result<Vec<Operation>, String> {
    if text == "any" {
        return Ok(Operation::ALL.to_vec());
    }
    text.split('+').map(|name| name.parse().map_err(|()| format!("has on={name}, which is no operation"))).collect()
}

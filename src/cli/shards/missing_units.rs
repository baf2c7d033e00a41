//! How many units each shard lacks.

use std::collections::BTreeMap;
use std::fmt;

use crate::cli::values::units;
use crate::language::{Message, message, phrase};

/// How many shards a message names.
const MOST_NAMED: usize = 20;

/// The numbers of units that are missing, by the numbers of their shards.
pub(crate) struct MissingUnits {
    units: BTreeMap<u32, u64>,
    shards: u32,
}

impl MissingUnits {
    /// An empty list, for a plan with this number of shards.
    pub(crate) fn of(shards: u32) -> Self {
        Self { units: BTreeMap::new(), shards }
    }

    /// Adds some units of a shard.
    pub(crate) fn add(&mut self, shard: u32, units: u64) {
        if units > 0 {
            *self.units.entry(shard).or_default() += units;
        }
    }

    /// True if nothing is missing.
    pub(crate) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Each shard that lacks some, as `3/16`, and how many.
    pub(crate) fn each(&self) -> impl Iterator<Item = (String, u64)> + use<'_> {
        self.units.iter().map(|(shard, units)| (format!("{shard}/{}", self.shards), *units))
    }

    /// `12 units are missing: shards 3/16 (10), 7/16 (2)`.
    pub(crate) fn in_words(&self) -> Message {
        let all: u64 = self.units.values().sum();
        let name = |(shard, units): (&u32, &u64)| {
            message!("{shard}/{shards} ({units})", shard, shards = self.shards, units = units::count(*units))
        };
        let mut names: Vec<Message> = self.units.iter().take(MOST_NAMED).map(name).collect();
        if self.units.len() > MOST_NAMED {
            names.push(message!("and {number} more", number = self.units.len() - MOST_NAMED));
        }
        let (units, shards) = (units::counted(all, phrase!("unit")), Message::of(&Listed(&names)));
        match (all, self.units.len()) {
            (1, _) => message!("{units} is missing: shard {shards}", units, shards),
            (_, 1) => message!("{units} are missing: shard {shards}", units, shards),
            _ => message!("{units} are missing: shards {shards}", units, shards),
        }
    }
}

/// Messages with commas between them.
struct Listed<'a>(&'a [Message]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(Message::text).collect::<Vec<_>>().join(phrase!(", ").text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_named_with_what_they_lack_up_to_a_limit() {
        let said = |units: &[(u32, u64)]| {
            let mut missing = MissingUnits::of(64);
            units.iter().for_each(|(shard, units)| missing.add(*shard, *units));
            missing.in_words().english().to_owned()
        };
        assert_eq!(said(&[(3, 1), (4, 0)]), "1 unit is missing: shard 3/64 (1)");
        assert_eq!(said(&[(3, 1), (3, 1000)]), "1,001 units are missing: shard 3/64 (1,001)");
        assert_eq!(said(&[(7, 2), (3, 10)]), "12 units are missing: shards 3/64 (10), 7/64 (2)");
        let many: Vec<(u32, u64)> = (1..=22).map(|shard| (shard, 1)).collect();
        assert!(said(&many).ends_with(", 20/64 (1), and 2 more"), "{}", said(&many));
    }
}

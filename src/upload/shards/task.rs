//! What a shard has to do about one file, by the receipts that its machine sees.

use std::ops::RangeInclusive;

use super::files::{Placed, PlannedFile};
use super::proof::evidence::{Evidence, Trouble};
use super::unit::{Scale, Shard, Unit};
use crate::language::Message;
use crate::upload::plan::part_record::PartRecord;

/// What to do about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Nothing: it has a receipt, or `complete` sends it.
    Nothing,
    /// Nothing, because a machine saw another file than the plan.
    Refuse {
        /// The machine.
        host: String,
        /// How the file differs.
        what: Message,
    },
    /// Send it as a whole.
    SendWhole,
    /// Send these parts, except those that the server has as the receipts say.
    SendParts {
        /// The parts of the shard.
        ours: RangeInclusive<u16>,
        /// Those that have receipts.
        known: Vec<PartRecord>,
    },
}

/// The units of a file that a shard has.
pub fn ours(placed: &Placed, scale: Scale, shard: Shard) -> Vec<Unit> {
    placed.units().filter(|unit| scale.has(shard, unit)).collect()
}

/// What to do about a file of which the shard has these units.
pub fn task(file: &PlannedFile, evidence: &Evidence, ours: &[Unit], publish_together: bool) -> Task {
    let (Some(first), Some(last)) = (ours.first(), ours.last()) else { return Task::Nothing };
    let is_small = file.upload_id.is_none();
    // An empty file has no parts, so with --publish-together `complete` sends it.
    if is_small && (publish_together || evidence.record(None).is_some()) {
        return Task::Nothing;
    }
    if let Some(Trouble::Changed { host, what }) = evidence.change() {
        return Task::Refuse { host: host.clone(), what: what.clone() };
    }
    match (first.part, last.part) {
        (Some(first), Some(last)) => Task::SendParts {
            ours: first.value()..=last.value(),
            known: ours.iter().filter_map(|unit| evidence.record(unit.part)).collect(),
        },
        _ => Task::SendWhole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::shards::files::tests::{large, small};
    use crate::upload::shards::receipts::receipt::Receipt;
    use crate::upload::shards::receipts::receipt::tests::receipt;

    fn of(file: &PlannedFile, receipts: &[Receipt], publish_together: bool) -> Task {
        let placed = Placed { file: file.clone(), start: 0 };
        let mut evidence = Evidence::default();
        receipts.iter().for_each(|receipt| evidence.add(file, receipt));
        let shard = Shard::new(1, 1).unwrap();
        task(file, &evidence, &ours(&placed, Scale::new(file.units(), file.size), shard), publish_together)
    }

    #[test]
    fn what_has_a_receipt_or_is_sent_at_the_end_is_left_out() {
        let (file, sent) = (small("k", 250), Receipt { size: 250, ..receipt(0, None, 5, "a") });
        assert_eq!(of(&file, &[], false), Task::SendWhole);
        assert_eq!(of(&file, &[sent], false), Task::Nothing);
        assert_eq!(of(&small("k", 0), &[], true), Task::Nothing);
        let file = large("k", 250, 100);
        let Task::SendParts { ours, known } = of(&file, &[receipt(0, Some(2), 5, "a")], true) else { panic!("parts") };
        assert_eq!((ours, known.len(), known[0].crc64), (1..=3, 1, 5));
    }

    #[test]
    fn a_file_that_another_machine_saw_differently_is_refused() {
        let mut other = receipt(0, Some(2), 5, "a");
        other.seen.size = 251;
        assert!(matches!(of(&large("k", 250, 100), &[other], false), Task::Refuse { host, .. } if host == "a"));
    }
}

//! The receipts of all machines, and what they prove together with the server's list of parts.
//!
//! A receipt alone proves nothing: the server's list must name the same ETag and size. The server's list alone proves nothing
//! either: it has no CRC-64. A part counts if both agree, and the object counts once the server's CRC-64 of it is that of the
//! parts combined.

use std::collections::BTreeMap;

use crate::cos::Etag;
use crate::cos::checksum::Combiner;
use crate::cos::multipart::PartNumber;
use crate::language::{Message, message};
use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::receipts::receipt::{Receipt, Seen};
use crate::upload::shards::unit::Unit;

/// How far apart two machines' times of one modification may be: some file systems round to microseconds.
const ROUNDING_NANOSECONDS: u128 = 2_000;

/// What is known of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    size: u64,
    etag: Etag,
    crc64: u64,
    host: u32,
}

/// The receipts of one file.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    units: BTreeMap<Option<PartNumber>, Vec<Known>>,
    hosts: Vec<String>,
    changed: Option<Trouble>,
}

/// Why a file is not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server does not have this part, or the whole small file.
    Missing(Option<PartNumber>),
    /// The server has it, but no receipt says what it is.
    NoReceipt(Option<PartNumber>),
    /// Two machines read different bytes.
    Different {
        /// The part.
        part: Option<PartNumber>,
        /// The machines.
        hosts: [String; 2],
    },
    /// A machine saw another file than the plan.
    Changed {
        /// The machine.
        host: String,
        /// How it differs.
        what: Message,
    },
}

/// A part as the server lists it, or a small file's object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The part, or `None` for a small file.
    pub part: Option<PartNumber>,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag.
    pub etag: Etag,
}

impl Evidence {
    /// Adds a receipt of this file. The same receipt counts once.
    pub fn add(&mut self, file: &PlannedFile, receipt: &Receipt) {
        if let Some(what) = difference(file, &receipt.seen) {
            self.changed.get_or_insert(Trouble::Changed { host: receipt.host.clone(), what });
        }
        let host = self.host(&receipt.host);
        let known = self.units.entry(receipt.part).or_default();
        let same =
            |other: &Known| (other.size, &other.etag, other.crc64) == (receipt.size, &receipt.etag, receipt.crc64);
        if !known.iter().any(same) {
            known.push(Known { size: receipt.size, etag: receipt.etag.clone(), crc64: receipt.crc64, host });
        }
    }

    /// True if a receipt says that the server took this unit, with this ETag.
    pub fn agrees(&self, listed: &Listed) -> bool {
        self.matching(listed).is_some()
    }

    /// The receipt of a unit, if machines agree on its bytes. If several say that it has different ETags, the last one.
    pub fn record(&self, part: Option<PartNumber>) -> Option<PartRecord> {
        let known = self.units.get(&part)?.last().filter(|_| self.different(part).is_none())?;
        let number = part.unwrap_or(PartNumber::FIRST);
        Some(PartRecord { number, size: known.size, etag: known.etag.clone(), crc64: known.crc64 })
    }

    /// Adds an empty file, whose content is known without a receipt.
    pub fn add_empty(&mut self) {
        let host = self.host("");
        self.units.insert(None, vec![Known { size: 0, etag: "".into(), crc64: Combiner::new().crc64(), host }]);
    }

    /// What the receipts alone leave open or contradict, before the server has listed its parts.
    pub fn lacks(&self, file: &PlannedFile) -> Vec<Trouble> {
        let unit = |unit: Unit| {
            if let Some(hosts) = self.different(unit.part) {
                return Some(Trouble::Different { part: unit.part, hosts });
            }
            let known = self.units.get(&unit.part);
            let fits = known.is_some_and(|known| known.iter().any(|known| known.size == unit.range.length));
            (!fits).then_some(Trouble::NoReceipt(unit.part))
        };
        self.changed.iter().cloned().chain(file.each_unit(0).filter_map(unit)).collect()
    }

    /// The first machine that saw another file than the plan.
    pub fn change(&self) -> Option<&Trouble> {
        self.changed.as_ref()
    }

    /// The proved parts of a file in their order, or all that keeps it from being proved.
    pub fn prove(&self, file: &PlannedFile, listed: &[Listed]) -> Result<Vec<PartRecord>, Vec<Trouble>> {
        let mut troubles: Vec<Trouble> = self.changed.iter().cloned().collect();
        let mut proved = Vec::new();
        let by_part: BTreeMap<_, _> = listed.iter().map(|listed| (listed.part, listed)).collect();
        for unit in file.each_unit(0) {
            let found = by_part.get(&unit.part).copied().filter(|listed| listed.size == unit.range.length);
            match self.unit(unit.part, found) {
                Ok(known) => proved.push(PartRecord {
                    number: unit.part.unwrap_or(PartNumber::FIRST),
                    size: unit.range.length,
                    etag: known.etag.clone(),
                    crc64: known.crc64,
                }),
                Err(trouble) => troubles.push(trouble),
            }
        }
        if troubles.is_empty() { Ok(proved) } else { Err(troubles) }
    }

    /// The CRC-64 of the whole file by the receipts alone. `None` if one is missing, or if machines read different bytes.
    pub fn crc64(&self, file: &PlannedFile) -> Option<u64> {
        let mut combiner = Combiner::new();
        for unit in file.each_unit(0) {
            let known = self.units.get(&unit.part)?.iter().find(|known| known.size == unit.range.length)?;
            if self.changed.is_some() || self.different(unit.part).is_some() {
                return None;
            }
            combiner.append(known.crc64, known.size);
        }
        Some(combiner.crc64())
    }

    fn unit(&self, part: Option<PartNumber>, listed: Option<&Listed>) -> Result<&Known, Trouble> {
        if let Some(hosts) = self.different(part) {
            return Err(Trouble::Different { part, hosts });
        }
        let listed = listed.ok_or(Trouble::Missing(part))?;
        self.matching(listed).ok_or(Trouble::NoReceipt(part))
    }

    fn matching(&self, listed: &Listed) -> Option<&Known> {
        let known = self.units.get(&listed.part)?;
        known.iter().find(|known| (known.size, &known.etag) == (listed.size, &listed.etag))
    }

    /// Two machines that sent different bytes for this unit.
    fn different(&self, part: Option<PartNumber>) -> Option<[String; 2]> {
        let known = self.units.get(&part)?;
        let (first, rest) = known.split_first()?;
        let other = rest.iter().find(|other| other.crc64 != first.crc64)?;
        let name = |known: &Known| self.hosts[known.host as usize].clone();
        Some([name(first), name(other)])
    }

    fn host(&mut self, name: &str) -> u32 {
        let index = self.hosts.iter().position(|host| host == name).unwrap_or_else(|| {
            self.hosts.push(name.to_owned());
            self.hosts.len() - 1
        });
        u32::try_from(index).expect("a file has fewer receipts than that")
    }
}

/// How the file that a machine saw differs from the plan's; `None` if it does not.
pub fn difference(file: &PlannedFile, seen: &Seen) -> Option<Message> {
    if file.size != seen.size {
        return Some(message!(
            "its size is {seen} and was {planned} bytes in the plan",
            seen = seen.size,
            planned = file.size
        ));
    }
    (!same_time(&file.mtime_ns, &seen.mtime_ns)).then(|| {
        let (seen, planned) = (&seen.mtime_ns, &file.mtime_ns);
        message!("its modification time is {seen} and was {planned} in the plan", seen, planned)
    })
}

/// True if two machines may mean the same moment: within 2 µs, or in the same second if one has no fraction.
fn same_time(one: &str, other: &str) -> bool {
    // Usually they are, and a plan has very many receipts.
    if one == other {
        return true;
    }
    match (nanoseconds(one), nanoseconds(other)) {
        (Some((seconds, 0)), Some((others, _))) | (Some((seconds, _)), Some((others, 0))) => seconds == others,
        (Some(one), Some(other)) => {
            let flat = |(seconds, fraction): (i64, u32)| i128::from(seconds) * 1_000_000_000 + i128::from(fraction);
            flat(one).abs_diff(flat(other)) <= ROUNDING_NANOSECONDS
        }
        _ => false,
    }
}

/// Seconds since 1970, and nanoseconds.
fn nanoseconds(text: &str) -> Option<(i64, u32)> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = format!("{fraction:0<9}");
    Some((seconds.parse().ok()?, digits.get(..9)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::shards::files::tests::{large, small};
    use crate::upload::shards::receipts::receipt::tests::receipt;

    fn listed(part: u16, crc64: u64, size: u64) -> Listed {
        Listed { part: PartNumber::new(part), size, etag: format!("\"{crc64:032x}\"").into() }
    }

    fn sized(receipt: Receipt, size: u64) -> Receipt {
        Receipt { size, ..receipt }
    }

    /// A file of three parts, its receipts, and what the server lists.
    fn scene() -> (PlannedFile, Vec<Receipt>, Vec<Listed>) {
        let receipts =
            vec![receipt(0, Some(1), 1, "a"), receipt(0, Some(2), 2, "b"), sized(receipt(0, Some(3), 3, "a"), 50)];
        (large("k", 250, 100), receipts, vec![listed(1, 1, 100), listed(2, 2, 100), listed(3, 3, 50)])
    }

    fn prove(file: &PlannedFile, receipts: &[Receipt], list: &[Listed]) -> Result<Vec<u64>, Vec<Trouble>> {
        let mut evidence = Evidence::default();
        receipts.iter().for_each(|receipt| evidence.add(file, receipt));
        evidence.prove(file, list).map(|parts| parts.iter().map(|part| part.crc64).collect())
    }

    fn number(part: u16) -> Option<PartNumber> {
        PartNumber::new(part)
    }

    #[test]
    fn parts_that_receipts_and_the_server_agree_on_are_proved() {
        let (file, receipts, list) = scene();
        assert_eq!(prove(&file, &receipts, &list), Ok(vec![1, 2, 3]));
        let twice = [receipts.clone(), receipts].concat();
        assert_eq!(prove(&file, &twice, &list), Ok(vec![1, 2, 3]));
    }

    #[test]
    fn a_part_without_a_receipt_or_without_the_server_is_named() {
        let (file, receipts, list) = scene();
        assert_eq!(prove(&file, &receipts[1..], &list), Err(vec![Trouble::NoReceipt(number(1))]));
        assert_eq!(prove(&file, &receipts, &list[..2]), Err(vec![Trouble::Missing(number(3))]));
        let short = [list[0].clone(), list[1].clone(), listed(3, 3, 49)];
        assert_eq!(prove(&file, &receipts, &short), Err(vec![Trouble::Missing(number(3))]));
    }

    #[test]
    fn a_part_that_was_overwritten_without_a_receipt_is_not_proved_by_the_old_one() {
        let (file, receipts, mut list) = scene();
        list[0] = listed(1, 9, 100);
        assert_eq!(prove(&file, &receipts, &list), Err(vec![Trouble::NoReceipt(number(1))]));
    }

    #[test]
    fn machines_that_read_different_bytes_are_both_named() {
        let (file, mut receipts, list) = scene();
        receipts.push(receipt(0, Some(2), 7, "c"));
        let hosts = ["b".to_owned(), "c".to_owned()];
        assert_eq!(prove(&file, &receipts, &list), Err(vec![Trouble::Different { part: number(2), hosts }]));
    }

    #[test]
    fn two_copies_of_a_shard_that_sent_the_same_bytes_under_other_etags_do_no_harm() {
        // With SSE-KMS an ETag is no MD5, so each sending has its own.
        let (file, mut receipts, list) = scene();
        receipts.push(Receipt { etag: "\"other\"".into(), ..receipt(0, Some(2), 2, "c") });
        assert_eq!(prove(&file, &receipts, &list), Ok(vec![1, 2, 3]));
    }

    #[test]
    fn a_machine_that_saw_another_file_is_named() {
        let (file, mut receipts, list) = scene();
        receipts[1].seen.size = 251;
        let Err(troubles) = prove(&file, &receipts, &list) else { panic!("it is not proved") };
        assert!(matches!(&troubles[..], [Trouble::Changed { host, .. }] if host == "b"), "{troubles:?}");
    }

    #[test]
    fn a_small_file_is_proved_by_its_receipt_as_a_whole() {
        let file = small("k", 250);
        let list = [Listed { part: None, size: 250, etag: format!("\"{:032x}\"", 5).into() }];
        let receipts = [sized(receipt(0, None, 5, "a"), 250)];
        assert_eq!(prove(&file, &receipts, &list), Ok(vec![5]));
        assert_eq!(prove(&file, &[], &list), Err(vec![Trouble::NoReceipt(None)]));
        assert_eq!(prove(&file, &receipts, &[]), Err(vec![Trouble::Missing(None)]));
    }

    #[test]
    fn times_of_one_moment_may_be_rounded_and_no_more() {
        let rows = [
            ("1700000000.000000001", "1700000000.000000001", true),
            ("1700000000.123456789", "1700000000.123456000", true),
            ("1700000000.123456789", "1700000000.123459000", false),
            ("1700000000.999999999", "1700000001.000000500", true),
            ("1700000000.123456789", "1700000000", true),
            ("1700000000.123456789", "1700000000.000000000", true),
            ("1700000000.123456789", "1700000001.000000000", false),
            ("-5.500000000", "-5.500000000", true),
            ("garbage", "1700000000", false),
        ];
        for (one, other, same) in rows {
            assert_eq!((same_time(one, other), same_time(other, one)), (same, same), "{one} {other}");
        }
    }
}

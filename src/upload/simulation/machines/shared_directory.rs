//! The directory that all machines of a plan share: it is full or read-only for a while, slow, cannot be read for a while, and
//! shows what another machine wrote up to a minute later, some of it twice, torn, or changed.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::{Duration, Instant, SystemTime};

use crate::cos::multipart::PartNumber;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::kept_lines::KeptLines;
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::receipts::blocks::ReceiptBlocks;
use crate::upload::shards::receipts::receipt::{Receipt, Seen};
use crate::upload::shards::unit::Shard;

/// How late a machine may see what another one wrote.
pub(super) const LATEST: Duration = Duration::from_secs(60);

const PLAN: &str = "11111111-2222-4333-8444-555555555555";

/// A unit of the plan: the number of its file, and its part.
pub(super) type UnitName = (u64, Option<PartNumber>);

/// The files of receipts, one for each attempt.
#[derive(Default)]
pub(super) struct SharedDirectory {
    files: Vec<AttemptFile>,
    /// Units whose receipts are written as a whole: when, and in whose directory.
    durable: BTreeMap<UnitName, Vec<(Instant, Option<u32>)>>,
}

/// The receipts of one attempt.
struct AttemptFile {
    shard: Shard,
    /// The machine whose own directory it is in, if it is not in the one that all share.
    owner: Option<u32>,
    /// When each text was written, and the text.
    written: Vec<(Instant, String)>,
}

/// Who looks at the receipts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Viewer {
    /// An attempt at a shard, on a machine.
    Shard(Shard, u32),
    /// `complete`, once the directories of all machines were collected.
    Complete,
}

impl Viewer {
    fn reads(self, file: &AttemptFile) -> bool {
        match self {
            Self::Shard(shard, machine) => shard.meets(file.shard) && file.owner.is_none_or(|owner| owner == machine),
            Self::Complete => true,
        }
    }
}

/// What a machine sees of the directory.
pub(super) struct View {
    /// The receipts of each file of the plan.
    pub(super) evidence: Vec<Evidence>,
    /// True if a receipt is not the one that was written.
    pub(super) lies: bool,
}

impl SharedDirectory {
    /// Begins the receipts of an attempt, and returns their number.
    pub(super) fn begin(&mut self, shard: Shard, owner: Option<u32>) -> usize {
        self.files.push(AttemptFile { shard, owner, written: Vec::new() });
        self.files.len() - 1
    }

    /// Adds lines to the receipts of an attempt, which are about these units. Torn, they lose their end.
    pub(super) fn append(
        &mut self,
        (attempt, now): (usize, Instant),
        mut text: String,
        units: &[UnitName],
        tears_at: Option<usize>,
    ) {
        text.truncate(tears_at.unwrap_or(text.len()));
        let owner = self.files[attempt].owner;
        let whole_lines = text.bytes().filter(|byte| *byte == b'\n').count();
        for unit in units.iter().take(whole_lines) {
            self.durable.entry(*unit).or_default().push((now, owner));
        }
        self.files[attempt].written.push((now, text));
    }

    /// Writes the receipts of one attempt. Returns the time at which the last one is durable, or nothing if one cannot be
    /// written, or if the process dies meanwhile.
    pub(super) fn write(
        &mut self,
        (shard, file): (Shard, &PlannedFile),
        records: &[PartRecord],
        mut now: Instant,
        (full, dies): (u32, bool),
        random: &mut fastrand::Rng,
    ) -> Option<Instant> {
        let mut kept = KeptLines::default();
        let attempt = self.begin(shard, None);
        // Each machine has its own wrong time.
        let clock = clock(random);
        for record in records {
            now += Duration::from_millis(random.u64(0..20_000));
            let line = receipt(file, Some(record.number), record, clock).line();
            let Some(text) = kept.text(vec![Box::new(move || Some(line))]) else { continue };
            let fails = random.u32(0..100) < full;
            let is_torn = fails || (dies && random.u32(0..4) == 0);
            let tears_at = is_torn.then(|| random.usize(0..text.len()));
            self.append((attempt, now), text, &[(file.n, Some(record.number))], tears_at);
            kept.note(if is_torn { Err("no space".into()) } else { Ok(()) });
        }
        kept.failure().is_none().then_some(now)
    }

    /// True if a receipt of this unit is written as a whole.
    pub(super) fn has(&self, unit: UnitName) -> bool {
        self.durable.contains_key(&unit)
    }

    /// True if each attempt on this machine sees a receipt of this unit, unless it cannot read it.
    pub(super) fn shows(&self, unit: UnitName, machine: u32, now: Instant) -> bool {
        let mut written = self.durable.get(&unit).into_iter().flatten();
        written.any(|(at, owner)| *at + LATEST <= now && owner.is_none_or(|owner| owner == machine))
    }

    /// What was written as a whole is seen by each machine, once it is old enough.
    pub(super) fn assert_durable_is_shown(&self, files: &[PlannedFile], now: Instant) {
        let later = now + 1000 * LATEST;
        let view = self.view(files, later, (Viewer::Complete, 0), &mut fastrand::Rng::with_seed(1));
        for (n, part) in self.durable.keys() {
            let index = usize::try_from(*n).expect("they are few");
            assert!(view.evidence[index].record(*part).is_some(), "the receipt of part {part:?} of file {n} is lost");
        }
    }

    /// The receipts as one machine sees them, with so many faults in percent.
    pub(super) fn view(
        &self,
        plan: &[PlannedFile],
        now: Instant,
        (viewer, faults): (Viewer, u32),
        random: &mut fastrand::Rng,
    ) -> View {
        let mut view = View { evidence: vec![Evidence::default(); plan.len()], lies: false };
        for file in self.files.iter().filter(|file| viewer.reads(file)) {
            let strikes = |random: &mut fastrand::Rng, share: u32| random.u32(0..100 * share) < faults;
            if strikes(random, 2) {
                continue;
            }
            // Between the search and the reading, the file grows.
            let [first, second] = {
                let late = random.u64(0..=LATEST.as_secs());
                [late, random.u64(0..=late)].map(|late| shown(&file.written, now - Duration::from_secs(late)))
            };
            let mut bytes = second.into_bytes();
            if strikes(random, 2) && !bytes.is_empty() {
                // The length of a file may be visible before its last bytes.
                let from = random.usize(0..bytes.len());
                bytes[from..].fill(0);
            }
            if strikes(random, 5)
                && let Some(at) = find(&bytes, b"\"crc64ecma\":\"")
            {
                bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
                view.lies = true;
            }
            let times = if strikes(random, 2) { 2 } else { 1 };
            for _ in 0..times {
                let size = random.u64(1..2000);
                let blocks = ReceiptBlocks::find(first.as_bytes(), PLAN, size, |_| {}).expect("it can be read");
                let cut = random.u64(0..=plan.len() as u64);
                for numbers in [0..=cut, cut + 1..=u64::MAX] {
                    let take = |receipt: Receipt| {
                        let index = usize::try_from(receipt.n).expect("they are few");
                        view.evidence[index].add(&plan[index], &receipt);
                    };
                    blocks.of_files(&mut Cursor::new(&bytes), &numbers, take, |_| {}).expect("it can be read");
                }
            }
        }
        view
    }
}

/// What was written before a moment.
fn shown(texts: &[(Instant, String)], before: Instant) -> String {
    texts.iter().take_while(|(written, _)| *written <= before).map(|(_, text)| text.as_str()).collect()
}

/// Where the text behind `field` begins.
fn find(bytes: &[u8], field: &[u8]) -> Option<usize> {
    let at = bytes.windows(field.len()).position(|window| window == field)? + field.len();
    bytes.get(at).is_some_and(u8::is_ascii_digit).then_some(at)
}

/// The time of a machine.
pub(super) fn clock(random: &mut fastrand::Rng) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + random.u64(0..200_000))
}

/// The receipt of a unit.
pub(super) fn receipt(file: &PlannedFile, part: Option<PartNumber>, record: &PartRecord, clock: SystemTime) -> Receipt {
    Receipt {
        plan: PLAN.into(),
        n: file.n,
        part,
        size: record.size,
        etag: record.etag.clone(),
        crc64: record.crc64,
        seen: Seen { size: file.size, mtime_ns: file.mtime_ns.clone() },
        host: "host".into(),
        shard: String::new(),
        time: humantime::format_rfc3339_seconds(clock).to_string(),
    }
}

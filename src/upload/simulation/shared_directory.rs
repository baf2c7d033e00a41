//! The directory that all machines of a plan share: it is full for a while, slow, cannot be read for a while, and shows what
//! another machine wrote up to a minute later, some of it twice, torn, or changed.

use std::io::Cursor;
use std::time::{Duration, Instant, SystemTime};

use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::kept_lines::KeptLines;
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::receipt::{Receipt, Seen};
use crate::upload::shards::receipt_blocks::ReceiptBlocks;

/// How late a machine may see what another one wrote.
pub(super) const LATEST: Duration = Duration::from_secs(60);

const PLAN: &str = "11111111-2222-4333-8444-555555555555";

/// The files of receipts, one for each attempt: when each text was written, and the text.
#[derive(Default)]
pub(super) struct SharedDirectory {
    files: Vec<Vec<(Instant, String)>>,
    /// Parts whose receipts are written, and were not torn.
    pub(super) durable: Vec<PartRecord>,
}

/// What a machine sees of the directory.
pub(super) struct View {
    pub(super) evidence: Evidence,
    /// True if a receipt is not the one that was written.
    pub(super) lies: bool,
}

impl SharedDirectory {
    /// Writes the receipts of one attempt. Returns the time at which the last one is durable, or nothing if one cannot be
    /// written, or if the process dies meanwhile.
    pub(super) fn write(
        &mut self,
        file: &PlannedFile,
        records: &[PartRecord],
        mut now: Instant,
        (full, dies): (u32, bool),
        random: &mut fastrand::Rng,
    ) -> Option<Instant> {
        let (mut kept, mut texts) = (KeptLines::default(), Vec::new());
        // Each machine has its own wrong time.
        let clock = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + random.u64(0..200_000));
        for record in records {
            now += Duration::from_millis(random.u64(0..20_000));
            let line = receipt(file, record, clock).line();
            let Some(text) = kept.text(vec![Box::new(move || Some(line))]) else { continue };
            let fails = random.u32(0..100) < full;
            let is_torn = fails || (dies && random.u32(0..4) == 0);
            let end = if is_torn { random.usize(0..text.len()) } else { text.len() };
            texts.push((now, text[..end].to_owned()));
            if !is_torn {
                self.durable.push(record.clone());
            }
            kept.note(if is_torn { Err("no space".into()) } else { Ok(()) });
        }
        self.files.push(texts);
        kept.failure().is_none().then_some(now)
    }

    /// What was written as a whole is seen by each machine, once it is old enough.
    pub(super) fn assert_durable_is_shown(&self, file: &PlannedFile, now: Instant) {
        let later = now + 1000 * LATEST;
        let view = self.view(file, later, 0, &mut fastrand::Rng::with_seed(1));
        for record in &self.durable {
            assert!(
                view.evidence.record(Some(record.number)).is_some(),
                "the receipt of part {} is lost",
                record.number
            );
        }
    }

    /// The receipts as one machine sees them, by `faults` in percent.
    pub(super) fn view(&self, file: &PlannedFile, now: Instant, faults: u32, random: &mut fastrand::Rng) -> View {
        let mut view = View { evidence: Evidence::default(), lies: false };
        for texts in &self.files {
            let strikes = |random: &mut fastrand::Rng, share: u32| random.u32(0..100 * share) < faults;
            if strikes(random, 2) {
                continue;
            }
            // Between the search and the reading, the file grows.
            let [first, second] = {
                let late = random.u64(0..=LATEST.as_secs());
                [late, random.u64(0..=late)].map(|late| shown(texts, now - Duration::from_secs(late)))
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
                let blocks = ReceiptBlocks::find(first.as_bytes(), PLAN, size).expect("it can be read");
                let take = |receipt: Receipt| view.evidence.add(file, &receipt);
                blocks.of_files(&mut Cursor::new(&bytes), &(0..=0), take).expect("it can be read");
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

fn receipt(file: &PlannedFile, record: &PartRecord, clock: SystemTime) -> Receipt {
    Receipt {
        plan: PLAN.into(),
        n: 0,
        part: Some(record.number),
        size: record.size,
        etag: record.etag.clone(),
        crc64: record.crc64,
        seen: Seen { size: file.size, mtime_ns: file.mtime_ns.clone() },
        host: "host".into(),
        shard: String::new(),
        time: humantime::format_rfc3339_seconds(clock).to_string(),
    }
}

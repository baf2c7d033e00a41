//! The receipts that an attempt is writing: some wait, some are written, and the directory may refuse or tear them.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use super::shared_directory::{SharedDirectory, UnitName, clock, receipt};
use crate::cos::multipart::PartNumber;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::kept_lines::KeptLines;

/// How a directory refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is read-only: nothing is written.
    ReadOnly,
    /// It is full: a part of the text is written.
    Full,
}

/// Writes the receipts of one attempt.
pub(super) struct ReceiptWriter {
    attempt: usize,
    clock: SystemTime,
    kept: KeptLines,
    waiting: VecDeque<(UnitName, String)>,
    /// When those that are being written are durable.
    due: Option<Instant>,
}

impl ReceiptWriter {
    pub(super) fn new(attempt: usize, random: &mut fastrand::Rng) -> Self {
        Self { attempt, clock: clock(random), kept: KeptLines::default(), waiting: VecDeque::new(), due: None }
    }

    /// Adds the receipt of a unit.
    pub(super) fn add(
        &mut self,
        file: &PlannedFile,
        part: Option<PartNumber>,
        record: &PartRecord,
        now: Instant,
        random: &mut fastrand::Rng,
    ) {
        self.waiting.push_back(((file.n, part), receipt(file, part, record, self.clock).line()));
        self.due.get_or_insert(now + Duration::from_millis(random.u64(0..5_000)));
    }

    /// When something is to be written, if anything is.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Writes what is due: lines that wait at the same time are written together.
    pub(super) fn pass(
        &mut self,
        directory: &mut SharedDirectory,
        now: Instant,
        refusal: Option<Refusal>,
        random: &mut fastrand::Rng,
    ) {
        if self.due.is_none_or(|due| due > now) {
            return;
        }
        let together = random.usize(1..=self.waiting.len());
        let (units, lines): (Vec<UnitName>, Vec<String>) = self.waiting.drain(..together).unzip();
        let lines = lines.into_iter().map(|line| Box::new(move || Some(line)) as Box<_>);
        if let Some(text) = self.kept.text(lines.collect()) {
            let tears_at = refusal.map(|refusal| match refusal {
                Refusal::ReadOnly => 0,
                Refusal::Full => random.usize(0..text.len()),
            });
            directory.append((self.attempt, now), text, &units, tears_at);
            self.kept.note(refusal.map_or(Ok(()), |refusal| Err(format!("{refusal:?}").into())));
        }
        self.due = (!self.waiting.is_empty()).then(|| now + Duration::from_millis(random.u64(0..5_000)));
    }

    /// The process dies: what waits is lost, and what is being written may be torn.
    pub(super) fn crash(&mut self, directory: &mut SharedDirectory, now: Instant, random: &mut fastrand::Rng) {
        if let Some((unit, line)) = self.waiting.pop_front().filter(|_| self.kept.failure().is_none()) {
            let tears_at = random.usize(0..line.len());
            directory.append((self.attempt, now), line, &[unit], Some(tears_at));
        }
        self.waiting.clear();
    }

    /// True if no receipt was refused.
    pub(super) fn is_sound(&self) -> bool {
        self.kept.failure().is_none()
    }
}

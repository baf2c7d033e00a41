//! The files of a plan with their receipts, a stretch at a time: neither fits into memory as a whole.

use std::collections::HashMap;
use std::io;

use super::evidence::Evidence;
use crate::upload::shards::directory::PlanReader;
use crate::upload::shards::files::Placed;
use crate::upload::shards::receipts::files::ReceiptFiles;

/// How many units the first stretch has, unless a single file has more: a shard sends nothing before it knows their receipts.
const FIRST_UNITS: u64 = 250;
/// How many units later ones have at most. Each stretch twice as long as the one before reads fewer blocks of receipts twice.
const MOST_UNITS: u64 = 2000;

/// Reads a plan with its receipts.
pub struct Stretches<'a> {
    files: PlanReader,
    receipts: &'a ReceiptFiles,
    before: u64,
    /// How many units the next stretch has.
    units: u64,
    ended: bool,
}

impl<'a> Stretches<'a> {
    /// Reads on from where `files` is, up to the files before which the units weigh less than `before`.
    pub fn new(files: PlanReader, receipts: &'a ReceiptFiles, before: u64) -> Self {
        Self { files, receipts, before, units: FIRST_UNITS, ended: false }
    }

    fn files(&mut self) -> io::Result<Vec<Placed>> {
        let (mut files, mut units, most) = (Vec::new(), 0, self.units);
        self.units = (2 * most).min(MOST_UNITS);
        while units < most && !self.ended {
            match self.files.next().transpose()? {
                Some(placed) if placed.start < self.before => {
                    units += placed.file.units();
                    files.push(placed);
                }
                _ => self.ended = true,
            }
        }
        Ok(files)
    }

    fn with_evidence(&self, files: Vec<Placed>) -> Vec<(Placed, Evidence)> {
        let (Some(first), Some(last)) = (files.first(), files.last()) else { return Vec::new() };
        let (first, last) = (first.file.n, last.file.n);
        let mut found: HashMap<u64, Evidence> = HashMap::new();
        self.receipts.of_files(&(first..=last), |receipt| {
            let index = usize::try_from(receipt.n - first).expect("it is in the stretch");
            found.entry(receipt.n).or_default().add(&files[index].file, &receipt);
        });
        let with_evidence = |placed: Placed| {
            let evidence = found.remove(&placed.file.n);
            (placed, evidence.unwrap_or_default())
        };
        files.into_iter().map(with_evidence).collect()
    }
}

impl Iterator for Stretches<'_> {
    type Item = io::Result<Vec<(Placed, Evidence)>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.files() {
            Ok(files) if files.is_empty() => None,
            Ok(files) => Some(Ok(self.with_evidence(files))),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::shards::directory::PlanDirectory;
    use crate::upload::shards::files::End;
    use crate::upload::shards::files::tests::{large, small};
    use crate::upload::shards::receipts::receipt::Receipt;
    use crate::upload::shards::receipts::receipt::tests::receipt;
    use crate::upload::shards::unit::weight;

    #[test]
    fn each_file_comes_once_with_its_receipts() {
        let place = tempfile::tempdir().unwrap();
        let directory = PlanDirectory::new(place.path());
        directory.create().unwrap();
        let mut files = directory.write_files().unwrap();
        for number in 0..2500 {
            files.add(small(&number.to_string(), 250)).unwrap();
        }
        files.add(large("large", 250, 100)).unwrap();
        let (count, units, bytes) = files.totals();
        let end = End { files: count, weight: weight(units, bytes) };
        directory.finish_files(files).unwrap();
        let lines: String =
            [0, 999, 1000, 2499].map(|n| Receipt { size: 250, ..receipt(n, None, n, "a") }.line()).concat();
        std::fs::write(directory.receipts().join("a.jsonl"), lines).unwrap();
        let receipts = ReceiptFiles::find(&receipt(0, None, 0, "").plan, &[directory.receipts()]);
        let (mut numbers, mut proved) = (Vec::new(), Vec::new());
        for stretch in Stretches::new(directory.files(end).unwrap(), &receipts, u64::MAX) {
            for (placed, evidence) in stretch.unwrap() {
                numbers.push(placed.file.n);
                proved.extend(evidence.record(None).map(|record| (placed.file.n, record.crc64)));
            }
        }
        assert!(numbers.into_iter().eq(0..=2500));
        assert_eq!(proved, [(0, 0), (999, 999), (1000, 1000), (2499, 2499)]);
    }
}

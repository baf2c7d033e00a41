//! The files of a plan with their receipts, a stretch at a time: neither fits into memory as a whole.

use std::collections::HashMap;
use std::io;

use super::directory::PlanReader;
use super::evidence::Evidence;
use super::files::Placed;
use super::receipt_files::ReceiptFiles;

/// How many units a stretch has, unless a single file has more.
const UNITS: u64 = 5000;

/// Reads a plan with its receipts.
pub struct Stretches<'a> {
    files: PlanReader,
    receipts: &'a ReceiptFiles,
    before: u64,
    ended: bool,
}

impl<'a> Stretches<'a> {
    /// Reads on from where `files` is, up to the files before which the units weigh less than `before`.
    pub fn new(files: PlanReader, receipts: &'a ReceiptFiles, before: u64) -> Self {
        Self { files, receipts, before, ended: false }
    }

    fn files(&mut self) -> io::Result<Vec<Placed>> {
        let (mut files, mut units) = (Vec::new(), 0);
        while units < UNITS && !self.ended {
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

    fn with_evidence(&self, files: Vec<Placed>) -> io::Result<Vec<(Placed, Evidence)>> {
        let (Some(first), Some(last)) = (files.first(), files.last()) else { return Ok(Vec::new()) };
        let (first, last) = (first.file.n, last.file.n);
        let mut found: HashMap<u64, Evidence> = HashMap::new();
        self.receipts.of_files(&(first..=last), |receipt| {
            let index = usize::try_from(receipt.n - first).expect("it is in the stretch");
            found.entry(receipt.n).or_default().add(&files[index].file, &receipt);
        })?;
        Ok(files
            .into_iter()
            .map(|placed| {
                let evidence = found.remove(&placed.file.n);
                (placed, evidence.unwrap_or_default())
            })
            .collect())
    }
}

impl Iterator for Stretches<'_> {
    type Item = io::Result<Vec<(Placed, Evidence)>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.files() {
            Ok(files) if files.is_empty() => None,
            Ok(files) => Some(self.with_evidence(files)),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

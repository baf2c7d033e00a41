//! Throughput, window and requests in flight over time: at most some thousand samples, which become coarser.

use crate::upload::timing::Sample;

/// The most samples that are kept. A screen has fewer columns.
const MOST: usize = 4096;
/// The time between samples at first, in tenths of a millisecond.
const FINEST: u64 = 100;

/// Time, bytes so far, window, requests in flight.
pub(super) type Row = (u64, u64, u16, u16);

/// The samples so far.
#[derive(Debug)]
pub(super) struct Samples {
    rows: Vec<Row>,
    apart: u64,
    /// The last one, whether it is kept or not.
    last: Option<Row>,
}

impl Default for Samples {
    fn default() -> Self {
        Self { rows: Vec::new(), apart: FINEST, last: None }
    }
}

impl Samples {
    /// Takes a sample at `time`.
    pub(super) fn add(&mut self, time: u64, sample: Sample) {
        let row = (time, sample.bytes, sample.window, sample.in_flight);
        self.last = Some(row);
        if self.rows.last().is_some_and(|before| time < before.0 + self.apart) {
            return;
        }
        self.rows.push(row);
        if self.rows.len() > MOST {
            self.apart *= 2;
            let mut next = 0;
            let apart = self.apart;
            self.rows.retain(|row| {
                let keeps = row.0 >= next;
                if keeps {
                    next = row.0 + apart;
                }
                keeps
            });
        }
    }

    /// What is kept, and the last one.
    pub(super) fn rows(&self) -> Vec<Row> {
        let last = self.last.filter(|last| self.rows.last() != Some(last));
        self.rows.iter().copied().chain(last).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_upload_has_fewer_samples_a_second_and_its_last_one() {
        let mut samples = Samples::default();
        let at = (crate::cli::process::world::World::of_process().stopwatch)();
        let sample = |bytes| Sample { at, bytes, window: 4, in_flight: 3 };
        for number in 0..100_000 {
            samples.add(number * 100, sample(number));
        }
        samples.add(100_000 * 100 - 99, sample(100_000));
        let rows = samples.rows();
        assert!((MOST / 4..=MOST + 1).contains(&rows.len()), "{}", rows.len());
        assert_eq!(rows.first().unwrap().1, 0);
        assert_eq!(rows.last().unwrap().1, 100_000);
        assert!(rows.is_sorted_by_key(|row| row.0));
    }
}

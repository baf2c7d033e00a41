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
    /// The bytes in the last sample of the driver that runs.
    bytes: u64,
    /// The bytes of the drivers before it.
    bytes_before: u64,
}

impl Default for Samples {
    fn default() -> Self {
        Self { rows: Vec::new(), apart: FINEST, last: None, bytes: 0, bytes_before: 0 }
    }
}

impl Samples {
    /// Takes a sample at `time`.
    pub(super) fn add(&mut self, time: u64, sample: Sample) {
        // Another driver has begun, such as that of the next upload of `cosput resume`.
        if sample.bytes < self.bytes {
            self.bytes_before += self.bytes;
        }
        self.bytes = sample.bytes;
        let row = (time, self.bytes_before + sample.bytes, sample.window, sample.in_flight);
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

    #[test]
    fn bytes_go_on_where_the_driver_before_stopped() {
        let mut samples = Samples::default();
        let at = (crate::cli::process::world::World::of_process().stopwatch)();
        for (number, bytes) in [0, 5, 9, 0, 4, 0, 0, 2].into_iter().enumerate() {
            samples.add(number as u64 * FINEST, Sample { at, bytes, window: 4, in_flight: 3 });
        }
        let bytes: Vec<u64> = samples.rows().into_iter().map(|row| row.1).collect();
        assert_eq!(bytes, [0, 5, 9, 9, 13, 13, 13, 15]);
    }
}

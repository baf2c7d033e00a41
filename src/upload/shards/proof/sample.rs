//! Some of many numbers, evenly spread: a plan may have so many uploads that not all of them can be asked about.

/// How many there are at most. There are at least half as many, if there are so many numbers.
const MOST: usize = 16;

/// Some of the numbers that were added.
#[derive(Debug, Clone)]
pub struct Sample {
    numbers: Vec<u64>,
    every: u64,
    added: u64,
}

impl Default for Sample {
    fn default() -> Self {
        Self { numbers: Vec::new(), every: 1, added: 0 }
    }
}

impl Sample {
    /// Adds a number.
    pub fn add(&mut self, number: u64) {
        if self.added.is_multiple_of(self.every) {
            self.numbers.push(number);
        }
        self.added += 1;
        if self.numbers.len() > MOST {
            self.numbers = self.numbers.iter().step_by(2).copied().collect();
            self.every *= 2;
        }
    }

    /// Those that are in the sample.
    pub fn numbers(&self) -> impl Iterator<Item = u64> + use<'_> {
        self.numbers.iter().copied()
    }

    /// True if nothing was added.
    pub fn is_empty(&self) -> bool {
        self.added == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_numbers_are_all_kept_and_many_evenly() {
        for count in [0, 1, 15, 16, 17, 100, 100_000] {
            let mut sample = Sample::default();
            (0..count).for_each(|number| sample.add(number));
            let numbers: Vec<u64> = sample.numbers().collect();
            assert_eq!(sample.is_empty(), count == 0);
            let all = usize::try_from(count).unwrap();
            assert!(numbers.len() >= all.min(MOST / 2) && numbers.len() <= all.min(MOST), "{count}: {numbers:?}");
            let gaps: Vec<u64> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(gaps.windows(2).all(|pair| pair[0] == pair[1]), "{count}: {numbers:?}");
            assert!(numbers.first().is_none_or(|first| *first == 0));
        }
    }
}

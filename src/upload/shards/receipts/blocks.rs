//! Which files of the plan the receipts in a file are about, block by block, and the receipts of some of them.
//!
//! The file may grow between the two, or show its last bytes later.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;

use super::lines;
use super::receipt::Receipt;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;

/// How many bytes of receipts make a block, apart from the rest of its last line.
pub const BLOCK: u64 = 64 << 10;

/// The blocks of a file that have receipts of one plan.
#[derive(Debug, Clone)]
pub struct ReceiptBlocks {
    plan: String,
    blocks: Vec<Block>,
}

/// Lines of a file that follow each other.
#[derive(Debug, Clone)]
struct Block {
    /// Where the first one begins.
    at: u64,
    /// How many bytes they have. The last block of a file ends where the file does: it may have grown.
    length: Option<u64>,
    /// The files of the plan that they are about: the first, and the last.
    numbers: RangeInclusive<u64>,
}

impl ReceiptBlocks {
    /// Reads a file with blocks of this many bytes. `damaged` takes the place of each line that is no receipt, if that is seen
    /// already.
    pub fn find(file: impl Read, plan: &str, size: u64, damaged: impl FnMut(u64)) -> io::Result<Self> {
        let mut blocks: Vec<Block> = Vec::new();
        for found in lines::numbers(BufReader::with_capacity(BUFFER, file), plan, damaged) {
            let (at, number) = found?;
            match blocks.last_mut() {
                Some(block) if at < block.at + size => {
                    let (first, last) = (*block.numbers.start(), *block.numbers.end());
                    block.numbers = first.min(number)..=last.max(number);
                }
                last => {
                    if let Some(last) = last {
                        last.length = Some(at - last.at);
                    }
                    blocks.push(Block { at, length: None, numbers: number..=number });
                }
            }
        }
        Ok(Self { plan: plan.to_owned(), blocks })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.blocks.len()
    }

    /// True if a block may have receipts of these files of the plan.
    pub fn have(&self, numbers: &RangeInclusive<u64>) -> bool {
        self.wanted(numbers).next().is_some()
    }

    /// Hands each receipt of these files of the plan to `take`, and the place of each damaged one to `damaged`.
    pub fn of_files(
        &self,
        file: &mut (impl Read + Seek),
        numbers: &RangeInclusive<u64>,
        mut take: impl FnMut(Receipt),
        mut damaged: impl FnMut(u64),
    ) -> io::Result<()> {
        let is_wanted = |number: u64| numbers.contains(&number);
        for block in self.wanted(numbers) {
            file.seek(SeekFrom::Start(block.at))?;
            let lines = BufReader::with_capacity(BUFFER, Read::take(&mut *file, block.length.unwrap_or(u64::MAX)));
            for receipt in lines::receipts(lines, &self.plan, is_wanted, |at| damaged(block.at + at)) {
                take(receipt?);
            }
        }
        Ok(())
    }

    fn wanted(&self, numbers: &RangeInclusive<u64>) -> impl Iterator<Item = &Block> {
        let (first, last) = (*numbers.start(), *numbers.end());
        self.blocks.iter().filter(move |block| *block.numbers.start() <= last && first <= *block.numbers.end())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::receipt::tests::receipt;
    use super::*;

    fn found(blocks: &ReceiptBlocks, text: &str, numbers: RangeInclusive<u64>) -> Vec<(u64, Option<u16>)> {
        let mut found = Vec::new();
        let take = |receipt: Receipt| found.push((receipt.n, receipt.part.map(|part| part.value())));
        blocks.of_files(&mut Cursor::new(text), &numbers, take, |_| {}).unwrap();
        found.sort_unstable();
        found
    }

    #[test]
    fn each_receipt_is_found_in_its_block_whatever_the_order_and_the_size_of_blocks() {
        let plan = receipt(0, None, 0, "").plan;
        let mut random = fastrand::Rng::with_seed(1);
        let mut numbers: Vec<u64> = (0..60).map(|number| number / 3).collect();
        let mut text = String::new();
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = if random.bool() { *number } else { random.u64(0..20) };
            let part = u16::try_from(index).unwrap() + 1;
            text += &receipt(*number, Some(part), 1, "a").line();
            text += ["", "garbage\n", &"x".repeat(40_000)][random.usize(0..3)];
            text += if text.ends_with('x') { "\n" } else { "" };
        }
        text += "{\"plan\":";
        for size in [1, 500, 3000, 100_000, u64::MAX >> 1] {
            let blocks = ReceiptBlocks::find(text.as_bytes(), &plan, size, |_| {}).unwrap();
            assert_eq!(blocks.count() > 1, size <= 100_000, "{size}");
            for (first, last) in [(0, u64::MAX), (0, 0), (3, 9), (19, 19), (20, 99)] {
                let parts = numbers.iter().zip(1_u16..).map(|(number, part)| (*number, Some(part)));
                let mut expected: Vec<(u64, Option<u16>)> =
                    parts.filter(|(number, _)| (first..=last).contains(number)).collect();
                expected.sort_unstable();
                assert_eq!(found(&blocks, &text, first..=last), expected, "{size} {first} {last}");
            }
        }
    }

    #[test]
    fn what_is_appended_after_the_blocks_were_found_is_read_with_the_last_one() {
        let (one, two) = (receipt(1, Some(1), 1, "a"), receipt(1, Some(2), 2, "a"));
        let blocks = ReceiptBlocks::find(one.line().as_bytes(), &one.plan, 1, |_| {}).unwrap();
        assert_eq!(found(&blocks, &(one.line() + &two.line()), 1..=1), [(1, Some(1)), (1, Some(2))]);
    }

    #[test]
    fn a_damaged_line_has_its_place_in_the_file_whichever_block_it_is_in() {
        let line = |part| receipt(1, Some(part), 1, "a").line();
        let damaged_line = line(3).replace("\"size\":100", "\"size\":1o0");
        let text = line(1) + &line(2) + &damaged_line + &line(4);
        for size in [1, 300, u64::MAX >> 1] {
            let blocks = ReceiptBlocks::find(text.as_bytes(), &receipt(1, None, 1, "").plan, size, |_| {}).unwrap();
            let mut places = Vec::new();
            let damaged = |at| places.push(at);
            blocks.of_files(&mut Cursor::new(&text), &(0..=9), |_| {}, damaged).unwrap();
            assert_eq!(places, [2 * line(1).len() as u64], "{size}");
        }
    }
}

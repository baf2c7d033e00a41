//! The lines of a file of receipts, read as a stream. A line without its end is as if it had never been written. One that is
//! damaged is reported by the place where it begins, and the others count.

use std::io::{self, BufRead};

use serde::de::IgnoredAny;

use super::receipt::Receipt;

/// No line is longer, so a file that is no receipt takes no memory.
const LONGEST_LINE: u64 = 16 << 10;

/// Where the id of the plan begins in a line, after `{"plan":"`, and how long it is.
const PLAN_AT: usize = 9;
const UUID: usize = 36;

/// Reads lines, and knows where each begins.
struct Lines<R> {
    from: R,
    line: Vec<u8>,
    next: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(from: R) -> Self {
        Self { from, line: Vec::new(), next: 0 }
    }

    /// Reads the next line, or the next piece of one that is too long. Returns where it begins.
    fn read(&mut self) -> io::Result<Option<u64>> {
        self.line.clear();
        let at = self.next;
        let read = io::Read::take(&mut self.from, LONGEST_LINE).read_until(b'\n', &mut self.line)?;
        self.next += read as u64;
        Ok((read > 0).then_some(at))
    }

    /// Reads the next line that has its end. Returns where it begins; `None` after the last one.
    fn read_whole(&mut self) -> io::Result<Option<u64>> {
        loop {
            let at = self.read()?;
            if at.is_none() || self.line.last() == Some(&b'\n') {
                return Ok(at);
            }
        }
    }

    /// What `take` makes of the lines that have their end. It gets the place where each begins.
    fn each_whole<T>(mut self, mut take: impl FnMut(&Self, u64) -> Option<T>) -> impl Iterator<Item = io::Result<T>> {
        std::iter::from_fn(move || {
            loop {
                match self.read_whole().transpose()? {
                    Err(error) => return Some(Err(error)),
                    Ok(at) => {
                        if let Some(taken) = take(&self, at) {
                            return Some(Ok(taken));
                        }
                    }
                }
            }
        })
    }

    fn is_of(&self, plan: &str) -> bool {
        self.line.get(PLAN_AT..PLAN_AT + UUID) == Some(plan.as_bytes())
    }
}

/// Reads the receipts of one plan: those about files whose numbers are `wanted`.
pub(super) fn receipts(
    lines: impl BufRead,
    plan: &str,
    wanted: impl Fn(u64) -> bool,
    mut damaged: impl FnMut(u64),
) -> impl Iterator<Item = io::Result<Receipt>> {
    Lines::new(lines).each_whole(move |lines, at| {
        let number = number(&lines.line);
        if !number.is_none_or(&wanted) {
            return None;
        }
        match Receipt::read(&lines.line) {
            Some(receipt) if receipt.plan == plan && wanted(receipt.n) => return Some(receipt),
            // A line without a number was reported when the numbers were read.
            None if number.is_some() && lines.is_of(plan) => damaged(at),
            _ => {}
        }
        None
    })
}

/// Where each receipt of one plan begins, and the number of the file that it is about. It costs a fraction of reading them.
pub(super) fn numbers(
    lines: impl BufRead,
    plan: &str,
    mut damaged: impl FnMut(u64),
) -> impl Iterator<Item = io::Result<(u64, u64)>> {
    Lines::new(lines).each_whole(move |lines, at| {
        let is_of_plan = lines.is_of(plan);
        if let Some(number) = number(&lines.line).filter(|_| is_of_plan) {
            return Some((at, number));
        }
        match Receipt::read(&lines.line) {
            Some(receipt) if receipt.plan == plan => return Some((at, receipt.n)),
            None if is_of_plan || is_no_json(&lines.line) => damaged(at),
            _ => {}
        }
        None
    })
}

/// The number of the file, found without reading the whole line. `None` if the line is not as cosput writes it.
fn number(line: &[u8]) -> Option<u64> {
    let rest = line.get(PLAN_AT + UUID..)?.strip_prefix(b"\",\"n\":")?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// True for what no program wrote as a line of JSON. A directory of receipts may have other files, such as logs.
fn is_no_json(line: &[u8]) -> bool {
    !line.trim_ascii().is_empty() && serde_json::from_slice::<IgnoredAny>(line).is_err()
}

#[cfg(test)]
mod tests {
    use super::super::receipt::tests::receipt;
    use super::*;

    const OTHER_PLAN: &str = "00000000-0000-4000-8000-000000000000";

    fn plan() -> String {
        receipt(0, None, 0, "").plan
    }

    fn read(bytes: &[u8], wanted: impl Fn(u64) -> bool) -> Vec<Receipt> {
        receipts(bytes, &plan(), wanted, |_| {}).map(Result::unwrap).collect()
    }

    /// Where damaged lines begin, by both ways of reading.
    fn damaged(text: &str, plan: &str) -> Vec<u64> {
        let mut places = Vec::new();
        assert!(numbers(text.as_bytes(), plan, |at| places.push(at)).all(|found| found.is_ok()));
        assert!(receipts(text.as_bytes(), plan, |_| true, |at| places.push(at)).all(|found| found.is_ok()));
        places.sort_unstable();
        places
    }

    #[test]
    fn what_was_written_is_read() {
        let all = [receipt(0, Some(3), u64::MAX, "node-1"), receipt(7, None, 0, "节点")];
        let text: String = all.iter().map(Receipt::line).collect();
        assert_eq!(read(text.as_bytes(), |_| true), all);
    }

    #[test]
    fn cut_off_at_every_byte_it_holds_the_lines_before_the_cut() {
        let (first, second) = (receipt(0, Some(1), 1, "a"), receipt(0, Some(2), 2, "b"));
        let (head, text) = (first.line().len(), first.line() + &second.line());
        for end in 0..=text.len() {
            let whole = usize::from(end >= head) + usize::from(end == text.len());
            assert_eq!(read(&text.as_bytes()[..end], |_| true).len(), whole, "{end}");
            assert_eq!(damaged(&text[..end], &plan()), [0; 0], "its last line may be written now");
        }
    }

    #[test]
    fn receipts_of_other_files_are_passed_over_whatever_the_order_of_their_fields() {
        let (one, other) = (receipt(3, Some(1), 1, "a"), receipt(33, Some(1), 2, "b"));
        let turned = other.line().replace("{\"plan\"", "{\"x\":0,\"plan\"");
        assert_eq!(number(one.line().as_bytes()), Some(3));
        assert_eq!(number(turned.as_bytes()), None);
        let text = one.line() + &other.line() + &turned;
        let of =
            |plan: &str| -> Vec<u64> { numbers(text.as_bytes(), plan, |_| {}).map(|found| found.unwrap().1).collect() };
        assert_eq!(of(&one.plan), [3, 33, 33]);
        assert_eq!(of(OTHER_PLAN), [0_u64; 0]);
        assert_eq!(read(text.as_bytes(), |n| n == 33), [other.clone(), other]);
    }

    #[test]
    fn lines_that_are_no_receipts_are_passed_over() {
        let good = receipt(0, Some(1), 1, "a").line();
        let zero = good.replace("\"part\":1", "\"part\":0");
        let long = "x".repeat(100_000);
        let text = format!("garbage\n{zero}{long}\n{{}}\n{good}");
        assert_eq!(read(text.as_bytes(), |_| true), [receipt(0, Some(1), 1, "a")]);
    }

    #[test]
    fn the_place_of_each_damaged_line_is_known() {
        let good = receipt(0, Some(1), 1, "a").line();
        let line = good.len() as u64;
        let broken = [
            good.replace("\"part\":1", "\"part\":0"),
            good.replace("crc64ecma\":\"1", "crc64ecma\":\"x"),
            good.replace("\"n\":0", "\"m\":0"),
            good.replace("\"n\":0,", "\"n\":0;"),
            good[..good.len() / 2].to_owned() + "\n",
            "\0".repeat(40) + "\n",
            "garbage\n".to_owned(),
        ];
        for text in broken {
            assert_eq!(damaged(&(good.clone() + &text + &good), &plan()), [line], "{text}");
        }
    }

    #[test]
    fn lines_of_other_plans_and_of_other_programs_are_not_damaged() {
        let good = receipt(0, Some(1), 1, "a").line();
        let others =
            [good.replace("\"n\":0", "\"n\":-1"), "{\"event\":\"shard\"}\n".into(), "\n".into(), "[1]\n".into()];
        assert_eq!(damaged(&others.concat(), OTHER_PLAN), [0; 0]);
        assert_eq!(damaged(&others[1..].concat(), &plan()), [0; 0]);
    }
}

//! Receipts as objects in the bucket of the upload, below `.cosput/PLAN-ID/receipts/`, and beside them how the plan ended.
//!
//! Nothing can be added to an object, so receipts that wait at the same time become an object of their own. No object is ever
//! overwritten with other content: a request that arrives late, or twice, changes nothing. The name says which files of the
//! plan the receipts are about, so a shard reads only those of its own files.

use std::ops::RangeInclusive;

use super::{lines, receipt};
use crate::upload::shards::plan_end::{ABORTED, COMPLETED, PlanEnd};

/// The beginning of all keys that cosput uses for a plan.
pub fn prefix(plan: &str) -> String {
    format!(".cosput/{plan}/")
}

/// The key of the object that says how a plan ended, for machines that see no directory of it.
pub fn end_key(plan: &str, end: PlanEnd) -> String {
    prefix(plan) + end.file_name()
}

/// How the plan ended, if this is the key that says it.
pub fn end_of(key: &str, plan: &str) -> Option<PlanEnd> {
    match key.strip_prefix(&prefix(plan))? {
        COMPLETED => Some(PlanEnd::Completed),
        ABORTED => Some(PlanEnd::Aborted),
        _ => None,
    }
}

fn receipts(plan: &str) -> String {
    format!("{}{}/", prefix(plan), receipt::FOLDER)
}

/// The objects of one attempt at a shard.
#[derive(Debug, Clone)]
pub struct ReceiptObjects {
    plan: String,
    attempt: String,
    next: u64,
}

impl ReceiptObjects {
    /// None yet. `attempt` is the name that a file of this attempt would have.
    pub fn new(plan: &str, attempt: &str) -> Self {
        let attempt = attempt.strip_suffix(".jsonl").unwrap_or(attempt).to_owned();
        Self { plan: plan.to_owned(), attempt, next: 0 }
    }

    /// The key of the next object, with these lines. `None` if they have no receipt of the plan.
    pub fn next_key(&mut self, lines: &str) -> Option<String> {
        let found = lines::numbers(lines.as_bytes(), &self.plan, |_| {}).map_while(Result::ok);
        let numbers = found.map(|(_, number)| number);
        let (first, last) = numbers.fold(None, |range: Option<(u64, u64)>, number| {
            let (first, last) = range.unwrap_or((number, number));
            Some((first.min(number), last.max(number)))
        })?;
        let name = format!("{first}-{last}-{}-{:06}.jsonl", self.attempt, self.next);
        self.next += 1;
        Some(receipts(&self.plan) + &name)
    }
}

/// The name of an object with receipts of the plan, and the files of the plan that they are about. `None` for other objects.
pub fn name_and_files<'a>(key: &'a str, plan: &str) -> Option<(&'a str, RangeInclusive<u64>)> {
    let name = key.strip_prefix(&receipts(plan))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if !name.ends_with(".jsonl") || !name.chars().all(is_plain) {
        return None;
    }
    let (first, rest) = name.split_once('-')?;
    let (last, _) = rest.split_once('-')?;
    Some((name, first.parse().ok()?..=last.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::receipt::Receipt;
    use super::super::receipt::tests::receipt;
    use super::*;

    #[test]
    fn each_object_says_which_files_it_is_about() {
        let plan = receipt(0, None, 0, "").plan;
        let mut objects = ReceiptObjects::new(&plan, "3_64-node-1-17-00ab.jsonl");
        let lines: String = [7, 5, 6].map(|n| receipt(n, None, 1, "a").line()).concat();
        let key = objects.next_key(&lines).unwrap();
        assert_eq!(key, format!(".cosput/{plan}/receipts/5-7-3_64-node-1-17-00ab-000000.jsonl"));
        assert_eq!(name_and_files(&key, &plan), Some(("5-7-3_64-node-1-17-00ab-000000.jsonl", 5..=7)));
        assert_ne!(objects.next_key(&lines), Some(key), "no object is overwritten");
        let foreign = Receipt { plan: "another".into(), ..receipt(1, None, 1, "a") };
        assert_eq!(objects.next_key(&foreign.line()), None);
    }

    #[test]
    fn other_objects_below_the_prefix_are_no_receipts() {
        let plan = receipt(0, None, 0, "").plan;
        for name in ["", "x.jsonl", "1-2-a", "1-x-a.jsonl", "1-2-a/b.jsonl", "1-2-..\\a.jsonl", "1-2-\u{e9}.jsonl"] {
            assert_eq!(name_and_files(&(receipts(&plan) + name), &plan), None, "{name}");
        }
        assert_eq!(name_and_files("1-2-a.jsonl", &plan), None);
    }

    #[test]
    fn an_object_says_how_the_plan_ended() {
        let plan = receipt(0, None, 0, "").plan;
        for end in [PlanEnd::Completed, PlanEnd::Aborted] {
            assert_eq!(end_of(&end_key(&plan, end), &plan), Some(end));
        }
        assert_eq!(end_of(&(receipts(&plan) + COMPLETED), &plan), None);
    }
}

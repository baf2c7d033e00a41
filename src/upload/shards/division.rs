//! How the files of a plan are divided.

use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::plan::plan_error::PlanError;

/// The smallest part that cosput chooses, and the largest file that it sends as a whole. COS documents 50 uploads a second
/// of a single file, and does not say whether parts count. Many machines reach that rate with smaller parts.
const USUAL_PART: u64 = 64 << 20;

/// The size of a file's parts; `None` if it is sent as a whole.
pub fn part_size(size: u64, asked: PlanOptions) -> Result<Option<u64>, PlanError> {
    let smallest = Plan::new(size, PlanOptions { multipart_threshold: Some(0), ..PlanOptions::default() })?.part_size();
    let part_size = asked.part_size.unwrap_or(smallest.max(USUAL_PART));
    let threshold = asked.multipart_threshold.unwrap_or(part_size.min(USUAL_PART));
    match Plan::new(size, PlanOptions::fixed(part_size, threshold))? {
        Plan::Put { .. } => Ok(None),
        plan => Ok(Some(plan.part_size())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn parts_have_64_mib_unless_the_user_asks_for_others_or_the_file_needs_larger_ones() {
        let usual = PlanOptions::default();
        for size in [0, 1, 64 * MIB] {
            assert_eq!(part_size(size, usual), Ok(None), "{size}");
        }
        for size in [64 * MIB + 1, 1 << 30, 640_000 * MIB] {
            assert_eq!(part_size(size, usual), Ok(Some(64 * MIB)), "{size}");
        }
        assert_eq!(part_size(48 << 40, usual), Ok(Some(5034 * MIB)));
        for threshold in [None, Some(MIB)] {
            let small = PlanOptions { part_size: Some(MIB), multipart_threshold: threshold, ..PlanOptions::default() };
            assert_eq!((part_size(MIB, small), part_size(MIB + 1, small)), (Ok(None), Ok(Some(MIB))));
        }
        assert_eq!(part_size(1, PlanOptions { multipart_threshold: Some(0), ..usual }), Ok(Some(64 * MIB)));
        assert_eq!(part_size(0, PlanOptions { multipart_threshold: Some(0), ..usual }), Ok(None), "there is no part");
        assert!(part_size(u64::MAX, usual).is_err() && part_size(1, PlanOptions::fixed(1, 0)).is_err());
    }
}

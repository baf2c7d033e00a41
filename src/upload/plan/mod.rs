//! How a source is divided into requests: one PUT, or parts.
//!
//! - `object_plan`: the plan of one object, within the limits of the service; `plan_error`: why no plan is possible
//! - `default_sizes`: the part size and the threshold, chosen by the size of the file
//! - `part_range`: where the bytes of a part are; `part_sizes`: the range of each part, for a given part size
//! - `divisions`: where parts become smaller during an upload; `rest`: what the server lacks, and how it can be divided
//! - `delta_parts`: the parts of a delta upload, which are copied or sent
//! - `part_pace`: how many parts begin in a second
//! - `part_record`: a part that is on the server
//! - `parts`: the state of each part during the upload; `part_states`: which states there are
//! - `slow_part`: a part that is much slower than its siblings; `part_times`: how long those took
//! - `throttled_part`: a throttled part that is sent before its wait is over

pub(super) mod default_sizes;
pub mod delta_parts;
pub mod divisions;
pub mod object_plan;
mod part_pace;
pub mod part_range;
pub mod part_record;
pub mod part_sizes;
pub(crate) mod part_states;
mod part_times;
pub(crate) mod parts;
pub mod plan_error;
pub(crate) mod rest;
mod slow_part;
mod throttled_part;

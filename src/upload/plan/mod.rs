//! How a source is divided into requests: one PUT, or parts.

pub mod object_plan;
mod part_pace;
pub mod part_sizes;
pub(crate) mod parts;
pub mod plan_error;
mod usual_sizes;

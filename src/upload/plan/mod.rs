//! How a source is divided into requests: one PUT, or parts.

pub mod object_plan;
pub mod part_sizes;
pub(crate) mod parts;

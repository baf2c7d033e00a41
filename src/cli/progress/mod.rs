//! How far an upload has come: `totals` counts, `rate` says how fast and how long yet, `bar` shows it.

pub mod bar;
pub(crate) mod rate;
pub(crate) mod totals;

//! How far an upload has come: totals, rate, and the bar that shows them.

pub mod bar;
pub(crate) mod rate;
pub(crate) mod totals;

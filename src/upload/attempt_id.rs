//! Which attempt at a call an outcome belongs to.

/// Identifies one attempt at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId(pub u64);

//! How a plan ended, and the names of what says so, in its directory or in the bucket.

/// Says that all objects of the plan were completed and proved.
pub const COMPLETED: &str = "completed.json";
/// Says that the plan was given up.
pub const ABORTED: &str = "aborted.json";

/// How a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanEnd {
    /// Its objects were completed and proved.
    Completed,
    /// It was aborted.
    Aborted,
}

impl PlanEnd {
    /// The name of the file, or the object, that says so.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Completed => COMPLETED,
            Self::Aborted => ABORTED,
        }
    }
}

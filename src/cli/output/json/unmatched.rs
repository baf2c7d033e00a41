//! `unmatched`: a rule of the command line that matches nothing.

use serde::Serialize;

use crate::cli::output::unmatched::option;
use crate::upload::source::{Nearest, UnmatchedRule};

#[derive(Debug, Serialize)]
pub(crate) struct Unmatched<'a> {
    option: &'static str,
    glob: &'a str,
    /// Globs that match something.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<&'a [String]>,
    /// A path that they match.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_match: Option<&'a str>,
}

impl<'a> Unmatched<'a> {
    pub(crate) fn new(UnmatchedRule { rule, nearest }: &'a UnmatchedRule) -> Self {
        let (instead, would_match) =
            nearest.as_ref().map(|Nearest { globs, path }| (globs.as_slice(), path.as_str())).unzip();
        Self { option: option(rule), glob: rule.glob(), instead, would_match }
    }
}

//! What a failure's message and hints depend on, besides the engine's error.

use std::path::Path;

use crate::cli::process::signals::Signal;
use crate::cos::Service;

/// What the engine does not know about a failed upload.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The service that was spoken to.
    pub service: Service,
    /// The source, as people read it.
    pub source: &'a str,
    /// How many parts it has, where it has parts.
    pub parts: Option<u16>,
    /// The journal that is kept, where one is.
    pub journal: Option<&'a Path>,
    /// The signal that stopped it, where one did.
    pub signal: Option<Signal>,
    /// Whether it cannot be told if the object was completed.
    pub unknown: bool,
    /// Whether the source came through a pipe, and the same command would find nothing there.
    pub stream: bool,
    /// What the same command would do with what is left.
    pub rerun: &'a Rerun,
}

/// What the same command would do with the upload that this one leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// Whether it would resume the upload: the user did not give `--no-resume`.
    pub resumes: bool,
    /// The options that decide where a stream is cut, of those that the user gave.
    pub cut_by: Vec<&'static str>,
}

/// A command without an option that changes what the next run does.
pub(crate) static RESUMES: Rerun = Rerun { resumes: true, cut_by: Vec::new() };

impl Rerun {
    /// The command that would resume the upload.
    pub(crate) fn resuming_command(&self) -> &'static str {
        if self.resumes { "the same command" } else { "the same command without --no-resume" }
    }
}

impl<'a> Circumstances<'a> {
    /// Those of a request outside an upload.
    pub fn of(about: &'a str, service: Service) -> Self {
        Self {
            source: about,
            service,
            parts: None,
            journal: None,
            signal: None,
            unknown: false,
            stream: false,
            rerun: &RESUMES,
        }
    }
}

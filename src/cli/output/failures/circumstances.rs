//! The facts, besides the engine's error, that a failure's message and hints depend on.

use std::path::Path;

use crate::cli::process::signals::Signal;
use crate::cos::Service;
use crate::language::{Phrase, phrase};

/// The facts about a failed upload that the engine does not know.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The service that got the requests.
    pub service: Service,
    /// The source, as messages name it.
    pub source: &'a str,
    /// The number of parts, if the source is sent in parts.
    pub parts: Option<u16>,
    /// The journal, if it is kept.
    pub journal: Option<&'a Path>,
    /// The signal that stopped the upload, if one did.
    pub signal: Option<Signal>,
    /// Whether it is unknown if the object was completed.
    pub unknown: bool,
    /// Whether the source came through a pipe, so that the same command would find no data there.
    pub stream: bool,
    /// The effect of the same command on the upload that is left.
    pub rerun: &'a Rerun,
}

/// The effect of the same command on the upload that this one leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// Whether it would resume the upload: the user did not give `--no-resume`.
    pub resumes: bool,
    /// The user's options that decide where a stream is split.
    pub cut_by: Vec<&'static str>,
}

/// A command without options that change the next run.
pub(crate) static RESUMES: Rerun = Rerun { resumes: true, cut_by: Vec::new() };

impl Rerun {
    /// The command that would resume the upload.
    pub(crate) fn resuming_command(&self) -> Phrase {
        if self.resumes { phrase!("the same command") } else { phrase!("the same command without --no-resume") }
    }
}

impl<'a> Circumstances<'a> {
    /// The circumstances of a request outside an upload.
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

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
}

impl<'a> Circumstances<'a> {
    /// Those of a request outside an upload.
    pub fn of(about: &'a str, service: Service) -> Self {
        Self { source: about, service, parts: None, journal: None, signal: None, unknown: false, stream: false }
    }
}

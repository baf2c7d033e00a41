//! The record of `--publish-together`, locked by one command at a time.

use std::path::PathBuf;

use crate::cli::options::UploadOptions;
use crate::cli::options::sources::Many;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::paths::absolute;
use crate::language::phrase;
use crate::upload::journal::file::{JournalFile, OpenError};
use crate::upload::journal::lines::Content;
use crate::upload::journal::publishing::{Publishing, file_name};

/// Warns the next run that this run was completing objects. The lock keeps other commands from publishing the same
/// sources.
pub(crate) struct PublishingRecord {
    file: JournalFile,
    of_earlier_run: bool,
}

impl PublishingRecord {
    /// Locks the record of these sources and this destination. Fails before any request if the record is not writable.
    pub(crate) fn claim(many: &Many, options: &UploadOptions, site: &str) -> Result<Self, Failure> {
        let directory = options.state_directory.as_ref().ok_or_else(|| {
            Failure::usage(phrase!(
                "--publish-together keeps journals, and no home directory is known; name one with --state-dir"
            ))
        })?;
        let sources: Vec<PathBuf> =
            many.named.iter().chain(many.list.iter().map(|list| &list.file)).map(|path| absolute(path)).collect();
        let path = directory.join(file_name(&format!("{site} {} {:?} {sources:?}", options.bucket, many.prefix)));
        match JournalFile::open(&path) {
            Ok((file, content)) => Ok(Self {
                file,
                of_earlier_run: !matches!(content, None | Some(Content::Nothing | Content::Comparing)),
            }),
            Err(OpenError::Busy) => Err(Failure::JournalInUse(path)),
            Err(OpenError::Unusable(error)) => {
                Err(Failure::JournalUnusable { journal: path, why: error.to_string().into() })
            }
        }
    }

    /// Whether an earlier run wrote the record and ended while it completed objects.
    pub(crate) fn is_of_earlier_run(&self) -> bool {
        self.of_earlier_run
    }

    /// Records that objects are completed from now on.
    pub(crate) fn write(&mut self, objects: u64) -> Result<(), Failure> {
        let written = self.file.keep(0).and_then(|()| self.file.append(&Publishing { objects }.line()));
        written.map_err(|error| Failure::JournalUnusable {
            journal: self.file.path().to_owned(),
            why: error.to_string().into(),
        })
    }

    /// Removes the record unless the next run needs it.
    pub(crate) fn close(self, needed: bool) {
        if !needed {
            let _ = self.file.remove();
        }
    }
}

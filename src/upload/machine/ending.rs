//! Whether an upload goes on, and how it ended.

use crate::upload::error::UploadError;
use crate::upload::finished::Finished;

#[derive(Debug)]
pub(super) enum Ending {
    /// The upload goes on.
    Open,
    /// Nothing new begins, except an Abort. This failure is reported.
    Failing(UploadError),
    /// The user stopped the upload: nothing new begins. A failure that came before or after is reported.
    Cancelled(Option<UploadError>),
    Finished(Finished),
}

impl Ending {
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    pub(super) fn failure(&self) -> Option<&UploadError> {
        match self {
            Self::Failing(failure) | Self::Cancelled(Some(failure)) => Some(failure),
            Self::Open | Self::Cancelled(None) | Self::Finished(_) => None,
        }
    }

    pub(super) fn finished(&self) -> Option<&Finished> {
        match self {
            Self::Finished(finished) => Some(finished),
            _ => None,
        }
    }

    pub(super) fn cancel(&mut self) {
        if self.finished().is_none() {
            *self = Self::Cancelled(self.failure().cloned());
        }
    }

    /// Keeps the first failure, which is the one that is reported.
    pub(super) fn fail(&mut self, error: UploadError) {
        match self {
            Self::Open => *self = Self::Failing(error),
            Self::Cancelled(failure @ None) => *failure = Some(error),
            Self::Failing(_) | Self::Cancelled(Some(_)) | Self::Finished(_) => {}
        }
    }
}

//! The states of a part, and what is to be done with it next.

use std::sync::Arc;
use std::time::Instant;

use crate::cos::Etag;

/// One part's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// To be sent, now or after a pause.
    Waiting,
    /// The server holds a part of this size with this ETag; its MD5 has to be compared with the source's bytes.
    Doubtful { etag: Etag, resumed: bool },
    /// Being sent since then, perhaps by two requests.
    InFlight { since: Instant, twice: bool },
    /// On the server.
    Stored { etag: Etag, crc64: u64, by: StoredBy },
    /// Sent by another machine.
    Elsewhere,
}

/// How a part got on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoredBy {
    /// This run sent it.
    Sending,
    /// The server copied it in this run.
    Copying,
    /// An earlier run sent or copied it.
    EarlierRun,
}

impl StoredBy {
    pub(super) fn earlier(resumed: bool) -> Self {
        if resumed { Self::EarlierRun } else { Self::Sending }
    }
}

/// The next action for a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Todo {
    /// Send it.
    Send,
    /// Let the server copy it from the object with this ETag.
    Copy(Arc<str>),
    /// Compare the MD5 of the source's bytes with the ETag on the server.
    Compare,
}

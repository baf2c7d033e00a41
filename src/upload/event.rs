//! What happens during an upload, as data: the only way out of the engine.

use std::time::Duration;

use super::error::{Cause, Operation, UploadError};
use super::plan::object_plan::Plan;
use crate::cos::Etag;
use crate::cos::multipart::{PartNumber, UploadId};

/// Something that happened to one object's upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The upload begins, by this plan.
    Started(Plan),
    /// A new multipart upload exists.
    Initiated(UploadId),
    /// An earlier upload goes on: this much of it is on the server.
    Resumed {
        /// The upload's id.
        upload_id: UploadId,
        /// How many parts need not be sent.
        parts: u16,
        /// How many bytes need not be sent.
        bytes: u64,
    },
    /// The server holds a part, and it is what was read.
    PartStored(PartRecord),
    /// A request failed and will be sent again.
    Retrying {
        /// Which request.
        operation: Operation,
        /// How often it was sent so far.
        attempts: u32,
        /// How long it waits.
        wait: Duration,
        /// Why it failed.
        cause: Cause,
    },
    /// Bytes moved; at most a few times a second.
    Progress(Progress),
    /// Something to tell that is neither progress nor failure.
    Notice(Notice),
}

/// A finished part, as events and the journal tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRecord {
    /// Its number.
    pub number: PartNumber,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag as sent, quotes included.
    pub etag: Etag,
    /// The CRC-64 of its bytes, as they were read.
    pub crc64: u64,
}

/// How far one object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes that the server has, or that are on their way.
    pub bytes: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
}

/// Things to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A journal was found that does not fit, so a new upload starts.
    JournalDoesNotFit {
        /// What differs.
        why: String,
        /// The upload it belonged to, and whether that was aborted.
        stale: Option<(UploadId, bool)>,
    },
    /// An earlier run stopped before it knew its upload's id; there may be an orphan on the server.
    PossibleOrphan,
    /// The answer to Initiate was lost; it may have begun an upload whose id nobody knows.
    InitiateLost,
    /// The journal cannot be written: the upload goes on, but cannot be resumed.
    JournalUnwritable(String),
    /// The journal was no journal and was set aside under this name.
    JournalSetAside(String),
    /// The journal is of a later version of cosput and was left alone.
    JournalOfLaterVersion,
    /// A journal of this other upload made room for the one that was asked for; the other is left as it is.
    OtherUploadLeft(UploadId),
    /// The parts on the server may not be listed, so each one is sent again.
    PartsNotListed,
    /// The upload vanished on the server; it starts anew.
    StartedAnew(UploadId),
    /// The answer to a request was lost or unclear; HEAD decides whether the object was made.
    LookingAtObject {
        /// Which request.
        operation: Operation,
        /// Why its answer is unclear.
        cause: Cause,
    },
    /// The network fails: nothing was answered for this long. Requests are sent again all the same.
    NoNetwork(Duration),
    /// Parts on the server that no journal records are compared with the source.
    ComparingParts(u16),
    /// The object may not be looked at, so it is replaced, changed or not.
    NotCompared(Cause),
    /// A stream is not read on before parts of it have been sent, although there could be more requests.
    MemoryLimits(MemoryLimit),
    /// The server's answers prove nothing, so each part is proved by its MD5.
    ProvedByMd5(NoProof),
    /// COS could not be reached; requests go to the backup domain from now on.
    BackupDomain,
    /// The clock of this machine is off by so many seconds; requests are signed with the server's time.
    ClockCorrected {
        /// Positive where the server is ahead.
        seconds: i64,
    },
}

/// Why an answer proves nothing of the bytes that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProof {
    /// It has no CRC-64, although the service promises one.
    Crc64Missing,
    /// Its ETag is not the MD5 of the bytes.
    EtagNotMd5,
}

/// How far the memory for a stream goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    /// How much may be held, in bytes.
    pub memory: u64,
    /// The size of the next part in bytes.
    pub part_size: u64,
    /// How many such parts that is.
    pub parts: u64,
}

/// The end of one object's upload. Of what was sent there is no fourth answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The server holds the object, whole, and proved it.
    Stored(Object),
    /// The object was there, like its source, and nothing was sent.
    Unchanged(Unchanged),
    /// All of it is on the server, and it is to be completed later.
    HeldBack(HeldBack),
    /// The object was not completed.
    Failed(UploadError),
    /// It cannot be told whether the object was completed.
    Unknown(UploadError),
}

impl Object {
    /// Takes in what was sent before it was held back: all that looked like an earlier run's was that.
    pub fn add_to(&mut self, held: HeldBack) {
        let HeldBack { parts_sent, parts_resumed, bytes_sent, bytes_resumed, attempts } = held;
        self.attempts += attempts;
        if parts_sent + parts_resumed > 0 {
            (self.parts_resumed, self.bytes_resumed) = (parts_resumed, bytes_resumed);
            self.parts_sent += parts_sent;
            self.bytes_sent += bytes_sent;
        }
    }
}

/// An object that lacks nothing but its completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldBack {
    /// How many parts were sent now.
    pub parts_sent: u16,
    /// How many parts an earlier run had sent.
    pub parts_resumed: u16,
    /// Bytes that were sent now, each once, retries left out.
    pub bytes_sent: u64,
    /// Bytes that an earlier run had sent.
    pub bytes_resumed: u64,
    /// Requests sent for this object, of every kind.
    pub attempts: u32,
}

/// An object that was there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    /// Its size in bytes.
    pub size: u64,
    /// Its CRC-64, where that is known.
    pub crc64: Option<u64>,
    /// Its ETag as sent, quotes included.
    pub etag: Option<String>,
    /// The id of the answer that told of it.
    pub request_id: Option<String>,
}

/// What proved that an object is what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvedBy {
    /// The server's CRC-64 of the whole is that of what was read.
    Crc64,
    /// The server's MD5 of each part is that of what was read. CDCS has no CRC-64.
    Md5,
}

impl ProvedBy {
    /// The name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crc64 => "crc64",
            Self::Md5 => "md5",
        }
    }
}

/// A verified object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-64 of what was read.
    pub crc64: u64,
    /// What both sides agree on.
    pub proved_by: ProvedBy,
    /// Its ETag as sent, quotes included.
    pub etag: String,
    /// Its version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// The multipart upload that made it.
    pub upload_id: Option<UploadId>,
    /// How many parts were sent now.
    pub parts_sent: u16,
    /// How many parts an earlier run had sent.
    pub parts_resumed: u16,
    /// Bytes that were sent now, each once, retries left out.
    pub bytes_sent: u64,
    /// Bytes that an earlier run had sent.
    pub bytes_resumed: u64,
    /// Requests sent for this object, of every kind.
    pub attempts: u32,
    /// The id of the answer that proved it.
    pub request_id: Option<String>,
}

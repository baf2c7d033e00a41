//! The events of an upload, as data. The engine has no other output but its end, `finished`.

use std::time::Duration;

use super::error::{Cause, Operation};
use super::plan::divisions::Division;
use super::plan::object_plan::Plan;
use super::plan::part_record::PartRecord;
use crate::cos::multipart::UploadId;
use crate::language::Message;

/// An event of one object's upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The upload begins with this plan.
    Started(Plan),
    /// A new multipart upload was initiated.
    Initiated(UploadId),
    /// An earlier upload is resumed.
    Resumed {
        /// The upload ID.
        upload_id: UploadId,
        /// The number of parts that are already on the server.
        parts: u16,
        /// The number of bytes that are already on the server.
        bytes: u64,
    },
    /// The server holds a part, and it equals the data that was read.
    PartStored(PartRecord),
    /// The server holds all parts, and Complete is sent.
    Completing,
    /// A request failed and will be retried.
    Retrying {
        /// The request.
        operation: Operation,
        /// The number of attempts so far.
        attempts: u32,
        /// The pause before the retry.
        wait: Duration,
        /// The reason for the failure.
        cause: Cause,
    },
    /// Bytes were transferred; at most a few times a second.
    Progress(Progress),
    /// The file is read for its checksums; at most a few times a second.
    Reading(ReadFor, Progress),
    /// A message that is neither progress nor failure.
    Notice(Notice),
}

/// The progress of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes that are on the server or in flight.
    pub bytes: u64,
    /// The total number of bytes, if known.
    pub total: Option<u64>,
}

/// What the checksums of a file are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFor {
    /// The file is compared with the map of the object, before a delta upload.
    Comparison,
    /// The map of an object that was uploaded.
    Map,
}

/// A message to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The journal found does not fit this upload, so a new upload starts.
    JournalDoesNotFit {
        /// The difference.
        why: Message,
        /// The upload of that journal, and whether it was aborted.
        stale: Option<(UploadId, bool)>,
    },
    /// An earlier run stopped before it recorded its upload ID; an orphaned upload may remain on the server.
    PossibleOrphan,
    /// The answer to Initiate was lost; an upload with an unknown ID may exist.
    InitiateLost,
    /// The journal cannot be written. The upload continues, but cannot be resumed.
    JournalUnwritable(Message),
    /// The file was not a valid journal and was renamed to this name.
    JournalSetAside(String),
    /// The journal was written by a later version of cosput and is kept as it is.
    JournalOfLaterVersion,
    /// The journal belonged to this other upload and now belongs to the requested one. The other upload is kept.
    OtherUploadLeft(UploadId),
    /// Listing the parts on the server is not permitted, so every part is sent again.
    PartsNotListed,
    /// The server does not know the upload to resume; HEAD decides whether an earlier run completed it.
    UploadNotFound(UploadId),
    /// The upload vanished on the server, so a new one starts.
    StartedAnew(UploadId),
    /// Connections break before a part is sent, so the parts that the server lacks become smaller.
    SmallerParts {
        /// The size of the first of them so far.
        from: u64,
        /// The smaller parts.
        division: Division,
        /// The bytes that the server holds and that are sent again, because other parts take their numbers.
        given_up: u64,
    },
    /// Connections break before a part of this size is sent, but smaller ones would need more than 10,000 numbers.
    NumbersUsedUp {
        /// The size of the part in bytes.
        part_size: u64,
    },
    /// The answer to a request was lost or unclear; HEAD decides whether the object exists.
    LookingAtObject {
        /// The request.
        operation: Operation,
        /// The reason why the answer is unclear.
        cause: Cause,
    },
    /// The network fails: there was no answer for this long. Requests are still retried.
    NoNetwork(Duration),
    /// Parts on the server that the journal does not record are compared with the source.
    ComparingParts(u16),
    /// HEAD on the object is not permitted, so the object is replaced even if it has not changed.
    NotCompared(Cause),
    /// The object has other headers or metadata than this upload asks for, so it is uploaded even if its content is the same.
    OtherHeaders,
    /// A message about a delta upload.
    Delta(DeltaNotice),
    /// The memory limit stops reading the stream until parts have been sent, although more requests could run.
    MemoryLimits(MemoryLimit),
    /// The server's answers do not prove the bytes that were sent, so MD5 is used instead.
    ProvedByMd5(NoProof),
    /// COS could not be reached; requests use the backup domain from now on.
    BackupDomain,
    /// The clock of this machine is wrong by this many seconds; requests are signed with the server's time.
    ClockCorrected {
        /// Positive if the server is ahead.
        seconds: i64,
    },
}

/// How much of a file is sent from now on, and how much the server copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedDelta {
    /// The number of parts.
    pub parts: u16,
    /// The number of bytes that are sent.
    pub sent: u64,
    /// The number of bytes that the server copies.
    pub copied: u64,
}

/// A message about a delta upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeltaNotice {
    /// There is no map of the object yet.
    NoMap,
    /// The map cannot be used, for this reason.
    MapUnusable(Message),
    /// There is no object under the key.
    NoObject,
    /// The object is not the one that the map describes.
    OtherObject,
    /// HEAD failed.
    NotCompared(Cause),
    /// The object has a storage class whose objects cannot be read without a restore.
    Archived(String),
    /// The file is smaller than the object.
    Shrunk,
    /// Hardly anything of the file is in the object.
    Different,
    /// Some bytes are sent, the others copied.
    Planned(PlannedDelta),
    /// The server does not copy, for this reason; every part is sent.
    NotCopied(Cause),
    /// A part that could not be copied is sent, for this reason.
    SentInstead(Cause),
    /// Another upload begins, which sends every part. The upload with this ID could not be aborted.
    Restarted(Option<UploadId>),
    /// The map cannot be written, for this reason.
    MapUnwritable(Message),
    /// The map is kept on this machine, but not in the bucket, for this reason.
    MapNotInBucket(Message),
    /// A map would save no time: the file is sent nearly as fast as it is compared.
    NotWorthwhile,
}

impl DeltaNotice {
    /// False for what is usual, such as a first upload.
    pub fn is_warning(&self) -> bool {
        !matches!(
            self,
            Self::NoMap
                | Self::NoObject
                | Self::Shrunk
                | Self::Different
                | Self::Planned(_)
                | Self::Restarted(None)
                | Self::NotWorthwhile
        )
    }
}

/// Why an answer does not prove the bytes that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProof {
    /// It has no CRC-64, although the service promises one.
    Crc64Missing,
    /// Its ETag is not the MD5 of the bytes.
    EtagNotMd5,
}

/// The memory limit of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    /// The number of bytes that may be held.
    pub memory: u64,
    /// The size of the next part in bytes.
    pub part_size: u64,
    /// The number of such parts that fit.
    pub parts: u64,
}

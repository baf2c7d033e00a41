//! Writes receipts while a shard is sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::cli::output::failures::failure::Failure;
use crate::cos::multipart::PartNumber;
use crate::cos::{Etag, Fault};
use crate::language::{Message, message};
use crate::upload::batch::objects::ObjectId;
use crate::upload::session::Session;
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::receipts::receipt::{Receipt, Seen};
use crate::upload::source::identity::nanoseconds;
use crate::upload::source::{FileSource, Source};
use crate::upload::{Cause, Event, Finished, PartRecord, UploadError};

/// What all receipts of an attempt have.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) plan: String,
    pub(crate) shard: String,
    pub(crate) host: String,
    pub(crate) clock: fn() -> SystemTime,
}

/// The numbers of the files that are being sent, by their keys.
pub(crate) type Numbers = Arc<Mutex<HashMap<String, u64>>>;

/// Why receipts can no longer be written, once that is so.
pub(crate) type Trouble = Arc<Mutex<Option<Failure>>>;

/// Uploads that were gone: their failures, by the numbers of their files.
pub(crate) type Gone = BTreeMap<u64, UploadError>;

/// Writes the receipts of one attempt at a shard.
#[derive(Debug)]
pub(crate) struct ReceiptBook {
    attempt: Arc<Attempt>,
    lines: DurableLines,
    numbers: Numbers,
    running: BTreeMap<ObjectId, (u64, FileSource)>,
    reported: bool,
    counts: Counts,
    /// Uploads that were gone, by the numbers of their files.
    gone: Gone,
    /// Why receipts cannot be written, if that is known in detail.
    trouble: Trouble,
}

/// What a shard has at its end.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    pub(crate) counts: Counts,
    pub(crate) gone: Gone,
    pub(crate) failure: Option<Failure>,
}

/// How many units this run sent, and how many were there already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) units_sent: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) units_kept: u64,
}

impl ReceiptBook {
    /// A book that writes into `lines`, whose failures `trouble` describes.
    pub(crate) fn new(attempt: Attempt, (lines, trouble): (DurableLines, Trouble), numbers: Numbers) -> Self {
        let (attempt, running) = (Arc::new(attempt), BTreeMap::new());
        let (counts, gone) = (Counts::default(), Gone::new());
        Self { attempt, lines, numbers, running, reported: false, counts, gone, trouble }
    }

    /// An upload begins.
    pub(crate) fn begins(&mut self, object: ObjectId, session: &Session) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.remove(session.job.target.key.as_str());
        if let (Some(number), Source::File(source)) = (number, &session.job.source) {
            self.running.insert(object, (number, source.clone()));
        }
    }

    /// Something happened to an upload.
    pub(crate) fn event(&mut self, object: ObjectId, event: &Event) {
        if let Event::PartStored(PartRecord { number, size, etag, crc64 }) = event {
            self.write(object, Some(*number), (*size, etag.clone(), *crc64));
        }
    }

    /// An upload has ended.
    pub(crate) fn ends(&mut self, object: ObjectId, finished: &Finished) {
        match finished {
            Finished::Stored(stored) => {
                self.write(object, None, (stored.size, stored.etag.as_str().into(), stored.crc64));
                self.counts.units_sent += 1;
                self.counts.bytes_sent += stored.bytes_sent;
            }
            Finished::Unchanged(found) => {
                if let (Some(crc64), Some(etag)) = (found.crc64, &found.etag) {
                    self.write(object, None, (found.size, etag.as_str().into(), crc64));
                }
                self.counts.units_kept += 1;
            }
            Finished::HeldBack(held) => {
                self.counts.units_sent += u64::from(held.parts_sent);
                self.counts.bytes_sent += held.bytes_sent;
                self.counts.units_kept += u64::from(held.parts_resumed);
            }
            Finished::Failed(_) | Finished::Unknown(_) => {}
        }
        self.running.remove(&object);
    }

    /// True if the upload was gone: `complete` may have been faster, so this is judged at the end.
    pub(crate) fn is_set_aside(&mut self, object: ObjectId, finished: &Finished) -> bool {
        let Finished::Failed(error) = finished else { return false };
        let (Cause::UploadVanished(answer) | Cause::Service(answer)) = &error.cause else { return false };
        if !matches!(answer.fault(), Fault::NoSuchUpload | Fault::AlreadyCompleted) {
            return false;
        }
        let Some((number, _)) = self.running.remove(&object) else { return false };
        self.gone.insert(number, error.clone());
        true
    }

    /// Writes a receipt. What the machine sees of the file is looked up then, after its bytes were read.
    fn write(&self, object: ObjectId, part: Option<PartNumber>, (size, etag, crc64): (u64, Etag, u64)) {
        let Some((n, source)) = self.running.get(&object) else { return };
        let (n, source, attempt) = (*n, source.clone(), self.attempt.clone());
        let line = move || {
            let Attempt { plan, shard, host, clock } = (*attempt).clone();
            let time = humantime::format_rfc3339_seconds(clock()).to_string();
            Some(Receipt { plan, n, part, size, etag, crc64, seen: seen(&source), host, shard, time }.line())
        };
        drop(self.lines.append(Box::new(line)));
    }

    /// The failure to write receipts, once.
    pub(crate) fn failure(&mut self) -> Option<Failure> {
        let why = self.lines.failure().filter(|_| !self.reported)?;
        self.reported = true;
        Some(unwritable(&why, &self.trouble))
    }

    /// Waits until all receipts are durable.
    pub(crate) async fn close(self) -> Closed {
        let Self { reported, counts, gone, trouble, lines, .. } = self;
        let failure = lines.close().await.err().filter(|_| !reported);
        Closed { counts, gone, failure: failure.map(|why| unwritable(&why, &trouble)) }
    }
}

/// What this machine sees of a file now.
pub(crate) fn seen(source: &FileSource) -> Seen {
    let identity = source.identity_now();
    Seen { size: identity.size, mtime_ns: nanoseconds(identity.modified) }
}

fn unwritable(why: &Message, trouble: &Trouble) -> Failure {
    let trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
    trouble.unwrap_or_else(|| Failure::Other(message!("could not write receipts: {why}", why)))
}

//! The body of the answer to Complete: white space while the parts are merged, then the result.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Interval, interval, sleep};

use crate::cos::address::{Bucket, Key};

use crate::emulator::answer::response::{Content, Ids, error_document};
use crate::emulator::answer::{cdcs_document, document};
use crate::emulator::dialect::Dialect;
use crate::emulator::faults::Action;
use crate::emulator::faults::distortion::distort_document;
use crate::emulator::record::RequestRecord;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::operation::Operation;
use crate::emulator::service::Service;
use crate::emulator::store::{Merge, Object};

/// The time between two chunks of white space.
const PAUSE: Duration = Duration::from_millis(500);

/// A Complete whose status and headers are already sent.
pub(crate) struct CompleteBody {
    pub(crate) service: Arc<Service>,
    pub(crate) ids: Ids,
    pub(crate) dialect: Dialect,
    pub(crate) merge: Merge,
    pub(crate) place: (Bucket, Key),
    pub(crate) location: String,
    pub(crate) now: SystemTime,
    pub(crate) action: Option<Action>,
    pub(crate) record: RequestRecord,
}

type Chunks = mpsc::Sender<io::Result<Bytes>>;

impl CompleteBody {
    /// Merges the parts and writes the result. Merging continues if the client has left.
    pub(crate) async fn write(self, chunks: Chunks) {
        let mut pauses = interval(PAUSE);
        pauses.tick().await;
        let delay = match self.action {
            Some(Action::SlowComplete { seconds }) => Duration::from_secs(seconds),
            _ => Duration::ZERO,
        };
        if !self.wait(delay, &mut pauses, &chunks).await {
            return;
        }
        let Self { service, merge, now, .. } = self;
        let merging = spawn_blocking({
            let service = Arc::clone(&service);
            move || service.store.merge(&merge, now)
        });
        let merged = fill(merging, &mut pauses, &chunks).await;
        let outcome = Outcome {
            ids: self.ids,
            dialect: self.dialect,
            place: self.place,
            location: self.location,
            action: self.action,
        };
        let text = outcome.text(&merged);
        let mut record = self.record;
        record.status = Some(200);
        record.stored = merged.is_ok();
        record.code = merged.err().map(|refusal| refusal.code.to_owned());
        let _ = service.log.append(&record);
        outcome.send(text, &chunks).await;
    }

    /// Sends white space for `delay`; false if the emulator stops.
    async fn wait(&self, delay: Duration, pauses: &mut Interval, chunks: &Chunks) -> bool {
        let end = sleep(delay);
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => return true,
                () = self.service.stopped() => return false,
                _ = pauses.tick() => white_space(chunks).await,
            }
        }
    }
}

/// The end of a Complete, when the parts are merged.
struct Outcome {
    ids: Ids,
    dialect: Dialect,
    place: (Bucket, Key),
    location: String,
    action: Option<Action>,
}

impl Outcome {
    fn text(&self, merged: &Result<Object, Refusal>) -> String {
        let text = match merged {
            Ok(object) => completed(self.dialect, &self.location, &self.place, &object.etag),
            Err(refusal) => {
                let refusal = self.dialect.refusal(refusal.clone(), Some(Operation::Complete));
                error_document(&refusal, &self.location, &self.ids, self.dialect)
            }
        };
        match self.action {
            Some(Action::Distort(distortion)) => distort_document(&text, distortion),
            _ => text,
        }
    }

    async fn send(&self, mut text: String, chunks: &Chunks) {
        let cut = self.action == Some(Action::CutResult);
        if cut {
            text.truncate(text.len() / 2);
        }
        // The client may have left.
        let _ = chunks.send(Ok(text.into())).await;
        if cut {
            let _ = chunks.send(Err(io::ErrorKind::ConnectionAborted.into())).await;
        }
    }
}

/// The document of success.
pub(crate) fn completed(dialect: Dialect, location: &str, (bucket, key): &(Bucket, Key), etag: &str) -> String {
    let document = match dialect {
        Dialect::Cos => document::completed(location, bucket, key, etag),
        Dialect::Cdcs(_) => cdcs_document::completed(bucket, key, etag),
    };
    document.text(dialect.format())
}

/// Sends white space until merging ends.
async fn fill(
    mut merging: JoinHandle<Result<Object, Refusal>>,
    pauses: &mut Interval,
    chunks: &Chunks,
) -> Result<Object, Refusal> {
    loop {
        tokio::select! {
            merged = &mut merging => return merged.unwrap_or(Err(refusal::INTERNAL_ERROR)),
            _ = pauses.tick() => white_space(chunks).await,
        }
    }
}

async fn white_space(chunks: &Chunks) {
    let _ = chunks.send(Ok(Bytes::from_static(b"\r\n"))).await;
}

/// A body without a length, of one chunk.
pub(crate) fn in_one_chunk(text: String) -> Content {
    let (sender, receiver) = mpsc::channel(1);
    let _ = sender.try_send(Ok(text.into()));
    Content::Later(receiver)
}

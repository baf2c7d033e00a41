//! The body of a request, read in chunks.

use std::fs::File;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::emulator::clock;

use crate::cos::checksum::Digest;

use crate::emulator::hasher::Hasher;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::store::sparse::SparseWriter;

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The answer is an error.
    Refused(Refusal),
    /// A fault resets its connection.
    Reset,
}

impl<E: Into<Refusal>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// The body, with the rate limit of a fault or of the client, and the reset of a fault.
#[derive(Debug)]
pub(crate) struct Body {
    incoming: Incoming,
    received: u64,
    ended: bool,
    pace: Option<Pace>,
    reset_after: Option<u64>,
}

/// A rate in bytes per second from a point in time. A wait that was too long shortens the next one.
#[derive(Debug, Clone, Copy)]
struct Pace {
    rate: u64,
    start: Instant,
    before: u64,
}

impl Pace {
    /// When this number of bytes may have arrived.
    fn due(self, received: u64) -> Instant {
        let bytes = received - self.before;
        self.start + Duration::from_secs(1).mul_f64(bytes as f64 / self.rate as f64)
    }
}

impl Body {
    pub(crate) fn new(incoming: Incoming) -> Self {
        let ended = incoming.is_end_stream();
        Self { incoming, received: 0, ended, pace: None, reset_after: None }
    }

    /// The number of bytes received.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// True if the whole body has been read.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Reads no faster than this, in bytes per second.
    pub(crate) fn limit_rate(&mut self, rate: u64) {
        let rate = self.pace.map_or(rate, |known| known.rate.min(rate));
        self.pace = Some(Pace { rate, start: clock::now(), before: self.received });
    }

    /// Resets the connection after this number of bytes.
    pub(crate) fn reset_after(&mut self, bytes: u64) {
        self.reset_after = Some(bytes);
    }

    /// Returns the next chunk. If the connection is lost before the end, the body is incomplete.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        while !self.ended {
            let frame = self.incoming.frame().await.transpose().map_err(|_| refusal::INCOMPLETE_BODY)?;
            self.ended = frame.is_none();
            let Some(chunk) = frame.and_then(|frame| frame.into_data().ok()) else { continue };
            self.received += chunk.len() as u64;
            if self.reset_after.is_some_and(|after| self.received > after) {
                return Err(Trouble::Reset);
            }
            if let Some(pace) = self.pace {
                tokio::time::sleep_until(pace.due(self.received)).await;
            }
            return Ok(Some(chunk));
        }
        if self.reset_after.is_some() { Err(Trouble::Reset) } else { Ok(None) }
    }

    /// Reads the body and discards it.
    pub(crate) async fn drain(&mut self) -> Result<(), Trouble> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }

    /// Reads a document of up to `limit` bytes.
    pub(crate) async fn document(&mut self, limit: usize) -> Result<Vec<u8>, Trouble> {
        let mut document = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if document.len() + chunk.len() > limit {
                return Err(refusal::XML_SIZE_LIMIT.into());
            }
            document.extend_from_slice(&chunk);
        }
        Ok(document)
    }

    /// Writes up to `limit` bytes to `file` and computes their digest.
    pub(crate) async fn store(&mut self, file: File, limit: u64) -> Result<Digest, Trouble> {
        let mut hasher = Hasher::crc64_and_md5();
        self.append(file, limit, &mut [&mut hasher]).await?;
        Ok(hasher.finish())
    }

    /// Appends up to `limit` bytes to `file`, and adds them to each of the hashers. Runs of zeros become holes. A chunk is
    /// written while the next one arrives.
    pub(crate) async fn append(&mut self, file: File, limit: u64, hashers: &mut [&mut Hasher]) -> Result<(), Trouble> {
        let mut written = spawn_blocking(move || SparseWriter::new(file));
        while let Some(chunk) = self.chunk().await? {
            if self.received > limit {
                return Err(refusal::ENTITY_TOO_LARGE.into());
            }
            hashers.iter_mut().for_each(|hasher| hasher.update(&chunk));
            let mut writer = written.await.map_err(|_| refusal::INTERNAL_ERROR)??;
            written = spawn_blocking(move || writer.write(&chunk).map(|()| writer));
        }
        written.await.map_err(|_| refusal::INTERNAL_ERROR)??.finish()?;
        Ok(())
    }
}

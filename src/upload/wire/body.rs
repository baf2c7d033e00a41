//! A range of a source as a request's body: read in chunks, hashed in the same pass, never in memory as a whole.
//!
//! Chunks of a stream are in memory. Chunks of a file that the page cache holds are read at once, on the thread that
//! sends them. The others are read on the blocking pool, so that a slow disk stalls no connection. The source is
//! checked for changes before the last chunk is sent: a changed file is never sent to the end, so the server stores
//! nothing of it.

use crate::language::Message;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

use super::body_progress::BodyProgress;
use super::chunk::{Chunk, Gate, Speed, lend_shared};
use super::limits::pace::Pace;
use crate::cos::checksum::Hasher;
use crate::upload::buffers::{CHUNK, CountedBody};
use crate::upload::clock;
use crate::upload::error::SourceError;
use crate::upload::plan::part_range::Range;
use crate::upload::source::{FileSource, Source};
use crate::upload::threads;

/// A piece of the source: read for this body, or already in memory.
enum Piece {
    Read(Chunk),
    Held(Bytes),
}

impl Piece {
    fn into_bytes(self, gate: Option<&Gate>) -> Bytes {
        match self {
            Self::Read(chunk) => chunk.into_bytes(gate),
            Self::Held(bytes) => lend_shared(bytes, gate),
        }
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Read(chunk) => chunk.as_ref(),
            Self::Held(bytes) => bytes,
        }
    }
}

/// What sees the bytes of a body as they are sent.
pub(crate) type Reader = Box<dyn FnMut(&[u8]) + Send + Sync>;

/// The body of a request: a range of a source.
pub struct SourceBody {
    source: Source,
    offset: u64,
    left: u64,
    hasher: Option<Hasher>,
    reader: Option<Reader>,
    reading: Option<JoinHandle<Result<Chunk, SourceError>>>,
    hesitation: Option<Pin<Box<Sleep>>>,
    gate: Option<Gate>,
    /// How fast the connection took the previous chunk.
    speed: Speed,
    /// The chunk that the connection has, and since when.
    handed_over: Option<(usize, Instant)>,
    pace: Option<Pace>,
    progress: BodyProgress,
    _counted: CountedBody,
}

impl SourceBody {
    /// The bytes of `range`, with their CRC-64.
    pub fn new(source: Source, range: Range, progress: BodyProgress) -> Self {
        Self::hashed(source, range, progress, Hasher::crc64())
    }

    /// The bytes of `range`, with their CRC-64 and MD5.
    pub fn with_md5(source: Source, range: Range, progress: BodyProgress) -> Self {
        Self::hashed(source, range, progress, Hasher::crc64_and_md5())
    }

    fn hashed(source: Source, range: Range, progress: BodyProgress, hasher: Hasher) -> Self {
        let mut body = Self {
            source,
            offset: range.offset,
            left: range.length,
            hasher: Some(hasher),
            reader: None,
            reading: None,
            hesitation: None,
            gate: None,
            speed: Speed::Quick,
            handed_over: None,
            pace: None,
            progress,
            _counted: CountedBody::begin(),
        };
        if body.left == 0 {
            // A connection may skip the frames of an empty body.
            let checked = body.source.check_unchanged();
            body.end(checked);
        }
        body
    }

    /// Delays the first byte, so that an answer to the request's head alone can arrive before.
    pub fn hesitate(&mut self, time: Duration) {
        self.hesitation = Some(Box::pin(sleep(time)));
    }

    /// Returns a chunk only after the previous one was dropped; the reader must not collect chunks. A connection would
    /// take two before it writes the first. One alone needs half the memory and is still in the CPU's cache for
    /// encryption.
    pub fn lend_singly(&mut self) {
        self.gate = Some(Gate::default());
    }

    /// Shows each chunk to `reader` before it is sent.
    pub(crate) fn show_to(&mut self, reader: Reader) {
        self.reader = Some(reader);
    }

    /// Limits the rate at which the body is sent.
    pub(crate) fn keep_to(&mut self, pace: Pace) {
        self.pace = Some(pace);
    }

    /// The progress of this body.
    pub fn progress(&self) -> BodyProgress {
        self.progress.clone()
    }

    fn take(&mut self, read: Result<Piece, SourceError>) -> Result<Bytes, SourceError> {
        let piece = read?;
        let bytes = piece.as_ref();
        let length = bytes.len() as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if let Some(reader) = &mut self.reader {
            reader(bytes);
        }
        self.offset += length;
        self.left -= length;
        if self.left == 0 {
            self.source.check_unchanged()?;
        }
        if let Some(pace) = &mut self.pace {
            pace.spend(usize::try_from(length).unwrap_or(CHUNK));
        }
        self.progress.count(length);
        if self.gate.is_some() {
            self.handed_over = Some((bytes.len(), clock::now()));
        }
        Ok(piece.into_bytes(self.gate.as_ref()))
    }

    fn end(&mut self, result: Result<(), SourceError>) {
        if let Some(hasher) = self.hasher.take() {
            self.progress.end(result.map(|()| hasher.finish()));
        }
    }

    /// The number of bytes to read next, once the rate limit lets them be sent.
    fn poll_wanted(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(CHUNK).min(CHUNK);
        match &mut self.pace {
            Some(pace) => pace.poll(context, wanted, |until| self.progress.wait_until(until)),
            None => Poll::Ready(wanted),
        }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, SourceError>> {
        let wanted = if self.reading.is_some() { 0 } else { std::task::ready!(self.poll_wanted(context)) };
        let offset = self.offset;
        let file = match &self.source {
            Source::Stream(stream) => return Poll::Ready(stream.bytes(offset, wanted).map(Piece::Held)),
            Source::File(file) => file,
        };
        let reading = match &mut self.reading {
            Some(reading) => reading,
            None => match read_cached(file, offset, wanted, self.speed) {
                Some(chunk) => return Poll::Ready(Ok(Piece::Read(chunk))),
                None => {
                    let (file, speed) = (file.clone(), self.speed);
                    self.reading.insert(threads::spawn_blocking(move || read_chunk(&file, offset, wanted, speed)))
                }
            },
        };
        let read = std::task::ready!(Pin::new(reading).poll(context));
        self.reading = None;
        let read = read.unwrap_or_else(|error| Err(SourceError::Unreadable(Message::of(&error))));
        Poll::Ready(read.map(Piece::Read))
    }
}

impl http_body::Body for SourceBody {
    type Data = Bytes;
    type Error = SourceError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SourceError>>> {
        if self.left == 0 || self.hasher.is_none() {
            return Poll::Ready(None);
        }
        if let Some(hesitation) = &mut self.hesitation {
            std::task::ready!(hesitation.as_mut().poll(context));
            self.hesitation = None;
        }
        if let Some(gate) = &self.gate {
            std::task::ready!(gate.poll_open(context));
        }
        if let Some((bytes, since)) = self.handed_over.take() {
            self.speed = Speed::of(bytes, clock::now() - since);
        }
        let read = std::task::ready!(self.poll_piece(context));
        let taken = self.take(read);
        match &taken {
            Err(error) => {
                let error = error.clone();
                self.end(Err(error));
            }
            Ok(_) if self.left == 0 => self.end(Ok(())),
            Ok(_) => {}
        }
        Poll::Ready(Some(taken.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn read_chunk(source: &FileSource, offset: u64, wanted: usize, speed: Speed) -> Result<Chunk, SourceError> {
    let mut chunk = Chunk::lend(wanted, speed);
    let read = source.read_at(chunk.bytes_mut(), offset)?;
    Ok(chunk.shortened(read))
}

/// The bytes at `offset`, if the page cache holds them; `None` if the read would block or reach the end.
#[cfg(target_os = "linux")]
fn read_cached(source: &FileSource, offset: u64, wanted: usize, speed: Speed) -> Option<Chunk> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut chunk = Chunk::lend(wanted, speed);
    let into = &mut [std::io::IoSliceMut::new(chunk.bytes_mut())];
    let read = preadv2(source.file(), into, offset, ReadWriteFlags::NOWAIT).ok().filter(|read| *read > 0)?;
    Some(chunk.shortened(read))
}

#[cfg(not(target_os = "linux"))]
fn read_cached(_source: &FileSource, _offset: u64, _wanted: usize, _speed: Speed) -> Option<Chunk> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::checksum::Digest;
    use crate::upload::buffers::SMALL_CHUNK;
    use crate::upload::source::Stream;
    use http_body_util::BodyExt as _;

    fn file(content: &[u8]) -> (tempfile::TempDir, Source) {
        let (directory, file) = opened(content);
        (directory, Source::File(file))
    }

    fn opened(content: &[u8]) -> (tempfile::TempDir, FileSource) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, content).unwrap();
        (directory, FileSource::open(&path).unwrap())
    }

    #[tokio::test]
    async fn a_range_arrives_whole_and_hashed() {
        let content: Vec<u8> = (0..=255_u8).cycle().take(3 * CHUNK + 17).collect();
        let (_directory, source) = file(&content);
        let progress = BodyProgress::default();
        let range = Range { offset: 5, length: content.len() as u64 - 9 };
        let body = SourceBody::new(source, range, progress.clone());
        let bytes = body.collect().await.unwrap().to_bytes();
        let expected = &content[5..content.len() - 4];
        assert_eq!(bytes, expected);
        assert_eq!(progress.bytes(), range.length);
        assert_eq!(progress.digest().unwrap().crc64, crate::cos::checksum::crc64(expected));
    }

    #[tokio::test]
    async fn the_md5_is_taken_in_the_same_pass() {
        let content = vec![7; CHUNK + 17];
        let (_directory, source) = file(&content);
        let progress = BodyProgress::default();
        let body = SourceBody::with_md5(source, Range { offset: 1, length: CHUNK as u64 + 16 }, progress.clone());
        body.collect().await.unwrap();
        let digest = progress.digest().unwrap();
        assert_eq!(digest.md5, Some(crate::cos::checksum::Md5Digest::of(&content[1..])));
        assert_eq!(digest.crc64, crate::cos::checksum::crc64(&content[1..]));
    }

    #[tokio::test]
    async fn a_range_of_a_stream_arrives_whole_and_hashed() {
        let content: Vec<u8> = (0..=255_u8).cycle().take(3 * CHUNK + 17).collect();
        let stream = Stream::new(std::io::Cursor::new(content.clone()));
        stream.read_on(content.len() as u64, &[]).unwrap();
        let progress = BodyProgress::default();
        let range = Range { offset: 5, length: content.len() as u64 - 9 };
        let body = SourceBody::new(Source::Stream(stream), range, progress.clone());
        let expected = &content[5..content.len() - 4];
        assert_eq!(body.collect().await.unwrap().to_bytes(), expected);
        assert_eq!(progress.digest().unwrap().crc64, crate::cos::checksum::crc64(expected));
    }

    #[tokio::test]
    async fn each_piece_of_a_file_begins_where_copying_is_fast() {
        let content = vec![7; 3 * CHUNK];
        let (_directory, source) = file(&content);
        let range = Range { offset: 0, length: content.len() as u64 };
        let mut body = SourceBody::new(source, range, BodyProgress::default());
        while let Some(piece) = body.frame().await {
            crate::cos::aligned::assert_aligned(&piece.unwrap().into_data().unwrap());
        }
    }

    #[tokio::test]
    async fn a_connection_that_is_slow_gets_small_chunks_until_it_is_quick_again() {
        let (_directory, source) = file(&vec![7; 4 * CHUNK]);
        let range = Range { offset: 0, length: 4 * CHUNK as u64 };
        let mut body = SourceBody::new(source, range, BodyProgress::default());
        body.lend_singly();
        let begin = clock::now();
        // At 40 Mbit/s a whole chunk takes 46 ms, a small one 7 ms. A chunk that is taken in the future was taken at once.
        let taken =
            [begin + Duration::from_secs(600), begin - Duration::from_millis(46), begin - Duration::from_millis(7)];
        let mut speeds = Vec::new();
        for taken in [taken[0], taken[1], taken[2], taken[0]] {
            let chunk = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert!(body.speed == Speed::Quick || chunk.len() <= SMALL_CHUNK, "{}", chunk.len());
            speeds.push(body.speed);
            body.handed_over = Some((chunk.len(), taken));
        }
        assert_eq!(speeds, [Speed::Quick, Speed::Quick, Speed::Slow, Speed::Slow]);
        body.frame().await.unwrap().unwrap();
        assert_eq!(body.speed, Speed::Quick);
    }

    #[tokio::test]
    async fn an_empty_body_has_its_digest_at_once() {
        let (_directory, source) = file(b"");
        let progress = BodyProgress::default();
        let _body = SourceBody::new(source, Range { offset: 0, length: 0 }, progress.clone());
        assert_eq!(progress.digest(), Some(Digest { length: 0, crc64: 0, md5: None }));
    }

    /// Polls a future once and expects it to be pending.
    async fn waits(pending: &mut (impl Future + Unpin)) {
        tokio::select! {
            biased;
            _ = pending => panic!("it did not wait"),
            () = std::future::ready(()) => {}
        }
    }

    /// A disk that is slow to return a chunk: the chunk is read on the blocking pool, and only its own body waits.
    #[tokio::test]
    async fn a_slow_disk_keeps_no_other_body_waiting() {
        let content = vec![7; 2 * CHUNK];
        let (_directory, late) = opened(&content);
        let source = Source::File(late.clone());
        let range = Range { offset: 0, length: content.len() as u64 };
        let (slow_progress, quick_progress) = (BodyProgress::default(), BodyProgress::default());
        let mut slow = SourceBody::new(source.clone(), range, slow_progress.clone());
        let (release, released) = std::sync::mpsc::channel();
        slow.reading = Some(threads::spawn_blocking(move || {
            released.recv().unwrap();
            read_chunk(&late, 0, CHUNK, Speed::Quick)
        }));
        let mut slow = Box::pin(slow.collect());
        waits(&mut slow).await;
        // This test runs on one thread.
        let quick = SourceBody::new(source, range, quick_progress.clone()).collect().await.unwrap();
        assert_eq!(quick.to_bytes(), content);
        waits(&mut slow).await;
        assert_eq!(slow_progress.bytes(), 0);
        release.send(()).unwrap();
        assert_eq!(slow.await.unwrap().to_bytes(), content);
        assert_eq!(slow_progress.digest(), quick_progress.digest());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_the_page_cache_does_not_hold_is_read_elsewhere_and_arrives_alike() {
        let content: Vec<u8> = (0..=255_u8).cycle().take(3 * CHUNK + 17).collect();
        let (_directory, file) = opened(&content);
        file.file().sync_all().unwrap();
        rustix::fs::fadvise(file.file(), 0, None, rustix::fs::Advice::DontNeed).unwrap();
        let progress = BodyProgress::default();
        let body =
            SourceBody::new(Source::File(file), Range { offset: 0, length: content.len() as u64 }, progress.clone());
        assert_eq!(body.collect().await.unwrap().to_bytes(), content);
        assert_eq!(progress.digest().unwrap().crc64, crate::cos::checksum::crc64(&content));
    }

    #[tokio::test]
    async fn the_last_chunk_of_a_changed_file_never_leaves() {
        let content = vec![7; 2 * CHUNK];
        let (directory, source) = file(&content);
        let progress = BodyProgress::default();
        let mut body = SourceBody::new(source, Range { offset: 0, length: content.len() as u64 }, progress.clone());
        assert!(body.frame().await.unwrap().is_ok());
        let later = std::fs::File::options().append(true).open(directory.path().join("file")).unwrap();
        std::io::Write::write_all(&mut &later, b"x").unwrap();
        assert!(body.frame().await.unwrap().is_err());
        assert_eq!(progress.digest(), None);
        assert!(matches!(progress.failure(), Some(SourceError::Changed(_))));
        assert_eq!(progress.bytes(), CHUNK as u64);
    }
}

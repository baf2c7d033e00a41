//! A journal on disk: one file an upload, mode 0600, locked while in use, flushed before anything relies on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::lines;
use super::lines::{Content, FIRST_WORDS, Header};

/// A journal of 10,000 parts has about 1 MiB.
const LARGEST: u64 = 64 << 20;

/// What there must be room for: the first line and the first parts.
const ROOM: usize = 4 << 10;

/// Why a journal cannot be used.
#[derive(Debug)]
pub enum OpenError {
    /// Another process holds it.
    Busy,
    /// It cannot be made, read or locked.
    Unusable(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unusable(error)
    }
}

/// A journal file that this process holds.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: Arc<File>,
}

/// The journal's name for an upload: the same for the same source and destination.
pub fn file_name(header: &Header) -> String {
    let what = [&header.service, &header.endpoint, &header.bucket, &header.key, &header.source].map(String::as_str);
    let number = crate::cos::checksum::crc64(what.join("\0").as_bytes());
    let base = header.key.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or("object");
    let plain =
        |character: char| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '_' };
    let base: String = base.chars().map(plain).take(40).collect();
    format!("{base}-{number:016x}.jsonl")
}

impl JournalFile {
    /// Opens or makes the file, locks it, reads what it holds, and makes sure that a new one has room. The content is `None`
    /// where the file was not there before.
    pub fn open(path: &Path) -> Result<(Self, Option<Content>), OpenError> {
        let (opened, content) = Self::hold(path)?;
        // One that holds parts is worth reading even where no more can be added.
        match (&content, matches!(content, None | Some(Content::Nothing)).then(|| make_room(&opened.file))) {
            (None, Some(Err(error))) => {
                let _ = opened.remove();
                Err(error.into())
            }
            (Some(_), Some(Err(error))) => Err(error.into()),
            (_, Some(Ok(())) | None) => Ok((opened, content)),
        }
    }

    /// The same for a file that is not to be written: it needs no room.
    pub fn hold(path: &Path) -> Result<(Self, Option<Content>), OpenError> {
        Self::hold_by(path, File::try_lock)
    }

    fn hold_by(
        path: &Path,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<(Self, Option<Content>), OpenError> {
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            make_directory(directory)?;
        }
        loop {
            let known = fs::metadata(path).ok();
            // A device would be taken for an empty journal, and removed when the upload is done.
            if known.as_ref().is_some_and(|known| !known.is_file()) {
                return Err(OpenError::Unusable(io::Error::other("it is no file")));
            }
            let existed = known.is_some();
            let file = options().open(path)?;
            match lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(OpenError::Busy),
                Err(TryLockError::Error(error)) => return Err(OpenError::Unusable(no_locks(existed, path, &error))),
            }
            // Between opening and locking, the process that held the file may have finished and removed it.
            if !still_names(path, &file) {
                continue;
            }
            let existed = existed || file.metadata()?.len() > 0;
            let content = if existed { Some(read(&file)?) } else { None };
            return Ok((Self { path: path.to_owned(), file: Arc::new(file) }, content));
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets all but the first `length` bytes.
    pub fn keep(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        (&*self.file).seek(SeekFrom::Start(length))?;
        self.sync()
    }

    /// Moves it aside, under `NAME.corrupt`; the lock goes with it.
    pub fn set_aside(self) -> io::Result<PathBuf> {
        let mut name = self.path.clone().into_os_string();
        name.push(".corrupt");
        fs::rename(&self.path, &name)?;
        Ok(name.into())
    }

    /// Removes it.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }

    /// Adds lines, durably.
    pub fn append(&mut self, lines: &str) -> io::Result<()> {
        self.write(lines)?;
        self.sync()
    }

    fn write(&self, lines: &str) -> io::Result<()> {
        (&*self.file).write_all(lines.as_bytes())
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Some network file systems have no locks. Two processes could then write one journal, and each take the other's parts
/// for its own, so it is as if it could not be written. An empty file that is left would tell the next run of an orphan.
fn no_locks(existed: bool, path: &Path, error: &io::Error) -> io::Error {
    if !existed {
        let _ = fs::remove_file(path);
    }
    io::Error::new(error.kind(), format!("the file system cannot lock it ({error})"))
}

/// Fails where the disk is full: this is known before anything is sent, not when the first part is to be recorded. Until it
/// is taken away again, what is written is a last line without its end, which no reader counts.
fn make_room(mut file: &File) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut line = if length == 0 { FIRST_WORDS.to_vec() } else { Vec::new() };
    line.resize(ROOM, b' ');
    let written = file.write_all(&line);
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    written
}

fn read(file: &File) -> io::Result<Content> {
    // A whole one is taken into memory once, not in pieces that double.
    let expected = file.metadata()?.len().min(LARGEST);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > LARGEST { Content::Garbage } else { lines::read(&bytes) })
}

/// Makes the name of a new file durable, where the platform can; a failure costs a resume after a power cut, no more.
fn sync_directory(path: &Path) {
    #[cfg(unix)]
    if let Some(directory) = path.parent()
        && let Ok(directory) = File::open(directory)
    {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(unix)]
fn still_names(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(opened)) => (named.dev(), named.ino()) == (opened.dev(), opened.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn still_names(path: &Path, _file: &File) -> bool {
    path.exists()
}

enum Order {
    StartAnew,
    Flush(oneshot::Sender<Result<(), String>>),
}

/// How long lines are with the system at most before they are on disk. A process that dies loses none of them; a power cut
/// loses these, which costs a resume a second look at their parts.
const UNFLUSHED: Duration = Duration::from_secs(1);

/// Writes a journal. Lines go to the system at once, which keeps them for the disk: this costs less than to wake a thread.
/// What waits for the disk does so on a thread of its own, so that no connection does; many lines share one flush.
#[derive(Debug)]
pub struct Recorder {
    file: Arc<File>,
    state: Arc<State>,
    orders: Sender<Order>,
    thread: JoinHandle<JournalFile>,
}

#[derive(Debug, Default)]
struct State {
    /// True while the system may have lines that the disk has not.
    unflushed: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl State {
    /// Remembers the first failure. After it nothing is written any more: a line may have lost its end.
    fn note(&self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failure().get_or_insert(error.to_string());
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, file: &JournalFile) {
        // Lines that come meanwhile may miss this flush, and are left to the next one.
        if self.unflushed.swap(false, Ordering::AcqRel) {
            self.note(file.sync());
        }
    }
}

impl Recorder {
    /// Begins to write to `file`, after what it holds.
    pub fn start(file: JournalFile) -> Self {
        let (orders, queue) = channel();
        let state = Arc::new(State::default());
        let (lines, told) = (file.file.clone(), state.clone());
        Self { file: lines, state, orders, thread: thread::spawn(move || attend(file, &told, &queue)) }
    }

    /// Adds lines; they are on disk once a later `flush` returns.
    pub fn append(&self, lines: &str) {
        if self.state.failure().is_some() {
            return;
        }
        self.state.note((&*self.file).write_all(lines.as_bytes()));
        self.state.unflushed.store(true, Ordering::Release);
    }

    /// Empties the journal: what it held is of no more use. Wait for a `flush` before anything is added.
    pub fn start_anew(&self) {
        let _ = self.orders.send(Order::StartAnew);
    }

    /// Waits until all lines are on disk; tells the first failure, once.
    pub fn flush(&self) -> impl Future<Output = Result<(), String>> + Send + use<> {
        let (done, wait) = oneshot::channel();
        let _ = self.orders.send(Order::Flush(done));
        async { wait.await.unwrap_or_else(|_| Err("the journal's thread ended".to_owned())) }
    }

    /// Ends the writing and gives the file back; `None` where the thread died.
    pub fn stop(self) -> Option<JournalFile> {
        drop(self.orders);
        self.thread.join().ok()
    }
}

fn attend(mut file: JournalFile, state: &State, queue: &Receiver<Order>) -> JournalFile {
    // While this is done, the first request is on its way.
    sync_directory(&file.path);
    let mut told = false;
    loop {
        match queue.recv_timeout(UNFLUSHED) {
            Err(RecvTimeoutError::Timeout) => state.flush(&file),
            Err(RecvTimeoutError::Disconnected) => {
                state.flush(&file);
                return file;
            }
            Ok(Order::StartAnew) => state.note(file.keep(0)),
            Ok(Order::Flush(done)) => {
                state.flush(&file);
                let failure = state.failure().clone().filter(|_| !told);
                told |= failure.is_some();
                let _ = done.send(failure.map_or(Ok(()), Err));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::journal::lines::tests::header;

    fn path() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("uploads").join(file_name(&header()));
        (directory, path)
    }

    #[tokio::test]
    async fn what_is_flushed_is_found_by_the_next_process() {
        let (_directory, path) = path();
        let (file, content) = JournalFile::open(&path).unwrap();
        assert_eq!(content, None);
        let recorder = Recorder::start(file);
        recorder.append(&header().line());
        recorder.flush().await.unwrap();
        assert!(matches!(JournalFile::open(&path), Err(OpenError::Busy)));
        recorder.stop();
        let (file, content) = JournalFile::open(&path).unwrap();
        assert!(matches!(content, Some(Content::Journal(journal)) if journal.header == header()));
        file.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_line_is_with_the_system_before_anybody_can_be_told_of_it() {
        let (_directory, path) = path();
        let recorder = Recorder::start(JournalFile::open(&path).unwrap().0);
        for lines in 1..=100 {
            recorder.append(&header().line());
            assert_eq!(fs::read_to_string(&path).unwrap(), header().line().repeat(lines));
        }
        recorder.stop();
    }

    #[tokio::test]
    async fn starting_anew_forgets_what_came_before() {
        let (_directory, path) = path();
        let recorder = Recorder::start(JournalFile::open(&path).unwrap().0);
        recorder.append(&header().line());
        recorder.start_anew();
        recorder.flush().await.unwrap();
        recorder.stop();
        assert_eq!(JournalFile::open(&path).unwrap().1, Some(Content::Nothing));
    }

    #[test]
    fn the_name_is_the_keys_and_tells_destinations_apart() {
        let name = file_name(&header());
        assert!(name.starts_with("a__quoted_____key_-") && name.ends_with(".jsonl"), "{name}");
        assert_ne!(name, file_name(&Header { bucket: "other-1250000000".into(), ..header() }));
        assert_eq!(name, file_name(&Header { size: 1, upload_id: "x".into(), ..header() }));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, path) = path();
        let _file = JournalFile::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_system_without_locks_is_unusable_and_keeps_nothing() {
        let (_directory, path) = path();
        let refusing = |kind: io::ErrorKind| move |_: &File| Err(TryLockError::Error(io::Error::new(kind, "no locks")));
        for kind in [io::ErrorKind::Unsupported, io::ErrorKind::Other] {
            let refused = JournalFile::hold_by(&path, refusing(kind)).unwrap_err();
            let OpenError::Unusable(error) = refused else { panic!("{refused:?}") };
            assert_eq!(error.to_string(), "the file system cannot lock it (no locks)");
            assert!(!path.exists());
        }
        fs::write(&path, header().line()).unwrap();
        assert!(JournalFile::hold_by(&path, refusing(io::ErrorKind::Unsupported)).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), header().line(), "an earlier journal is left as it is");
    }

    #[test]
    fn a_lock_that_another_has_is_busy_and_leaves_the_file_alone() {
        let (_directory, path) = path();
        let (first, _) = JournalFile::open(&path).unwrap();
        assert!(matches!(JournalFile::open(&path), Err(OpenError::Busy)));
        assert!(matches!(JournalFile::hold(&path), Err(OpenError::Busy)));
        assert!(path.exists());
        drop(first);
        assert!(JournalFile::open(&path).is_ok(), "the lock goes with the file");
    }

    #[test]
    fn making_room_leaves_nothing_behind_and_a_crash_within_leaves_a_journal_that_never_began() {
        let (_directory, path) = path();
        drop(JournalFile::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        for written in [1, FIRST_WORDS.len(), ROOM] {
            let mut line = FIRST_WORDS.to_vec();
            line.resize(ROOM, b' ');
            fs::write(&path, &line[..written]).unwrap();
            assert_eq!(JournalFile::open(&path).unwrap().1, Some(Content::Nothing), "{written}");
        }
    }

    #[test]
    fn a_directory_that_cannot_be_is_unusable() {
        let (directory, _) = path();
        fs::write(directory.path().join("file"), "").unwrap();
        let inside = directory.path().join("file").join("journal");
        assert!(matches!(JournalFile::open(&inside), Err(OpenError::Unusable(_))));
    }
}

//! Writes a journal while its upload runs.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::file::JournalFile;
use super::header::FIRST_WORDS;
use crate::language::{Message, message};

/// Longest time for which the system has lines that are not on disk. A process that dies loses none of them; a power cut
/// does, and the next run then compares their parts again.
const UNFLUSHED: Duration = Duration::from_secs(1);

/// Writes a journal. Lines go to the system at once: that costs less than waking a thread. Flushes run on a thread of their
/// own, so that no connection waits for the disk; many lines share one flush.
#[derive(Debug)]
pub struct Recorder {
    file: Arc<File>,
    state: Arc<State>,
    flusher: Flusher,
}

/// Who flushes: a thread, or the caller if there is no thread.
#[derive(Debug)]
enum Flusher {
    Thread { orders: Sender<Order>, thread: JoinHandle<Option<JournalFile>> },
    Caller(Mutex<Unthreaded>),
}

#[derive(Debug)]
struct Unthreaded {
    file: JournalFile,
    reported: bool,
}

#[derive(Debug)]
enum Order {
    /// The first order: a thread that cannot be had must not take the file along.
    Begin(JournalFile),
    StartAnew,
    Flush(oneshot::Sender<Result<(), Message>>),
}

#[derive(Debug, Default)]
struct State {
    /// True while the system may have lines that the disk has not.
    unflushed: AtomicBool,
    failure: Mutex<Option<Message>>,
}

impl State {
    /// Keeps the first failure. After it nothing is written: the last line may have lost its end.
    fn note(&self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failure().get_or_insert_with(|| Message::of(&error));
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<Message>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, file: &JournalFile) {
        // Lines that are written meanwhile may miss this flush; the next one takes them.
        if self.unflushed.swap(false, Ordering::AcqRel) {
            self.note(file.sync());
        }
    }

    /// Flushes and answers with the first failure, once.
    fn answer(&self, file: &JournalFile, reported: &mut bool, done: oneshot::Sender<Result<(), Message>>) {
        self.flush(file);
        let failure = self.failure().clone().filter(|_| !*reported);
        *reported |= failure.is_some();
        let _ = done.send(failure.map_or(Ok(()), Err));
    }
}

impl Recorder {
    /// Begins to write to `file`, after what it contains.
    pub fn start(file: JournalFile) -> Self {
        let (orders, queue) = channel();
        let state = Arc::new(State::default());
        let (lines, shared) = (file.share(), state.clone());
        let serving = move || match queue.recv() {
            Ok(Order::Begin(file)) => Some(serve(file, &shared, &queue)),
            _ => None,
        };
        let flusher = match thread::Builder::new().spawn(serving) {
            Ok(thread) => {
                let _ = orders.send(Order::Begin(file));
                Flusher::Thread { orders, thread }
            }
            Err(_) => Flusher::Caller(Mutex::new(Unthreaded { file, reported: false })),
        };
        Self { file: lines, state, flusher }
    }

    /// Adds lines; they are on disk once a later `flush` returns.
    pub fn append(&self, lines: &str) {
        if self.state.failure().is_some() {
            return;
        }
        self.state.note((&*self.file).write_all(lines.as_bytes()));
        self.state.unflushed.store(true, Ordering::Release);
    }

    /// Changes the version in the first line, which is there. It has one digit, so the line stays as long as it is.
    pub fn set_schema(&self, schema: u32) {
        debug_assert!(schema < 10);
        if self.state.failure().is_some() {
            return;
        }
        self.state.note(overwrite(&self.file, FIRST_WORDS.len() as u64, schema.to_string().as_bytes()));
        self.state.unflushed.store(true, Ordering::Release);
    }

    /// Empties the journal. Wait for a `flush` before anything is added.
    pub fn start_anew(&self) {
        match &self.flusher {
            Flusher::Thread { orders, .. } => drop(orders.send(Order::StartAnew)),
            Flusher::Caller(unthreaded) => {
                let mut unthreaded = unthreaded.lock().unwrap_or_else(PoisonError::into_inner);
                self.state.note(unthreaded.file.keep(0));
            }
        }
    }

    /// Waits until all lines are on disk. Returns the first failure, once.
    pub fn flush(&self) -> impl Future<Output = Result<(), Message>> + Send + use<> {
        let (done, wait) = oneshot::channel();
        match &self.flusher {
            Flusher::Thread { orders, .. } => drop(orders.send(Order::Flush(done))),
            Flusher::Caller(unthreaded) => {
                let Unthreaded { file, reported } = &mut *unthreaded.lock().unwrap_or_else(PoisonError::into_inner);
                self.state.answer(file, reported, done);
            }
        }
        async { wait.await.unwrap_or_else(|_| Err(message!("the journal's thread ended"))) }
    }

    /// Ends the writing and gives the file back; `None` if the thread died.
    pub fn stop(self) -> Option<JournalFile> {
        match self.flusher {
            Flusher::Thread { orders, thread } => {
                drop(orders);
                thread.join().ok().flatten()
            }
            Flusher::Caller(unthreaded) => {
                let file = unthreaded.into_inner().unwrap_or_else(PoisonError::into_inner).file;
                self.state.flush(&file);
                Some(file)
            }
        }
    }
}

/// Writes over bytes in the middle of a file, and returns to its end.
fn overwrite(mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    let written = file.write_all(bytes);
    file.seek(SeekFrom::End(0))?;
    written
}

fn serve(mut file: JournalFile, state: &State, queue: &Receiver<Order>) -> JournalFile {
    // Meanwhile the first request is in flight.
    file.sync_directory();
    let mut reported = false;
    loop {
        match queue.recv_timeout(UNFLUSHED) {
            Err(RecvTimeoutError::Timeout) => state.flush(&file),
            Err(RecvTimeoutError::Disconnected) => {
                state.flush(&file);
                return file;
            }
            Ok(Order::StartAnew) => state.note(file.keep(0)),
            Ok(Order::Flush(done)) => state.answer(&file, &mut reported, done),
            Ok(Order::Begin(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::upload::journal::file::OpenError;
    use crate::upload::journal::file::tests::path;
    use crate::upload::journal::header::tests::header;
    use crate::upload::journal::lines::Content;

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
    fn a_line_is_with_the_system_once_append_returns() {
        let (_directory, path) = path();
        let recorder = Recorder::start(JournalFile::open(&path).unwrap().0);
        for lines in 1..=100 {
            recorder.append(&header().line());
            assert_eq!(fs::read_to_string(&path).unwrap(), header().line().repeat(lines));
        }
        recorder.stop();
    }

    #[tokio::test]
    async fn a_version_is_changed_in_place_and_lines_follow_as_before() {
        let (_directory, path) = path();
        let recorder = Recorder::start(JournalFile::open(&path).unwrap().0);
        recorder.append(&header().line());
        recorder.set_schema(3);
        recorder.append("{}\n");
        recorder.flush().await.unwrap();
        let expected = header().line().replace("{\"schema\":1,", "{\"schema\":3,") + "{}\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
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
}

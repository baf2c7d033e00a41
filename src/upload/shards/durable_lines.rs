//! Lines, each of which is durable before it counts. Lines that wait at the same time are kept together.
//!
//! Usually a file keeps them, which a thread writes. Something that sends requests may keep them instead.

use std::fs::File;
use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use tokio::task;

use super::kept_lines::{KeptLines, MakeLine};
use super::line_file::LineFile;
use crate::language::{Message, message};

/// How many lines are kept together at most.
const LINES_TOGETHER: usize = 1000;

/// Keeps lines that belong together. They are durable once the result is there.
pub type KeepLines = Box<dyn FnMut(String) -> Pin<Box<dyn Future<Output = Result<(), Message>> + Send>> + Send>;

type Done = oneshot::Sender<Result<(), Message>>;

type Order = (MakeLine, Done);

type Shared = Arc<Mutex<KeptLines>>;

/// Adds lines.
#[derive(Debug)]
pub struct DurableLines {
    writer: Writer,
    kept: Shared,
}

/// Who writes.
#[derive(Debug)]
enum Writer {
    /// A thread, into a file.
    Thread { orders: Sender<Order>, thread: JoinHandle<()> },
    /// The caller, into a file, if there is no thread.
    Caller(Arc<LineFile>),
    /// A task that sends requests.
    Task { orders: mpsc::UnboundedSender<Order>, task: task::JoinHandle<()> },
}

impl DurableLines {
    /// Adds lines at the end of `file`, which was opened at `path`.
    pub fn new(file: File, path: &Path) -> Self {
        let (orders, queue) = channel();
        let kept = Shared::default();
        let file = Arc::new(LineFile::new(file, path));
        let (shared, noted) = (file.clone(), kept.clone());
        let writer = match thread::Builder::new().spawn(move || serve(&shared, &queue, &noted)) {
            Ok(thread) => Writer::Thread { orders, thread },
            Err(_) => Writer::Caller(file),
        };
        Self { writer, kept }
    }

    /// Hands lines to `keep`, in a task of the runtime.
    pub fn kept_by(keep: KeepLines) -> Self {
        let (orders, queue) = mpsc::unbounded_channel();
        let kept = Shared::default();
        let task = tokio::spawn(keep_all(keep, queue, kept.clone()));
        Self { writer: Writer::Task { orders, task }, kept }
    }

    /// Adds a line. The result is there once the line is durable. The line is kept even if nothing waits for it.
    pub fn append(&self, line: MakeLine) -> impl Future<Output = Result<(), Message>> + Send + use<> {
        let (done, wait) = oneshot::channel();
        match &self.writer {
            // A thread that has died drops the sender of the answer.
            Writer::Thread { orders, .. } => drop(orders.send((line, done))),
            Writer::Task { orders, .. } => drop(orders.send((line, done))),
            Writer::Caller(file) => write(file, vec![(line, done)], &self.kept),
        }
        async { wait.await.unwrap_or_else(|_| Err(ended())) }
    }

    /// The first failure. After it nothing is kept.
    pub fn failure(&self) -> Option<Message> {
        lock(&self.kept).failure().cloned()
    }

    /// Waits until all lines are durable.
    pub async fn close(self) -> Result<(), Message> {
        match self.writer {
            Writer::Thread { orders, thread } => {
                drop(orders);
                thread.join().map_err(|_| ended())?;
            }
            Writer::Task { orders, task } => {
                drop(orders);
                task.await.map_err(|_| ended())?;
            }
            Writer::Caller(_) => {}
        }
        lock(&self.kept).failure().cloned().map_or(Ok(()), Err)
    }
}

fn ended() -> Message {
    message!("the thread that writes it ended")
}

fn lock(kept: &Mutex<KeptLines>) -> std::sync::MutexGuard<'_, KeptLines> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(file: &LineFile, queue: &Receiver<Order>, kept: &Mutex<KeptLines>) {
    while let Ok(first) = queue.recv() {
        let mut orders = vec![first];
        orders.extend(queue.try_iter().take(LINES_TOGETHER - 1));
        write(file, orders, kept);
    }
    // A file that was removed after its last line proves nothing either.
    lock(kept).note(file.check().map_err(|error| Message::of(&error)));
}

/// Writes lines, flushes them, and answers those who wait.
fn write(file: &LineFile, orders: Vec<Order>, kept: &Mutex<KeptLines>) {
    let (lines, waiting): (Vec<MakeLine>, Vec<Done>) = orders.into_iter().unzip();
    let mut kept = lock(kept);
    if let Some(text) = kept.text(lines) {
        kept.note(file.append(&text).map_err(|error| Message::of(&error)));
    }
    answer(waiting, kept.failure());
}

async fn keep_all(mut keep: KeepLines, mut queue: mpsc::UnboundedReceiver<Order>, kept: Shared) {
    let mut orders = Vec::new();
    while queue.recv_many(&mut orders, LINES_TOGETHER).await > 0 {
        let (lines, waiting): (Vec<MakeLine>, Vec<Done>) = std::mem::take(&mut orders).into_iter().unzip();
        let text = lock(&kept).text(lines);
        if let Some(text) = text {
            let result = keep(text).await;
            lock(&kept).note(result);
        }
        answer(waiting, lock(&kept).failure());
    }
}

fn answer(waiting: Vec<Done>, failure: Option<&Message>) {
    for done in waiting {
        let _ = done.send(failure.cloned().map_or(Ok(()), Err));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> MakeLine {
        let line = format!("{text}\n");
        Box::new(move || Some(line))
    }

    #[tokio::test]
    async fn a_line_is_in_the_file_once_append_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        let lines = DurableLines::new(File::create(&path).unwrap(), &path);
        for number in 0..10 {
            lines.append(line(&number.to_string())).await.unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), number + 1);
        }
        drop(lines.append(line("not waited for")));
        drop(lines.append(Box::new(|| None)));
        assert_eq!(lines.close().await, Ok(()));
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 11);
    }

    #[tokio::test]
    async fn after_a_failure_nothing_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        std::fs::write(&path, "").unwrap();
        let lines = DurableLines::new(File::open(&path).unwrap(), &path);
        assert!(lines.append(line("a")).await.is_err());
        assert!(lines.append(line("b")).await.is_err());
        assert!(lines.failure().is_some());
        assert!(lines.close().await.is_err());
    }

    /// Lines in a file without a name are lost when the program ends.
    #[tokio::test]
    async fn lines_in_a_file_that_was_removed_do_not_count() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        let open = || DurableLines::new(File::create(&path).unwrap(), &path);
        let lines = open();
        lines.append(line("a")).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(lines.append(line("b")).await.is_err());
        assert!(lines.close().await.is_err());

        let lines = open();
        lines.append(line("a")).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(lines.close().await.is_err(), "it was removed after its last line");
    }

    #[tokio::test]
    async fn lines_are_handed_over_together_and_none_after_a_failure() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let shared = kept.clone();
        let lines = DurableLines::kept_by(Box::new(move |text| {
            let kept = shared.clone();
            Box::pin(async move {
                let mut kept = kept.lock().unwrap();
                kept.push(text.clone());
                if text.contains("full") { Err("full".into()) } else { Ok(()) }
            })
        }));
        let both = (lines.append(line("a")), lines.append(line("b")));
        assert_eq!((both.0.await, both.1.await), (Ok(()), Ok(())));
        assert_eq!(lines.append(line("full")).await, Err("full".into()));
        assert_eq!(lines.append(line("c")).await, Err("full".into()));
        assert_eq!(lines.close().await, Err("full".into()));
        assert_eq!(*kept.lock().unwrap(), ["a\nb\n", "full\n"]);
    }
}

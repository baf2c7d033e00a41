//! A file of lines, each of which is on disk before it counts. Lines that wait at the same time share one flush.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// How many lines share one flush at most.
const LINES_A_FLUSH: usize = 1000;

/// Makes a line, on the thread that writes it. `None` adds nothing.
pub type MakeLine = Box<dyn FnOnce() -> Option<String> + Send>;

type Done = oneshot::Sender<Result<(), String>>;

/// Adds lines to a file.
#[derive(Debug)]
pub struct DurableLines {
    writer: Writer,
    failure: Arc<Mutex<Option<String>>>,
}

/// Who writes: a thread, or the caller if there is no thread.
#[derive(Debug)]
enum Writer {
    Thread { orders: Sender<(MakeLine, Done)>, thread: JoinHandle<()> },
    Caller(Arc<File>),
}

impl DurableLines {
    /// Adds lines at the end of `file`.
    pub fn new(file: File) -> Self {
        let (orders, queue) = channel();
        let failure = Arc::new(Mutex::new(None));
        let file = Arc::new(file);
        let (shared, noted) = (file.clone(), failure.clone());
        let writer = match thread::Builder::new().spawn(move || serve(&shared, &queue, &noted)) {
            Ok(thread) => Writer::Thread { orders, thread },
            Err(_) => Writer::Caller(file),
        };
        Self { writer, failure }
    }

    /// Adds a line. The result is there once the line is on disk. The line is written even if nothing waits for it.
    pub fn append(&self, line: MakeLine) -> impl Future<Output = Result<(), String>> + Send + use<> {
        let (done, wait) = oneshot::channel();
        match &self.writer {
            // A thread that has died drops the sender of the answer.
            Writer::Thread { orders, .. } => drop(orders.send((line, done))),
            Writer::Caller(file) => write(file, vec![(line, done)], &self.failure),
        }
        async { wait.await.unwrap_or_else(|_| Err("the thread that writes it ended".to_owned())) }
    }

    /// The first failure. After it nothing is written.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until all lines are on disk.
    pub fn close(self) -> Result<(), String> {
        if let Writer::Thread { orders, thread } = self.writer {
            drop(orders);
            thread.join().map_err(|_| "the thread that writes it ended".to_owned())?;
        }
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), Err)
    }
}

fn serve(file: &File, queue: &Receiver<(MakeLine, Done)>, failure: &Mutex<Option<String>>) {
    while let Ok(first) = queue.recv() {
        let mut orders = vec![first];
        orders.extend(queue.try_iter().take(LINES_A_FLUSH - 1));
        write(file, orders, failure);
    }
}

/// Writes lines, flushes them, and answers those who wait. After a failure nothing is written: the last line may have lost
/// its end.
fn write(file: &File, orders: Vec<(MakeLine, Done)>, failure: &Mutex<Option<String>>) {
    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
    let (lines, waiting): (Vec<MakeLine>, Vec<Done>) = orders.into_iter().unzip();
    if failure.is_none() {
        let text: String = lines.into_iter().filter_map(|line| line()).collect();
        *failure = flush(file, &text).err().map(|error| error.to_string());
    }
    let result = failure.clone().map_or(Ok(()), Err);
    for done in waiting {
        let _ = done.send(result.clone());
    }
}

fn flush(mut file: &File, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
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
        let lines = DurableLines::new(File::create(&path).unwrap());
        for number in 0..10 {
            lines.append(line(&number.to_string())).await.unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), number + 1);
        }
        drop(lines.append(line("not waited for")));
        drop(lines.append(Box::new(|| None)));
        assert_eq!(lines.close(), Ok(()));
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 11);
    }

    #[tokio::test]
    async fn after_a_failure_nothing_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        std::fs::write(&path, "").unwrap();
        let lines = DurableLines::new(File::open(&path).unwrap());
        assert!(lines.append(line("a")).await.is_err());
        assert!(lines.append(line("b")).await.is_err());
        assert!(lines.failure().is_some());
        assert!(lines.close().is_err());
    }
}

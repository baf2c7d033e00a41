//! Sends work to the engine, several items at a time.

use tokio::sync::mpsc;

use super::observing::news::SourceNews;
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::driver::Work;

/// Work for the engine, with news about sources in between.
pub(crate) type UploadWork = Work<SourceNews>;

/// How many items are sent at a time. Waking another thread takes as long as opening a file. With one request at a
/// time, there may be descriptors for only one item.
const ITEMS_AT_A_TIME: usize = 8;

/// How many files are opened ahead of those that the engine has begun: items that it has received, items in the
/// channel, and items that wait to be sent.
pub(crate) const OPENED_AHEAD: usize = 3 * ITEMS_AT_A_TIME;

/// Sends work to the engine, which receives it as its capacity allows.
pub(crate) struct WorkSender {
    channel: mpsc::Sender<Vec<UploadWork>>,
    waiting: Vec<UploadWork>,
    at_a_time: usize,
}

impl WorkSender {
    /// A sender, and the receiver for the engine.
    pub(crate) fn new(concurrency: Concurrency) -> (Self, mpsc::Receiver<Vec<UploadWork>>) {
        let (channel, received) = mpsc::channel(1);
        let at_a_time = if concurrency.most() == 1 { 1 } else { ITEMS_AT_A_TIME };
        (Self { channel, waiting: Vec::new(), at_a_time }, received)
    }

    /// Adds an item. Blocks once a batch is full. Returns false if the engine has stopped receiving.
    pub(crate) fn send(&mut self, work: UploadWork) -> bool {
        self.waiting.push(work);
        self.waiting.len() < self.at_a_time || self.flush()
    }

    /// Sends one item on the runtime's thread. Returns false if the engine has stopped receiving.
    pub(crate) async fn send_here(&self, work: UploadWork) -> bool {
        self.channel.send(vec![work]).await.is_ok()
    }

    /// Sends the waiting items. Blocks until they are received. Returns false if the engine has stopped receiving.
    pub(crate) fn flush(&mut self) -> bool {
        self.waiting.is_empty() || self.channel.blocking_send(std::mem::take(&mut self.waiting)).is_ok()
    }
}

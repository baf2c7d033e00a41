//! Hands work to the engine, several items at a time.

use tokio::sync::mpsc;

use super::news::SourceNews;
use crate::upload::batch::window::Concurrency;
use crate::upload::driver::Work;

/// Work for the engine, with news of sources in between.
pub(crate) type UploadWork = Work<SourceNews>;

/// How many items are handed over at a time. Waking another thread takes as long as opening a file. With one request at a
/// time there may be descriptors for one item only.
const ITEMS_AT_A_TIME: usize = 8;

/// How many files are opened ahead of those that the engine has begun: items that it has received, items in the channel, and
/// items that wait to be sent.
pub(crate) const OPENED_AHEAD: usize = 3 * ITEMS_AT_A_TIME;

/// Hands work to the engine, which receives it when it has room.
pub(crate) struct WorkSender {
    channel: mpsc::Sender<Vec<UploadWork>>,
    waiting: Vec<UploadWork>,
    at_a_time: usize,
}

impl WorkSender {
    /// A sender, and the end from which the engine receives.
    pub(crate) fn new(concurrency: Concurrency) -> (Self, mpsc::Receiver<Vec<UploadWork>>) {
        let (channel, received) = mpsc::channel(1);
        let at_a_time = if concurrency.most() == 1 { 1 } else { ITEMS_AT_A_TIME };
        (Self { channel, waiting: Vec::new(), at_a_time }, received)
    }

    /// Adds an item. Blocks once there are enough to hand over. Returns false if the engine receives no more.
    pub(crate) fn send(&mut self, work: UploadWork) -> bool {
        self.waiting.push(work);
        self.waiting.len() < self.at_a_time || self.flush()
    }

    /// Hands over one item on the thread of the runtime. Returns false if the engine receives no more.
    pub(crate) async fn send_here(&self, work: UploadWork) -> bool {
        self.channel.send(vec![work]).await.is_ok()
    }

    /// Hands over the items that wait. Blocks until they are received. Returns false if the engine receives no more.
    pub(crate) fn flush(&mut self) -> bool {
        self.waiting.is_empty() || self.channel.blocking_send(std::mem::take(&mut self.waiting)).is_ok()
    }
}

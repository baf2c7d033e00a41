//! Hands work to the engine, several items at a time.

use tokio::sync::mpsc;

use super::news::SourceNews;
use crate::upload::driver::Work;

/// Work for the engine, with news of sources in between.
pub(crate) type UploadWork = Work<SourceNews>;

/// How many items are handed over at a time. Waking another thread takes as long as opening a file.
const ITEMS_AT_A_TIME: usize = 8;

/// How many files are opened ahead of those that the engine has begun: items that it has received, items in the channel, and
/// items that wait to be sent.
pub(crate) const OPENED_AHEAD: usize = 3 * ITEMS_AT_A_TIME;

/// Hands work to the engine, which receives it when it has room.
pub(crate) struct WorkSender {
    channel: mpsc::Sender<Vec<UploadWork>>,
    waiting: Vec<UploadWork>,
}

impl WorkSender {
    /// A sender, and the end from which the engine receives.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Vec<UploadWork>>) {
        let (channel, received) = mpsc::channel(1);
        (Self { channel, waiting: Vec::new() }, received)
    }

    /// Adds an item. Blocks once there are enough to hand over. Returns false if the engine receives no more.
    pub(crate) fn send(&mut self, work: UploadWork) -> bool {
        self.waiting.push(work);
        self.waiting.len() < ITEMS_AT_A_TIME || self.flush()
    }

    /// Hands over the items that wait. Blocks until they are received. Returns false if the engine receives no more.
    pub(crate) fn flush(&mut self) -> bool {
        self.waiting.is_empty() || self.channel.blocking_send(std::mem::take(&mut self.waiting)).is_ok()
    }
}

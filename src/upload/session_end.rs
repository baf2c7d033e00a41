//! How a session ends: its journal is kept exactly if there is something to resume, and a map of the object if it is wanted.

use std::path::PathBuf;
use std::time::Duration;

use super::delta::keeping::{MappedObject, keep};
use super::delta::known_blocks::KnownBlocks;
use super::delta::settings::Reading;
use super::error::UploadError;
use super::event::DeltaNotice;
use super::finished::Finished;
use super::journal::file::JournalFile;
use super::journal::header::Header;
use super::journal::lines::Content;
use super::journal::log::Log;
use super::session::{Ended, Session};
use super::wire::transport::Transport;

/// How long the abort of an interrupted upload may take.
const ABORT_TIMEOUT: Duration = Duration::from_secs(1);

impl Session {
    /// Keeps the journal if there is something to resume, and removes it otherwise.
    pub async fn close<T: Transport>(&self, mut finished: Finished, log: Option<Log>, transport: &T) -> Ended {
        if self.share.is_some() {
            finished = of_share(finished);
        }
        if let Finished::Stored(object) = &mut finished
            && self.delta.is_some()
        {
            object.copied.get_or_insert_default();
        }
        let file = log.and_then(|log| log.recorder.stop());
        let journal = file.and_then(|file| close(file, &finished));
        let write_once = self.job.target.address.service.is_write_once();
        if write_once && journal.is_none() {
            self.free_the_key(&mut finished, transport).await;
        }
        Ended { finished, journal }
    }

    /// Keeps a map of the object, if it goes in parts and the next upload is to be a delta. Returns a notice if it cannot.
    pub(super) async fn keep_map<T: Transport>(
        &self,
        finished: &Finished,
        blocks: Option<KnownBlocks>,
        transport: &T,
        reading: &Reading,
    ) -> Option<DeltaNotice> {
        let settings = self.delta.as_ref()?;
        let object = MappedObject::of(finished)?;
        keep((&self.job, &self.header, settings), object, blocks?, (transport, self.seed), reading).await
    }

    /// Aborts an interrupted upload that nothing can resume, since its key could not be written otherwise. One short try: the
    /// user wants to leave.
    async fn free_the_key<T: Transport>(&self, finished: &mut Finished, transport: &T) {
        let Finished::Failed(error) = finished else { return };
        let Some(upload_id) = &error.leftover else { return };
        let leftover = Header { upload_id: upload_id.as_str().to_owned(), ..self.header.clone() };
        let mut ignore = |_| ();
        let aborting = self.abort_stale(&leftover, transport, &mut ignore);
        if tokio::time::timeout(ABORT_TIMEOUT, aborting).await == Ok(true) {
            error.leftover = None;
        }
    }
}

/// What one machine of many may say: it completes nothing, so no object is in doubt. And the upload is not left over, because
/// others may be sending to it.
fn of_share(finished: Finished) -> Finished {
    match finished {
        Finished::Failed(error) | Finished::Unknown(error) => Finished::Failed(UploadError { leftover: None, ..error }),
        finished => finished,
    }
}

/// Whether the next run finds an upload in this journal. One that cannot be read now may be readable then.
fn can_be_resumed(journal: &JournalFile) -> bool {
    journal.content().map_or(true, |content| matches!(content, Content::Journal(_)))
}

/// Keeps the journal if there is an upload to resume, or may be; removes it otherwise.
fn close(file: JournalFile, finished: &Finished) -> Option<PathBuf> {
    let of_use = match finished {
        Finished::Stored(_) | Finished::Unchanged(_) => false,
        Finished::HeldBack(_) => true,
        Finished::Failed(error) | Finished::Unknown(error) => error.leftover.is_some(),
    };
    if of_use && can_be_resumed(&file) {
        return Some(file.path().to_owned());
    }
    let _ = file.remove();
    None
}

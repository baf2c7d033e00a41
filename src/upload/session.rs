//! One object's upload from journal to journal: what an earlier run left is settled, then the machine uploads; a journal is
//! left exactly where there is something to go on with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{Cause, Operation, UploadError};
use super::event::{Event, Finished};
use super::flight::Job;
use super::journal::file::{JournalFile, Recorder, file_name};
use super::journal::lines;
use super::journal::lines::{Content, Header};
use super::machine::{Likeness, Resume, Settings, Upload};
use super::plan::object_plan::Plan;
use super::source::stream_buffer::StreamBuffer;
use super::wire::transport::Transport;
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Addressing, Bucket, Edition, Endpoint, Key, Service, Target};

/// How long the last request of an interrupted upload may take.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Where the journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalPlace {
    /// In this directory, under a name of its own. The upload goes on where that cannot be.
    Directory(PathBuf),
    /// Exactly there. What cannot be written there, or is no journal, is refused.
    File(PathBuf),
    /// Nowhere, for this reason: the upload cannot be resumed.
    Nowhere(String),
    /// Nowhere, which is no trouble: what comes through a pipe cannot be read again.
    Pointless,
}

/// One source on its way to one object.
#[derive(Debug, Clone)]
pub struct Session {
    /// What is uploaded, and where to.
    pub job: Job,
    /// How it is cut.
    pub plan: Plan,
    /// How a stream is taken in, where the source is one.
    pub intake: Option<StreamBuffer>,
    /// How persistent to be.
    pub settings: Settings,
    /// The first line of its journal.
    pub header: Header,
    /// Where its journal is.
    pub place: JournalPlace,
    /// Go on with what an earlier run left.
    pub resume: bool,
    /// Go on with this upload, whatever a journal says.
    pub upload_id: Option<UploadId>,
    /// Send nothing where the object is like this already.
    pub unless: Option<Likeness>,
    /// Whether it is to be completed now.
    pub ending: Ending,
    /// Decides the waits between retries.
    pub seed: u64,
}

/// Whether an upload is to be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// As soon as all of it is on the server.
    #[default]
    Complete,
    /// Not yet: its journal is kept for the session that does.
    HoldBack,
    /// Now, and nothing else: all of it is on the server, as its journal says.
    CompleteHeld,
    /// Never: what was held back is thrown away.
    DiscardHeld,
}

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Another process holds this upload's journal.
    Busy(PathBuf),
    /// The file that was given is no journal of ours.
    NotAJournal(PathBuf),
    /// The journal that was given cannot be written.
    Unusable(PathBuf, String),
    /// The upload was begun with another SSE-C key.
    OtherKey(PathBuf),
    /// What was held back to be completed is no longer what it was.
    NotHeld(String),
    /// The service has no such header for objects.
    Header(String),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The answer.
    pub finished: Finished,
    /// The journal that a next run goes on from.
    pub journal: Option<PathBuf>,
}

/// Where an upload's journal is written, and how its first line reads.
pub struct Log {
    /// The writer.
    pub recorder: Recorder,
    /// The first line; the upload's id is filled in when there is one.
    pub header: Header,
}

/// A session whose journal is settled.
pub struct Ready {
    /// What is to be done.
    pub upload: Upload,
    /// Where it is journalled, if anywhere.
    pub log: Option<Log>,
}

impl Ended {
    /// Stopped before anything was sent. The journal is as an earlier run left it.
    pub fn interrupted() -> Self {
        let error = UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: None };
        Self { finished: Finished::Failed(error), journal: None }
    }
}

impl Session {
    /// Settles what an earlier run left. What is to be told of it is handed to `observe`.
    pub async fn prepare<T: Transport>(
        &self,
        transport: &T,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Ready, Refused> {
        let service = self.job.target.address.service;
        for operation in [Operation::PutObject, Operation::Initiate, Operation::Complete] {
            if let Some(name) = service.refused_header(&self.job.object.of_request(operation)) {
                return Err(Refused::Header(name.to_owned()));
            }
        }
        let (file, resume) = match self.open(observe)? {
            None => (None, None),
            Some((file, content)) => self.settle(file, content, transport, observe).await?,
        };
        self.check_journal(file.is_some(), resume.is_some())?;
        let log = file.map(|file| Log { recorder: Recorder::start(file), header: self.header.clone() });
        if let (Some(log), Some(begun)) = (&log, self.begun_elsewhere(resume.as_ref())) {
            log.recorder.append(&begun.line());
        }
        let resume = resume.or_else(|| {
            let upload_id = self.upload_id.clone()?;
            Some(Resume { upload_id, parts: Vec::new() })
        });
        let mut settings = self.settings;
        // Nothing could resume it, and while it is unfinished it would keep its key from everybody.
        settings.abort_on_failure |= service.is_write_once() && log.is_none();
        // An upload that was begun is finished, or it would stay on the server.
        let unless = self.unless.clone().filter(|_| resume.is_none());
        let mut upload = match &self.intake {
            Some(intake) => {
                Upload::of_stream(intake.clone(), settings, resume.map(|resume| resume.upload_id), self.seed)
            }
            None => Upload::new(self.plan, settings, resume, self.seed),
        };
        if let Some(likeness) = unless {
            upload.unless_unchanged(likeness);
        }
        match self.ending {
            Ending::HoldBack => upload.hold_back(),
            Ending::DiscardHeld => upload.discard(),
            Ending::Complete | Ending::CompleteHeld => {}
        }
        Ok(Ready { upload, log })
    }

    /// What is held back is found again by its journal alone.
    fn check_journal(&self, is_there: bool, goes_on: bool) -> Result<(), Refused> {
        let in_parts = !self.plan.is_put();
        match (self.ending, &self.place) {
            (Ending::HoldBack, JournalPlace::Directory(place)) if in_parts && !is_there => {
                Err(Refused::Unusable(place.join(file_name(&self.header)), "it cannot be written".to_owned()))
            }
            (Ending::CompleteHeld | Ending::DiscardHeld, _) if in_parts && !goes_on => {
                Err(Refused::NotHeld("its journal is gone, or it changed".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Leaves a journal where there is something to go on with, and nowhere else.
    pub async fn close<T: Transport>(&self, mut finished: Finished, log: Option<Log>, transport: &T) -> Ended {
        let file = log.and_then(|log| log.recorder.stop());
        let mut journal = file.and_then(|file| close(file, &finished));
        let write_once = self.job.target.address.service.is_write_once();
        if write_once && !journal.as_deref().is_some_and(can_be_resumed) {
            self.give_the_key_back(&mut finished, transport).await;
            journal = None;
        }
        Ended { finished, journal }
    }

    /// Aborts what an interruption left and nothing can go on with; one try, since the user wants to leave.
    async fn give_the_key_back<T: Transport>(&self, finished: &mut Finished, transport: &T) {
        let Finished::Failed(error) = finished else { return };
        let Some(upload_id) = &error.leftover else { return };
        let leftover = Header { upload_id: upload_id.as_str().to_owned(), ..self.header.clone() };
        let aborting = self.abort_stale(&leftover, transport);
        if tokio::time::timeout(LAST_WORD, aborting).await == Ok(true) {
            error.leftover = None;
        }
    }
}

/// The target that a journal's first line names; `None` where it cannot be one, or its endpoint is gone.
pub fn target_of(header: &Header, endpoint: &Endpoint) -> Option<Target> {
    let service = match header.service.as_str() {
        "cos" => Service::Cos,
        "cdcs" => Service::Cdcs,
        _ => return None,
    };
    let addressing = match header.addressing.as_str() {
        "virtual" => Addressing::Virtual,
        "path" => Addressing::Path,
        "cname" => Addressing::Cname,
        _ => return None,
    };
    let bucket = Bucket::new(&header.bucket).ok()?;
    let edition = match header.edition.as_deref() {
        None | Some("json") => Edition::Json,
        Some("xml") => Edition::Xml,
        Some(_) => return None,
    };
    let address = Address { service, edition, endpoint: endpoint.clone(), addressing, bucket };
    Some(Target { address, key: Key::new(&header.key).ok()? })
}

/// Whether a next run finds an upload in this journal.
fn can_be_resumed(journal: &Path) -> bool {
    std::fs::read(journal).is_ok_and(|bytes| matches!(lines::read(&bytes), Content::Journal(_)))
}

/// Keeps the journal where there is an upload to go on with, or may be; removes it otherwise.
fn close(file: JournalFile, finished: &Finished) -> Option<PathBuf> {
    let path = file.path().to_owned();
    let of_use = match finished {
        Finished::Stored(_) | Finished::Unchanged(_) => false,
        Finished::Held(_) => true,
        Finished::Failed(error) | Finished::Unknown(error) => error.leftover.is_some(),
    };
    if of_use && can_be_resumed(&path) {
        return Some(path);
    }
    let _ = file.remove();
    None
}

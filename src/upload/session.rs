//! One object's upload: its source and options, its machine and its journal.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use super::delta::comparison::{Compared, Comparison, Difference, NextMap, of_the_next_map};
use super::delta::known_blocks::KnownBlocks;
use super::delta::settings::{DeltaSettings, Reading};
use super::error::{Cause, Operation, UploadError};
use super::event::{DeltaNotice, Event, Notice, PlannedDelta};
use super::finished::Finished;
use super::flight::Job;
use super::journal::file::{JournalFile, file_name};
use super::journal::header::Header;
use super::journal::log::Log;
use super::journal::recorder::Recorder;
use super::machine::{Likeness, Resume, Settings, Upload};
use super::plan::delta_parts::DeltaParts;
use super::plan::object_plan::Plan;
use super::plan::part_record::PartRecord;
use super::source::stream_buffer::StreamBuffer;
use super::wire::transport::Transport;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::language::{Message, message};

/// Where the journal is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalLocation {
    /// In this directory, under a name of its own. If it cannot be written, the upload goes on without one.
    Directory(PathBuf),
    /// In this file. If it cannot be written, or is not a journal, the upload is refused.
    File(PathBuf),
    /// There is none, for this reason: the upload cannot be resumed.
    Unavailable(Message),
    /// None is needed: a stream cannot be read again.
    NotNeeded,
}

/// One source on its way to one object.
#[derive(Debug, Clone)]
pub struct Session {
    /// The source and the object.
    pub job: Arc<Job>,
    /// Its parts.
    pub plan: Plan,
    /// The buffer of a stream, if the source is one.
    /// The buffer of a stream, if the source is one; boxed, since hundreds of files may be open at a time.
    pub intake: Option<Box<StreamBuffer>>,
    /// Retries and proof.
    pub settings: Settings,
    /// The first line of its journal.
    pub header: Header,
    /// Where its journal is kept.
    pub location: JournalLocation,
    /// Resume the upload of an earlier run.
    pub resume: bool,
    /// Resume this upload, whatever a journal says.
    pub upload_id: Option<UploadId>,
    /// Send nothing if the object is like this already.
    pub unless: Option<Likeness>,
    /// The parts that this machine sends, if the upload is shared with others.
    pub share: Option<Share>,
    /// Copy what the object has already, and keep a map of it.
    pub delta: Option<DeltaSettings>,
    /// Whether it is completed now.
    pub goal: Goal,
    /// Seeds the waits between retries.
    pub seed: u64,
}

/// The parts of a shared upload that one machine sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The numbers of the parts.
    pub ours: RangeInclusive<u16>,
    /// The parts of which a receipt says that the server has them.
    pub known: Vec<PartRecord>,
}

/// How far an upload goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Goal {
    /// Upload and complete.
    #[default]
    Complete,
    /// Upload, and keep the journal for the session that completes it.
    HoldBack,
    /// Complete an upload that was held back.
    CompleteHeldBack,
    /// Abort an upload that was held back.
    DiscardHeldBack,
    /// Compare the object with the source, and send nothing.
    Compare,
}

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Another process has locked this upload's journal.
    Busy(PathBuf),
    /// The file that the user named is not a journal of cosput.
    NotAJournal(PathBuf),
    /// The journal cannot be written.
    Unusable(PathBuf, Message),
    /// The upload was begun with another SSE-C key.
    OtherKey(PathBuf),
    /// The upload that was held back is gone, or has changed.
    NotHeldBack(Message),
    /// The service has no such header for objects.
    Header(String),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How the upload ended.
    pub finished: Finished,
    /// The journal from which the next run can resume it.
    pub journal: Option<PathBuf>,
}

/// A session that is ready to upload.
pub struct Ready {
    /// The machine.
    pub upload: Upload,
    /// Its journal, if it has one.
    pub log: Option<Log>,
    /// The blocks of the file as far as they are known, for its map.
    pub(super) blocks: Option<KnownBlocks>,
}

/// The upload of an earlier run, as far as there is one.
pub(crate) struct Earlier {
    /// The journal that this run writes.
    pub(crate) file: Option<JournalFile>,
    /// What is resumed.
    pub(crate) resume: Option<Resume>,
    /// The plan, with the part size of what is resumed.
    pub(crate) plan: Plan,
    /// The parts of what is resumed, if it is a delta upload.
    pub(crate) delta: Option<DeltaParts>,
}

impl Ended {
    /// Stopped before anything was sent. The journal of an earlier run is unchanged.
    pub fn interrupted() -> Self {
        let error = UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: None };
        Self { finished: Finished::Failed(error), journal: None }
    }
}

impl Session {
    /// How many bytes this machine has to send, if that is known.
    pub fn size(&self) -> Option<u64> {
        let (Plan::Multipart(parts), Some(share)) = (self.plan, &self.share) else { return self.plan.size() };
        let ours = share.ours.clone().filter_map(PartNumber::new).filter_map(|number| parts.range(number));
        Some(ours.map(|range| range.length).sum())
    }

    /// Resumes or aborts the upload of an earlier run, and reports that to `observe`.
    pub async fn prepare<T: Transport>(
        &self,
        transport: &T,
        reading: &Reading,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Ready, Refused> {
        let service = self.job.target.address.service;
        for operation in [Operation::PutObject, Operation::Initiate, Operation::Complete] {
            if let Some(name) = service.refused_header(&self.job.object.of_request(operation)) {
                return Err(Refused::Header(name.to_owned()));
            }
        }
        // An upload is resumed in parts of the size that it began with.
        let Earlier { mut file, resume, plan, delta } = match self.goal {
            Goal::Compare => self.look_for_delta(),
            _ => match self.open(observe)? {
                None => self.no_earlier(),
                Some((file, content)) => self.resume_or_abort(file, content, transport, observe).await?,
            },
        };
        self.check_journal(file.is_some(), resume.is_some())?;
        let compared = match (&self.delta, delta) {
            (_, Some(parts)) => Compared { difference: Difference::Parts(parts), ..Compared::default() },
            (Some(settings), None) if resume.is_none() && self.upload_id.is_none() => {
                self.compare(settings, plan, file.as_mut(), (transport, reading), observe).await
            }
            _ => Compared::default(),
        };
        let Compared { difference, blocks, map } = compared;
        let delta = match &difference {
            Difference::Parts(parts) => Some(parts),
            Difference::Unknown | Difference::Nothing(_) => None,
        };
        if let Some(delta) = delta {
            let (sent, copied) = delta.left(resume.as_ref().map_or(&[], |resume| &resume.parts));
            let planned = PlannedDelta { parts: delta.count(), sent, copied };
            observe(Event::Notice(Notice::Delta(DeltaNotice::Planned(planned))));
        }
        let log = file.map(|file| Log {
            recorder: Recorder::start(file),
            header: Header { part_size: plan.part_size(), ..self.header.clone() }.with_delta(delta),
        });
        if let (Some(log), Some(begun)) = (&log, self.begun_elsewhere(resume.as_ref())) {
            log.recorder.append(&begun.line());
        }
        let resume = resume.or_else(|| {
            let upload_id = self.upload_id.clone()?;
            Some(Resume { upload_id, parts: self.share.iter().flat_map(|share| share.known.clone()).collect() })
        });
        let mut settings = self.settings;
        // Without a journal nothing could resume it, and while it is unfinished nothing else can be written to its key.
        settings.abort_on_failure |= service.is_write_once() && log.is_none();
        // An upload that was begun is finished; otherwise its parts would stay on the server.
        let unless = self.unless.clone().filter(|_| resume.is_none());
        let mut upload = match &self.intake {
            Some(intake) => {
                Upload::of_stream(intake.clone(), settings, resume.map(|resume| resume.upload_id), self.seed)
            }
            None => Upload::new(plan, settings, resume, self.seed),
        };
        if let Some(delta) = delta {
            upload.copy(delta.clone());
        }
        match (unless, difference) {
            (_, Difference::Nothing(unchanged)) => upload.is_unchanged(unchanged),
            (Some(likeness), _) => upload.unless_unchanged(likeness),
            (None, _) if self.goal == Goal::Compare => upload.is_compared(),
            (None, _) => {}
        }
        if self.upload_id.is_some() {
            upload.resume_no_other();
        }
        if let Some(share) = &self.share {
            upload.share(&share.ours);
        }
        match self.goal {
            Goal::HoldBack => upload.hold_back(),
            Goal::DiscardHeldBack => upload.discard(),
            Goal::Compare => upload.only_compare(),
            Goal::Complete | Goal::CompleteHeldBack => {}
        }
        Ok(Ready { upload, log, blocks: self.blocks_for_a_map(blocks, map) })
    }

    /// Compares the file with the object, if it goes in parts and may replace the object. Meanwhile the journal says that
    /// no upload has begun, so that a run that ends here is not taken for one that left parts on the server.
    async fn compare<T: Transport>(
        &self,
        settings: &DeltaSettings,
        plan: Plan,
        journal: Option<&mut JournalFile>,
        (transport, reading): (&T, &Reading),
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Compared {
        if plan.is_put() || self.settings.no_overwrite {
            return Compared::default();
        }
        let Self { job, header, seed, .. } = self;
        let (patience, seed) = (self.settings.patience, *seed);
        let comparison = Comparison { job, header, plan, settings, patience, seed };
        // A journal that cannot be written is reported once the upload begins.
        if let Some(journal) = &journal {
            let _ = journal.note_comparison();
        }
        let compared = comparison.run(transport, reading, observe).await;
        if let Some(journal) = journal {
            let _ = journal.keep(0);
        }
        compared
    }

    /// The blocks that are taken while the file is sent, if a map will be made of them.
    fn blocks_for_a_map(&self, read: Option<KnownBlocks>, map: NextMap) -> Option<KnownBlocks> {
        let Plan::Multipart(parts) = self.plan else { return None };
        let wanted = self.delta.is_some() && self.goal != Goal::Compare;
        wanted.then(|| of_the_next_map(parts.size(), read, map)).flatten()
    }

    /// An upload that is held back can only be found again by its journal.
    fn check_journal(&self, is_there: bool, goes_on: bool) -> Result<(), Refused> {
        let in_parts = !self.plan.is_put();
        match (self.goal, &self.location) {
            (Goal::HoldBack, JournalLocation::Directory(place)) if in_parts && !is_there => {
                Err(Refused::Unusable(place.join(file_name(&self.header)), message!("it cannot be written")))
            }
            (Goal::CompleteHeldBack | Goal::DiscardHeldBack, _) if in_parts && !goes_on => {
                Err(Refused::NotHeldBack(message!("its journal is gone, or it changed")))
            }
            _ => Ok(()),
        }
    }
}

//! One object's upload: what to do next, and what an outcome means.
//!
//! The machine has one owner, no clock, no lock and no randomness of its own, and does nothing itself: the driver carries
//! out the calls it asks for and hands back their outcomes. `next` walks one ordered list: initiate, or list the parts
//! when resuming; send the parts that the server lacks; check that the source is unchanged; complete; if the result is in
//! doubt, look at the object with HEAD. If objects must not be overwritten, HEAD also precedes the first part. `outcome`
//! decides what outcomes mean, `smaller_parts` divides parts that never get through, `finish` decides how the upload ends.
//!
//! `slow_part` sends a part a second time, `throttled` a request before its wait is over. `phase` and `ending` say how far
//! the upload is, `requests` and `retries` which requests are in flight and when one is sent again, `proofs` whether the server
//! stored the right bytes; `settings` are the options of the upload.

mod ending;
mod finish;
mod next;
mod outcome;
mod phase;
mod proofs;
mod requests;
mod retries;
mod settings;
mod slow_part;
mod smaller_parts;
mod throttled;

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Instant;

pub use self::settings::{Likeness, Resume, Settings};

use self::ending::Ending;
use self::phase::{ObjectMade, Phase, Recovery};
use self::proofs::{Proofs, ProvenBy};
use self::requests::Requests;
use self::retries::Retries;
use self::smaller_parts::BrokenParts;
use super::attempt_id::AttemptId;
use super::error::{Cause, UploadError};
use super::event::Event;
use super::finished::{Finished, Unchanged};
use super::outage::Network;
use super::plan::delta_parts::DeltaParts;
use super::plan::object_plan::Plan;
use super::plan::part_record::PartRecord;
use super::plan::parts::PartBoard;
use super::source::stream_buffer::StreamBuffer;
use super::wire::backup_domain::BackupDomain;
use super::wire::call::Call;
use crate::cos::checksum::Digest;
use crate::cos::multipart::{PartNumber, UploadId};

/// What the driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Carry out this call and record its outcome.
    Send(AttemptId, Call),
    /// Wait for an outcome, or until this moment.
    Wait {
        /// When to ask again, outcome or not.
        until: Option<Instant>,
    },
    /// The upload has ended.
    Done(Finished),
}

/// What uploads find out about the server and the network, and share.
#[derive(Debug, Clone, Copy, Default)]
pub struct Findings {
    network: Network,
    proven_by: ProvenBy,
}

/// One object's upload.
#[derive(Debug)]
pub struct Upload {
    plan: Plan,
    settings: Settings,
    phase: Phase,
    requests: Requests,
    retries: Retries,
    proofs: Proofs,
    upload_id: Option<UploadId>,
    /// The parts, unless the object goes in one PUT.
    board: Option<PartBoard>,
    /// The source, if it is a stream.
    stream: Option<Box<StreamBuffer>>,
    /// The parts that the journal records of the upload that is resumed.
    journalled: BTreeMap<PartNumber, PartRecord>,
    recovery: Recovery,
    broken_parts: BrokenParts,
    /// What the last PUT sent.
    put_sent: Option<Digest>,
    /// Set while the server, by its own answer to PUT, holds something else than the source.
    put_wrong: Option<Cause>,
    object_made: ObjectMade,
    /// End the upload before Complete.
    held_back: bool,
    /// Fail if the upload to resume is gone, instead of beginning another one.
    named: bool,
    /// Whether it ends once the object was compared with the source.
    only_compares: bool,
    ending: Ending,
    events: VecDeque<Event>,
}

impl Upload {
    /// An upload by `plan`, continuing the one in `resume`. `seed` decides the waits between retries.
    pub fn new(plan: Plan, settings: Settings, resume: Option<Resume>, seed: u64) -> Self {
        let board = match plan {
            Plan::Put { .. } => None,
            Plan::Multipart(parts) => Some(PartBoard::new(parts)),
            Plan::Stream(cut) => Some(PartBoard::open(cut)),
        };
        let (upload_id, parts) = resume.map_or((None, vec![]), |resume| (Some(resume.upload_id), resume.parts));
        // Of two lines about a part the later one counts.
        let journalled: BTreeMap<_, _> = parts.into_iter().map(|part| (part.number, part)).collect();
        // An earlier run that had sent every part may have completed the object before it ended.
        let had_sent_all = upload_id.is_some() && Some(journalled.len()) == plan.parts().map(usize::from);
        Self {
            plan,
            settings,
            phase: Phase::first(plan, upload_id.is_some(), settings.no_overwrite),
            requests: Requests::default(),
            retries: Retries::new(seed),
            proofs: Proofs::new(&settings),
            upload_id,
            board,
            stream: None,
            journalled,
            recovery: Recovery::None,
            broken_parts: BrokenParts::default(),
            put_sent: None,
            put_wrong: None,
            object_made: if had_sent_all { ObjectMade::Possibly } else { ObjectMade::No },
            held_back: false,
            named: false,
            only_compares: false,
            ending: Ending::Open,
            events: VecDeque::from([Event::Started(plan)]),
        }
    }

    /// The upload of a stream, continuing `upload_id` if one is given. Its `Started` event follows once the beginning of
    /// the stream was read.
    pub fn of_stream(stream: Box<StreamBuffer>, settings: Settings, upload_id: Option<UploadId>, seed: u64) -> Self {
        let plan = stream.plan();
        Self {
            upload_id,
            phase: Phase::ReadBeginning,
            board: None,
            events: VecDeque::new(),
            stream: Some(stream),
            ..Self::new(plan, settings, None, seed)
        }
    }

    /// Sends nothing if the object is a copy of its source already. To be called before the first `next`.
    pub fn unless_unchanged(&mut self, likeness: Likeness) {
        self.phase = Phase::Compare(likeness);
    }

    /// Copies parts of the object that exists, and sends the others. To be called before the first `next`, for a file
    /// that is uploaded in parts.
    pub fn copy(&mut self, delta: DeltaParts) {
        let Plan::Multipart(parts) = self.plan else { return };
        let all_sent = self.upload_id.is_some() && self.journalled.len() == usize::from(delta.count());
        self.object_made = if all_sent { ObjectMade::Possibly } else { ObjectMade::No };
        self.board = Some(PartBoard::of_delta(parts, delta));
    }

    /// Ends the upload before its first request: the object was found to be equal to the source.
    pub fn is_unchanged(&mut self, unchanged: Unchanged) {
        self.end(Finished::Unchanged(unchanged));
    }

    /// Ends an upload that only compares, before its first request.
    pub fn is_compared(&mut self) {
        self.finish_held_back();
    }

    /// The number of parts; `None` while a stream may add some.
    pub(super) fn part_count(&self) -> Option<u16> {
        match &self.board {
            Some(board) if board.is_delta() => Some(board.len()),
            _ => self.plan.parts(),
        }
    }

    /// Whether parts were or will be copied from the object that exists.
    fn copies(&self) -> bool {
        self.board.as_ref().is_some_and(PartBoard::is_delta)
    }

    /// Lets requests go to a backup domain if the first domain does not answer.
    pub fn allow_backup(&mut self) {
        self.retries.backup = BackupDomain::new(true);
    }

    /// True if requests go to the backup domain from now on.
    pub fn is_on_backup(&self) -> bool {
        self.retries.backup == BackupDomain::InUse
    }

    /// Sends nothing: an object that is not like the source ends as one that is held back, without a byte sent.
    pub fn only_compare(&mut self) {
        self.only_compares = true;
    }

    /// Ends the upload once every part is on the server; a later upload completes it.
    pub fn hold_back(&mut self) {
        self.held_back = true;
    }

    /// Sends only the parts `ours` of an upload that other machines share, and leaves it to another command to complete it.
    /// To be called before the first `next`.
    pub fn share(&mut self, ours: &RangeInclusive<u16>) {
        self.held_back = true;
        if let Some(board) = &mut self.board {
            board.leave_to_others(ours);
        }
    }

    /// Whether the upload is shared with other machines.
    fn is_shared(&self) -> bool {
        self.board.as_ref().is_some_and(PartBoard::is_shared)
    }

    /// The user named the upload to resume: if it is gone, no other one begins.
    pub fn resume_no_other(&mut self) {
        self.named = true;
    }

    /// Aborts the upload, and does nothing else. Complete must not have been sent for it.
    pub fn discard(&mut self) {
        self.settings.abort_on_failure = true;
        self.object_made = ObjectMade::No;
        self.ending.fail(UploadError { operation: None, attempts: 0, cause: Cause::Interrupted, leftover: None });
    }

    /// What this upload has found out that holds for others too.
    pub fn findings(&self) -> Findings {
        Findings { network: self.retries.network, proven_by: self.proofs.by() }
    }

    /// Takes over what another upload to the same server has found out.
    pub fn learn(&mut self, findings: Findings) {
        self.retries.network = findings.network;
        self.proofs.rely_on(findings.proven_by);
    }

    /// Begins nothing new. Requests in flight may still finish.
    pub fn cancel(&mut self) {
        self.ending.cancel();
    }

    /// The next event, in order.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How the upload ended, once it has.
    pub(super) fn finished(&self) -> Option<&Finished> {
        self.ending.finished()
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.requests.in_flight()
    }

    /// How many bytes this machine has to send, if that is known: the source's size, unless the upload is shared.
    pub fn size(&self) -> Option<u64> {
        match &self.board {
            Some(board) if board.is_shared() => Some(board.bytes_here()),
            _ => self.plan.size(),
        }
    }

    /// Bytes that the server holds.
    pub fn bytes_stored(&self) -> u64 {
        match (self.finished(), &self.board) {
            (_, Some(board)) if board.is_shared() => board.bytes_stored(),
            (Some(Finished::Stored(_) | Finished::Unchanged(_) | Finished::HeldBack(_)), _) => self.whole_size(),
            (_, Some(board)) => board.bytes_stored(),
            (_, None) => 0,
        }
    }

    /// The size of the source, which is known once no more of it can come.
    fn whole_size(&self) -> u64 {
        self.plan.size().expect("the size is known once there is nothing more to read")
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.retries.enter_phase();
    }

    fn report(&mut self, event: Event) {
        self.events.push_back(event);
    }
}

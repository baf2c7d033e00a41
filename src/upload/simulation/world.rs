//! One world: a server, a source, a clock, and the events that are still to happen.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

use super::content::{Content, md5, read};
use super::fault_rates::FaultRates;
use super::network::{is_corrupt, is_wrong_copy};
use super::server::Server;
use super::stream::StreamSource;
use crate::cos::checksum::Digest;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::upload::attempt_id::AttemptId;
use crate::upload::batch::objects::{Batch, ObjectId};
use crate::upload::error::SourceError;
use crate::upload::event::{DeltaNotice, Event, Notice};
use crate::upload::plan::delta_parts::DeltaParts;
use crate::upload::plan::divisions::Division;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::wire::call::{Call, Failure, Outcome, Reply};

/// Something that happens at some moment.
pub(super) enum Happening {
    /// The server acts, and its answer follows.
    Act { id: AttemptId, call: Call, arrived: Option<Content>, sent: Option<Digest>, answered: bool, due: Instant },
    /// The outcome reaches the machine.
    Outcome(AttemptId, Outcome),
}

/// One schedule: a world, a machine and a clock.
pub(super) struct World {
    pub(super) random: fastrand::Rng,
    pub(super) faults: FaultRates,
    pub(super) server: Server,
    /// The size of the source.
    pub(super) size: u64,
    /// What the object is to be.
    pub(super) expected: Content,
    /// The source, if it is a stream.
    pub(super) stream: Option<StreamSource>,
    /// The parts of a delta upload, unless the upload in progress sends every part.
    pub(super) delta: Option<DeltaParts>,
    /// Set once an upload began that copies nothing, because the copies of another were not proved.
    pub(super) restarted: bool,
    /// Whether an unchanged object is skipped.
    pub(super) skips: bool,
    pub(super) now: Instant,
    pub(super) order: u64,
    pub(super) agenda: BinaryHeap<Reverse<(Instant, u64)>>,
    pub(super) happenings: BTreeMap<u64, Happening>,
    pub(super) version: u64,
    pub(super) journal: Option<(UploadId, Vec<PartRecord>)>,
    /// Where the journal says that parts became smaller.
    pub(super) divisions: Vec<Division>,
    /// Bytes that the server held and that a division gave up.
    pub(super) given_up: u64,
    /// Parts that were acknowledged and journalled, by upload: they must not be sent again.
    pub(super) stored_parts: BTreeSet<(String, PartNumber)>,
    pub(super) complete_sent: bool,
    /// True if the source was found unchanged after the last part was sent.
    pub(super) source_checked: bool,
    /// The number of journal lines that are on disk for certain.
    pub(super) durable: usize,
    /// An outage of the network: it begins with this number of answers, and lasts for this time.
    pub(super) outage: Option<(u32, Duration)>,
    pub(super) answers: u32,
    pub(super) outage_until: Option<Instant>,
    /// Set if the world itself destroyed parts that were acknowledged.
    pub(super) unsettled: bool,
    /// The object that existed before the upload.
    pub(super) foreign: Option<Content>,
    /// Set if other bytes than the source's arrived, or an answer claimed so.
    pub(super) differs: bool,
    /// Uploads whose ID the user can find: in a notice, a journal or the result.
    pub(super) named: BTreeSet<String>,
    /// Set once an answer denied the object's encryption: it counts as another client's, and is replaced.
    pub(super) disowned: bool,
    /// Requests that were given up, because the other one for the same part was answered.
    pub(super) second_requests: u32,
    pub(super) orphans_reported: usize,
    pub(super) orphans_lost: usize,
}

impl World {
    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.random.u32(0..100) < chance
    }

    pub(super) fn at(&mut self, due: Instant, happening: Happening) {
        self.order += 1;
        self.agenda.push(Reverse((due, self.order)));
        self.happenings.insert(self.order, happening);
    }

    pub(super) fn start(&mut self, id: AttemptId, call: Call) {
        let mut due = self.now + Duration::from_millis(self.random.u64(1..3000));
        if matches!(call, Call::UploadPart { .. }) && self.faults.slow_part > 0 && self.percent(self.faults.slow_part) {
            due += Duration::from_secs(self.random.u64(1..60));
        }
        self.check_not_sent_again(&call);
        if self.percent(self.faults.source_change) && !matches!(call, Call::Initiate) {
            self.version = 1;
        }
        self.check_begun(&call);
        match &call {
            Call::ReadOn { .. } => {
                let (after, result) = self.read_on(&call);
                self.at(self.now + after, Happening::Outcome(id, result.into()));
            }
            Call::CheckSource => {
                let changed = || Err(Failure::Source(SourceError::Changed("its size".into())));
                let result = if self.version == 0 { Ok(Reply::SourceUnchanged) } else { changed() };
                self.at(due, Happening::Outcome(id, result.into()));
            }
            Call::ComparePart { .. } | Call::ReadSource { .. } if self.version != 0 => {
                let failure = Failure::Source(SourceError::Changed("its size".into()));
                self.at(due, Happening::Outcome(id, Err(failure).into()));
            }
            Call::ComparePart { range, .. } => {
                let content = read(*range, self.version);
                let digest = Digest { length: content.size, crc64: content.crc64, md5: Some(md5(content.crc64)) };
                self.at(due, Happening::Outcome(id, Ok(Reply::Read(digest)).into()));
            }
            Call::ReadSource { .. } => {
                let Content { size, crc64 } = self.expected;
                let digest = Digest { length: size, crc64, md5: Some(md5(crc64)) };
                self.at(due, Happening::Outcome(id, Ok(Reply::Read(digest)).into()));
            }
            _ => self.send(id, call, due),
        }
    }

    /// When the next thing happens, if anything does.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.agenda.peek().map(|Reverse((due, _))| *due)
    }

    /// Lets everything happen that is due; outcomes reach the batch.
    pub(super) fn pass(&mut self, batch: &mut Batch, object: ObjectId) {
        while let Some(Reverse((_, order))) = self.agenda.peek().copied().filter(|Reverse((due, _))| *due <= self.now) {
            self.agenda.pop();
            match self.happenings.remove(&order) {
                // The request does not reach the server; its answer is lost with it.
                Some(Happening::Act { id, sent, answered: true, due, .. }) if self.is_out() => self.lose(id, sent, due),
                Some(Happening::Act { answered: false, .. }) if self.is_out() => {}
                Some(Happening::Act { id, call, arrived, sent, answered, due }) => {
                    self.act(id, &call, arrived.as_ref(), sent, answered, due);
                }
                Some(Happening::Outcome(id, outcome)) => {
                    let outcome = self.through_outage(outcome);
                    batch.record(self.now, object, id, outcome);
                }
                None => {}
            }
        }
    }

    pub(super) fn note(&mut self, event: Event) {
        match event {
            Event::Initiated(id) => {
                self.named.insert(id.as_str().to_owned());
                self.journal = Some((id, vec![]));
                self.durable = 0;
            }
            Event::PartStored(record) => {
                let (id, parts) = self.journal.as_mut().expect("parts follow Initiate");
                self.stored_parts.insert((id.as_str().to_owned(), record.number));
                parts.push(record);
            }
            // The driver writes it to disk before the object goes on.
            Event::Notice(Notice::SmallerParts { division, given_up, .. }) => {
                let (id, parts) = self.journal.as_mut().expect("parts follow Initiate");
                parts.retain(|part| part.number < division.first);
                self.durable = parts.len();
                self.stored_parts.retain(|(of, number)| of != id.as_str() || *number < division.first);
                self.divisions.push(division);
                self.given_up += given_up;
            }
            // The driver empties the journal before another upload begins.
            Event::Notice(Notice::StartedAnew(_)) => {
                self.journal = None;
                self.divisions.clear();
                // Without a CRC-64 nothing proves that the upload that is gone was completed.
                self.disowned |= !self.server.kind.gives_crc64;
            }
            Event::Notice(Notice::Delta(DeltaNotice::Restarted(_))) => {
                self.journal = None;
                self.delta = None;
                self.restarted = true;
            }
            Event::Notice(Notice::InitiateLost) => self.orphans_reported += 1,
            _ => {}
        }
    }

    /// Lets the server carry out every request that was sent. The answers are lost.
    pub(super) fn finish_the_agenda(&mut self) {
        for (_, happening) in std::mem::take(&mut self.happenings) {
            if let Happening::Act { call, arrived, sent, .. } = happening {
                self.differs |= is_corrupt(arrived.as_ref(), sent);
                self.unsettled |= is_corrupt(arrived.as_ref(), sent);
                self.differs |= is_wrong_copy(&call, arrived.as_ref());
                // As in `act`: a late one of those that were divided replaces a good one.
                self.unsettled |= self.server.holds_another(&call, arrived.as_ref());
                let _ = self.server.act(&call, arrived.as_ref());
            }
        }
    }
}

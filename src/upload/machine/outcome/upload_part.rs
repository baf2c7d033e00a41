//! What the outcomes of Upload Part mean, and those of comparing a part.

use crate::language::message;
use std::time::{Duration, Instant};

use crate::cos::checksum::Digest;
use crate::cos::multipart::PartNumber;
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::{Etag, Fault};
use crate::upload::error::{Cause, Operation};
use crate::upload::event::{Event, NoProof, Notice};
use crate::upload::machine::Upload;
use crate::upload::machine::proofs::{Proof, ProvenBy};
use crate::upload::plan::part_record::PartRecord;
use crate::upload::wire::call::{BodyMd5, Failure};

impl Upload {
    pub(super) fn part_answered(
        &mut self,
        now: Instant,
        number: PartNumber,
        stored: StoredPart,
        (sent, md5): (Option<Digest>, BodyMd5),
    ) {
        if !self.phase.has_parts() {
            return;
        }
        self.part_got_through(now, number);
        if stored.hides_the_md5 {
            self.proofs.etags_are_no_md5();
        }
        match self.proofs.examine(&stored.etag, stored.crc64, sent, md5) {
            Proof::Proved => self.part_stored(number, stored.etag.into(), sent.map(|sent| sent.crc64)),
            Proof::Wrong(what) => {
                let cause = Cause::Integrity { what, request_id: stored.request_id };
                self.part_wrong(now, number, cause);
            }
            Proof::Missing(why) if md5 == BodyMd5::None && self.proofs.is_comparable(&stored.etag) => {
                self.rely_on(ProvenBy::Etag, why);
                if let Some(board) = &mut self.board {
                    board.doubt(number, stored.etag.into(), false);
                }
            }
            Proof::Missing(why) => self.part_unproved(now, number, why),
        }
    }

    /// The part goes again with Content-MD5, and so do those that follow.
    fn part_unproved(&mut self, now: Instant, number: PartNumber, why: NoProof) {
        self.rely_on(ProvenBy::ContentMd5, why);
        self.send_part_again(number, now);
    }

    /// Reports, once, that the server's answers do not prove what was expected of them.
    pub(super) fn rely_on(&mut self, by: ProvenBy, why: NoProof) {
        if self.proofs.rely_on(by) {
            self.report(Event::Notice(Notice::ProvedByMd5(why)));
        }
    }

    pub(super) fn part_stored(&mut self, number: PartNumber, etag: Etag, crc64: Option<u64>) {
        let (Some(board), Some(crc64)) = (&mut self.board, crc64) else { return };
        board.store(number, etag.clone(), crc64, false);
        let size = board.range(number).length;
        self.report(Event::PartStored(PartRecord { number, size, etag, crc64 }));
    }

    pub(super) fn part_compared(&mut self, now: Instant, number: PartNumber, read: Digest) {
        let doubtful = self.board.as_ref().and_then(|board| board.doubtful(number));
        let Some((etag, resumed)) = doubtful.filter(|_| self.phase.has_parts()) else { return };
        if read.md5.is_some_and(|md5| md5.is_etag(&etag.to_string())) {
            self.proofs.etag_matched();
            let Some(board) = &mut self.board else { return };
            board.store(number, etag.clone(), read.crc64, resumed);
            self.report(Event::PartStored(PartRecord { number, size: read.length, etag, crc64: read.crc64 }));
        } else if resumed {
            self.send_part_again(number, now);
        } else if !self.proofs.etags_are_md5() {
            self.part_unproved(now, number, NoProof::EtagNotMd5);
        } else {
            let what = message!("the server's ETag is {etag}, which is not the MD5 of the bytes read", etag);
            self.part_wrong(now, number, Cause::Integrity { what, request_id: None });
        }
    }

    pub(super) fn part_wrong(&mut self, now: Instant, number: PartNumber, cause: Cause) {
        let patience = self.settings.patience;
        let Some(board) = &mut self.board else { return };
        let wait = board.attempts(number).after_failure(patience, None, &mut self.retries.random);
        self.part_again_or_fail(now, number, wait, cause);
    }

    pub(super) fn part_failed(&mut self, now: Instant, number: PartNumber, failure: Failure) {
        if failure == Failure::Abandoned || !self.phase.has_parts() {
            return;
        }
        match failure.fault() {
            Some(Fault::NoSuchUpload) => {
                return self.upload_gone(Operation::UploadPart(number), failure.into_cause());
            }
            Some(Fault::AlreadyCompleted) => {
                return self.completed_before(Operation::UploadPart(number), failure.into_cause());
            }
            _ => {}
        }
        if matches!(&failure, Failure::Send(error) if error.kind.breaks_off()) {
            self.part_broke(now, number);
        }
        let Some(mut attempts) = self.board.as_mut().map(|board| *board.attempts(number)) else { return };
        let wait = self.wait_of(&mut attempts, now, &failure);
        let Some(board) = &mut self.board else { return };
        *board.attempts(number) = attempts;
        self.part_again_or_fail(now, number, wait, failure.into_cause());
    }

    pub(super) fn part_again_or_fail(
        &mut self,
        now: Instant,
        number: PartNumber,
        wait: Option<Duration>,
        cause: Cause,
    ) {
        let operation = Operation::UploadPart(number);
        let attempts = self.board.as_mut().map_or(0, |board| board.attempts(number).sent());
        match wait {
            Some(wait) => {
                self.send_part_again(number, now + wait);
                if self.ending.is_open() {
                    self.report(Event::Retrying { operation, attempts, wait, cause });
                }
            }
            None => self.fail(operation, attempts, cause),
        }
    }

    pub(super) fn send_part_again(&mut self, number: PartNumber, due: Instant) {
        if let Some(board) = &mut self.board {
            board.send_again(number, due);
        }
    }
}

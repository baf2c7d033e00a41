//! Completing one file of a plan: what to ask the server, and what its answers mean.
//!
//! Like the machine of an upload, this has no clock and sends nothing. Several machines may complete the same plan at once, so
//! an upload that is gone is no failure yet: the object may be the one that was wanted.

use super::evidence::{Evidence, Listed, Trouble};
use crate::cos::checksum::Combiner;
use crate::cos::multipart::PartNumber;
use crate::cos::objects::head_object;
use crate::cos::objects::put_object::Stored;
use crate::cos::{Etag, Fault};
use crate::language::message;
use crate::upload::error::{Cause, UploadError};
use crate::upload::plan::part_record::PartRecord;
use crate::upload::shards::files::PlannedFile;

/// How many times Complete is sent if HEAD never shows its result.
const MOST_COMPLETES: u32 = 4;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// List all parts that the server has.
    List,
    /// Complete the upload with exactly these parts.
    Complete(Vec<(PartNumber, Etag)>),
    /// Send HEAD for the object.
    Look,
    /// The result is known.
    Done(Finish),
}

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To `List`.
    Listed(Vec<Listed>),
    /// To `Complete`.
    Completed(Stored),
    /// To `Look`; `None` if there is no object.
    Object(Option<head_object::Object>),
    /// No result after every attempt.
    Failed(UploadError),
}

/// The result of the completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The object is there, and the server's CRC-64 of it is that of its parts combined.
    Proved(Proved),
    /// Not yet: parts or receipts are missing, or machines read different bytes. Nothing was completed.
    NotProved(Vec<Trouble>),
    /// The object was completed, but its content is not what was read.
    Differs {
        /// The CRC-64 of the parts combined.
        expected: u64,
        /// The server's CRC-64 of the object.
        found: u64,
    },
    /// The upload is gone, and the object that was wanted is not there.
    Gone {
        /// Whether another object has its key.
        is_other: bool,
    },
    /// The upload is gone, and the object cannot be compared: receipts are missing, or the server gives no CRC-64 of it.
    NotComparable,
    /// The server refused, and completed nothing.
    Failed(UploadError),
    /// It is not known whether the object was completed.
    Unknown(UploadError),
}

/// A proved object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Its CRC-64, by both sides.
    pub crc64: u64,
    /// Its ETag.
    pub etag: String,
    /// Its version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// The ID of the answer that proved it.
    pub request_id: Option<String>,
    /// True if another `complete`, or an earlier one, completed it.
    pub was_there: bool,
}

/// Why HEAD is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Doubt {
    /// The upload is gone.
    Gone,
    /// Complete worked, but its answer has no CRC-64.
    NotShown,
    /// Complete may have worked.
    Lost(UploadError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    List,
    Complete,
    Look(Doubt),
    Done(Finish),
}

/// The completion of one file.
#[derive(Debug, Clone)]
pub struct Completion {
    file: PlannedFile,
    evidence: Evidence,
    parts: Vec<PartRecord>,
    state: State,
    completes: u32,
    listed_again: bool,
    /// The refusal to overwrite an object, which another `complete` may have made.
    taken: Option<UploadError>,
}

impl Completion {
    /// Completes a file that has an upload, by its receipts.
    pub fn new(file: PlannedFile, evidence: Evidence) -> Self {
        Self { file, evidence, parts: Vec::new(), state: State::List, completes: 0, listed_again: false, taken: None }
    }

    /// What to do now.
    pub fn next(&self) -> Step {
        match &self.state {
            State::List => Step::List,
            State::Complete => Step::Complete(self.parts.iter().map(|part| (part.number, part.etag.clone())).collect()),
            State::Look(_) => Step::Look,
            State::Done(finish) => Step::Done(finish.clone()),
        }
    }

    /// Takes the answer to what `next` asked for.
    pub fn record(&mut self, answer: Answer) {
        self.state = match (self.state.clone(), answer) {
            (State::List, Answer::Listed(listed)) => self.listed(&listed),
            (State::List, Answer::Failed(error)) if is_gone(&error) => State::Look(Doubt::Gone),
            (State::Complete, Answer::Completed(stored)) => self.completed(stored),
            (State::Complete, Answer::Failed(error)) => self.complete_failed(error),
            (State::Look(doubt), Answer::Object(object)) => self.looked(doubt, object),
            (State::Look(_), Answer::Failed(error)) => State::Done(Finish::Unknown(error)),
            (_, Answer::Failed(error)) => State::Done(Finish::Failed(error)),
            (state, _) => state,
        };
    }

    fn listed(&mut self, listed: &[Listed]) -> State {
        // The upload is still there, so the object is not the one that it makes.
        if let Some(error) = self.taken.take() {
            return State::Done(Finish::Failed(error));
        }
        match self.evidence.prove(&self.file, listed) {
            Ok(parts) => {
                self.parts = parts;
                State::Complete
            }
            Err(troubles) => State::Done(Finish::NotProved(troubles)),
        }
    }

    fn completed(&mut self, stored: Stored) -> State {
        self.completes += 1;
        match (stored.crc64, self.expected()) {
            (Some(found), Some(expected)) if found != expected => State::Done(Finish::Differs { expected, found }),
            (Some(crc64), Some(_)) => State::Done(Finish::Proved(Proved {
                crc64,
                etag: stored.etag,
                version_id: stored.version_id,
                request_id: stored.request_id,
                was_there: false,
            })),
            _ => State::Look(Doubt::NotShown),
        }
    }

    fn complete_failed(&mut self, error: UploadError) -> State {
        self.completes += 1;
        match fault(&error) {
            _ if is_gone(&error) => State::Look(Doubt::Gone),
            // A part was sent again since it was listed: with the same bytes under another ETag, or with other bytes.
            Some(Fault::Permanent) if !self.listed_again && is_about_parts(&error) => {
                self.listed_again = true;
                State::List
            }
            Some(Fault::Permanent | Fault::Expired | Fault::Skewed) => State::Done(Finish::Failed(error)),
            // Only a first answer says for certain that this key was not taken by this run.
            Some(Fault::AlreadyExists) if self.completes == 1 && error.attempts <= 1 => {
                self.taken = Some(error);
                State::List
            }
            _ => State::Look(Doubt::Lost(error)),
        }
    }

    fn looked(&self, doubt: Doubt, object: Option<head_object::Object>) -> State {
        let expected = self.expected();
        let found = object.as_ref().and_then(|object| object.crc64);
        let is_other = object.is_some();
        let is_candidate = object.as_ref().is_some_and(|object| object.size == Some(self.file.size));
        if let Some(object) = object.filter(|_| is_candidate)
            && let Some(crc64) = object.crc64.filter(|found| Some(*found) == expected)
        {
            return State::Done(Finish::Proved(Proved {
                crc64,
                etag: object.etag.unwrap_or_default(),
                version_id: object.version_id,
                request_id: object.request_id,
                was_there: doubt == Doubt::Gone,
            }));
        }
        match (doubt, found, expected) {
            (Doubt::Gone, Some(_), Some(_)) => State::Done(Finish::Gone { is_other }),
            (Doubt::Gone, ..) if is_candidate => State::Done(Finish::NotComparable),
            (Doubt::Gone, ..) => State::Done(Finish::Gone { is_other }),
            (Doubt::NotShown, Some(found), Some(expected)) => State::Done(Finish::Differs { expected, found }),
            (Doubt::NotShown, ..) => State::Done(Finish::Unknown(not_shown())),
            (Doubt::Lost(_), ..) if self.completes < MOST_COMPLETES => State::Complete,
            (Doubt::Lost(error), ..) => State::Done(Finish::Unknown(error)),
        }
    }

    /// The CRC-64 that the object must have; by the receipts alone while the server's list is not known.
    fn expected(&self) -> Option<u64> {
        if self.parts.is_empty() {
            return self.evidence.crc64(&self.file);
        }
        let mut combiner = Combiner::new();
        self.parts.iter().for_each(|part| combiner.append(part.crc64, part.size));
        Some(combiner.crc64())
    }
}

fn fault(error: &UploadError) -> Option<Fault> {
    match &error.cause {
        Cause::Service(error) | Cause::UploadVanished(error) => Some(error.fault()),
        _ => None,
    }
}

/// True if the upload no longer exists.
fn is_gone(error: &UploadError) -> bool {
    matches!(fault(error), Some(Fault::NoSuchUpload | Fault::AlreadyCompleted))
}

/// True if the server's parts are not those that were listed.
fn is_about_parts(error: &UploadError) -> bool {
    let Cause::Service(error) = &error.cause else { return false };
    matches!(error.code.as_deref(), Some("InvalidPart" | "InvalidPartOrder" | "EntityTooSmall"))
}

pub(super) fn not_shown() -> UploadError {
    let what = message!("the server completed the upload but gives no CRC-64 to prove it by");
    UploadError { operation: None, attempts: 1, cause: Cause::Integrity { what, request_id: None }, leftover: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::ServiceError;
    use crate::cos::multipart::{LARGEST_PART, MOST_PARTS};
    use crate::upload::error::{Operation, SendError, SendErrorKind};
    use crate::upload::shards::files::tests::large;
    use crate::upload::shards::receipts::receipt::tests::receipt;

    const PARTS: u16 = 3;
    const SIZE: u64 = 300;

    /// A part's content is its number and a variant: 0 is that of the source.
    fn crc64(number: u16, variant: u64) -> u64 {
        crate::cos::checksum::crc64(&[number.to_le_bytes().as_slice(), &variant.to_le_bytes()].concat())
    }

    fn whole(variants: &[u64]) -> u64 {
        let mut combiner = Combiner::new();
        for (number, variant) in (1..).zip(variants) {
            combiner.append(crc64(number, *variant), 100);
        }
        combiner.crc64()
    }

    fn refused(status: u16, code: &str) -> UploadError {
        let service = ServiceError {
            status,
            code: Some(code.to_owned()),
            message: None,
            request_id: None,
            trace_id: None,
            retry_after: None,
            server_time: None,
            region: None,
            foreign: None,
        };
        let cause = Cause::Service(Box::new(service));
        UploadError { operation: Some(Operation::Complete), attempts: 1, cause, leftover: None }
    }

    fn lost() -> UploadError {
        let cause = Cause::Network(SendError { kind: SendErrorKind::Broken, message: "reset".into() });
        UploadError { operation: Some(Operation::Complete), attempts: 8, cause, leftover: None }
    }

    /// A server with one upload, on which other machines work too.
    struct Server {
        random: fastrand::Rng,
        /// What each part has: a variant and which sending it was. `None` once the upload is gone.
        upload: Option<Vec<(u64, u64)>>,
        /// The variants of the object's parts.
        object: Option<Vec<u64>>,
        completed_by_us: bool,
    }

    impl Server {
        fn new(seed: u64) -> Self {
            let mut random = fastrand::Rng::with_seed(seed);
            let object = (random.u8(0..4) == 0).then(|| vec![9, 9, 9]);
            Self { random, upload: Some(vec![(0, 0); PARTS.into()]), object, completed_by_us: false }
        }

        /// What others do between two requests of ours.
        fn others(&mut self) {
            match self.random.u8(0..24) {
                // Another `complete`, which has the same receipts.
                0 => self.complete_if(|parts| parts.iter().all(|(variant, _)| *variant == 0)),
                // Aborted by another program.
                1 => self.upload = None,
                // A copy of a shard sends a part again; ETags that are no MD5 differ from sending to sending.
                2 => self.send(0),
                // A machine with another file.
                3 => self.send(7),
                _ => {}
            }
        }

        fn send(&mut self, variant: u64) {
            let (number, sending) = (self.random.usize(0..PARTS.into()), self.random.u64(1..3));
            if let Some(parts) = &mut self.upload {
                parts[number] = (variant, sending);
            }
        }

        fn complete_if(&mut self, fits: impl Fn(&[(u64, u64)]) -> bool) {
            if let Some(parts) = self.upload.take_if(|parts| fits(parts)) {
                self.object = Some(parts.iter().map(|(variant, _)| *variant).collect());
            }
        }

        fn list(&self) -> Vec<Listed> {
            let parts = self.upload.iter().flatten();
            (1..)
                .zip(parts)
                .map(|(number, part)| Listed { part: PartNumber::new(number), size: 100, etag: etag(number, *part) })
                .collect()
        }

        fn answer(&mut self, step: &Step) -> Answer {
            self.others();
            let answer_is_lost = self.random.u8(0..5) == 0;
            let answer = match step {
                Step::List if self.upload.is_none() => Answer::Failed(refused(404, "NoSuchUpload")),
                Step::List => Answer::Listed(self.list()),
                Step::Complete(_) if self.upload.is_none() => Answer::Failed(refused(404, "NoSuchUpload")),
                Step::Complete(parts) => {
                    let listed: Vec<_> = self.list().into_iter().map(|listed| listed.etag).collect();
                    if parts.iter().map(|(_, etag)| etag).ne(&listed) {
                        Answer::Failed(refused(400, "InvalidPart"))
                    } else {
                        self.complete_if(|_| true);
                        self.completed_by_us = true;
                        let crc64 = self.object.as_deref().map(whole).filter(|_| self.random.u8(0..6) > 0);
                        let etag = "\"e\"".to_owned();
                        Answer::Completed(Stored { etag, crc64, version_id: None, request_id: None })
                    }
                }
                Step::Look => Answer::Object(self.object.as_deref().map(|variants| head_object::Object {
                    size: Some(SIZE),
                    crc64: Some(whole(variants)).filter(|_| self.random.u8(0..8) > 0),
                    etag: Some("\"e\"".into()),
                    modified: None,
                    version_id: None,
                    request_id: None,
                })),
                Step::Done(_) => unreachable!("nothing is asked any more"),
            };
            if answer_is_lost { Answer::Failed(lost()) } else { answer }
        }
    }

    fn etag(number: u16, (variant, sending): (u64, u64)) -> Etag {
        format!("\"{number}-{variant}-{sending}\"").into()
    }

    /// The receipts of all machines; a schedule may lack some, or have those of a machine with another file.
    fn evidence(random: &mut fastrand::Rng, file: &PlannedFile) -> Evidence {
        let mut evidence = Evidence::default();
        let lacking = random.u8(0..10) == 0;
        for number in 1..=PARTS {
            for sending in 0..3 {
                let mut receipt = receipt(0, Some(number), crc64(number, 0), "a");
                receipt.etag = etag(number, (0, sending));
                receipt.seen.size = SIZE;
                if !(lacking && number == 2) {
                    evidence.add(file, &receipt);
                }
            }
        }
        evidence
    }

    fn run(seed: u64) -> (Finish, Server) {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let file = large("k", SIZE, 100);
        let evidence = evidence(&mut random, &file);
        let mut server = Server::new(seed);
        let mut completion = Completion::new(file, evidence);
        for _ in 0..100 {
            match completion.next() {
                Step::Done(finish) => return (finish, server),
                step => {
                    let answer = server.answer(&step);
                    completion.record(answer);
                }
            }
        }
        panic!("seed {seed}: it never ends");
    }

    /// The rule both ways, with other machines, lost answers and wrong bytes in every schedule.
    #[test]
    fn proved_means_whole_and_failed_means_that_this_run_completed_nothing() {
        let source = vec![0; PARTS.into()];
        let mut counts = [0; 7];
        for seed in 0..30_000 {
            let (finish, server) = run(seed);
            let kind = match &finish {
                Finish::Proved(proved) => {
                    assert_eq!(proved.crc64, whole(&source), "seed {seed}");
                    assert_eq!(server.object.as_ref(), Some(&source), "seed {seed}");
                    0
                }
                Finish::NotProved(troubles) => {
                    assert!(!troubles.is_empty() && !server.completed_by_us, "seed {seed}");
                    1
                }
                Finish::Differs { expected, found } => {
                    assert!(expected != found && server.object.as_ref() != Some(&source), "seed {seed}");
                    2
                }
                Finish::Gone { .. } => 3,
                Finish::Failed(_) => {
                    assert!(!server.completed_by_us, "seed {seed}: {finish:?}");
                    4
                }
                Finish::Unknown(_) => 5,
                Finish::NotComparable => 6,
            };
            counts[kind] += 1;
        }
        // All but one kind are reached: exactly the listed ETags are completed, so nothing else can be put together.
        assert!(counts[0] > 15_000 && counts[1] > 500 && counts[3] > 50 && counts[5] > 50, "{counts:?}");
    }

    #[test]
    fn an_object_with_wrong_bytes_is_distinguished_from_a_missing_one() {
        let file = large("k", SIZE, 100);
        let evidence = evidence(&mut fastrand::Rng::with_seed(1), &file);
        let mut completion = Completion::new(file, evidence);
        completion.record(Answer::Listed(Server::new(1).list()));
        let stored = Stored { etag: "\"e\"".into(), crc64: Some(1), version_id: None, request_id: None };
        completion.record(Answer::Completed(stored));
        let expected = whole(&[0, 0, 0]);
        assert_eq!(completion.next(), Step::Done(Finish::Differs { expected, found: 1 }));
    }

    /// The three results of a shard whose upload is gone: done, failed, or not known.
    #[test]
    fn an_upload_that_is_gone_is_decided_by_the_object_and_all_receipts() {
        let file = large("k", SIZE, 100);
        let all = evidence(&mut fastrand::Rng::with_seed(1), &file);
        let object = |size, crc64| head_object::Object {
            size: Some(size),
            crc64,
            etag: None,
            modified: None,
            version_id: None,
            request_id: None,
        };
        let wanted = whole(&[0, 0, 0]);
        let decide = |evidence: &Evidence, object: Option<head_object::Object>| {
            let mut completion = Completion::new(file.clone(), evidence.clone());
            completion.record(Answer::Failed(refused(404, "NoSuchUpload")));
            completion.record(Answer::Object(object));
            completion.next()
        };
        assert!(matches!(decide(&all, Some(object(SIZE, Some(wanted)))), Step::Done(Finish::Proved(_))));
        let gone = |is_other| Step::Done(Finish::Gone { is_other });
        assert_eq!(decide(&all, None), gone(false));
        assert_eq!(decide(&all, Some(object(SIZE, Some(1)))), gone(true));
        assert_eq!(decide(&all, Some(object(7, None))), gone(true));
        let not_comparable = Step::Done(Finish::NotComparable);
        assert_eq!(decide(&all, Some(object(SIZE, None))), not_comparable);
        assert_eq!(decide(&Evidence::default(), Some(object(SIZE, Some(wanted)))), not_comparable);
        assert_eq!(decide(&Evidence::default(), None), gone(false));
    }

    #[test]
    fn a_refusal_is_a_failure_and_no_look_is_needed() {
        let file = large("k", SIZE, 100);
        let evidence = evidence(&mut fastrand::Rng::with_seed(1), &file);
        let mut completion = Completion::new(file, evidence);
        completion.record(Answer::Listed(Server::new(1).list()));
        completion.record(Answer::Failed(refused(403, "AccessDenied")));
        assert_eq!(completion.next(), Step::Done(Finish::Failed(refused(403, "AccessDenied"))));
    }

    /// Another `complete` of the same plan may have made the object that must not be overwritten: then its upload is gone.
    #[test]
    fn a_key_that_is_taken_is_a_failure_unless_the_upload_is_gone() {
        let file = large("k", SIZE, 100);
        let evidence = evidence(&mut fastrand::Rng::with_seed(1), &file);
        let listed = || Answer::Listed(Server::new(1).list());
        let taken = refused(409, "FileAlreadyExists");
        let mut completion = Completion::new(file, evidence);
        completion.record(listed());
        completion.record(Answer::Failed(taken.clone()));
        assert_eq!(completion.next(), Step::List);
        let mut other = completion.clone();
        other.record(listed());
        assert_eq!(other.next(), Step::Done(Finish::Failed(taken)));
        completion.record(Answer::Failed(refused(404, "NoSuchUpload")));
        assert_eq!(completion.next(), Step::Look);
    }

    #[test]
    fn ten_thousand_parts_are_completed_with_the_checksum_of_the_whole() {
        let parts = u64::from(MOST_PARTS);
        let file = large("k", LARGEST_PART * parts, LARGEST_PART);
        let mut evidence = Evidence::default();
        let mut listed = Vec::new();
        for number in 1..=MOST_PARTS {
            let mut one = receipt(0, Some(number), crc64(number, 0), "a");
            (one.size, one.seen.size) = (LARGEST_PART, file.size);
            evidence.add(&file, &one);
            listed.push(Listed { part: one.part, size: LARGEST_PART, etag: one.etag });
        }
        let mut completion = Completion::new(file, evidence);
        completion.record(Answer::Listed(listed));
        assert!(matches!(completion.next(), Step::Complete(parts) if parts.len() == usize::from(MOST_PARTS)));
    }
}

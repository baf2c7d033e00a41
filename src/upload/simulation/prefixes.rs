//! Any prefix of any journal leads to the same object, if a machine resumes from it against a server without faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::epoch;
use crate::cos::checksum::{Combiner, Digest, Md5Digest};
use crate::cos::multipart::list_parts::{ListedPart, Page};
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::objects::put_object::Stored;
use crate::upload::finished::Finished;
use crate::upload::journal::header::tests::header;
use crate::upload::journal::lines;
use crate::upload::journal::lines::{Content, part_line};
use crate::upload::machine::{Resume, Settings, Step, Upload};
use crate::upload::patience::Patience;
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::plan::part_range::Range;
use crate::upload::plan::part_record::PartRecord;
use crate::upload::wire::call::{Call, Reply};

const MEBIBYTE: u64 = 1 << 20;

/// The bytes of a range are known by their offset.
fn read(range: Range) -> Digest {
    let bytes = range.offset.to_le_bytes();
    Digest { length: range.length, crc64: crate::cos::checksum::crc64(&bytes), md5: Some(Md5Digest::of(&bytes)) }
}

fn etag(digest: Digest) -> String {
    format!("\"{}\"", digest.md5.expect("it is read with its MD5").hex())
}

/// The server's parts, and the requests it got.
struct Server {
    held: BTreeMap<PartNumber, Digest>,
    sent: BTreeSet<PartNumber>,
    completed: Option<u64>,
}

impl Server {
    fn answer(&mut self, call: &Call) -> Reply {
        match call {
            Call::Initiate => {
                self.held.clear();
                Reply::Initiated(UploadId::new("new").unwrap())
            }
            Call::ListParts { after, .. } => {
                let mut rest = self.held.iter().filter(|(number, _)| Some(**number) > *after);
                let listed = |(number, held): (&PartNumber, &Digest)| ListedPart {
                    number: *number,
                    size: held.length,
                    etag: etag(*held),
                };
                let parts: Vec<ListedPart> = rest.by_ref().take(4).map(listed).collect();
                Reply::Parts(Page { next: rest.next().and(parts.last().map(|part| part.number)), parts })
            }
            Call::UploadPart { number, range, .. } => {
                assert!(self.sent.insert(*number), "part {number} was sent twice");
                let held = read(*range);
                self.held.insert(*number, held);
                Reply::Part(StoredPart {
                    etag: etag(held),
                    crc64: Some(held.crc64),
                    hides_the_md5: false,
                    request_id: None,
                })
            }
            Call::ComparePart { range, .. } | Call::ReadSource { range, .. } => Reply::Read(read(*range)),
            Call::CheckSource => Reply::SourceUnchanged,
            Call::ReadOn { .. } => unreachable!("a stream has no journal"),
            Call::Complete { parts, .. } => {
                let mut whole = Combiner::new();
                for (number, named) in parts {
                    let held = self.held[number];
                    assert_eq!(named.to_string(), etag(held));
                    whole.append(held.crc64, held.length);
                }
                self.completed = Some(whole.crc64());
                let etag = "\"whole-1\"".to_owned();
                Reply::Completed(Stored { etag, crc64: self.completed, version_id: None, request_id: None })
            }
            Call::PutObject { .. } | Call::CopyPart { .. } | Call::HeadObject | Call::Abort(_) => {
                panic!("nothing calls for {call:?}")
            }
        }
    }
}

/// Uploads to the end, from this journal.
fn finish(plan: Plan, bytes: &[u8], server: &mut Server) -> Finished {
    let resume = match lines::read(bytes) {
        Content::Nothing => None,
        Content::Journal(journal) => {
            Some(Resume { upload_id: UploadId::new(&journal.header.upload_id).unwrap(), parts: journal.parts })
        }
        other => panic!("a prefix of a journal is read as {other:?}"),
    };
    let settings = Settings { patience: Patience::default(), abort_on_failure: false, ..Settings::default() };
    let (mut upload, now) = (Upload::new(plan, settings, resume, 1), epoch());
    loop {
        match upload.next(now) {
            Step::Done(finished) => return finished,
            Step::Wait { until } => panic!("nothing is waited for: {until:?}"),
            Step::Send(id, call) => {
                let sent = call.body().map(read);
                let result = Ok(server.answer(&call));
                upload.record(now, id, crate::upload::wire::call::Outcome { sent, result, took: Duration::ZERO });
            }
        }
    }
}

proptest! {
    /// `order` is the order in which parts were journalled, `more` the other parts that the server holds, `lost` the parts
    /// that it has lost since.
    #[test]
    fn any_prefix_of_any_journal_leads_to_the_same_object(
        size in MEBIBYTE + 1..12 * MEBIBYTE,
        order in Just((1..=12_u16).collect::<Vec<_>>()).prop_shuffle(),
        journalled in 0..=12_usize,
        more in prop::collection::btree_set(1..=12_u16, 0..6),
        lost in prop::collection::btree_set(1..=12_u16, 0..3),
        cut in any::<prop::sample::Index>(),
    ) {
        let plan = Plan::new(size, PlanOptions::fixed(MEBIBYTE, 0)).unwrap();
        let Plan::Multipart(parts) = plan else { panic!("it is larger than a part") };
        let number = |number: u16| PartNumber::new(number).unwrap();
        let known = |wanted: &u16| *wanted <= parts.count();
        let digest = |wanted: PartNumber| read(parts.range(wanted).unwrap());
        let record = |wanted: u16| {
            let digest = digest(number(wanted));
            PartRecord { number: number(wanted), size: digest.length, etag: etag(digest).into(), crc64: digest.crc64 }
        };
        let order: Vec<u16> = order.into_iter().filter(known).take(journalled).collect();
        let journal = header().line() + &order.iter().map(|wanted| part_line(&record(*wanted))).collect::<String>();
        let cut = cut.index(journal.len() + 1);
        let held: BTreeSet<u16> =
            order.iter().copied().chain(more.into_iter().filter(known)).filter(|part| !lost.contains(part)).collect();
        let held: BTreeMap<_, _> = held.into_iter().map(|part| (number(part), digest(number(part)))).collect();

        let before: BTreeSet<PartNumber> =
            if cut < header().line().len() { BTreeSet::new() } else { held.keys().copied().collect() };
        let mut server = Server { held, sent: BTreeSet::new(), completed: None };
        let finished = finish(plan, &journal.as_bytes()[..cut], &mut server);

        let mut whole = Combiner::new();
        for part in parts.numbers() {
            whole.append(digest(part).crc64, digest(part).length);
        }
        let Finished::Stored(object) = finished else { panic!("{finished:?}") };
        prop_assert_eq!((object.size, object.crc64, server.completed), (size, whole.crc64(), Some(whole.crc64())));
        // Parts that the server held are proved, by the journal or by their MD5, and not sent again; all others are sent.
        let expected: BTreeSet<PartNumber> = parts.numbers().filter(|part| !before.contains(part)).collect();
        prop_assert_eq!(server.sent, expected);
    }
}

//! The service, COS or CDCS, without any fault of its own; the network loses requests and answers.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Content, md5, read};
use crate::cos::checksum::Combiner;
use crate::cos::head_object::Object;
use crate::cos::multipart::list_parts::{ListedPart, Page};
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::put_object::Stored;
use crate::upload::wire::call::{Call, Reply};

/// How CDCS differs from COS: it gives no CRC-64, writes each object once, and lets an upload keep its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coffer {
    /// It compares parts with their Content-MD5, and its ETags are no MD5s.
    pub(super) compares_parts: bool,
    /// It says `NoSuchUpload` of an upload that was completed, instead of `MultipartAlreadyCompleted`.
    pub(super) forgets: bool,
}

#[derive(Default)]
pub(super) struct Server {
    pub(super) coffer: Option<Coffer>,
    pub(super) completed: BTreeSet<String>,
    /// The ETag of an object that was put together.
    pub(super) identity: Option<&'static str>,
    pub(super) object: Option<Content>,
    pub(super) uploads: BTreeMap<String, BTreeMap<PartNumber, Content>>,
    pub(super) next_upload: u32,
    /// How often a call of this program made the object.
    pub(super) completions: u32,
    /// True while the object is one that a call of this program made.
    pub(super) ours: bool,
}

impl Server {
    fn etag(&self, held: &Content) -> String {
        let no_md5 = self.coffer.is_some_and(|coffer| coffer.compares_parts);
        if no_md5 { format!("\"{}\"", md5(!held.crc64).hex()) } else { held.etag() }
    }

    fn crc64(&self, held: &Content) -> Option<u64> {
        self.coffer.is_none().then_some(held.crc64)
    }

    /// The answer if there is no such upload.
    fn unknown(&self, upload_id: &UploadId) -> (u16, &'static str) {
        match self.coffer {
            Some(Coffer { forgets: false, .. }) if self.completed.contains(upload_id.as_str()) => {
                (409, "MultipartAlreadyCompleted")
            }
            _ => (404, "NoSuchUpload"),
        }
    }

    /// The requests that CDCS refuses and COS does not.
    fn refuse(&self, call: &Call, arrived: Option<&Content>) -> Result<(), (u16, &'static str)> {
        let Some(coffer) = self.coffer else { return Ok(()) };
        let compared = match call {
            Call::PutObject(range) => Some(range),
            Call::UploadPart { range, .. } => Some(range).filter(|_| coffer.compares_parts),
            _ => None,
        };
        if compared.zip(arrived).is_some_and(|(range, arrived)| *arrived != read(*range, 0)) {
            return Err((400, "BadDigest"));
        }
        match call {
            Call::PutObject(_) | Call::Initiate if self.object.is_some() => Err((409, "ObjectAlreadyExists")),
            Call::PutObject(_) | Call::Initiate if !self.uploads.is_empty() => Err((409, "ObjectAlreadyUploading")),
            _ => Ok(()),
        }
    }

    /// Carries out a call.
    pub(super) fn act(&mut self, call: &Call, arrived: Option<&Content>) -> Result<Reply, (u16, &'static str)> {
        self.refuse(call, arrived)?;
        match call {
            Call::PutObject(_) => {
                let held = arrived.expect("a PUT has a body").clone();
                let (etag, crc64) = (self.etag(&held), self.crc64(&held));
                let stored = Stored { etag, crc64, version_id: None, request_id: None };
                self.object = Some(held);
                self.completions += 1;
                self.ours = true;
                Ok(Reply::Stored(stored))
            }
            Call::Initiate => {
                self.next_upload += 1;
                let id = format!("upload-{}", self.next_upload);
                self.uploads.insert(id.clone(), BTreeMap::new());
                Ok(Reply::Initiated(UploadId::new(&id).unwrap()))
            }
            Call::UploadPart { upload_id, number, .. } => {
                let unknown = self.unknown(upload_id);
                let held = arrived.expect("a part has a body").clone();
                let stored = StoredPart { etag: self.etag(&held), crc64: self.crc64(&held), request_id: None };
                let parts = self.uploads.get_mut(upload_id.as_str()).ok_or(unknown)?;
                parts.insert(*number, held);
                Ok(Reply::Part(stored))
            }
            Call::ListParts { upload_id, after } => {
                let parts = self.uploads.get(upload_id.as_str()).ok_or_else(|| self.unknown(upload_id))?;
                let mut rest = parts.iter().filter(|(number, _)| after.is_none_or(|after| **number > after));
                let parts: Vec<ListedPart> = rest
                    .by_ref()
                    .take(3)
                    .map(|(number, held)| ListedPart { number: *number, size: held.size, etag: self.etag(held) })
                    .collect();
                let next = rest.next().and(parts.last().map(|part| part.number));
                Ok(Reply::Parts(Page { parts, next }))
            }
            Call::Complete { upload_id, parts } => {
                let held = self.uploads.get(upload_id.as_str()).ok_or_else(|| self.unknown(upload_id))?;
                let mut combiner = Combiner::new();
                let mut size = 0;
                for (number, etag) in parts {
                    let part = held
                        .get(number)
                        .filter(|part| self.etag(part) == etag.to_string())
                        .ok_or((400, "InvalidPart"))?;
                    combiner.append(part.crc64, part.size);
                    size += part.size;
                }
                self.uploads.remove(upload_id.as_str());
                self.completed.insert(upload_id.as_str().to_owned());
                let whole = Content { size, crc64: combiner.crc64() };
                let (etag, crc64) = ("\"whole-1\"", self.crc64(&whole));
                self.object = Some(whole);
                self.identity = Some(etag);
                self.completions += 1;
                self.ours = true;
                Ok(Reply::Completed(Stored { etag: etag.to_owned(), crc64, version_id: None, request_id: None }))
            }
            Call::HeadObject => Ok(Reply::Object(self.object.as_ref().map(|held| Object {
                size: Some(held.size),
                etag: Some(self.identity.map_or_else(|| self.etag(held), str::to_owned)),
                modified: None,
                crc64: self.crc64(held),
                version_id: None,
                request_id: None,
            }))),
            Call::Abort(upload_id) => {
                self.uploads.remove(upload_id.as_str());
                Ok(Reply::Aborted)
            }
            Call::ComparePart { .. } | Call::CheckSource | Call::ReadSource { .. } | Call::ReadOn { .. } => {
                unreachable!("sends nothing")
            }
        }
    }
}

//! The service, COS or CDCS, without any fault of its own; the network loses requests and answers.

use std::collections::{BTreeMap, BTreeSet};

use super::MEBIBYTE;
use super::content::{Content, md5, read};
use crate::cos::checksum::Combiner;
use crate::cos::multipart::list_parts::{ListedPart, Page};
use crate::cos::multipart::upload_part::StoredPart;
use crate::cos::multipart::upload_part_copy::CopiedPart;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::cos::objects::head_object::Object;
use crate::cos::objects::put_object::Stored;
use crate::upload::wire::call::{BodyMd5, Call, Reply};

/// How servers differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// An object is written once, and an unfinished upload blocks its key, as in CDCS.
    pub(super) write_once: bool,
    /// For a completed upload it answers `NoSuchUpload`, and not `MultipartAlreadyCompleted`.
    pub(super) forgets: bool,
    pub(super) gives_crc64: bool,
    pub(super) etags_are_md5: bool,
}

impl Kind {
    pub(super) const COS: Self = Self { write_once: false, forgets: true, gives_crc64: true, etags_are_md5: true };

    /// COS without CRC-64, as private clouds have it.
    pub(super) fn without_crc64(seed: u64) -> Self {
        Self { gives_crc64: false, etags_are_md5: seed.is_multiple_of(2), ..Self::COS }
    }

    pub(super) fn coffer(seed: u64) -> Self {
        Self { write_once: true, forgets: seed % 4 >= 2, gives_crc64: false, etags_are_md5: seed.is_multiple_of(2) }
    }
}

pub(super) struct Server {
    pub(super) kind: Kind,
    /// Every request of this program forbids to overwrite an object.
    pub(super) no_overwrite: bool,
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
    pub(super) fn new(kind: Kind, no_overwrite: bool) -> Self {
        Self {
            kind,
            no_overwrite,
            completed: BTreeSet::new(),
            identity: None,
            object: None,
            uploads: BTreeMap::new(),
            next_upload: 0,
            completions: 0,
            ours: false,
        }
    }

    fn etag(&self, held: &Content) -> String {
        if !self.kind.etags_are_md5 { format!("\"{}\"", md5(!held.crc64).hex()) } else { held.etag() }
    }

    fn crc64(&self, held: &Content) -> Option<u64> {
        self.kind.gives_crc64.then_some(held.crc64)
    }

    /// The answer if there is no such upload.
    fn unknown(&self, upload_id: &UploadId) -> (u16, &'static str) {
        if !self.kind.forgets && self.completed.contains(upload_id.as_str()) {
            (409, "MultipartAlreadyCompleted")
        } else {
            (404, "NoSuchUpload")
        }
    }

    /// The requests that are refused before anything is stored.
    fn refuse(&self, call: &Call, arrived: Option<&Content>) -> Result<(), (u16, &'static str)> {
        let compared = call.body().filter(|_| call.body_md5() == BodyMd5::Sent);
        if compared.zip(arrived).is_some_and(|(range, arrived)| *arrived != read(range, 0)) {
            return Err((400, "BadDigest"));
        }
        match call {
            Call::PutObject { .. } | Call::Initiate | Call::Complete { .. }
                if self.no_overwrite && self.object.is_some() =>
            {
                Err((409, "FileAlreadyExists"))
            }
            _ if !self.kind.write_once => Ok(()),
            Call::PutObject { .. } | Call::Initiate if self.object.is_some() => Err((409, "ObjectAlreadyExists")),
            Call::PutObject { .. } | Call::Initiate if !self.uploads.is_empty() => Err((409, "ObjectAlreadyUploading")),
            _ => Ok(()),
        }
    }

    /// True if the server holds a part under the number of this one that is not the same.
    pub(super) fn holds_another(&self, call: &Call, arrived: Option<&Content>) -> bool {
        let Call::UploadPart { upload_id, number, .. } = call else { return false };
        let held = self.uploads.get(upload_id.as_str()).and_then(|parts| parts.get(number));
        held.is_some() && held != arrived
    }

    /// Another client replaces the object.
    pub(super) fn replace(&mut self) {
        self.object = Some(Content { size: 5 * MEBIBYTE, crc64: 5 });
        self.identity = Some("\"other-1\"");
        self.ours = false;
    }

    /// Carries out a call.
    pub(super) fn act(&mut self, call: &Call, arrived: Option<&Content>) -> Result<Reply, (u16, &'static str)> {
        self.refuse(call, arrived)?;
        match call {
            Call::PutObject { .. } => {
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
                let stored = StoredPart {
                    etag: self.etag(&held),
                    crc64: self.crc64(&held),
                    hides_the_md5: false,
                    request_id: None,
                };
                let parts = self.uploads.get_mut(upload_id.as_str()).ok_or(unknown)?;
                parts.insert(*number, held);
                Ok(Reply::Part(stored))
            }
            Call::CopyPart { upload_id, number, range, etag } => {
                let base = self.object.as_ref().ok_or((404, "NoSuchKey"))?;
                let found = self.identity.map_or_else(|| self.etag(base), str::to_owned);
                if **etag != *found {
                    return Err((412, "PreconditionFailed"));
                }
                let unknown = self.unknown(upload_id);
                // The map says that these bytes of the object are the source's.
                debug_assert!(arrived.is_some_and(|arrived| arrived.size == range.length));
                let held = arrived.expect("a copy has bytes").clone();
                let etag = self.etag(&held);
                let parts = self.uploads.get_mut(upload_id.as_str()).ok_or(unknown)?;
                parts.insert(*number, held);
                Ok(Reply::Copied(CopiedPart { etag, request_id: None }))
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
                if parts.iter().zip(1..).any(|((number, _), expected)| number.value() != expected) {
                    return Err((400, "InvalidPart"));
                }
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

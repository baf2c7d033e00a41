//! What proves that the server stored the bytes that were sent, and what a request has to carry for it.
//!
//! COS answers with a CRC-64. An answer without one is proved by its ETag, if that is the MD5 of the bytes. If it is not,
//! the bytes go again with Content-MD5, which the server compares before it stores anything.

use super::Settings;
use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::language::{Message, message};
use crate::upload::event::NoProof;
use crate::upload::wire::call::BodyMd5;

/// What proves the bytes of a request, from the least that the request has to carry to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum ProvenBy {
    #[default]
    Crc64,
    Etag,
    ContentMd5,
}

/// Whether an answer proves that the server stored the bytes that were sent.
pub(super) enum Proof {
    /// It does.
    Proved,
    /// It proves that other bytes arrived.
    Wrong(Message),
    /// It has no checksum that can be compared.
    Missing(NoProof),
}

/// What the server's answers have proved so far, and what the next requests rely on.
#[derive(Debug)]
pub(super) struct Proofs {
    by: ProvenBy,
    promises_crc64: bool,
    /// False if the server's ETags are certainly no MD5s.
    etags_may_be_md5: bool,
    /// True once an ETag was the MD5 of the bytes that were sent.
    etags_are_md5: bool,
}

impl Proofs {
    pub(super) fn new(settings: &Settings) -> Self {
        let promises_crc64 = settings.service.promises_crc64();
        let by = match (settings.content_md5, promises_crc64, settings.etags_are_md5) {
            (true, ..) | (_, false, false) => ProvenBy::ContentMd5,
            (_, true, _) => ProvenBy::Crc64,
            (_, false, true) => ProvenBy::Etag,
        };
        Self { by, promises_crc64, etags_may_be_md5: settings.etags_are_md5, etags_are_md5: false }
    }

    /// What the next request does about its body's MD5.
    pub(super) fn body_md5(&self) -> BodyMd5 {
        match self.by {
            ProvenBy::Crc64 => BodyMd5::None,
            ProvenBy::Etag => BodyMd5::Computed,
            ProvenBy::ContentMd5 => BodyMd5::Sent,
        }
    }

    pub(super) fn by(&self) -> ProvenBy {
        self.by
    }

    /// Relies on this from now on. True if that is more than before.
    pub(super) fn rely_on(&mut self, by: ProvenBy) -> bool {
        let more = by > self.by;
        self.by = self.by.max(by);
        more
    }

    /// An ETag was the MD5 of the source's bytes.
    pub(super) fn etag_matched(&mut self) {
        self.etags_are_md5 = true;
    }

    /// An answer says that its ETag is no MD5.
    pub(super) fn etags_are_no_md5(&mut self) {
        self.etags_may_be_md5 = false;
    }

    /// True if the same bytes get the same ETag again, as far as is known.
    pub(super) fn etags_may_be_md5(&self) -> bool {
        self.etags_may_be_md5
    }

    /// True if an ETag that differs from the MD5 means that other bytes arrived.
    pub(super) fn etags_are_md5(&self) -> bool {
        self.etags_are_md5
    }

    /// True if the bytes can be compared with this ETag.
    pub(super) fn is_comparable(&self, etag: &str) -> bool {
        self.etags_may_be_md5 && looks_like_md5(etag)
    }

    /// Compares the checksums of an answer with those of the bytes that were sent.
    pub(super) fn examine(&mut self, etag: &str, crc64: Option<u64>, sent: Option<Digest>, md5: BodyMd5) -> Proof {
        let Some(sent) = sent else {
            return Proof::Wrong(message!("the server answered before it had all bytes"));
        };
        match (crc64, sent.md5) {
            (Some(crc64), _) if crc64 != sent.crc64 => Proof::Wrong(message!(
                "the server's CRC-64 is {crc64}, and the bytes read have {read}",
                crc64,
                read = sent.crc64
            )),
            (Some(_), _) => Proof::Proved,
            (None, _) if md5 == BodyMd5::Sent => Proof::Proved,
            (None, Some(md5)) if self.is_comparable(etag) && md5.is_etag(etag) => {
                self.etag_matched();
                Proof::Proved
            }
            (None, Some(md5)) if self.is_comparable(etag) && self.etags_are_md5 => Proof::Wrong(message!(
                "the server's ETag is {etag}, and the bytes read have the MD5 {read}",
                etag,
                read = md5.hex()
            )),
            (None, _) => Proof::Missing(self.why_missing()),
        }
    }

    fn why_missing(&self) -> NoProof {
        if self.promises_crc64 { NoProof::Crc64Missing } else { NoProof::EtagNotMd5 }
    }
}

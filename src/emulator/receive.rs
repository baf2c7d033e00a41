//! The operations as an exchange performs them: those with a body here, the others through `perform.rs`.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::cos::address::{Bucket, Key};
use crate::cos::checksum::{Digest, Md5Digest};
use crate::cos::multipart::{LARGEST_PART, PartNumber};
use crate::cos::put_object::LARGEST_PUT;

use super::answer::complete_body::{Verdict, completed, in_one_chunk};
use super::answer::dialect::{Dialect, Format};
use super::answer::refusal;
use super::answer::refusal::Refusal;
use super::answer::response::{Answer, Content, error_document};
use super::exchange::Exchange;
use super::faults::{Action, Fault};
use super::http::body::Trouble;
use super::http::request_head::Head;
use super::perform;
use super::request::operation::Operation;
use super::request::request_document;
use super::store::Draft;

/// The largest document taken; a list of 10,000 parts has less than one MiB.
const LARGEST_DOCUMENT: usize = 4 << 20;
/// What `x-cos-traffic-limit` may be, in bits per second.
const TRAFFIC_LIMITS: std::ops::RangeInclusive<u64> = 819_200..=838_860_800;

impl Exchange {
    pub(super) async fn on_bucket(
        &mut self,
        operation: Operation,
        bucket: Bucket,
        head: &Head,
    ) -> Result<Answer, Trouble> {
        if operation == Operation::DeleteObjects {
            self.service.store.check_bucket(&bucket)?;
            let document = self.document(head).await?;
            let answer = perform::delete_objects(&self.service.store, &bucket, &document)?;
            self.note(|record| record.stored = true);
            return Ok(answer);
        }
        self.body.drain().await?;
        let answer = perform::on_bucket(&self.service.store, self.dialect, operation, &bucket, head)?;
        let changes = matches!(operation, Operation::PutBucket | Operation::DeleteBucket);
        self.note(|record| record.stored = changes);
        Ok(answer)
    }

    pub(super) async fn on_object(
        &mut self,
        operation: Operation,
        place: (Bucket, Key),
        head: &Head,
    ) -> Result<Answer, Trouble> {
        self.service.store.check_bucket(&place.0)?;
        match operation {
            Operation::PutObject => self.put_object(place, head).await,
            Operation::UploadPart => self.upload_part(place, head).await,
            Operation::Complete => self.complete(place, head).await,
            _ => {
                self.body.drain().await?;
                let (store, dialect) = (&self.service.store, self.dialect);
                let answer = perform::on_object(store, dialect, operation, (&place.0, &place.1), head, self.now)?;
                let changes = matches!(operation, Operation::Initiate | Operation::Abort | Operation::DeleteObject);
                self.note(|record| record.stored = changes);
                Ok(answer)
            }
        }
    }

    async fn put_object(&mut self, (bucket, key): (Bucket, Key), head: &Head) -> Result<Answer, Trouble> {
        if head.headers.get("x-cos-copy-source").is_some() {
            return Err(refusal::NOT_IMPLEMENTED.into());
        }
        let chunked = head.headers.get("transfer-encoding").is_some();
        check_length(head, LARGEST_PUT, chunked)?;
        let kept = self.dialect.kept(head)?;
        let overwrite = self.dialect.overwrite(head);
        self.service.store.check_overwrite(&bucket, &key, overwrite)?;
        let (draft, file) = self.service.store.draft_object(&bucket, &key)?;
        let (draft, digest) = self.receive(draft, file, head, LARGEST_PUT).await?;
        if self.dialect.is_cdcs() && digest.length == 0 {
            return Err(refusal::OBJECT_EMPTY.into());
        }
        let about = (self.now, kept);
        let object = self.service.store.commit_object(&bucket, &key, draft, digest, about, overwrite)?;
        self.note(|record| record.stored = true);
        Ok(perform::stored(&object.etag, object.crc64, &object.kept.encryption, Answer::empty(200)))
    }

    async fn upload_part(&mut self, (bucket, key): (Bucket, Key), head: &Head) -> Result<Answer, Trouble> {
        let number = part_number(head)?;
        let upload_id = head.parameter("uploadId").unwrap_or_default();
        check_length(head, LARGEST_PART, false)?;
        let encryption = self.service.store.upload(&bucket, &key, upload_id)?;
        encryption.check_part(head)?;
        let (draft, file) = self.service.store.draft_part(&bucket, &key, upload_id)?;
        let (draft, digest) = self.receive(draft, file, head, LARGEST_PART).await?;
        let about = (digest, self.now);
        let part = self.service.store.commit_part(&bucket, &key, upload_id, number, draft, about)?;
        self.note(|record| record.stored = true);
        Ok(perform::stored(&part.etag, part.crc64, &encryption, Answer::empty(200)))
    }

    async fn complete(&mut self, (bucket, key): (Bucket, Key), head: &Head) -> Result<Answer, Trouble> {
        let upload_id = head.parameter("uploadId").unwrap_or_default();
        // Encryption headers are let pass: official clients repeat here all that they initiated with.
        self.check_incomplete(&bucket, &key, upload_id)?;
        let document = self.document(head).await?;
        self.dialect = self.dialect.of_client(&document);
        let list = match self.dialect {
            Dialect::Cdcs(Format::Json) => request_document::read_json(&document)?,
            _ => request_document::read(&document)?,
        };
        let action = self.fault.as_ref().map(Fault::action).cloned();
        if let Some(Action::CompleteError { code }) = action {
            let text = error_document(&refusal::INTERNAL_ERROR, &head.resource(), &self.ids, self.dialect);
            return Ok(Answer { code: Some(code), content: in_one_chunk(text), ..Answer::empty(200) }
                .with("Content-Type", "application/xml"));
        }
        let overwrite = self.dialect.overwrite(head);
        let merge = self.service.store.begin_merge(&bucket, &key, upload_id, &list, overwrite)?;
        let location = format!("http://{}", head.resource());
        let crc64 = merge.crc64.to_string();
        let answer = Answer::empty(200).with("Content-Type", "application/xml").with("x-cos-hash-crc64ecma", &crc64);
        let answer = merge.kept.encryption.told(answer);
        if action == Some(Action::ResetAfterStored) {
            let (service, now) = (Arc::clone(&self.service), self.now);
            let merged = spawn_blocking(move || service.store.merge(&merge, now)).await;
            let object = merged.map_err(|_| refusal::INTERNAL_ERROR)??;
            self.note(|record| record.stored = true);
            let text = completed(self.dialect, &location, &(bucket, key), &object.etag);
            return Ok(Answer { content: in_one_chunk(text), ..answer });
        }
        let (sender, receiver) = mpsc::channel(1);
        let mut record = self.record.take().unwrap_or_default();
        record.bytes = self.body.received();
        let (service, ids) = (Arc::clone(&self.service), self.ids.clone());
        let (dialect, now, place) = (self.dialect, self.now, (bucket, key));
        let verdict = Verdict { service, ids, dialect, merge, place, location, now, action, record };
        tokio::spawn(verdict.reach(sender));
        Ok(Answer { content: Content::Later(receiver), ..answer })
    }

    /// Refuses an upload that is not there, and with CDCS one that is complete with a code of its own.
    fn check_incomplete(&self, bucket: &Bucket, key: &Key, upload_id: &str) -> Result<(), Refusal> {
        let store = &self.service.store;
        match store.upload(bucket, key, upload_id) {
            Err(_) if self.dialect.is_cdcs() && store.is_complete(bucket, key, upload_id) => {
                Err(refusal::MULTIPART_ALREADY_COMPLETED)
            }
            upload => upload.map(|_| ()),
        }
    }

    /// Receives the body into a draft and compares it with the MD5 that the client sent.
    async fn receive(
        &mut self,
        draft: Draft,
        file: std::fs::File,
        head: &Head,
        limit: u64,
    ) -> Result<(Draft, Digest), Trouble> {
        let md5 = content_md5(head)?;
        if let Some(limit) = traffic_limit(head)? {
            self.body.limit_rate(limit / 8);
        }
        let digest = self.body.store(file, limit).await?;
        if md5.is_some() && md5 != digest.md5 {
            return Err(refusal::BAD_DIGEST.into());
        }
        Ok((draft, digest))
    }

    /// Receives a document and compares it with the MD5 that the client sent.
    async fn document(&mut self, head: &Head) -> Result<Vec<u8>, Trouble> {
        let md5 = content_md5(head)?;
        let document = self.body.document(LARGEST_DOCUMENT).await?;
        if md5.is_some_and(|md5| md5 != Md5Digest::of(&document)) {
            return Err(refusal::BAD_DIGEST.into());
        }
        Ok(document)
    }
}

fn part_number(head: &Head) -> Result<PartNumber, Refusal> {
    let text = head.parameter("partNumber").unwrap_or_default();
    let number = text.parse().ok().and_then(PartNumber::new);
    number.ok_or(refusal::INVALID_ARGUMENT.saying("partNumber must be 1 to 10000."))
}

fn check_length(head: &Head, largest: u64, may_be_chunked: bool) -> Result<(), Refusal> {
    match head.headers.get("content-length").and_then(|text| text.trim().parse::<u64>().ok()) {
        Some(length) if length > largest => Err(refusal::ENTITY_TOO_LARGE),
        None if !may_be_chunked => Err(refusal::MISSING_CONTENT_LENGTH),
        _ => Ok(()),
    }
}

fn content_md5(head: &Head) -> Result<Option<Md5Digest>, Refusal> {
    let read = |text| Md5Digest::from_base64(text).ok_or(refusal::INVALID_DIGEST);
    head.headers.get("content-md5").map(read).transpose()
}

fn traffic_limit(head: &Head) -> Result<Option<u64>, Refusal> {
    const NAME: &str = "x-cos-traffic-limit";
    let Some(text) = head.headers.get(NAME).or_else(|| head.parameter(NAME)) else { return Ok(None) };
    let limit = text.parse().ok().filter(|limit| TRAFFIC_LIMITS.contains(limit));
    limit.map(Some).ok_or_else(|| refusal::INVALID_ARGUMENT.saying(format!("{NAME} is out of range.")))
}

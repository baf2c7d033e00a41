//! `cosput complete --reread`: what the server has and no receipt names is read here once, and gets a receipt.

use std::path::PathBuf;

use super::judging::Papers;
use super::object_requests::ObjectRequests;
use super::shard_work::change;
use super::unproved::Unproved;
use crate::cli::output::failures::failure::Failure;
use crate::cli::uploading::bucket_requests::{BucketRequests, failed};
use crate::cli::uploading::observing::receipt_book::{Attempt, seen};
use crate::cli::uploading::server_parts;
use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::cos::multipart::UploadId;
use crate::cos::{Key, Service};
use crate::language::message;
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::files::{Placed, PlannedFile};
use crate::upload::shards::proof::evidence::{Evidence, Listed, Trouble};
use crate::upload::shards::receipts::receipt::Receipt;
use crate::upload::shards::unit::Unit;
use crate::upload::source::FileSource;
use crate::upload::{SourceError, threads};

/// Reads what has no receipt.
pub(crate) struct Rereading {
    pub(crate) root: PathBuf,
    pub(crate) requests: ObjectRequests,
    pub(crate) attempt: Attempt,
    pub(crate) lines: DurableLines,
}

impl Rereading {
    /// Goes through the whole plan, and writes a receipt of each unit that is read. Returns how many. What this machine reads
    /// differently is added to `unproved`.
    pub(crate) async fn run(
        mut self,
        papers: &Papers,
        bucket: &mut BucketRequests<'_>,
        unproved: &mut Unproved<'_>,
    ) -> Result<u64, Failure> {
        let mut read = 0;
        let mut stretches = papers.read();
        while let Some(stretch) = stretches.recv().await {
            for (placed, evidence) in stretch? {
                read += self.file(&placed, &evidence, bucket, unproved).await?;
            }
        }
        self.lines.close().await.map_err(|why| Failure::Other(message!("could not write receipts: {why}", why)))?;
        Ok(read)
    }

    async fn file(
        &mut self,
        placed: &Placed,
        evidence: &Evidence,
        bucket: &mut BucketRequests<'_>,
        unproved: &mut Unproved<'_>,
    ) -> Result<u64, Failure> {
        let file = &placed.file;
        // Whether the object is the one of an upload that is gone is judged by the receipts that there are.
        let Some(listed) = self.listed(file, bucket).await? else { return Ok(0) };
        let found = |unit: &Unit| {
            let found = listed.iter().find(|listed| (listed.part, listed.size) == (unit.part, unit.range.length));
            (*unit, found.cloned())
        };
        let is_open = |found: &Option<Listed>| found.as_ref().is_none_or(|found| !evidence.agrees(found));
        let open = file.each_unit(0).map(|unit| found(&unit)).filter(|(_, found)| is_open(found));
        let open: Vec<(Unit, Option<Listed>)> = open.collect();
        if open.is_empty() {
            return Ok(0);
        }
        // A shard refuses a file that has changed, so what the server lacks will never be sent.
        let Some(source) = self.source(placed, unproved) else { return Ok(0) };
        let mut read = 0;
        for (unit, listed) in open.into_iter().filter_map(|(unit, listed)| Some((unit, listed?))) {
            read += u64::from(self.unit(placed, &source, (unit, listed), unproved).await?);
        }
        Ok(read)
    }

    /// The file, if it is the one that was planned.
    fn source(&self, placed: &Placed, unproved: &mut Unproved<'_>) -> Option<FileSource> {
        let host = &self.attempt.host;
        let source = FileSource::open(&self.root.join(&placed.file.path));
        match source.and_then(|source| change(&placed.file, &source).map(|what| (source, what))) {
            Ok((source, None)) => return Some(source),
            Ok((_, Some(what))) => unproved.troubles(placed, &[Trouble::Changed { host: host.clone(), what }]),
            Err(error) => {
                let why = message!("{host} could not read it: {error}", host, error);
                unproved.source(placed, None, host, &why);
            }
        }
        None
    }

    /// What the server has of a file; `None` if its upload is gone.
    async fn listed(
        &mut self,
        file: &PlannedFile,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<Option<Vec<Listed>>, Failure> {
        let key = Key::new(&file.key)
            .map_err(|error| Failure::Other(message!("the plan has a wrong key: {error}", error)))?;
        let mut events = Vec::new();
        let listed = match file.upload_id.as_deref().and_then(UploadId::new) {
            Some(id) => self.requests.list(&key, &id, &mut events).await,
            None => self.requests.look(&key, &mut events).await.map(|object| {
                let etag = |etag: Option<String>| etag.unwrap_or_default().into();
                let object = object.into_iter();
                object
                    .map(|found| Listed { part: None, size: found.size.unwrap_or_default(), etag: etag(found.etag) })
                    .collect()
            }),
        };
        events.iter().for_each(|event| bucket.report(event));
        match listed.map_err(|error| failed(Service::Cos, key.as_str(), error)) {
            Err(failure) if server_parts::is_gone(&failure) => Ok(None),
            listed => listed.map(Some),
        }
    }

    /// Reads a unit. Returns false if the server has other bytes.
    async fn unit(
        &self,
        placed: &Placed,
        source: &FileSource,
        (unit, listed): (Unit, Listed),
        unproved: &mut Unproved<'_>,
    ) -> Result<bool, Failure> {
        let Digest { crc64, md5, .. } = digest(source, unit).await?;
        let etag = listed.etag.to_string();
        let comparable = self.requests.object.encryption.etags_are_md5() && looks_like_md5(&etag);
        let Attempt { plan, shard, host, clock } = self.attempt.clone();
        // The ETag of an object that another tool sent in parts has another form.
        if comparable && md5.is_some_and(|md5| !md5.is_etag(&etag)) {
            let why = message!("the server has other bytes than {host} reads", host);
            unproved.source(placed, unit.part, &self.attempt.host, &why);
            return Ok(false);
        }
        let (n, size) = (placed.file.n, unit.range.length);
        let time = humantime::format_rfc3339_seconds(clock()).to_string();
        let receipt =
            Receipt { plan, n, part: unit.part, size, etag: listed.etag, crc64, seen: seen(source), host, shard, time };
        drop(self.lines.append(Box::new(move || Some(receipt.line()))));
        Ok(true)
    }
}

async fn digest(source: &FileSource, unit: Unit) -> Result<Digest, Failure> {
    let path = source.path().to_owned();
    let source = source.clone();
    let read = threads::spawn_blocking(move || source.digest(unit.range)).await;
    let read = read.unwrap_or_else(|died| Err(SourceError::Unreadable(died.to_string().into())));
    read.map_err(|error| Failure::Source { source: path, error })
}

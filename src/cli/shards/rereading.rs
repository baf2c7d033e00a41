//! `cosput complete --reread`: what the server has and no receipt names is read here once, and gets a receipt.

use std::path::PathBuf;

use super::judging::Papers;
use super::object_requests::ObjectRequests;
use super::shard_work::compare;
use crate::cli::output::console::shown;
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
use crate::upload::shards::proof::evidence::{Evidence, Listed};
use crate::upload::shards::receipt::Receipt;
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
    /// Goes through the whole plan, and writes a receipt of each unit that is read. Returns how many.
    pub(crate) async fn run(mut self, papers: &Papers, bucket: &mut BucketRequests<'_>) -> Result<u64, Failure> {
        let mut read = 0;
        let mut stretches = papers.read();
        while let Some(stretch) = stretches.recv().await {
            for (placed, evidence) in stretch? {
                read += self.file(&placed, &evidence, bucket).await?;
            }
        }
        self.lines.close().await.map_err(|why| Failure::Other(message!("could not write receipts: {why}", why)))?;
        Ok(read)
    }

    async fn file(
        &mut self,
        Placed { file, .. }: &Placed,
        evidence: &Evidence,
        bucket: &mut BucketRequests<'_>,
    ) -> Result<u64, Failure> {
        let listed = self.listed(file, bucket).await?;
        let open = |unit: &Unit| {
            let found = listed.iter().find(|listed| (listed.part, listed.size) == (unit.part, unit.range.length))?;
            (!evidence.agrees(found)).then(|| (*unit, found.clone()))
        };
        let open: Vec<(Unit, Listed)> = file.each_unit(0).filter_map(|unit| open(&unit)).collect();
        if open.is_empty() {
            return Ok(0);
        }
        let path = self.root.join(&file.path);
        let source = FileSource::open(&path).map_err(|error| Failure::Source { source: path, error })?;
        compare(file, &source)?;
        let count = open.len() as u64;
        for (unit, listed) in open {
            self.unit(file, &source, unit, listed).await?;
        }
        Ok(count)
    }

    /// What the server has of a file; nothing if its upload is gone.
    async fn listed(&mut self, file: &PlannedFile, bucket: &mut BucketRequests<'_>) -> Result<Vec<Listed>, Failure> {
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
            Err(failure) if server_parts::is_gone(&failure) => Ok(Vec::new()),
            listed => listed,
        }
    }

    async fn unit(&self, file: &PlannedFile, source: &FileSource, unit: Unit, listed: Listed) -> Result<(), Failure> {
        let Digest { crc64, md5, .. } = digest(source, unit).await?;
        let etag = listed.etag.to_string();
        let comparable = self.requests.object.encryption.etags_are_md5() && looks_like_md5(&etag);
        // The ETag of an object that another tool sent in parts has another form.
        if comparable && md5.is_some_and(|md5| !md5.is_etag(&etag)) {
            let source = shown(source.path());
            let what = match unit.part {
                Some(part) => message!("part {number} of {source}", number = part, source),
                None => source.into(),
            };
            return Err(Failure::SourcesDiffer(message!(
                "could not complete the plan: {what} on the server is not what {host} reads",
                what,
                host = self.attempt.host
            )));
        }
        let Attempt { plan, shard, host, clock } = self.attempt.clone();
        let (n, size) = (file.n, unit.range.length);
        let time = humantime::format_rfc3339_seconds(clock()).to_string();
        let receipt =
            Receipt { plan, n, part: unit.part, size, etag: listed.etag, crc64, seen: seen(source), host, shard, time };
        drop(self.lines.append(Box::new(move || Some(receipt.line()))));
        Ok(())
    }
}

async fn digest(source: &FileSource, unit: Unit) -> Result<Digest, Failure> {
    let path = source.path().to_owned();
    let source = source.clone();
    let read = threads::spawn_blocking(move || source.digest(unit.range)).await;
    let read = read.unwrap_or_else(|died| Err(SourceError::Unreadable(died.to_string().into())));
    read.map_err(|error| Failure::Source { source: path, error })
}

//! What all uploads of a command have in common, and the session that it makes of a file and a key.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::exit::Failure;
use super::options::RequestOptions;
use super::server::Site;
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Bucket, Key, Service, Target};
use crate::upload::intake::Intake;
use crate::upload::journal::Header;
use crate::upload::machine::{Proving, Settings};
use crate::upload::retry::Patience;
use crate::upload::session::{JournalPlace, Session};
use crate::upload::source::{FileSource, Identity, Source, Stream, stream};
use crate::upload::{Job, ObjectOptions, Plan, SourceError};

/// How a journal names Content-MD5.
pub(super) const MD5: &str = "md5";

/// What uploads have in common.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) site: Site,
    pub(super) bucket: Bucket,
    pub(super) place: JournalPlace,
    pub(super) resume: bool,
    pub(super) upload_id: Option<UploadId>,
    pub(super) abort_on_failure: bool,
    pub(super) content_md5: bool,
    pub(super) requests: RequestOptions,
    pub(super) seed: u64,
}

impl Template {
    /// The upload of one file.
    pub(super) fn session(&self, source: FileSource, key: Key, plan: Plan, object: ObjectOptions) -> Session {
        let (path, identity) = (absolute(source.path()), source.identity());
        self.session_of(Source::File(source), (&path, identity), key, plan, object)
    }

    /// The upload of a stream, which has no journal.
    pub(super) fn stream_session(&self, stream: Stream, intake: Intake, key: Key, object: ObjectOptions) -> Session {
        let nobody = Identity { size: 0, modified: UNIX_EPOCH, inode: None };
        let session = self.session_of(Source::Stream(stream), (stream::NAME, nobody), key, intake.plan(), object);
        Session { intake: Some(intake), place: JournalPlace::Pointless, ..session }
    }

    fn session_of(
        &self,
        source: Source,
        (path, identity): (&str, Identity),
        key: Key,
        plan: Plan,
        object: ObjectOptions,
    ) -> Session {
        let Site { endpoint, service, edition, addressing, name } = &self.site;
        let target = Target {
            address: Address {
                service: *service,
                edition: *edition,
                endpoint: endpoint.clone(),
                addressing: *addressing,
                bucket: self.bucket.clone(),
            },
            key,
        };
        let header = Header::new(&target, name, path, identity, plan.part_size()).with_options(&object);
        let header = Header { checksum: self.content_md5.then(|| MD5.to_owned()), ..header };
        Session {
            plan,
            intake: None,
            settings: Settings {
                patience: Patience { max_attempts: self.requests.max_attempts, ..Patience::default() },
                abort_on_failure: self.abort_on_failure,
                etags_are_md5: object.encryption.etags_are_md5(),
                proving: Proving::of(*service, self.content_md5),
            },
            job: Job { source, target, object, md5: self.content_md5 },
            header,
            place: self.place.clone(),
            resume: self.resume,
            upload_id: self.upload_id.clone(),
            unless: None,
            seed: self.seed,
        }
    }
}

/// Refuses what the service would refuse in any case.
pub(super) fn suits(source: &FileSource, service: Service) -> Result<(), Failure> {
    if source.identity().size == 0 && !service.takes_empty_objects() {
        return Err(Failure::Source { source: source.path().to_owned(), error: SourceError::Empty });
    }
    Ok(())
}

/// The path as a journal names it, wherever the next run begins.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

//! The settings that all uploads of a command share, and the session for a file and a key.

use std::path::Path;
use std::sync::Arc;

use super::connection::Site;
use crate::cli::options::{RequestOptions, SkipUnchanged, object_headers};
use crate::cli::process::paths;
use crate::cos::checksum::crc64;
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Bucket, Key, Target};
use crate::upload::delta::settings::DeltaSettings;
use crate::upload::journal::header::Header;
use crate::upload::machine::{Likeness, Settings};
use crate::upload::session::{Goal, JournalLocation, Session};
use crate::upload::source::identity::nanoseconds;
use crate::upload::source::stream_buffer::StreamBuffer;
use crate::upload::source::{FileSource, Source, Stream, stream};
use crate::upload::{Job, ObjectOptions, Plan};

/// Content-MD5 in a journal.
pub(crate) const MD5: &str = "md5";

/// The settings that uploads share.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) site: Site,
    pub(crate) bucket: Bucket,
    pub(crate) location: JournalLocation,
    pub(crate) resume: bool,
    pub(crate) upload_id: Option<UploadId>,
    pub(crate) abort_on_failure: bool,
    pub(crate) content_md5: bool,
    pub(crate) requests: RequestOptions,
    /// Each object's headers, except the content type that its name implies.
    pub(crate) object: ObjectOptions,
    /// When an unchanged source is skipped.
    pub(crate) skip: Option<SkipUnchanged>,
    /// What the object has already is copied, and a map is kept of it.
    pub(crate) delta: Option<DeltaSettings>,
    /// Whether uploads are completed.
    pub(crate) goal: Goal,
    pub(crate) seed: u64,
}

impl Template {
    /// The upload of one file.
    pub(crate) fn session(&self, source: FileSource, key: Key, plan: Plan) -> Session {
        let mut object = self.object.clone();
        object.headers = object_headers::with_type(&object.headers, &key, source.path());
        let unless = match self.skip {
            // An object in one request has no map: the file is sent if it differs.
            None if self.delta.is_some() && plan.is_put() && self.finds_the_unchanged() => Some(Likeness::Content),
            None => None,
            Some(SkipUnchanged::Content) => Some(Likeness::Content),
            Some(SkipUnchanged::Modified) => {
                let time = nanoseconds(source.identity().modified);
                object.headers.record_modified(&time);
                Some(Likeness::Modified(time))
            }
        };
        let path = absolute(source.path());
        let plan = if self.delta.is_some() { plan.in_whole_blocks() } else { plan };
        let session = self.session_of(Source::File(source), &path, object, key, plan);
        Session { unless, ..session }
    }

    /// Whether the object that exists shows if the upload would change it.
    fn finds_the_unchanged(&self) -> bool {
        !self.object.forbid_overwrite && self.object.headers.are_all_in_head()
    }

    /// The upload of a stream, which has no journal.
    pub(crate) fn stream_session(&self, stream: Stream, intake: StreamBuffer, key: Key) -> Session {
        let mut object = self.object.clone();
        object.headers = object_headers::with_type(&object.headers, &key, stream.path());
        let session = self.session_of(Source::Stream(stream), stream::NAME, object, key, intake.plan());
        Session { intake: Some(Box::new(intake)), location: JournalLocation::NotNeeded, ..session }
    }

    fn session_of(&self, source: Source, path: &str, object: ObjectOptions, key: Key, plan: Plan) -> Session {
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
        let header = Header::new(&target, name, path, source.identity(), plan.part_size()).with_options(&object);
        let header = Header {
            checksum: self.content_md5.then(|| MD5.to_owned()),
            held_back: self.goal != Goal::Complete,
            delta_map: self.delta.as_ref().map(|delta| delta.place.name()),
            ..header
        };
        Session {
            plan,
            intake: None,
            settings: Settings {
                patience: self.requests.patience(),
                abort_on_failure: self.abort_on_failure,
                etags_are_md5: object.encryption.etags_are_md5(),
                service: *service,
                no_overwrite: object.forbid_overwrite,
                content_md5: self.content_md5,
                is_limited: self.requests.limit_rate.is_some() || object.traffic_limit.is_some(),
            },
            job: Arc::new(Job { source, target, object }),
            header,
            location: self.location.clone(),
            resume: self.resume,
            upload_id: self.upload_id.clone(),
            unless: None,
            share: None,
            delta: self.delta.clone(),
            goal: self.goal,
            // Different seeds keep throttled uploads from retrying at the same time.
            seed: self.seed.wrapping_add(crc64(path.as_bytes())),
        }
    }
}

/// The absolute path in a journal, independent of the working directory.
fn absolute(path: &Path) -> String {
    paths::absolute(path).to_string_lossy().into_owned()
}

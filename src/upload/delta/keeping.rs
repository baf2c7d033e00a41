//! After an upload: the map of the object that it made.

use super::comparison::place;
use super::known_blocks::KnownBlocks;
use super::object_map::{Blocks, ObjectMap};
use super::settings::{DeltaSettings, MapPlace, Reading};
use super::{hashing, map_file, map_object};
use crate::language::{Message, message};
use crate::upload::buffers;
use crate::upload::event::DeltaNotice;
use crate::upload::finished::{Finished, Object, ProvedBy, Unchanged};
use crate::upload::flight::Job;
use crate::upload::journal::header::Header;
use crate::upload::source::{FileSource, Source};
use crate::upload::threads;
use crate::upload::wire::transport::Transport;

/// An object that is equal to its file, by its CRC-64.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MappedObject<'a> {
    size: u64,
    crc64: u64,
    etag: &'a str,
    version_id: Option<&'a str>,
}

impl<'a> MappedObject<'a> {
    /// The object of an upload that has ended; `None` if no map can be made of it.
    pub(crate) fn of(finished: &'a Finished) -> Option<Self> {
        let (size, crc64, etag, version_id) = match finished {
            Finished::Stored(Object {
                proved_by: ProvedBy::Crc64,
                upload_id: Some(_),
                size,
                crc64,
                etag,
                version_id,
                ..
            }) => (*size, *crc64, etag, version_id),
            Finished::Unchanged(Unchanged { size, crc64: Some(crc64), etag: Some(etag), version_id, .. }) => {
                (*size, *crc64, etag, version_id)
            }
            _ => return None,
        };
        (!etag.is_empty()).then_some(Self { size, crc64, etag, version_id: version_id.as_deref() })
    }
}

/// Keeps a map of an object, made of the blocks of its file. Those that are not known are read. Returns a notice if it
/// cannot.
pub(crate) async fn keep<T: Transport>(
    (job, header, settings): (&Job, &Header, &DeltaSettings),
    object: MappedObject<'_>,
    blocks: KnownBlocks,
    (transport, seed): (&T, u64),
    reading: &Reading,
) -> Option<DeltaNotice> {
    let Source::File(source) = &job.source else { return None };
    let path = place(settings, header);
    if !blocks.are_completed() {
        // The map of the earlier object is of no use.
        let _ = path.map(std::fs::remove_file);
        return Some(DeltaNotice::NotWorthwhile);
    }
    // On a fast connection, the most memory of the whole upload would otherwise be in use here.
    buffers::free_spare();
    // A file that changed after it was uploaded is not the object.
    let blocks = all(source, blocks, reading).await.filter(|blocks| blocks.crc64(object.size) == object.crc64)?;
    let MappedObject { size, etag, version_id, .. } = object;
    let map = ObjectMap { size, etag: etag.to_owned(), version_id: version_id.map(str::to_owned), blocks };
    let text = map.into_text(&job.target);
    let here = match path {
        Some(path) => map_file::write(&path, &text).map_err(|error| Message::of(&error)),
        None => Err(message!("no home directory is known; name a place with --state-dir")),
    };
    match &settings.place {
        MapPlace::Here => here.err().map(DeltaNotice::MapUnwritable),
        // One map is enough.
        MapPlace::Object { prefix } => {
            let why = map_object::write((job, prefix), &text, transport, seed).await.err()?;
            Some(if here.is_ok() { DeltaNotice::MapNotInBucket(why) } else { DeltaNotice::MapUnwritable(why) })
        }
    }
}

async fn all(source: &FileSource, blocks: KnownBlocks, reading: &Reading) -> Option<Blocks> {
    if let Some(all) = blocks.all() {
        return Some(all);
    }
    let (source, reading) = (source.clone(), reading.clone());
    let read = move || hashing::the_rest(&source, &blocks, &reading).map(|()| blocks.all());
    threads::spawn_blocking(read).await.ok()?.ok()?
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::cos::{Request, Response};
    use crate::language::Message;
    use crate::upload::delta::known_blocks::tests::not_worthwhile;
    use crate::upload::delta::object_map::tests::target;
    use crate::upload::error::SendError;
    use crate::upload::journal::header::tests::header;
    use crate::upload::object_headers::ObjectOptions;
    use crate::upload::wire::body::SourceBody;

    const SIZE: u64 = 5 << 19;

    /// A map on this machine needs no requests.
    struct Unused;

    impl Transport for Unused {
        async fn send(&self, _: Request, _: Option<Box<SourceBody>>) -> Result<Response, SendError> {
            unreachable!("a request was sent")
        }
    }

    /// A file that was uploaded, the object that it became, and the map of the object before it.
    struct Uploaded {
        directory: tempfile::TempDir,
        job: Job,
        settings: DeltaSettings,
        object: Object,
    }

    impl Uploaded {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("file");
            let bytes: Vec<u8> = (0..251).cycle().take(usize::try_from(SIZE).unwrap()).collect();
            fs::write(&path, &bytes).unwrap();
            let source = Source::File(FileSource::open(&path).unwrap());
            let job = Job { source, target: target("k"), object: ObjectOptions::default() };
            let settings = DeltaSettings {
                thorough: false,
                place: MapPlace::Here,
                directory: Some(directory.path().join("maps")),
            };
            let object = Object {
                size: SIZE,
                crc64: crate::cos::checksum::crc64(&bytes),
                proved_by: ProvedBy::Crc64,
                etag: "\"e-3\"".to_owned(),
                version_id: Some("v2".to_owned()),
                upload_id: UploadId::new("id"),
                parts_sent: 3,
                parts_resumed: 0,
                bytes_sent: SIZE,
                bytes_resumed: 0,
                copied: None,
                attempts: 5,
                request_id: None,
            };
            let uploaded = Self { directory, job, settings, object };
            map_file::write(&uploaded.map(), "the map of the object before").unwrap();
            uploaded
        }

        fn map(&self) -> PathBuf {
            place(&self.settings, &header()).unwrap()
        }

        async fn keep(&self, blocks: KnownBlocks) -> Option<DeltaNotice> {
            let what = (&self.job, &header(), &self.settings);
            let finished = Finished::Stored(self.object.clone());
            keep(what, MappedObject::of(&finished)?, blocks, (&Unused, 7), &Reading::default()).await
        }

        /// The map that is kept; `None` if there is none.
        fn kept(&self) -> Option<Result<ObjectMap, Message>> {
            map_file::read(&self.map()).unwrap().map(|text| ObjectMap::read(&text, &self.job.target))
        }
    }

    fn unread() -> KnownBlocks {
        KnownBlocks::none(SIZE, 1 << 20)
    }

    #[tokio::test]
    async fn a_map_that_would_save_nothing_is_not_kept_and_the_one_before_it_is_removed() {
        let uploaded = Uploaded::new();
        assert_eq!(uploaded.keep(not_worthwhile(SIZE)).await, Some(DeltaNotice::NotWorthwhile));
        assert_eq!(uploaded.kept(), None);
    }

    #[tokio::test]
    async fn a_map_replaces_that_of_the_object_before_and_has_the_version_of_its_object() {
        let uploaded = Uploaded::new();
        assert_eq!(uploaded.keep(unread()).await, None);
        let map = uploaded.kept().unwrap().unwrap();
        let Object { size, crc64, etag, version_id, .. } = uploaded.object;
        assert_eq!((map.size, map.crc64(), &map.etag, &map.version_id), (size, crc64, &etag, &version_id));
        assert_eq!(map.blocks.list.len(), 3);
    }

    #[test]
    fn an_unchanged_object_is_as_good_as_one_that_was_stored_if_its_checksum_is_known() {
        let of = |crc64, etag: Option<&str>| {
            let etag = etag.map(str::to_owned);
            let unchanged = Unchanged { size: SIZE, crc64, etag, version_id: None, request_id: None };
            MappedObject::of(&Finished::Unchanged(unchanged)).is_some()
        };
        assert!(of(Some(1), Some("\"e\"")));
        assert!(!of(None, Some("\"e\"")) && !of(Some(1), None) && !of(Some(1), Some("")));
    }

    #[tokio::test]
    async fn what_is_not_proved_to_be_the_object_makes_no_map() {
        let mut uploaded = Uploaded::new();
        fs::write(uploaded.directory.path().join("file"), "changed").unwrap();
        assert_eq!(uploaded.keep(unread()).await, None, "the file changed after it was sent");
        uploaded = Uploaded::new();
        uploaded.object.crc64 += 1;
        assert_eq!(uploaded.keep(unread()).await, None, "the object has other bytes");
        uploaded = Uploaded::new();
        uploaded.object.proved_by = ProvedBy::Md5;
        assert_eq!(uploaded.keep(unread()).await, None);
        assert!(uploaded.kept().unwrap().is_err(), "the map before is left as it is, and is about another object");
    }
}

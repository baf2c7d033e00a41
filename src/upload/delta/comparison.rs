//! Before an upload begins: the map, HEAD, and the file decide what is copied.
//!
//! Whatever is missing, broken or in doubt means that the whole file is sent.

use std::path::Path;

use super::block::block_size;
use super::hashing;
use super::hashing::NotRead;
use super::known_blocks::KnownBlocks;
use super::object_map::{Blocks, ObjectMap};
use super::settings::{DeltaSettings, MapPlace, Reading};
use super::{map_file, map_object, planning};
use crate::cos::objects::head_object::Object;
use crate::cos::{Address, AnswerError, Response, Target};
use crate::language::Message;
use crate::upload::error::Operation;
use crate::upload::event::{DeltaNotice, Event, Notice};
use crate::upload::finished::Unchanged;
use crate::upload::flight::Job;
use crate::upload::journal::header::Header;
use crate::upload::patience::Patience;
use crate::upload::plan::delta_parts::DeltaParts;
use crate::upload::plan::object_plan::Plan;
use crate::upload::source::{FileSource, Source};
use crate::upload::threads;
use crate::upload::wire::call::{Call, Reply};
use crate::upload::wire::one_request::Requester;
use crate::upload::wire::transport::Transport;

/// How many blocks of a file are read first: if none of them seems to be in the object, the rest is not compared.
const SAMPLE: usize = 64;

const STORAGE_CLASS: &str = "x-cos-storage-class";
/// The classes whose objects must be restored before they can be read.
const ARCHIVES: [&str; 2] = ["ARCHIVE", "DEEP_ARCHIVE"];

/// What is to be compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison<'a> {
    /// The file and the object.
    pub(crate) job: &'a Job,
    /// The name of the upload.
    pub(crate) header: &'a Header,
    /// How the file would be sent as a whole.
    pub(crate) plan: Plan,
    /// What the user asked for.
    pub(crate) settings: &'a DeltaSettings,
    /// How often requests are retried.
    pub(crate) patience: Patience,
    /// Decides the waits between retries.
    pub(crate) seed: u64,
}

/// What a comparison found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compared {
    /// What is to be sent.
    pub(crate) difference: Difference,
    /// The blocks of the file, as far as they were read.
    pub(crate) blocks: Option<KnownBlocks>,
    /// Whether a map of the object is made.
    pub(crate) map: NextMap,
}

/// Whether a map is made of the object once the upload has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum NextMap {
    #[default]
    Made,
    /// If it saves time.
    IfWorthwhile,
    /// There is one already, and nothing changed.
    IsThere,
}

/// What is to be sent of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Difference {
    /// All of it.
    #[default]
    Unknown,
    /// Nothing: the object is equal, and has the headers that it is to have.
    Nothing(Unchanged),
    /// Some of these parts; the others are copied.
    Parts(DeltaParts),
}

/// HEAD's answer.
struct Found {
    object: Object,
    same_headers: bool,
    storage_class: Option<String>,
}

type Observe<'a> = &'a mut (dyn FnMut(Event) + Send);

impl Comparison<'_> {
    /// Compares the file with the object, and reports to `observe` why the whole file is sent, or how much of it.
    pub(crate) async fn run<T: Transport>(self, transport: &T, reading: &Reading, observe: Observe<'_>) -> Compared {
        match self.compare(transport, reading, observe).await {
            Ok(compared) => compared,
            Err(None) => Compared::default(),
            Err(Some((notice, blocks))) => {
                // The next file may be as different from this one.
                let differs = matches!(notice, DeltaNotice::Different | DeltaNotice::Shrunk);
                let map = if differs && !self.settings.thorough { NextMap::IfWorthwhile } else { NextMap::Made };
                observe(Event::Notice(Notice::Delta(notice)));
                Compared { blocks, map, ..Compared::default() }
            }
        }
    }

    /// An error is the reason to send the whole file, with its blocks if they are known. The error has no reason if the
    /// upload will find it.
    async fn compare<T: Transport>(
        self,
        transport: &T,
        reading: &Reading,
        observe: Observe<'_>,
    ) -> Result<Compared, Option<(DeltaNotice, Option<KnownBlocks>)>> {
        let because = |notice| Some((notice, None));
        let (Source::File(source), Plan::Multipart(parts)) = (&self.job.source, self.plan) else { return Err(None) };
        let local = self.local_map();
        if self.settings.place == MapPlace::Here {
            let usable = local.as_ref().map_err(|why| because(DeltaNotice::MapUnusable(why.clone())))?;
            usable.as_ref().ok_or_else(|| because(DeltaNotice::NoMap))?;
        }
        let found = self.head(transport, observe).await.map_err(because)?;
        let map = self.fitting_map(local, &found, transport).await.map_err(because)?;
        let size = parts.size();
        let archived =
            found.storage_class.filter(|class| ARCHIVES.contains(&class.as_str())).map(DeltaNotice::Archived);
        match &archived {
            Some(archived) if size != map.size => return Err(because(archived.clone())),
            None if size < map.size => return Err(because(DeltaNotice::Shrunk)),
            _ => {}
        }
        let how = match (&archived, self.settings.thorough) {
            (Some(_), _) => HowFar::UntilDifferent,
            (None, true) => HowFar::Whole,
            (None, false) => HowFar::IfAlike,
        };
        let (map, known, blocks) = self.read(source.clone(), map, how, reading.clone()).await.ok_or(None)?;
        let Some(blocks) = blocks else {
            return Err(Some((archived.unwrap_or(DeltaNotice::Different), Some(known))));
        };
        // HEAD does not show whether the object has the ACL and the tags that were asked for.
        let same_headers = found.same_headers && self.job.object.headers.are_all_in_head();
        if size == map.size && blocks == map.blocks && same_headers {
            let unchanged = Unchanged {
                size,
                crc64: Some(map.crc64()),
                etag: found.object.etag,
                version_id: found.object.version_id,
                request_id: found.object.request_id,
            };
            let is_there = self.settings.place == MapPlace::Here;
            return Ok(Compared {
                difference: Difference::Nothing(unchanged),
                blocks: Some(known),
                map: if is_there { NextMap::IsThere } else { NextMap::Made },
            });
        }
        if let Some(archived) = archived {
            return Err(Some((archived, Some(known))));
        }
        let chosen_by_user = (!parts.sizes().is_chosen()).then(|| parts.part_size());
        match planning::plan(&map, &blocks, size, chosen_by_user) {
            Some(parts) => {
                Ok(Compared { difference: Difference::Parts(parts), blocks: Some(known), ..Compared::default() })
            }
            None => Err(Some((DeltaNotice::Different, Some(known)))),
        }
    }

    /// The map on this machine; the error says why it cannot be used.
    fn local_map(&self) -> Result<Option<ObjectMap>, Message> {
        let Some(directory) = &self.settings.directory else { return Ok(None) };
        let text = map_file::read(&map_file::path(directory, self.header)).map_err(|error| Message::of(&error))?;
        text.map(|text| ObjectMap::read(&text, &self.job.target)).transpose()
    }

    /// HEAD of the object.
    async fn head<T: Transport>(&self, transport: &T, observe: Observe<'_>) -> Result<Found, DeltaNotice> {
        let Job { target, object, .. } = self.job;
        let mut requester = Requester::new(transport, target.address.clone(), self.patience, self.seed);
        let request = |address: &Address| {
            let target = Target { address: address.clone(), key: target.key.clone() };
            Call::HeadObject.request(&target, object, None).expect("HEAD is a request")
        };
        let read = |response: &Response| -> Result<Option<Found>, AnswerError> {
            let storage_class = response.headers.get(STORAGE_CLASS).map(str::to_owned);
            let found = |object, same_headers| Some(Found { object, same_headers, storage_class });
            Ok(match Call::HeadObject.read(response, object)? {
                Reply::Object(Some(object)) => found(object, true),
                Reply::OtherObject(object) => found(object, false),
                // Parts of an object that is encrypted in another way can be copied: the new one is encrypted as asked.
                Reply::Unconfirmed { reply, .. } => match *reply {
                    Reply::Object(Some(object)) => found(object, false),
                    _ => None,
                },
                _ => None,
            })
        };
        match requester.send(Operation::HeadObject, request, read, observe).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(DeltaNotice::NoObject),
            Err(error) => Err(DeltaNotice::NotCompared(error.cause)),
        }
    }

    /// The map of the object that HEAD found: the one on this machine, or else the one beside the object.
    async fn fitting_map<T: Transport>(
        &self,
        local: Result<Option<ObjectMap>, Message>,
        found: &Found,
        transport: &T,
    ) -> Result<ObjectMap, DeltaNotice> {
        let local = match local {
            Ok(Some(map)) if is_of(&map, &found.object) => return Ok(map),
            Ok(Some(_)) => Err(DeltaNotice::OtherObject),
            Ok(None) => Err(DeltaNotice::NoMap),
            Err(why) => Err(DeltaNotice::MapUnusable(why)),
        };
        let MapPlace::Object { prefix } = &self.settings.place else { return local };
        match map_object::read((self.job, prefix), transport, self.seed).await {
            Ok(Some(map)) if is_of(&map, &found.object) => Ok(map),
            Ok(Some(_)) => Err(DeltaNotice::OtherObject),
            Ok(None) => local,
            Err(why) => Err(DeltaNotice::MapUnusable(why)),
        }
    }

    /// Reads the blocks of the file. `None` if the file cannot be read.
    async fn read(
        &self,
        source: FileSource,
        map: ObjectMap,
        how: HowFar,
        reading: Reading,
    ) -> Option<(ObjectMap, KnownBlocks, Option<Blocks>)> {
        let reading = threads::spawn_blocking(move || {
            let known = read_blocks(&source, &map, how, &reading)?;
            let all = known.all();
            Ok::<_, NotRead>((map, known, all))
        });
        reading.await.ok()?.ok()
    }
}

/// How far a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HowFar {
    /// To its end.
    Whole,
    /// To its end, unless a sample shows that it is quite different from the object.
    IfAlike,
    /// To the first block that differs: nothing can be copied, but the file may be unchanged.
    UntilDifferent,
}

/// Reads the blocks of the file.
fn read_blocks(source: &FileSource, map: &ObjectMap, how: HowFar, reading: &Reading) -> Result<KnownBlocks, NotRead> {
    let known = KnownBlocks::none(source.identity().size, map.blocks.block_size);
    let common = map.blocks.list.len();
    let count = common.min(SAMPLE);
    let sample: Vec<usize> = (0..count).map(|number| number * common / count).collect();
    match how {
        HowFar::UntilDifferent => hashing::until_different(source, &known, &map.blocks, reading)?,
        HowFar::IfAlike if !hashing::is_any_alike(source, &known, (&map.blocks, &sample), reading)? => {}
        HowFar::IfAlike | HowFar::Whole => hashing::the_rest(source, &known, reading)?,
    }
    Ok(known)
}

/// Whether a map is about the object that HEAD found.
fn is_of(map: &ObjectMap, found: &Object) -> bool {
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    let same_version = match (&map.version_id, &found.version_id) {
        (Some(mapped), Some(found)) => mapped == found,
        _ => true,
    };
    found.etag.as_deref().map(bare) == Some(bare(&map.etag))
        && same_version
        && found.size == Some(map.size)
        && found.crc64 == Some(map.crc64())
}

/// The blocks of a file for its next map: those that were read, unless their size is not that of its blocks. `None` if no
/// map is made.
pub(crate) fn of_the_next_map(size: u64, read: Option<KnownBlocks>, map: NextMap) -> Option<KnownBlocks> {
    let block_size = block_size(size, read.as_ref().map(KnownBlocks::block_size));
    let read = read.filter(|read| read.block_size() == block_size);
    let blocks = read.unwrap_or_else(|| KnownBlocks::none(size, block_size));
    match map {
        NextMap::Made => Some(blocks),
        NextMap::IfWorthwhile => Some(blocks.if_worthwhile(hashing::thread_count())),
        NextMap::IsThere => None,
    }
}

/// The file of the map of this upload's object, if maps have a place on this machine.
pub(super) fn place(settings: &DeltaSettings, header: &Header) -> Option<std::path::PathBuf> {
    settings.directory.as_deref().map(|directory: &Path| map_file::path(directory, header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::delta::object_map::tests::map;

    #[test]
    fn a_map_is_of_the_object_with_its_etag_size_checksum_and_version() {
        let unversioned = map(&[1, 2, 3], 5 << 19);
        let versioned = ObjectMap { version_id: Some("v1".to_owned()), ..unversioned.clone() };
        let found = Object {
            etag: Some("\"e-3\"".to_owned()),
            size: Some(unversioned.size),
            crc64: Some(unversioned.crc64()),
            version_id: None,
            modified: None,
            request_id: None,
        };
        let version = |id: &str| Object { version_id: Some(id.to_owned()), ..found.clone() };
        assert!(is_of(&unversioned, &found) && is_of(&versioned, &version("v1")));
        assert!(is_of(&unversioned, &version("v1")) && is_of(&versioned, &found), "versions were turned on or off");
        assert!(!is_of(&versioned, &version("v2")));
        let others = [
            Object { etag: Some("\"f-3\"".to_owned()), ..found.clone() },
            Object { etag: None, ..found.clone() },
            Object { size: Some(1), ..found.clone() },
            Object { crc64: None, ..found.clone() },
        ];
        for other in others {
            assert!(!is_of(&unversioned, &other), "{other:?}");
        }
    }
}

//! After an upload: the map of the object that it made.

use super::comparison::place;
use super::known_blocks::KnownBlocks;
use super::object_map::{Blocks, ObjectMap};
use super::settings::{DeltaSettings, MapPlace, Reading};
use super::{hashing, map_file, map_object};
use crate::language::{Message, message};
use crate::upload::event::{DeltaNotice, Object, ProvedBy};
use crate::upload::flight::Job;
use crate::upload::journal::header::Header;
use crate::upload::source::{FileSource, Source};
use crate::upload::threads;
use crate::upload::wire::transport::Transport;

/// Keeps a map of an object that was stored, made of the blocks of its file. Those that are not known are read. Returns a notice if it cannot.
pub(crate) async fn keep<T: Transport>(
    (job, header, settings): (&Job, &Header, &DeltaSettings),
    object: &Object,
    blocks: KnownBlocks,
    (transport, seed): (&T, u64),
    reading: &Reading,
) -> Option<DeltaNotice> {
    let Source::File(source) = &job.source else { return None };
    if object.proved_by != ProvedBy::Crc64 || object.etag.is_empty() {
        return None;
    }
    let path = place(settings, header);
    if !blocks.are_completed() {
        // The map of the earlier object is of no use.
        let _ = path.map(std::fs::remove_file);
        return Some(DeltaNotice::NotWorthwhile);
    }
    // A file that changed after it was uploaded is not the object.
    let blocks = all(source, blocks, reading).await.filter(|blocks| blocks.crc64(object.size) == object.crc64)?;
    let map = ObjectMap { size: object.size, etag: object.etag.clone(), version_id: object.version_id.clone(), blocks };
    let text = map.text(&job.target);
    let here = match path {
        Some(path) => map_file::write(&path, &text).map_err(|error| Message::of(&error)),
        None => Err(message!("no home directory is known; name a place with --state-dir")),
    };
    let there = match settings.place {
        MapPlace::Here => here,
        // One map is enough.
        MapPlace::Object => map_object::write(job, &text, transport, seed).await,
    };
    there.err().map(DeltaNotice::MapUnwritable)
}

async fn all(source: &FileSource, blocks: KnownBlocks, reading: &Reading) -> Option<Blocks> {
    if let Some(all) = blocks.all() {
        return Some(all);
    }
    let (source, reading) = (source.clone(), reading.clone());
    let read = move || hashing::the_rest(&source, &blocks, &reading).map(|()| blocks.all());
    threads::spawn_blocking(read).await.ok()?.ok()?
}

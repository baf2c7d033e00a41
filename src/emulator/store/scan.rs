//! Rebuilds the index from the directory, and removes the unfinished files of an earlier run.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use crate::cos::address::{Bucket, Key};
use crate::cos::multipart::PartNumber;

use super::index::{Contents, State};
use super::model;
use super::model::{OBJECT_FILE, Object, Part, UPLOAD_FILE, Upload, VERSIONING_FILE, part_file_name};
use super::named;
use super::named::FileId;

/// Reads every bucket under `dir`.
pub(super) fn load(dir: &Path) -> io::Result<State> {
    let mut state = State::default();
    for entry in entries(dir)? {
        let Some(bucket) = name(&entry).and_then(|name| Bucket::new(&name).ok()) else { continue };
        let keeps_versions = entry.path().join(VERSIONING_FILE).is_file();
        let mut contents = Contents { keeps_versions, ..Contents::default() };
        let finished = load_objects(&entry.path().join("objects"), &mut contents, &mut state.newest)?;
        find_files(&entry.path(), &mut contents);
        load_uploads(&entry.path().join("uploads"), &mut contents, &finished)?;
        state.buckets.insert(bucket, contents);
    }
    Ok(state)
}

/// Reads the objects, oldest first. Returns the IDs of the uploads that they were made of.
fn load_objects(dir: &Path, contents: &mut Contents, newest: &mut u64) -> io::Result<BTreeSet<String>> {
    let mut finished = BTreeSet::new();
    let mut numbered: Vec<(u64, DirEntry)> =
        entries(dir)?.into_iter().filter_map(|entry| Some((name(&entry)?.parse().ok()?, entry))).collect();
    numbered.sort_by_key(|(number, _)| *number);
    for (number, entry) in numbered {
        *newest = (*newest).max(number);
        let path = entry.path();
        let object: Option<Object> = model::read(&path.join(OBJECT_FILE))?;
        let keyed = object.and_then(|object| Some((Key::as_stored(&object.key)?, object)));
        let Some((key, object)) = keyed else {
            fs::remove_dir_all(path)?;
            continue;
        };
        finished.extend(object.upload_id.clone());
        if let Some(old) = contents.add(key, Object { number, ..object }) {
            fs::remove_dir_all(dir.join(format!("{:012}", old.number)))?;
        }
    }
    Ok(finished)
}

/// Finds the bytes of each object: in its own directory if the process ended before they were moved, otherwise under the
/// name of its key. Removes files that belong to no object.
fn find_files(bucket: &Path, contents: &mut Contents) {
    let files = bucket.join("files");
    let mut named = BTreeSet::new();
    for (key, object) in &mut contents.objects {
        let own = bucket.join("objects").join(format!("{:012}", object.number)).join(&object.file_name);
        if let Some(name) = named::path_of(&files, key).filter(|name| !own.is_file() && name.is_file()) {
            object.is_named = true;
            named.extend(FileId::of(&name));
        }
    }
    named::remove_unnamed(&files, &named);
}

fn load_uploads(dir: &Path, contents: &mut Contents, finished: &BTreeSet<String>) -> io::Result<()> {
    for entry in entries(dir)? {
        let (Some(upload_id), path) = (name(&entry), entry.path()) else { continue };
        let upload: Option<Upload> = model::read(&path.join(UPLOAD_FILE))?;
        let keyed = upload.and_then(|upload| Some((Key::as_stored(&upload.key)?, upload)));
        match keyed {
            Some((key, mut upload)) if !finished.contains(&upload_id) => {
                load_parts(&path, &mut upload)?;
                contents.uploads.insert((key, upload_id), upload);
            }
            _ => fs::remove_dir_all(path)?,
        }
    }
    Ok(())
}

fn load_parts(dir: &Path, upload: &mut Upload) -> io::Result<()> {
    for entry in entries(dir)? {
        let Some(file_name) = name(&entry).filter(|name| name != UPLOAD_FILE) else { continue };
        let metadata = entry.metadata()?;
        let part = read_part(&file_name).filter(|(_, part)| part.size == metadata.len());
        let Some((number, mut part)) = part else {
            fs::remove_file(entry.path())?;
            continue;
        };
        part.modified = metadata.modified()?;
        // Two files have one number if the process ended between renaming the new one and removing the old one.
        let older = match upload.parts.get(&number) {
            Some(known) if known.modified > part.modified => Some(part.clone()),
            _ => upload.parts.insert(number, part),
        };
        if let Some(older) = older {
            fs::remove_file(dir.join(part_file_name(number, &older)))?;
        }
    }
    Ok(())
}

/// Reads a part's file name: number, ETag, CRC-64 and size.
fn read_part(file_name: &str) -> Option<(PartNumber, Part)> {
    let mut fields = file_name.split('.');
    let number = PartNumber::new(fields.next()?.parse().ok()?)?;
    let etag = fields.next()?.to_owned();
    let crc64 = u64::from_str_radix(fields.next()?, 16).ok()?;
    let size = fields.next()?.parse().ok()?;
    Some((number, Part { size, etag, crc64, modified: std::time::UNIX_EPOCH }))
}

/// The entries of a directory; none if it is missing.
fn entries(dir: &Path) -> io::Result<Vec<DirEntry>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn name(entry: &DirEntry) -> Option<String> {
    entry.file_name().into_string().ok()
}

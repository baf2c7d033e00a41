//! A journal on disk: one file for each upload, mode 0600, locked while in use.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::header::{FIRST_WORDS, Header};
use super::lines;
use super::lines::{COMPARING, Content, Journal};
use crate::language::message;
use crate::upload::descriptors::wait_for_descriptor;
use crate::upload::key_file_name::key_file_name;
use crate::upload::{file_id, owner_only};

/// A journal of 10,000 parts has about 1 MiB; a larger file than this is no journal.
const LARGEST: u64 = 64 << 20;

/// Bytes that the disk must have room for: the first line and the first parts.
const ROOM: usize = 4 << 10;

/// Why a journal cannot be used.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has locked it.
    Busy,
    /// It cannot be created, read or locked.
    Unusable(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unusable(error)
    }
}

/// A journal file that this process has locked.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: Arc<File>,
}

/// The journal's name for an upload: the same for the same source and destination.
pub fn file_name(header: &Header) -> String {
    let what = [&header.service, &header.endpoint, &header.bucket, &header.key, &header.source].map(String::as_str);
    key_file_name(&header.key, &what, "jsonl")
}

impl JournalFile {
    /// Opens or creates the file, locks it, reads it, and makes sure that the disk has room for a new one. The content is
    /// `None` if the file was not there before.
    pub fn open(path: &Path) -> Result<(Self, Option<Content>), OpenError> {
        let (opened, content) = Self::lock(path)?;
        // A journal with parts is worth reading even if no more can be added.
        match (
            &content,
            matches!(content, None | Some(Content::Nothing | Content::Comparing)).then(|| make_room(&opened.file)),
        ) {
            (None, Some(Err(error))) => {
                let _ = opened.remove();
                Err(error.into())
            }
            (Some(_), Some(Err(error))) => Err(error.into()),
            (_, Some(Ok(())) | None) => Ok((opened, content)),
        }
    }

    /// Locks and reads a file that will not be written, which needs no room.
    pub fn lock(path: &Path) -> Result<(Self, Option<Content>), OpenError> {
        Self::lock_by(path, File::try_lock)
    }

    fn lock_by(
        path: &Path,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<(Self, Option<Content>), OpenError> {
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            owner_only::directories().create(directory)?;
        }
        loop {
            let known = fs::metadata(path).ok();
            // A device would be taken for an empty journal, and removed when the upload is done.
            if known.as_ref().is_some_and(|known| !known.is_file()) {
                return Err(OpenError::Unusable(io::Error::other(message!("it is no file"))));
            }
            let existed = known.is_some();
            let file = wait_for_descriptor(|| options().open(path))?;
            match lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(OpenError::Busy),
                Err(TryLockError::Error(error)) => return Err(OpenError::Unusable(no_locks(existed, path, &error))),
            }
            // Between opening and locking, the process that held the file may have finished and removed it.
            if !still_names(path, &file) {
                continue;
            }
            let existed = existed || file.metadata()?.len() > 0;
            let content = if existed { Some(read(&file)?) } else { None };
            return Ok((Self { path: path.to_owned(), file: Arc::new(file) }, content));
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it contains now. Needs no further descriptor.
    pub fn content(&self) -> io::Result<Content> {
        (&*self.file).rewind()?;
        read(&self.file)
    }

    /// Truncates it to its first `length` bytes.
    pub fn keep(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        (&*self.file).seek(SeekFrom::Start(length))?;
        self.sync()
    }

    /// Renames it to `NAME.corrupt`; the lock goes with it.
    pub fn set_aside(self) -> io::Result<PathBuf> {
        let mut name = self.path.clone().into_os_string();
        name.push(".corrupt");
        fs::rename(&self.path, &name)?;
        Ok(name.into())
    }

    /// Removes it.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }

    /// Says that no upload has begun, until it is emptied again. It need not outlive a power cut.
    pub(crate) fn note_comparison(&self) -> io::Result<()> {
        (&*self.file).write_all(COMPARING.as_bytes())
    }

    /// Adds lines, durably.
    pub fn append(&mut self, lines: &str) -> io::Result<()> {
        (&*self.file).write_all(lines.as_bytes())?;
        self.sync()
    }

    /// Waits until what was written is on disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// The open file, to write to.
    pub(super) fn share(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Makes the name of a new file durable, if the platform can. A failure costs a resume after a power cut, no more.
    pub(super) fn sync_directory(&self) {
        #[cfg(unix)]
        if let Some(directory) = self.path.parent()
            && let Ok(directory) = File::open(directory)
        {
            let _ = directory.sync_all();
        }
    }
}

/// Reads the journal at `path`, if it is one, without a lock and without a change.
pub(crate) fn look(path: &Path) -> Option<Journal> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    match read(&File::open(path).ok()?).ok()? {
        Content::Journal(journal) => Some(*journal),
        _ => None,
    }
}

fn options() -> OpenOptions {
    let mut options = owner_only::files();
    options.read(true).write(true).truncate(false);
    options
}

/// Some network file systems have no locks. Two processes could then write one journal and each take the other's parts for
/// its own, so such a journal is not used. An empty file would warn the next run of an orphan, so it is removed.
fn no_locks(existed: bool, path: &Path, error: &io::Error) -> io::Error {
    if !existed {
        let _ = fs::remove_file(path);
    }
    io::Error::new(error.kind(), message!("the file system cannot lock it ({error})", error))
}

/// Fails if the disk is full, before anything is sent and not when the first part is recorded. What it writes has no line
/// end, so a reader ignores it, and it is truncated again.
fn make_room(mut file: &File) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut line = if length == 0 { FIRST_WORDS.to_vec() } else { Vec::new() };
    line.resize(ROOM, b' ');
    let written = file.write_all(&line);
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    written
}

fn read(file: &File) -> io::Result<Content> {
    // Read into memory at once, not in pieces that double.
    let expected = file.metadata()?.len().min(LARGEST);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > LARGEST { Content::Garbage } else { lines::read(&bytes) })
}

fn still_names(path: &Path, file: &File) -> bool {
    file_id::at(path).is_ok_and(|named| named == file_id::of_open(file))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::upload::journal::header::tests::header;

    pub(in crate::upload::journal) fn path() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("uploads").join(file_name(&header()));
        (directory, path)
    }

    #[test]
    fn the_name_comes_from_the_key_and_differs_by_destination() {
        let name = file_name(&header());
        assert!(name.starts_with("a__quoted_____key_-") && name.ends_with(".jsonl"), "{name}");
        assert_ne!(name, file_name(&Header { bucket: "other-1250000000".into(), ..header() }));
        assert_eq!(name, file_name(&Header { size: 1, upload_id: "x".into(), ..header() }));
    }

    #[test]
    fn a_key_named_like_a_device_of_windows_has_a_journal() {
        for key in ["con.txt", "dir/aux", "nul.tar.gz", "com1.a", "LPT9.log"] {
            let directory = tempfile::tempdir().unwrap();
            let name = file_name(&Header { key: key.into(), ..header() });
            let path = directory.path().join(&name);
            let (mut journal, _) = JournalFile::open(&path).unwrap();
            journal.append("line\n").unwrap();
            assert!(fs::read_dir(directory.path()).unwrap().any(|entry| entry.unwrap().file_name() == *name), "{key}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, path) = path();
        let _file = JournalFile::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_system_without_locks_is_unusable_and_keeps_nothing() {
        let (_directory, path) = path();
        let refusing = |kind: io::ErrorKind| move |_: &File| Err(TryLockError::Error(io::Error::new(kind, "no locks")));
        for kind in [io::ErrorKind::Unsupported, io::ErrorKind::Other] {
            let refused = JournalFile::lock_by(&path, refusing(kind)).unwrap_err();
            let OpenError::Unusable(error) = refused else { panic!("{refused:?}") };
            assert_eq!(error.to_string(), "the file system cannot lock it (no locks)");
            assert!(!path.exists());
        }
        fs::write(&path, header().line()).unwrap();
        assert!(JournalFile::lock_by(&path, refusing(io::ErrorKind::Unsupported)).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), header().line(), "an earlier journal is left as it is");
    }

    #[test]
    fn a_lock_that_another_has_is_busy_and_leaves_the_file_alone() {
        let (_directory, path) = path();
        let (first, _) = JournalFile::open(&path).unwrap();
        assert!(matches!(JournalFile::open(&path), Err(OpenError::Busy)));
        assert!(matches!(JournalFile::lock(&path), Err(OpenError::Busy)));
        assert!(path.exists());
        drop(first);
        assert!(JournalFile::open(&path).is_ok(), "the lock goes with the file");
    }

    #[test]
    fn making_room_leaves_nothing_behind_and_a_crash_within_leaves_a_journal_that_never_began() {
        let (_directory, path) = path();
        drop(JournalFile::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        for written in [1, FIRST_WORDS.len(), ROOM] {
            let mut line = FIRST_WORDS.to_vec();
            line.resize(ROOM, b' ');
            fs::write(&path, &line[..written]).unwrap();
            assert_eq!(JournalFile::open(&path).unwrap().1, Some(Content::Nothing), "{written}");
        }
    }

    #[test]
    fn a_directory_that_cannot_be_is_unusable() {
        let (directory, _) = path();
        fs::write(directory.path().join("file"), "").unwrap();
        let inside = directory.path().join("file").join("journal");
        assert!(matches!(JournalFile::open(&inside), Err(OpenError::Unusable(_))));
    }
}

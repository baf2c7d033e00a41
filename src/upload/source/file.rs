//! A file on disk: its ranges, and the check that it has not changed.

use crate::language::{Message, message};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::identity::Identity;
use crate::cos::checksum::{Digest, Hasher};
use crate::upload::buffers::{Buffer, CHUNK};
use crate::upload::descriptors::{is_shortage, wait_for_descriptor};
use crate::upload::error::{FileKind, SourceError};
use crate::upload::plan::part_range::Range;

#[cfg(unix)]
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// An open file that is being uploaded.
#[derive(Debug, Clone)]
pub struct FileSource {
    path: PathBuf,
    file: Arc<File>,
    identity: Identity,
}

impl FileSource {
    /// Opens a regular file. A pipe or a device is refused without being opened, because opening one can block forever.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(SourceError::NotAFile(kind(&metadata)));
        }
        Self::open_found(path)
    }

    /// Opens a path that was a regular file when it was found, so its kind is not checked again before opening.
    pub fn open_found(path: &Path) -> Result<Self, SourceError> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        // If a pipe has replaced the file, opening it must not wait for a writer; nor must reading a file of the kernel.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NONBLOCK);
        let file = wait_for_descriptor(|| options.open(path)).map_err(|error| unreadable(&error))?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(SourceError::NotAFile(kind(&metadata)));
        }
        let identity = identity_with_content(&file)?;
        Ok(Self { path: path.to_owned(), file: Arc::new(file), identity })
    }

    /// The path as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The identity of the file when it was opened.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// The open file.
    #[cfg(any(target_os = "linux", all(test, unix)))]
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// The identity of the file now: that of the open file or, if that has not changed, of the file at its path.
    pub fn identity_now(&self) -> Identity {
        let opened = Identity::of_open(&self.file);
        let named = fs::metadata(&self.path).map(|metadata| Identity::of(&metadata));
        let changed = |now: &Identity| (now.size, now.modified) != (self.identity.size, self.identity.modified);
        [opened, named].into_iter().flatten().find(changed).unwrap_or(self.identity)
    }

    /// Checks that the open file and the file now at its path are both the opened one, and are still readable.
    pub fn check_unchanged(&self) -> Result<(), SourceError> {
        let named = match open_settled(&self.path).and_then(|file| Identity::of_open(&file)) {
            Ok(named) => named,
            // Checking the path needs no descriptor. That it can be opened was checked before.
            Err(error) if is_shortage(&error) => {
                Identity::of(&fs::metadata(&self.path).map_err(|error| unreadable(&error))?)
            }
            Err(error) => return Err(SourceError::Changed(gone(&error))),
        };
        let opened = Identity::of_open(&self.file).map_err(|error| unreadable(&error))?;
        let changed = [named, opened].iter().find_map(|now| self.identity.difference(now));
        changed.map_or(Ok(()), |what| Err(SourceError::Changed(what)))
    }

    /// Reads a range again, for its MD5 and CRC-64. Blocks.
    pub fn digest(&self, range: Range) -> Result<Digest, SourceError> {
        self.hashed(range, Hasher::crc64_and_md5())
    }

    /// Reads a range again, for its CRC-64 only. Blocks.
    pub fn crc64(&self, range: Range) -> Result<Digest, SourceError> {
        self.hashed(range, Hasher::crc64())
    }

    /// Reads several ranges for the CRC-64 of each, and looks once whether the file has changed. Blocks.
    pub fn crc64s(&self, ranges: &[Range]) -> Result<Vec<u64>, SourceError> {
        let crc64 = |range: &Range| Ok(self.read_through(*range, Hasher::crc64())?.crc64);
        let crc64s = ranges.iter().map(crc64).collect::<Result<_, SourceError>>()?;
        self.check_unchanged()?;
        Ok(crc64s)
    }

    fn hashed(&self, range: Range, hasher: Hasher) -> Result<Digest, SourceError> {
        let digest = self.read_through(range, hasher)?;
        self.check_unchanged()?;
        Ok(digest)
    }

    fn read_through(&self, range: Range, mut hasher: Hasher) -> Result<Digest, SourceError> {
        let mut buffer = Buffer::lend(usize::try_from(range.length).map_or(CHUNK, |length| length.min(CHUNK)));
        let end = range.offset + range.length;
        let mut offset = range.offset;
        while offset < end {
            let wanted = usize::try_from(end - offset).unwrap_or(CHUNK).min(CHUNK);
            let read = self.read_at(&mut buffer.bytes_mut()[..wanted], offset)?;
            hasher.update(&buffer.as_ref()[..read]);
            offset += read as u64;
        }
        Ok(hasher.finish())
    }

    /// Reads at least one byte at `offset`. Blocks if the bytes are not in the page cache.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError> {
        loop {
            match read_at(&self.file, buffer, offset) {
                Ok(0) => {
                    self.check_unchanged()?;
                    return Err(SourceError::Changed(message!("it ends at {offset} bytes already", offset)));
                }
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Opens a file to look at it.
#[cfg(not(windows))]
fn open_settled(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file to look at it, unless a program has it open for writing: Windows may record the time of a write only when
/// the file is closed, so until then a change cannot be noticed. For the moment in which it is open here, it cannot be opened
/// for writing.
#[cfg(windows)]
fn open_settled(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const SHARE_READ: u32 = 1;
    const SHARE_DELETE: u32 = 4;
    File::options().read(true).share_mode(SHARE_READ | SHARE_DELETE).open(path)
}

/// Why the file at the path can no longer be opened.
fn gone(error: &io::Error) -> Message {
    if error.kind() == io::ErrorKind::NotFound {
        message!("it was removed or renamed")
    } else if is_open_elsewhere(error) {
        message!("another program has it open for writing")
    } else {
        message!("it can no longer be read ({error})", error)
    }
}

/// True if an error says that another program has the file open and does not share it.
fn is_open_elsewhere(error: &io::Error) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    cfg!(windows) && error.raw_os_error() == Some(SHARING_VIOLATION)
}

/// The identity of a file that was just opened. A file that has content although its size is 0 is refused.
fn identity_with_content(file: &File) -> Result<Identity, SourceError> {
    let identity = Identity::of_open(file).map_err(|error| unreadable(&error))?;
    if identity.size > 0 {
        return Ok(identity);
    }
    match read_at(file, &mut [0], 0) {
        Ok(0) => return Ok(identity),
        Ok(_) => {}
        // Some files of the kernel have content only now and then.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(SourceError::SizeUnknown),
        Err(error) => return Err(unreadable(&error)),
    }
    // It may have grown between the two.
    let now = Identity::of_open(file).map_err(|error| unreadable(&error))?;
    if now.size == 0 { Err(SourceError::SizeUnknown) } else { Ok(now) }
}

pub(super) fn unreadable(error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::Missing,
        _ if is_no_name(error) => SourceError::Missing,
        _ => SourceError::Unreadable(Message::of(&error)),
    }
}

/// True if an error says that no file can have the name, because it has a character such as `*` that Windows does not allow.
fn is_no_name(error: &io::Error) -> bool {
    const INVALID_NAME: i32 = 123;
    cfg!(windows) && error.raw_os_error() == Some(INVALID_NAME)
}

/// The kind of a file that is not regular.
pub(super) fn kind(metadata: &Metadata) -> FileKind {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return FileKind::Pipe;
        }
        if kind.is_char_device() || kind.is_block_device() {
            return FileKind::Device;
        }
        if kind.is_socket() {
            return FileKind::Socket;
        }
    }
    if metadata.is_dir() { FileKind::Directory } else { FileKind::Other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    /// A file that was named is opened like one that was found: reading one of the kernel must not wait for content.
    #[cfg(unix)]
    #[test]
    fn no_file_is_opened_in_a_way_that_waits() {
        let (_directory, path, named) = source(b"content");
        for source in [named, FileSource::open_found(&path).unwrap()] {
            let flags = rustix::fs::fcntl_getfl(source.file()).unwrap();
            assert!(flags.contains(rustix::fs::OFlags::NONBLOCK));
        }
    }

    fn source(content: &[u8]) -> (tempfile::TempDir, PathBuf, FileSource) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, content).unwrap();
        let source = FileSource::open(&path).unwrap();
        (directory, path, source)
    }

    fn changed(source: &FileSource) -> Message {
        match source.check_unchanged() {
            Err(SourceError::Changed(what)) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_left_alone_is_unchanged() {
        let (_directory, _, source) = source(b"content");
        assert_eq!(source.check_unchanged(), Ok(()));
    }

    #[test]
    fn every_change_is_noticed_and_named() {
        let (_directory, path, appended) = source(b"content");
        File::options().append(true).open(&path).unwrap().write_all(b"!").unwrap();
        assert_eq!(changed(&appended), "its size went from 7 to 8 bytes");

        let (_directory, path, truncated) = source(b"content");
        File::create(&path).unwrap();
        assert_eq!(changed(&truncated), "its size went from 7 to 0 bytes");

        let (_directory, path, touched) = source(b"content");
        let later = touched.identity().modified + Duration::from_secs(7);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(changed(&touched).starts_with("its time of modification went from "));

        let (directory, path, renamed) = source(b"content");
        fs::rename(&path, directory.path().join("other")).unwrap();
        assert_eq!(changed(&renamed), "it was removed or renamed");
    }

    #[test]
    fn a_file_that_was_removed_is_noticed() {
        let (_directory, path, removed) = source(b"content");
        fs::remove_file(&path).unwrap();
        // On Windows the name may remain until the last handle is closed, and then cannot be opened.
        let what = changed(&removed);
        assert!(what == "it was removed or renamed" || cfg!(windows) && what.starts_with("it can no longer be read"));
    }

    #[test]
    fn another_file_of_the_same_size_and_time_is_noticed() {
        let (directory, path, source) = source(b"content");
        let other = directory.path().join("other");
        fs::write(&other, b"CONTENT").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(source.identity().modified).unwrap();
        fs::rename(&path, directory.path().join("before")).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(changed(&source), "another file took its place");
    }

    /// Windows may record the time of a write only when the writer closes the file.
    #[cfg(windows)]
    #[test]
    fn a_file_that_a_program_has_open_for_writing_counts_as_changed() {
        let (_directory, path, source) = source(b"content");
        let writer = File::options().write(true).open(&path).unwrap();
        assert_eq!(changed(&source), "another program has it open for writing");
        drop(writer);
        assert_eq!(source.check_unchanged(), Ok(()));
    }

    #[test]
    fn what_is_no_file_is_refused_by_its_kind() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |path: &Path| FileSource::open(path).unwrap_err();
        assert_eq!(refused(directory.path()), SourceError::NotAFile(FileKind::Directory));
        for name in ["none", "*.log", "a\u{1b}"] {
            assert_eq!(refused(&directory.path().join(name)), SourceError::Missing, "{name}");
        }
        #[cfg(unix)]
        assert_eq!(refused(Path::new("/dev/null")), SourceError::NotAFile(FileKind::Device));
    }

    #[test]
    fn a_range_is_read_and_hashed() {
        let (_directory, _, source) = source(b"12[Object Part]34");
        let digest = source.digest(Range { offset: 2, length: 13 }).unwrap();
        assert_eq!((digest.length, digest.crc64), (13, 4_510_578_591_875_220_731));
        assert_eq!(digest.md5.unwrap().hex(), "108f528eb63b65e734f27ae331f5ffaa");
        let beyond = source.digest(Range { offset: 10, length: 13 });
        assert_eq!(beyond, Err(SourceError::Changed("it ends at 17 bytes already".into())));
    }
}

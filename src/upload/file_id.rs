//! The number by which the system knows a file. It is the same through every name and every handle of that file.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Device and inode; on Windows volume and file index.
pub(crate) type FileId = (u64, u64);

/// The ID of a file with these metadata; `None` if the platform's metadata have none.
#[cfg(unix)]
pub(crate) fn in_metadata(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

/// The ID of a file with these metadata; `None` if the platform's metadata have none.
#[cfg(not(unix))]
pub(crate) fn in_metadata(_: &Metadata) -> Option<FileId> {
    None
}

/// The ID of an open file; `None` if the file system has none.
#[cfg(windows)]
pub(crate) fn of_open(file: &File) -> Option<FileId> {
    let information = winapi_util::file::information(file).ok()?;
    Some((information.volume_serial_number(), information.file_index()))
}

/// The ID of an open file; `None` if the file system has none.
#[cfg(not(windows))]
pub(crate) fn of_open(file: &File) -> Option<FileId> {
    in_metadata(&file.metadata().ok()?)
}

/// The ID of the file at a path; an error if there is none.
#[cfg(windows)]
pub(crate) fn at(path: &Path) -> io::Result<Option<FileId>> {
    use std::os::windows::fs::OpenOptionsExt as _;
    // Neither a share mode nor a lock of another program refuses an access that reads attributes only.
    const READ_ATTRIBUTES: u32 = 0x80;
    Ok(of_open(&File::options().access_mode(READ_ATTRIBUTES).open(path)?))
}

/// The ID of the file at a path; an error if there is none.
#[cfg(not(windows))]
pub(crate) fn at(path: &Path) -> io::Result<Option<FileId>> {
    std::fs::metadata(path).map(|metadata| in_metadata(&metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn every_name_and_handle_of_a_file_has_its_id_and_another_file_has_not() {
        let directory = tempfile::tempdir().unwrap();
        let name = |name: &str| directory.path().join(name);
        fs::write(name("one"), "content").unwrap();
        fs::write(name("other"), "content").unwrap();
        fs::hard_link(name("one"), name("link")).unwrap();
        let file = File::open(name("one")).unwrap();
        let id = of_open(&file);
        assert!(id.is_some());
        assert_eq!([at(&name("one")).unwrap(), at(&name("link")).unwrap()], [id, id]);
        assert_ne!(at(&name("other")).unwrap(), id);
        fs::rename(name("one"), name("renamed")).unwrap();
        assert_eq!(at(&name("renamed")).unwrap(), id);
        assert_eq!(at(&name("one")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

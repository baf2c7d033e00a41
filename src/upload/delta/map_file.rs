//! The map of an object in a directory on this machine: one file for each object, mode 0600, replaced as a whole.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::language::message;
use crate::upload::journal::header::Header;
use crate::upload::key_file_name::key_file_name;
use crate::upload::owner_only;

/// A map of the most blocks has 3.9 MB; a larger file is no map.
const LARGEST: u64 = 8 << 20;

/// The file of the map, in the directory of maps: the same for the same destination, whatever the source.
pub(super) fn path(directory: &Path, header: &Header) -> PathBuf {
    let what = [&header.service, &header.endpoint, &header.bucket, &header.key].map(String::as_str);
    directory.join(key_file_name(&header.key, &what, "json"))
}

/// Reads the file; `None` if there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A named pipe would be waited for.
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other(message!("it is not a regular file"))),
        _ => {}
    }
    let file = fs::File::open(path)?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Writes the file. A crash leaves the old one or the new one.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        owner_only::directories().create(directory)?;
    }
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = write_whole(&unfinished, text).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = owner_only::files().write(true).truncate(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::journal::header::tests::header;

    #[test]
    fn a_map_replaces_the_one_before_it_and_leaves_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let maps = directory.path().join("state").join("maps");
        let path = path(&maps, &header());
        assert_eq!(read(&path).unwrap(), None);
        for text in ["one", "two"] {
            write(&path, text).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(fs::read_dir(&maps).unwrap().count(), 1);
    }

    #[test]
    fn the_name_tells_destinations_apart_and_not_sources() {
        let name = |header: &Header| path(Path::new("maps"), header);
        assert_eq!(name(&header()), name(&Header { source: "/elsewhere".into(), size: 1, ..header() }));
        assert_ne!(name(&header()), name(&Header { bucket: "other-1250000000".into(), ..header() }));
        assert_ne!(name(&header()), name(&Header { key: "other".into(), ..header() }));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), directory.path(), Path::new("/dev/zero")] {
            assert_eq!(read(path).unwrap_err().to_string(), "it is not a regular file", "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = path(directory.path(), &header());
        write(&path, "map").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

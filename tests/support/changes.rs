//! What may become of a file while it is uploaded, or between two runs.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// A change of a file.
pub(crate) type Change = fn(&Path);

fn open(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

pub(crate) fn append(path: &Path) {
    File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

pub(crate) fn truncate(path: &Path) {
    open(path).set_len(100).unwrap();
}

/// Other bytes in the same place, as many as before.
pub(crate) fn overwrite(path: &Path) {
    open(path).write_all(b"other bytes").unwrap();
}

pub(crate) fn touch(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    open(path).set_modified(modified + Duration::from_secs(7)).unwrap();
}

pub(crate) fn delete(path: &Path) {
    fs::remove_file(path).unwrap();
}

/// Another file of the same size and time under the same name.
pub(crate) fn replace(path: &Path) {
    let other = path.with_extension("other");
    let file = fs::metadata(path).unwrap();
    fs::write(&other, super::noise(file.len(), 1)).unwrap();
    open(&other).set_modified(file.modified().unwrap()).unwrap();
    // Not every version of Windows replaces a file that is open.
    if cfg!(windows) {
        fs::rename(path, path.with_extension("before")).unwrap();
    }
    fs::rename(other, path).unwrap();
}

/// It can no longer be read: see [`super::Scene::as_nobody`], since root may read everything.
#[cfg(unix)]
pub(crate) fn lock_away(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
}

//! Files and directories that only their owner may read. On Windows they inherit the access of the directory
//! that they are in.

use std::fs::{DirBuilder, OpenOptions};

/// Opens files; one that is missing is created with mode 0600.
pub(crate) fn files() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates directories with mode 0700, and those above them.
pub(crate) fn directories() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

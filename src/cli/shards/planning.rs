//! From a source to its line in the plan.

use std::path::Path;

use super::source_root;
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cos::Key;
use crate::language::message;
use crate::upload::plan::plan_error::PlanError;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::{division, probe};
use crate::upload::source::FileSource;
use crate::upload::source::identity::nanoseconds;
use crate::upload::{PlanOptions, SourceError};

/// Plans a file; its upload is not begun yet. Blocks.
pub(crate) fn planned(path: &Path, key: &Key, root: &Path, options: PlanOptions) -> Result<PlannedFile, Failure> {
    let refused = |error| Failure::Source { source: path.to_owned(), error };
    let source = FileSource::open(path).map_err(refused)?;
    let identity = source.identity();
    let part_size = division::part_size(identity.size, options).map_err(|error| match error {
        PlanError::ObjectTooLarge { size } => refused(SourceError::TooLarge(size)),
        error => {
            let source = shown(path);
            Failure::usage(message!("could not plan the upload of {source}: {error}", source, error))
        }
    })?;
    let below = source_root::below(root, path);
    let probes = probe::take(&source).map_err(refused)?;
    Ok(PlannedFile {
        n: 0,
        path: text(&below, path)?,
        key: key.as_str().to_owned(),
        size: identity.size,
        mtime_ns: nanoseconds(identity.modified),
        upload_id: None,
        part_size,
        probes: probes.into_iter().map(|(offset, crc64)| (offset.to_string(), crc64.to_string())).collect(),
    })
}

/// A path as text, which a plan needs.
fn text(path: &Path, source: &Path) -> Result<String, Failure> {
    path.to_str().map(str::to_owned).ok_or_else(|| Failure::Unfit {
        source: source.to_owned(),
        why: message!("its path is not UTF-8, as the paths of a plan are"),
    })
}

/// The root as text.
pub(crate) fn root_as_text(root: &Path) -> Result<String, Failure> {
    text(root, root)
}

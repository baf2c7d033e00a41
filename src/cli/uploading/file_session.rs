//! Turns a file into its plan and session, or into a failure.

use std::path::{Path, PathBuf};

use super::observing::news::SourceNews;
use super::template::Template;
use super::work_sender::UploadWork;
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cos::{Key, Service};
use crate::language::message;
use crate::upload::driver::Work;
use crate::upload::plan::plan_error::PlanError;
use crate::upload::session::Session;
use crate::upload::source::{FileSource, Problem};
use crate::upload::{Plan, PlanOptions, SourceError};

/// The upload of one file of those that were found to a key, or its failure.
pub(crate) fn work(path: &Path, key: Key, template: &Template, options: PlanOptions, found: u64) -> UploadWork {
    match session(path, &key, template, options) {
        Ok(session) => Work::Upload { session: Box::new(session), found },
        Err(failure) => Work::News(SourceNews::Failed { source: path.to_owned(), key: Some(key), failure }),
    }
}

fn session(path: &Path, key: &Key, template: &Template, options: PlanOptions) -> Result<Session, Failure> {
    let source = FileSource::open_found(path).map_err(|error| Failure::Source { source: path.to_owned(), error })?;
    let plan = plan(&source, template.site.service, options)?;
    Ok(template.session(source, key.clone(), plan))
}

/// Opens a file that the user named, and plans its upload.
pub(crate) fn open(path: &Path, service: Service, options: PlanOptions) -> Result<(FileSource, Plan), Failure> {
    let source = FileSource::open(path).map_err(|error| Failure::Source { source: path.to_owned(), error })?;
    let plan = plan(&source, service, options)?;
    Ok((source, plan))
}

/// Plans the upload of a file.
pub(crate) fn plan(source: &FileSource, service: Service, options: PlanOptions) -> Result<Plan, Failure> {
    let refused = |error| Failure::Source { source: source.path().to_owned(), error };
    let size = source.identity().size;
    if size == 0 && !service.takes_empty_objects() {
        return Err(refused(SourceError::Empty));
    }
    Plan::new(size, options).map_err(|error| match error {
        PlanError::ObjectTooLarge { size } => refused(SourceError::TooLarge(size)),
        error => Failure::usage(message!(
            "could not plan the upload of {source}: {error}",
            source = shown(source.path()),
            error
        )),
    })
}

/// The failure of a source that cannot be uploaded.
pub(crate) fn unfit(source: PathBuf, why: Problem) -> Failure {
    match why {
        Problem::Source(error) => Failure::Source { source, error },
        why => Failure::Unfit { source, why: why.to_string().into() },
    }
}

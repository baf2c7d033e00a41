//! The uploads of a plan, or those that were begun for one that is not finished.

use crate::cli::output::failures::failure::Failure;
use crate::cli::shards::loaded_plan::{LoadedPlan, no_plan, unreadable};
use crate::upload::shards::directory::{NoPlan, PlanDirectory};
use crate::upload::shards::draft::{BegunUpload, Draft, begun_in};
use crate::upload::shards::files::{Placed, PlannedFile};

/// An upload of a plan.
pub(crate) struct PlanUpload {
    /// The number of its file, if the plan was finished.
    pub(crate) number: Option<u64>,
    pub(crate) key: String,
    pub(crate) id: String,
}

/// The uploads of a plan.
pub(crate) type PlanUploads = Box<dyn Iterator<Item = Result<PlanUpload, Failure>>>;

/// The plan, or what there is of it.
pub(crate) fn plan_or_draft(directory: &PlanDirectory) -> Result<LoadedPlan, Failure> {
    match directory.plan() {
        Ok(plan) => LoadedPlan::of(directory, plan),
        Err(NoPlan::Unfinished) => {
            let draft = Draft::read(directory).map_err(|error| no_plan(directory.path(), NoPlan::Unreadable(error)))?;
            LoadedPlan::of(directory, draft.ok_or_else(|| no_plan(directory.path(), NoPlan::Missing))?.plan)
        }
        Err(why) => Err(no_plan(directory.path(), why)),
    }
}

/// The uploads of the plan, or those that were begun for one that is not finished.
pub(crate) fn plan_uploads(directory: &PlanDirectory, loaded: &LoadedPlan) -> Result<PlanUploads, Failure> {
    let path = directory.path().to_owned();
    let unreadable = move |error: std::io::Error| unreadable(&path, &error);
    if loaded.plan.files == 0 {
        let begun = begun_in(directory).map_err(&unreadable)?;
        let upload = |upload: BegunUpload| Ok(PlanUpload { number: None, key: upload.key, id: upload.upload_id });
        return Ok(Box::new(begun.into_iter().flatten().map(upload)));
    }
    let files = directory.files(loaded.plan.end()).map_err(&unreadable)?;
    Ok(Box::new(files.filter_map(move |placed| match placed {
        Ok(Placed { file: PlannedFile { n, key, upload_id, .. }, .. }) => {
            upload_id.map(|id| Ok(PlanUpload { number: Some(n), key, id }))
        }
        Err(error) => Some(Err(unreadable(error))),
    })))
}

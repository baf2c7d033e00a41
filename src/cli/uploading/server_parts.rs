//! The server's parts of an upload that the user named with `--resume-upload-id`, and the plan that fits them.

use super::bucket_requests::BucketRequests;
use super::connection::Connection;
use crate::cli::options::UploadOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::multipart::UploadId;
use crate::cos::multipart::list_parts::ListedPart;
use crate::cos::{Fault, Key};
use crate::language::message;
use crate::upload::source::FileSource;
use crate::upload::{Cause, Plan, PlanOptions};

/// Lists the parts of an upload over a connection, and returns the connection.
pub(crate) async fn server_parts(
    id: &UploadId,
    key: &Key,
    connection: Connection,
    options: &UploadOptions,
    world: &mut World,
    console: &Console,
) -> (Connection, Result<Vec<ListedPart>, Failure>) {
    let (requests, verbose) = (options.requests, options.output.verbose);
    let mut bucket = BucketRequests::over(connection, &options.bucket, requests, verbose, world, console);
    let parts = bucket.parts(key, id).await;
    (bucket.into_connection(), parts)
}

/// True if the upload no longer exists: an earlier run may have completed it.
pub(crate) fn is_gone(failure: &Failure) -> bool {
    let Failure::Request { error, .. } = failure else { return false };
    let Cause::Service(error) = &error.cause else { return false };
    matches!(error.fault(), Fault::NoSuchUpload | Fault::AlreadyCompleted)
}

/// The plan that the server's parts fit. `None` if the user chose a part size or no plan fits: other parts are
/// then sent again.
pub(crate) fn plan_of_parts(source: &FileSource, options: PlanOptions, listed: &[ListedPart]) -> Option<Plan> {
    // All parts but the last have the same size; the last may be smaller.
    let part_size = listed.iter().map(|part| part.size).max().filter(|_| options.part_size.is_none())?;
    let plan = Plan::new(source.identity().size, options).ok()?.with_part_size(part_size)?;
    listed.iter().all(|part| fits(&plan, part)).then_some(plan)
}

/// Warns of parts that an earlier run cut differently: they are sent again.
pub(crate) fn warn_of_misfits(plan: &Plan, parts: &[ListedPart], console: &Console) {
    // The last part of a stream may have any size.
    let fits = |part: &ListedPart| fits(plan, part) || matches!(plan, Plan::Stream(_)) && parts.last() == Some(part);
    let misfits = parts.iter().filter(|part| !fits(part)).count();
    if misfits > 0 {
        console.warning(&message!("{misfits} of {parts} parts on the server are cut in another way, and will be sent again; the same --memory, \
             --part-size and --expect-size as before would use them", misfits, parts = parts.len()));
    }
}

fn fits(plan: &Plan, part: &ListedPart) -> bool {
    match plan {
        Plan::Put { .. } => false,
        Plan::Multipart(parts) => parts.range(part.number).is_some_and(|range| range.length == part.size),
        Plan::Stream(cut) => cut.range(part.number).length == part.size,
    }
}

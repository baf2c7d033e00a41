//! A plan as far as the options decide it: what it holds before any file was found.

use std::num::NonZeroU64;
use std::path::Path;

use super::planning::root_as_text;
use crate::cli::options::{InitiateOptions, UploadOptions};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::paths::absolute;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::Connection;
use crate::upload::shards::draft::Draft;
use crate::upload::shards::plan;
use crate::upload::shards::plan::{Put, SharedPlan};

/// The draft of the plan.
pub(crate) fn draft(options: &InitiateOptions, root: &Path, world: &World) -> Result<Draft, Failure> {
    let UploadOptions { object, bucket, content_md5, publish_together, .. } = &options.upload;
    let mut random = fastrand::Rng::with_seed(world.seed);
    let mut id = [0; 16];
    random.fill(&mut id);
    let plan = SharedPlan {
        format: plan::FORMAT.to_owned(),
        version: plan::VERSION,
        id: plan::uuid(id),
        cosput: env!("CARGO_PKG_VERSION").to_owned(),
        created: humantime::format_rfc3339_seconds((world.clock)()).to_string(),
        shards: options.shards,
        bucket: bucket.to_string(),
        region: options.region.clone(),
        endpoint: Connection::name_of(&options.upload.server),
        addressing: options.upload.server.addressing().as_str().to_owned(),
        source_root: root_as_text(root)?,
        put: Put {
            headers: object.for_journal(),
            no_overwrite: object.forbid_overwrite,
            content_md5: *content_md5,
            sse_c_key_md5: object.sse_c_key_md5(),
            traffic_limit: object.traffic_limit.map(|limit| limit.bits_per_second()),
        },
        publish_together: *publish_together,
        limit_rate_total: options.limit_rate_total.map(NonZeroU64::get),
        units: 0,
        bytes: 0,
        files: 0,
        list_bytes: None,
    };
    Ok(Draft { plan, sources: options.sources_as_text(absolute) })
}

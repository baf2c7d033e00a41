//! The options of `cosput upload-parts`.

use std::path::PathBuf;

use super::output::timings_file;
use super::shared_plan::SharedPlanOptions;
use crate::cli::args::{ShardChoice, UploadPartsArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::upload::shards::receipts::place::ReceiptPlace;

/// The options of `cosput upload-parts`.
#[derive(Debug, Clone)]
pub(crate) struct UploadPartsOptions {
    pub(crate) shared: SharedPlanOptions,
    pub(crate) shard: ShardChoice,
    pub(crate) source_root: Option<PathBuf>,
    pub(crate) receipts: ReceiptPlace,
    /// The page of timings, if one is asked for.
    pub(crate) timings: Option<PathBuf>,
}

impl UploadPartsOptions {
    /// The meaning of the arguments in this world.
    pub(crate) fn new(arguments: UploadPartsArguments, world: &World) -> Result<Self, Failure> {
        let UploadPartsArguments { shard, source_root, receipts, plan, rate, progress, timings } = arguments;
        Ok(Self {
            shared: SharedPlanOptions::new(plan, rate, &progress, world)?,
            shard: shard.unwrap_or(ShardChoice::Auto),
            source_root,
            receipts: receipts.map_or(ReceiptPlace::Plan, |place| ReceiptPlace::from(place.as_os_str())),
            timings: timings_file(timings)?,
        })
    }
}

//! The options of `cosput doctor`.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::args::DoctorArguments;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::options::directories::Directories;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;

/// A fault that a third attempt would hide is worth a report.
const MAX_ATTEMPTS: u32 = 2;
const RETRY_TIME: Duration = Duration::from_secs(10);

/// The options of `cosput doctor`.
pub(crate) struct DoctorOptions {
    pub(super) bucket: BucketOptions,
    /// Comes before the name of the probe.
    pub(super) prefix: String,
    pub(super) state_directory: Option<PathBuf>,
    pub(super) read_only: bool,
}

impl DoctorOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: DoctorArguments, world: &World) -> Result<Self, Failure> {
        let DoctorArguments { read_only, prefix, state_dir, mut bucket } = arguments;
        bucket.requests.max_attempts.get_or_insert(MAX_ATTEMPTS);
        bucket.requests.retry_time.get_or_insert(RETRY_TIME);
        Ok(Self {
            bucket: BucketOptions::new(bucket, None, world)?,
            prefix: prefix.unwrap_or_default(),
            state_directory: state_dir.or(Directories::of(world).uploads()),
            read_only,
        })
    }
}

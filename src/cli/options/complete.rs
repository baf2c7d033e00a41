//! The options of `cosput complete`.

use std::path::PathBuf;
use std::time::Duration;

use super::shared_plan::SharedPlanOptions;
use crate::cli::args::{CompleteArguments, ProgressArguments, RateArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::upload::shards::receipts::place::ReceiptPlace;

/// The options of `cosput complete`.
#[derive(Debug, Clone)]
pub(crate) struct CompleteOptions {
    pub(crate) shared: SharedPlanOptions,
    pub(crate) wait: Option<Duration>,
    pub(crate) receipts: Vec<ReceiptPlace>,
    pub(crate) reread: bool,
    pub(crate) source_root: Option<PathBuf>,
}

impl CompleteOptions {
    /// The meaning of the arguments in this world.
    pub(crate) fn new(arguments: CompleteArguments, world: &World) -> Result<Self, Failure> {
        let CompleteArguments { wait, receipts, reread, source_root, plan } = arguments;
        let (rate, progress) = (RateArguments { limit_rate: None }, ProgressArguments { progress: None });
        let shared = SharedPlanOptions::new(plan, rate, &progress, world)?;
        let receipts = receipts.iter().map(|place| ReceiptPlace::from(place.as_os_str())).collect();
        Ok(Self { shared, wait, receipts, reread, source_root })
    }
}

//! The options of commands that carry out a plan.

use std::path::PathBuf;

use super::object_headers;
use super::requests::{AccessOptions, RequestOptions};
use crate::cli::args::{ProgressArguments, RateArguments, SharedPlanArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::output_options::OutputOptions;
use crate::cli::process::world::World;
use crate::cos::CustomerKey;
use crate::language::message;
use crate::upload::shards::directory::PlanDirectory;

/// A plan, and how its requests are sent.
#[derive(Debug, Clone)]
pub(crate) struct SharedPlanOptions {
    pub(crate) directory: PlanDirectory,
    pub(crate) access: AccessOptions,
    pub(crate) requests: RequestOptions,
    pub(crate) sse_c_key: Option<CustomerKey>,
    pub(crate) output: OutputOptions,
}

impl SharedPlanOptions {
    /// The meaning of the arguments in this world.
    pub(crate) fn new(
        arguments: SharedPlanArguments,
        rate: RateArguments,
        progress: &ProgressArguments,
        world: &World,
    ) -> Result<Self, Failure> {
        let SharedPlanArguments { plan, access, requests, customer, output } = arguments;
        Ok(Self {
            directory: plan_directory(plan)?,
            access: AccessOptions::new(access),
            requests: RequestOptions::new(requests).at_rate(rate),
            sse_c_key: object_headers::customer_key(customer.sse_c_key_file.as_deref(), world)?,
            output: OutputOptions::new(progress, &output, world)?,
        })
    }
}

/// The directory of the plan, which must be given.
pub(crate) fn plan_directory(typed: Option<PathBuf>) -> Result<PlanDirectory, Failure> {
    let path = typed.ok_or_else(|| Failure::usage(message!("no plan is given: name its directory with --plan")))?;
    Ok(PlanDirectory::new(&path))
}

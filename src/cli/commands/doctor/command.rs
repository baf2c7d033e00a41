//! The command, from its options to its exit code.

use super::examination::examine;
use super::findings::Findings;
use super::options::DoctorOptions;
use super::probe::Probe;
use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;

/// Makes all checks and prints their results. Returns the exit code.
pub(crate) fn run(options: &DoctorOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.bucket.output.quiet);
    let mut findings = Findings::new(&console, options.bucket.output);
    let probe = Probe::default();
    let work = async |world: &World| examine(options, world, &probe, &mut findings).await;
    bucket_requests::run_and_clear(world, work, async || probe.clear(&console).await)?;
    Ok(findings.end())
}

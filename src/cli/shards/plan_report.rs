//! What `initiate` prints about its plan.

use super::at_a_time::MOST;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::json::{Initiated, Line};
use crate::cli::output::output_options::OutputOptions;
use crate::cli::values::units;
use crate::language::{message, phrase};
use crate::upload::shards::directory::{DRAFT, PlanDirectory};
use crate::upload::shards::plan::SharedPlan;

/// More requests at a time than this, by all machines together, may be more than an account may send.
const MANY_REQUESTS: u64 = 3000;

/// Reports the plan in a directory.
pub(crate) struct PlanReport<'a> {
    pub(crate) console: &'a Console,
    pub(crate) directory: &'a PlanDirectory,
    pub(crate) output: OutputOptions,
}

impl PlanReport<'_> {
    /// A finished plan, for which uploads of an earlier run were reused.
    pub(crate) fn finished(&self, plan: &SharedPlan, uploads_reused: u64) {
        let (output, directory) = (self.output, shown(self.directory.path()));
        if output.json {
            let SharedPlan { id, shards, files, units, bytes, .. } = plan;
            let (shards, files, units, bytes) = (*shards, *files, *units, *bytes);
            let line = Initiated {
                plan: directory.clone(),
                id,
                shards,
                files,
                units,
                bytes,
                uploads_reused,
                exit_code: SUCCESS,
            };
            self.console.event(&Line::Initiated(line));
        }
        let line = message!(
            "planned {directory}  {files}, {size} in {units} for {shards}",
            directory,
            files = units::counted(plan.files, phrase!("file")),
            size = units::size(plan.bytes),
            units = units::counted(plan.units, phrase!("unit")),
            shards = units::counted(plan.shards.into(), phrase!("shard"))
        );
        self.console.outcome(!output.json && !output.quiet, &line);
        if uploads_reused > 0 {
            let uploads = units::counted(uploads_reused, phrase!("upload"));
            self.console.note(&message!("{uploads} of an earlier run reused", uploads));
        }
        self.note_many_requests(plan.shards);
    }

    fn note_many_requests(&self, shards: u32) {
        let requests = u64::from(shards) * u64::from(MOST);
        if requests > MANY_REQUESTS {
            self.console.note(&message!(
                "if all shards run at the same time, up to {number} requests are in flight; COS may ask for fewer",
                number = units::count(requests)
            ));
        }
    }

    /// How to go on with a plan that is not finished, if it was begun.
    pub(crate) fn unfinished(&self) {
        let directory = shown(self.directory.path());
        if self.directory.file(DRAFT).exists() {
            self.console.note(&message!(
                "the plan in {directory} is not finished: run the same command again to go on, or give it up with cosput \
                 abort --plan {directory} --yes",
                directory
            ));
        }
    }
}

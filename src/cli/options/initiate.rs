//! The options of `cosput initiate`: those of an upload, and how it is shared.

use std::num::NonZeroU64;
use std::path::PathBuf;

use super::shared_plan::plan_directory;
use super::sources::Wanted;
use super::upload::UploadOptions;
use crate::cli::args::{
    DeltaArguments, InitiateArguments, JournalArguments, ProgressArguments, RateArguments, StdinArguments,
    TimingsArguments, UploadArguments,
};
use crate::cli::output::console::is_stdin;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::Service;
use crate::language::message;
use crate::upload::shards::directory::PlanDirectory;

/// The options of `cosput initiate`.
#[derive(Debug, Clone)]
pub(crate) struct InitiateOptions {
    pub(crate) upload: UploadOptions,
    pub(crate) directory: PlanDirectory,
    pub(crate) shards: u32,
    pub(crate) limit_rate_total: Option<NonZeroU64>,
    pub(crate) region: Option<String>,
}

impl InitiateOptions {
    /// The meaning of the arguments in this world.
    pub(crate) fn new(arguments: InitiateArguments, world: &World) -> Result<Self, Failure> {
        let InitiateArguments { sources, plan, shards, limit_rate_total, many, location, .. } = arguments;
        let directory = plan_directory(plan)?;
        let shards = shards
            .ok_or_else(|| Failure::usage(message!("the number of shards is not given: name it with --shards")))?;
        if sources.iter().any(|source| is_stdin(source)) {
            return Err(Failure::usage(message!(
                "stdin cannot be shared, because only one machine can read it; name files"
            )));
        }
        if many.skip_unchanged.is_some() {
            return Err(Failure::usage(message!(
                "--skip-unchanged cannot be used for an upload by many machines; leave it out"
            )));
        }
        let region = location.server.region.as_ref().map(|region| region.as_str().to_owned());
        let upload = UploadArguments {
            sources,
            many,
            location,
            access: arguments.access,
            transfer: arguments.transfer,
            requests: arguments.requests,
            rate: RateArguments { limit_rate: None },
            delta: DeltaArguments { delta: None, delta_map: None },
            object: arguments.object,
            encryption: arguments.encryption,
            stdin: StdinArguments { memory: None, expect_size: None, expect_crc64: None, allow_empty: false },
            resume: JournalArguments {
                journal: None,
                state_dir: None,
                no_resume: false,
                resume_upload_id: None,
                abort_on_failure: false,
            },
            dry_run: false,
            progress: ProgressArguments { progress: None },
            timings: TimingsArguments { timings: None },
            output: arguments.output,
        };
        let upload = UploadOptions::new(upload, world)?;
        if upload.server.service() == Service::Cdcs {
            return Err(Failure::usage(message!(
                "CDCS cannot be used by many machines, because an unfinished upload blocks its key; use cosput upload"
            )));
        }
        Ok(Self { upload, directory, shards, limit_rate_total, region })
    }

    /// The sources, and the options that choose and divide files, as one text.
    pub(crate) fn sources_as_text(&self, absolute: impl Fn(&std::path::Path) -> PathBuf) -> String {
        let UploadOptions { wanted, plan, .. } = &self.upload;
        match wanted {
            Wanted::One { source, key } => format!("{:?} {key} {plan:?}", absolute(source)),
            Wanted::Stdin { key } => format!("{key}"),
            Wanted::Many(many) => {
                let named: Vec<PathBuf> = many.named.iter().map(|path| absolute(path)).collect();
                format!("{named:?} {many:?} {plan:?}")
            }
        }
    }
}

//! `cosput upload --dry-run`: shows what would be sent.

use std::path::Path;

use crate::cli::options::UploadOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failures::exit::{SUCCESS, of_many};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::uploading::file_session;
use crate::cli::uploading::held_back::plan_options;
use crate::cli::uploading::transfer::Sent;
use crate::cos::Key;
use crate::upload::Plan;
use crate::upload::source::{FileSource, Gather, Item, NoFile};

/// Shows one file.
pub(crate) fn show_one(
    source: &FileSource,
    key: &Key,
    plan: &Plan,
    options: &UploadOptions,
    console: &Console,
) -> Sent {
    Report::new(console, options.output).planned(source.path(), &options.bucket, key, plan);
    let mut summary = Summary::of_dry_run();
    summary.plan(source.identity().size, source.identity().size);
    Sent { exit_code: SUCCESS, summary: Some(summary) }
}

/// Shows many files.
pub(crate) fn show_many(sources: Gather, options: &UploadOptions, console: &Console) -> Sent {
    let report = Report::new(console, options.output);
    let mut summary = Summary::of_dry_run();
    let codes: Vec<u8> = sources.map(|item| show(item, options, &report, &mut summary)).collect();
    let exit_code = of_many(codes.into_iter().filter(|code| *code != SUCCESS));
    Sent { exit_code, summary: Some(summary) }
}

fn show(item: Item, options: &UploadOptions, report: &Report, summary: &mut Summary) -> u8 {
    let plan_options = if options.publish_together { plan_options(options.plan) } else { options.plan };
    let mut refuse = |path: &Path, key: Option<&Key>, failure: &Failure| {
        summary.failed += 1;
        report.refused(path, &options.bucket, key, failure)
    };
    match item {
        Item::File { path, key, .. } => match file_session::open(&path, options.server.service(), plan_options) {
            Ok((source, plan)) => {
                report.planned(source.path(), &options.bucket, &key, &plan);
                summary.plan(source.identity().size, source.identity().size);
            }
            Err(failure) => return refuse(&path, Some(&key), &failure),
        },
        Item::NoFile(NoFile::Skipped { path, why }) => {
            report.left_out(&path, &options.bucket, why);
            summary.skipped += 1;
        }
        Item::NoFile(NoFile::EmptyDirectory { path }) => report.passed_by(&path),
        Item::Unmatched(rule) => report.unmatched(&rule),
        Item::NoFile(NoFile::Failed { path, why }) => {
            return refuse(&path.clone(), None, &file_session::unfit(path, why));
        }
    }
    SUCCESS
}

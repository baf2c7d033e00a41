//! `cosput upload`: checks the sources, plans the uploads and sends them.

use std::path::Path;

use super::{upload_dry_run, upload_stdin, upload_together};
use crate::cli::options::UploadOptions;
use crate::cli::options::sources::{Many, Wanted};
use crate::cli::output::console::{Console, is_stdin, shown};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::failures::nothing_found::NothingFound;
use crate::cli::output::report::Report;
use crate::cli::output::summary::Summary;
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::descriptors::Objects;
use crate::cli::uploading::file_session;
use crate::cli::uploading::held_back::plan_options;
use crate::cli::uploading::nearness;
use crate::cli::uploading::observing::observer::UploadObserver;
use crate::cli::uploading::observing::timing_page::TimingPage;
use crate::cli::uploading::server_parts::{is_gone, plan_of_parts, server_parts};
use crate::cli::uploading::setup::{concurrency, connect, own_paths, rerun, template};
use crate::cli::uploading::transfer::{Sent, Transferred, summarize, transfer_gathered, upload_one};
use crate::cos::Key;
use crate::language::message;
use crate::upload::Plan;
use crate::upload::source::{FileSource, Gather, Sources};

/// Uploads the sources. Returns the exit code.
pub(crate) fn run(options: &UploadOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let console = console.clone().quiet(options.output.quiet);
    let started = (world.stopwatch)();
    let sent = match &options.wanted {
        Wanted::One { source, key } => run_one(source, key, options, world, &console),
        Wanted::Stdin { key } => upload_stdin::run(key, options, world, &console),
        Wanted::Many(many) => run_many(many, options, world, &console)?,
    };
    if let Some(summary) = sent.summary {
        let elapsed = (world.stopwatch)().duration_since(started);
        summarize(&console, options.output, summary, elapsed, sent.exit_code);
    }
    Ok(sent.exit_code)
}

fn run_one(path: &Path, key: &Key, options: &UploadOptions, world: &mut World, console: &Console) -> Sent {
    open_and_send(path, key, options, world, console).unwrap_or_else(|failure| {
        let exit_code = Report::new(console, options.output).refused(path, &options.bucket, Some(key), &failure);
        Sent { exit_code, summary: Some(Summary::of_failure(options.dry_run)) }
    })
}

fn open_and_send(
    path: &Path,
    key: &Key,
    options: &UploadOptions,
    world: &mut World,
    console: &Console,
) -> Result<Sent, Failure> {
    let (source, plan) = file_session::open(path, options.server.service(), options.plan)?;
    if options.resume_upload_id.is_some() && plan.is_put() {
        return Err(Failure::usage(message!(
            "{source} is empty, and an upload in parts cannot go on with it",
            source = shown(path)
        )));
    }
    if options.dry_run && !options.asks_the_server() {
        return Ok(upload_dry_run::show_one(&source, key, &plan, options, console));
    }
    // A single request needs no second thread, and what may become one is small.
    let alone = plan.is_put() || nearness::matters(&plan, options);
    let sending = send_one(options, source, key, plan, world, console);
    let sent = if alone { runtime::run_alone(sending) } else { runtime::run(sending) };
    sent?.map(Sent::from)
}

async fn send_one(
    options: &UploadOptions,
    source: FileSource,
    key: &Key,
    mut plan: Plan,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let mut connection = connect(options, world, console).await?;
    if let Some(id) = &options.resume_upload_id {
        let listed;
        (connection, listed) = server_parts(id, key, connection, options, world, console).await;
        match listed {
            Ok(listed) => plan = plan_of_parts(&source, options.plan, &listed).unwrap_or(plan),
            // The engine compares the file with the object.
            Err(failure) if is_gone(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
    // A single request is within every limit.
    let concurrency = match plan.is_put() {
        true => options.requests.concurrency,
        false => concurrency(options, Objects::One, world, console),
    };
    let template = template(options, &connection, world);
    let mut session = template.session(source.clone(), key.clone(), plan);
    if nearness::matters(&plan, options) {
        let plan = nearness::planned(&source, &session.job.target, &connection, options.plan).await?;
        session = template.session(source, key.clone(), plan);
    }
    Ok(upload_one(session, options, concurrency, connection, world, console).await)
}

fn run_many(many: &Many, options: &UploadOptions, world: &mut World, console: &Console) -> Result<Sent, Failure> {
    let sources = Sources { own: own_paths(options), ..many.sources(world.stdin)? };
    let counts = sources.counts.clone();
    let sent = send_or_show(many, options, sources.gather(), world, console)?;
    Report::new(console, options.output).links_left_out(counts.left_out().links);
    // Anything else that ended the command is reported already.
    if counts.files() > 0 || sent.exit_code != SUCCESS {
        return Ok(sent);
    }
    let list = many.list.as_ref().map(|list| list.file.clone());
    let left_out = counts.left_out();
    let nothing = NothingFound { named: many.named.clone(), list, left_out, may_be_allowed: true };
    if options.stdin.expectations.allow_empty {
        console.note(&nothing.to_string());
        return Ok(sent);
    }
    let exit_code = Report::new(console, options.output).failed(&Failure::NothingFound(nothing));
    Ok(Sent { exit_code, ..sent })
}

fn send_or_show(
    many: &Many,
    options: &UploadOptions,
    mut sources: Gather,
    world: &mut World,
    console: &Console,
) -> Result<Sent, Failure> {
    if options.dry_run && !options.asks_the_server() {
        return Ok(upload_dry_run::show_many(sources, options, console));
    }
    // Neither credentials nor a server are needed to find nothing. A list from a pipe may take its time.
    let is_at_hand = many.list.as_ref().is_none_or(|list| !is_stdin(&list.file) && list.file.is_file());
    if is_at_hand && !sources.finds_a_file() {
        let shown = upload_dry_run::show_many(sources, options, console);
        let planned = shown.summary.unwrap_or_default().planned.filter(|_| options.dry_run);
        return Ok(Sent { summary: shown.summary.map(|summary| Summary { planned, ..summary }), ..shown });
    }
    runtime::run(send_many(many, options, sources, world, console))?.map(Sent::from)
}

async fn send_many(
    many: &Many,
    options: &UploadOptions,
    sources: Gather,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let connection = connect(options, world, console).await?;
    let mut template = template(options, &connection, world);
    template.requests.concurrency = concurrency(options, Objects::Many, world, console);
    let transferred = if options.publish_together && !options.dry_run {
        upload_together::publish(template, options, (many, sources), &connection, world, console).await
    } else {
        let observer = UploadObserver::new(&connection, &options.bucket, options.output, world, console)
            .rerun(rerun(options))
            .timed(TimingPage::new(options.timings.as_deref(), world));
        let observer = observer.for_many(options.fail_fast);
        let mut observer = if options.dry_run { observer.dry_run() } else { observer };
        let plan = if options.publish_together { plan_options(options.plan) } else { options.plan };
        let what = (template, plan);
        Ok(transfer_gathered(sources, what, &mut observer, &connection, world, console).await)
    };
    connection.close().await;
    transferred
}

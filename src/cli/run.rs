//! The whole program: reads the command line, runs the command, returns the exit code.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{Command, help, usage_error};
use super::commands::abort::AbortOptions;
use super::commands::abort_plan::AbortPlanOptions;
use super::commands::doctor::DoctorOptions;
use super::commands::list_parts::ListPartsOptions;
use super::commands::list_uploads::ListUploadsOptions;
use super::commands::status::StatusOptions;
use super::commands::verify::VerifyOptions;
use super::commands::{
    abort, abort_plan, complete, completions, credentials, doctor, emulator, initiate, list_parts, list_uploads, man,
    resume, status, upload, upload_parts, verify,
};
use super::completion;
use super::options::settings::command_line;
use super::options::{
    CompleteOptions, EmulatorOptions, InitiateOptions, ResumeOptions, UploadOptions, UploadPartsOptions,
};
use super::options::{job, language as spoken};
use super::output::console::{Console, Label, shown};
use super::output::escape::visible;
use super::output::failures::exit::{OTHER, SUCCESS, USAGE};
use super::output::failures::failure::Failure;
use super::output::json::{FailedCommand, Line};
use super::process::world::World;
use crate::language::{self, Language, Message, message};

/// How clap labels an error.
const LABEL: &str = "error: ";

/// Runs the program in a world. Returns the exit code.
pub fn run(mut world: World) -> u8 {
    language::choose(spoken::of_words(&world));
    let console = Console::new(&world);
    if let Some(answer) = completion::answer(&world.arguments, &world.variables) {
        console.result(&answer);
        return with_results_written(SUCCESS, true, &console);
    }
    match command_line::parse_with_notes(&world.arguments, &world.variables, command_line::help_columns(&world)) {
        Ok((arguments, notes)) => {
            language::choose(spoken::of(arguments.language.language, &world));
            let only_prints = arguments.command.only_prints();
            console.in_job(job::of(arguments.command.ci(), &world.variables));
            if let Some(time) = job::deadline(&arguments.command, &world) {
                world.signals.stop_after(time);
            }
            let exit_code = carry_out(arguments.command, &notes, &mut world, &console);
            console.end_group();
            with_results_written(exit_code, only_prints, &console)
        }
        Err(error) => {
            let json = command_line::wants_json(&world.arguments, &world.variables);
            console.in_job(job::of_words(&world.arguments, &world.variables));
            with_results_written(show(error, json, &world, &console), true, &console)
        }
    }
}

fn carry_out(command: Command, notes: &[Message], world: &mut World, console: &Console) -> u8 {
    let json = command.json();
    let done = keep_log(&command, world, console);
    let verbose = command.verbose();
    notes.iter().for_each(|note| console.detail(verbose, note));
    let done = done.and_then(|()| dispatch(command, world, console));
    done.unwrap_or_else(|failure| {
        let report = failure.report();
        if json {
            console.event(&Line::FailedCommand(FailedCommand::new(&report, None)));
        }
        report.print(console);
        report.exit_code
    })
}

/// Opens the log file first, so that it records every failure.
fn keep_log(command: &Command, world: &World, console: &Console) -> Result<(), Failure> {
    let Some(file) = command.log_file() else { return Ok(()) };
    let unusable =
        |why: Message| Failure::usage(message!("--log-file {file} cannot be used: {why}", file = shown(file), why));
    if let Command::Upload(typed) = command
        && let Ok(log) = file.canonicalize()
        && typed.sources.iter().any(|source| source.canonicalize().is_ok_and(|source| source == log))
    {
        return Err(unusable(message!("it is a file to upload")));
    }
    console.log_to(file, world.clock).map_err(|error| unusable(error.to_string().into()))
}

fn dispatch(command: Command, world: &mut World, console: &Console) -> Result<u8, Failure> {
    match command {
        Command::Upload(typed) => upload::run(&UploadOptions::new(*typed, world)?, world, console),
        Command::Resume(typed) => resume::run(&ResumeOptions::new(typed, world)?, world, console),
        Command::Initiate(typed) => initiate::run(&InitiateOptions::new(*typed, world)?, world, console),
        Command::UploadParts(typed) => upload_parts::run(&UploadPartsOptions::new(typed, world)?, world, console),
        Command::Complete(typed) => complete::run(&CompleteOptions::new(typed, world)?, world, console),
        Command::Status(typed) => status::run(&StatusOptions::new(typed, world)?, world, console),
        Command::ListUploads(typed) => list_uploads::run(ListUploadsOptions::new(typed, world)?, world, console),
        Command::ListParts(typed) => list_parts::run(ListPartsOptions::new(typed, world)?, world, console),
        Command::Abort(typed) if typed.plan.is_some() => {
            abort_plan::run(&AbortPlanOptions::new(typed, world)?, world, console)
        }
        Command::Abort(typed) => abort::run(AbortOptions::new(typed, world)?, world, console),
        Command::Verify(typed) => verify::run(VerifyOptions::new(typed, world)?, world, console),
        Command::Credentials(typed) => credentials::run(typed, world, console),
        Command::Doctor(typed) => doctor::run(&DoctorOptions::new(typed, world)?, world, console),
        Command::Emulator(typed) => emulator::run(&EmulatorOptions::new(typed, world)?, world, console),
        Command::Completions(typed) => Ok(completions::run(&typed, world)),
        Command::Man(typed) => man::run(&typed),
    }
}

/// Prints a message from clap: help and version are results; anything else is a usage error.
fn show(error: clap::Error, json: bool, world: &World, console: &Console) -> u8 {
    let is_result = !error.use_stderr();
    let text = rendered(error);
    if is_result {
        console.result(&help::text(&text, command_line::help_columns(world)));
        return SUCCESS;
    }
    if json {
        let parsed = || command_line::parse(&world.arguments, &world.variables);
        let text = language::english(|| parsed().map_or_else(rendered, |_| text.clone()));
        let failure = Failure::usage(message_in(&text).unwrap_or(&text).lines().next().unwrap_or_default());
        console.event(&Line::FailedCommand(FailedCommand::new(&failure.report(), None)));
    }
    match message_in(&text) {
        Some(message) => console.labelled(Label::Error, message),
        None => console.message(&help::text(&text, command_line::help_columns(world))),
    }
    USAGE
}

fn rendered(mut error: clap::Error) -> String {
    spell_out(&mut error);
    // clap writes a range of numbers as Rust does.
    let reworded = language::current() == Language::Chinese || error.kind() == ErrorKind::ValueValidation;
    let text = if reworded { usage_error::text(&error) } else { None };
    text.map(|text| format!("{LABEL}{text}")).unwrap_or_else(|| error.render().to_string().trim_end().to_owned())
}

/// The message of an error, without clap's label.
fn message_in(text: &str) -> Option<&str> {
    text.strip_prefix(LABEL)
}

/// Replaces control characters in what was typed, which clap would leave out of its message.
fn spell_out(error: &mut clap::Error) {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(typed)) = error.get(kind) {
            let typed = visible(typed).into_owned();
            error.insert(kind, ContextValue::String(typed));
        }
    }
}

/// A command fails if its results could not be written, unless it only prints and its reader has closed the pipe.
fn with_results_written(exit_code: u8, only_prints: bool, console: &Console) -> u8 {
    match console.results_lost() {
        Some(why) if exit_code == SUCCESS && !(only_prints && console.reader_is_gone()) => {
            Failure::ResultsLost(why.into()).report().print(console);
            OTHER
        }
        _ => exit_code,
    }
}

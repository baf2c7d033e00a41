//! The whole program: read the command line, carry the command out, say how it ended.

use super::args::Command;
use super::commands::abort::AbortOptions;
use super::commands::list_parts::ListPartsOptions;
use super::commands::list_uploads::ListUploadsOptions;
use super::commands::verify::VerifyOptions;
use super::commands::{
    abort, completions, credentials, emulator, list_parts, list_uploads, man, resume, upload, verify,
};
use super::options::{EmulatorOptions, ResumeOptions, UploadOptions, command_line};
use super::output::console::{Console, Label, shown};
use super::output::exit::{OTHER, SUCCESS, USAGE};
use super::output::failure::Failure;
use super::process::world::World;

/// Runs the program in a world. Returns its exit code.
pub fn run(mut world: World) -> u8 {
    let console = Console::new(&world);
    let exit_code = match command_line::parse(&world.arguments, &world.variables) {
        Ok(arguments) => carry_out(arguments.command, &mut world, &console),
        Err(error) => show(&error, &console),
    };
    with_results_written(exit_code, &console)
}

fn carry_out(command: Command, world: &mut World, console: &Console) -> u8 {
    let done = keep_log(&command, world, console).and_then(|()| dispatch(command, world, console));
    done.unwrap_or_else(|failure| {
        let report = failure.report();
        report.print(console);
        report.exit_code
    })
}

/// Opens the log file before anything else happens, so that whatever goes wrong stands in it.
fn keep_log(command: &Command, world: &World, console: &Console) -> Result<(), Failure> {
    let Some(file) = command.log_file() else { return Ok(()) };
    let unusable = |why: String| Failure::usage(format!("--log-file {} cannot be used: {why}", shown(file)));
    if let Command::Upload(typed) = command
        && let Ok(log) = file.canonicalize()
        && typed.sources.iter().any(|source| source.canonicalize().is_ok_and(|source| source == log))
    {
        return Err(unusable("it is a file to upload".to_owned()));
    }
    console.log_to(file, world.clock).map_err(|error| unusable(error.to_string()))
}

fn dispatch(command: Command, world: &mut World, console: &Console) -> Result<u8, Failure> {
    match command {
        Command::Upload(typed) => upload::run(&UploadOptions::new(*typed, world)?, world, console),
        Command::Resume(typed) => resume::run(&ResumeOptions::new(typed, world)?, world, console),
        Command::ListUploads(typed) => list_uploads::run(ListUploadsOptions::new(typed, world)?, world, console),
        Command::ListParts(typed) => list_parts::run(ListPartsOptions::new(typed, world)?, world, console),
        Command::Abort(typed) => abort::run(AbortOptions::new(typed, world)?, world, console),
        Command::Verify(typed) => verify::run(VerifyOptions::new(typed, world)?, world, console),
        Command::Credentials(typed) => credentials::run(typed, world, console),
        Command::Emulator(typed) => emulator::run(&EmulatorOptions::new(typed, world)?, world, console),
        Command::Completions(typed) => Ok(completions::run(&typed, world)),
        Command::Man(typed) => man::run(&typed),
    }
}

/// Shows what clap has to say: help and version are results, the rest is wrong usage.
fn show(error: &clap::Error, console: &Console) -> u8 {
    let text = error.render().to_string();
    let text = text.trim_end();
    if !error.use_stderr() {
        console.result(text);
        return SUCCESS;
    }
    match text.strip_prefix("error: ") {
        Some(message) => console.labelled(Label::Error, message),
        None => console.message(text),
    }
    USAGE
}

/// A command whose results nobody could read has not succeeded.
fn with_results_written(exit_code: u8, console: &Console) -> u8 {
    match console.results_lost() {
        Some(why) if exit_code == SUCCESS => {
            Failure::ResultsLost(why).report().print(console);
            OTHER
        }
        _ => exit_code,
    }
}

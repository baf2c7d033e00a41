//! The CI job that a command is part of, and when the command must have stopped.

use std::ffi::OsString;
use std::time::Duration;

use crate::cli::args::{CiChoice, Command};
use crate::cli::output::ci::{Job, System, system, time_left};
use crate::cli::process::world::{Variables, World};

/// The job, if its system has commands of its own.
pub(in crate::cli) fn of(choice: Option<CiChoice>, variables: &Variables) -> Option<Job> {
    let system = match choice.unwrap_or(CiChoice::Auto) {
        CiChoice::Auto => system(variables)?,
        CiChoice::Github => System::Github,
        CiChoice::Gitlab => System::Gitlab,
        CiChoice::Never => return None,
    };
    Some(Job::new(system, variables))
}

/// The job of a command line that cannot be read: whether it turns this off is looked up word by word.
pub(in crate::cli) fn of_words(words: &[OsString], variables: &Variables) -> Option<Job> {
    let off = words.iter().any(|word| word == "--ci=never")
        || words.windows(2).any(|pair| pair[0] == "--ci" && pair[1] == "never")
        || variables.get("COSPUT_CI").is_some_and(|value| value == "never");
    of(off.then_some(CiChoice::Never), variables)
}

/// How long the command may run: as named, or until shortly before the end of the job. An emulator runs until it is
/// stopped.
pub(in crate::cli) fn deadline(command: &Command, world: &World) -> Option<Duration> {
    if command.deadline().is_some() {
        return command.deadline();
    }
    let of_job = is_long(command) && command.ci() != Some(CiChoice::Never);
    of_job.then(|| time_left(&world.variables, (world.clock)())).flatten()
}

/// True for a command that sends files or waits for those that do.
fn is_long(command: &Command) -> bool {
    use Command::{Complete, Initiate, Resume, Upload, UploadParts};
    matches!(command, Upload(_) | Resume(_) | Initiate(_) | UploadParts(_) | Complete(_))
}

//! From arguments to the options of the output.

use std::path::{Path, PathBuf};

use crate::cli::args::{OutputArguments, ProgressArguments, ProgressChoice, TimingsArguments};
use crate::cli::output::ci::in_ci;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::output_options::{OutputOptions, ProgressMode};
use crate::cli::process::world::World;
use crate::language::message;

impl OutputOptions {
    pub(super) fn new(
        ProgressArguments { progress }: &ProgressArguments,
        arguments: &OutputArguments,
        world: &World,
    ) -> Result<Self, Failure> {
        let &OutputArguments { quiet, json, verbose, log_file: _, ci: _ } = arguments;
        if quiet && verbose {
            return Err(Failure::usage(message!("COSPUT_QUIET and COSPUT_VERBOSE are both set; unset one of them")));
        }
        let progress = match progress.unwrap_or(ProgressChoice::Auto) {
            ProgressChoice::Never => ProgressMode::Hidden,
            ProgressChoice::Auto if quiet || json => ProgressMode::Hidden,
            ProgressChoice::Auto if in_a_log(world) => ProgressMode::Lines,
            // A bar cannot be drawn into a file or a pipe.
            ProgressChoice::Always if !draws(world) => ProgressMode::LinesAndLast,
            ProgressChoice::Auto | ProgressChoice::Always => ProgressMode::Bar,
        };
        Ok(Self { progress, quiet, json, verbose })
    }
}

/// The file of `--timings`. Its directory must exist, since the file is written after the upload.
pub(super) fn timings_file(TimingsArguments { timings }: TimingsArguments) -> Result<Option<PathBuf>, Failure> {
    let Some(file) = timings else { return Ok(None) };
    let directory = file.parent().filter(|parent| *parent != Path::new(""));
    match directory.filter(|directory| !directory.is_dir()) {
        Some(missing) => Err(Failure::usage(message!(
            "--timings cannot be written: {directory} is no directory",
            directory = missing.display()
        ))),
        None => Ok(Some(file)),
    }
}

/// True if stderr is a file, a pipe or the log of a CI job.
fn in_a_log(world: &World) -> bool {
    !draws(world) || in_ci(&world.variables)
}

/// True if stderr is a terminal that can move its cursor. On Windows, consoles have no `TERM`.
fn draws(world: &World) -> bool {
    let term = world.variables.get("TERM");
    world.stderr_is_terminal && term.map_or(cfg!(windows), |term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::upload::tests::{BUCKET, options_in};

    #[test]
    fn progress_is_a_bar_on_an_interactive_terminal_only() {
        let mode = |arguments: &[&str], variables: &[(&str, &str)], terminal| {
            let arguments: Vec<&str> = ["a", "-b", BUCKET, "--region=r"].iter().chain(arguments).copied().collect();
            options_in(&arguments, variables, terminal).unwrap().output.progress
        };
        let xterm = ("TERM", "xterm");
        assert_eq!(mode(&[], &[xterm], true), ProgressMode::Bar);
        assert_eq!(mode(&[], &[], true), if cfg!(windows) { ProgressMode::Bar } else { ProgressMode::Lines });
        assert_eq!(mode(&[], &[], false), ProgressMode::Lines);
        assert_eq!(mode(&[], &[("TERM", "dumb")], true), ProgressMode::Lines);
        assert_eq!(mode(&[], &[xterm, ("CI", "true")], true), ProgressMode::Lines);
        assert_eq!(mode(&[], &[xterm, ("CI", "")], true), ProgressMode::Bar);
        for hiding in ["-q", "--json", "--progress=never"] {
            assert_eq!(mode(&[hiding], &[xterm], true), ProgressMode::Hidden);
        }
        assert_eq!(mode(&["--json", "--progress=always"], &[xterm, ("CI", "1")], true), ProgressMode::Bar);
        assert_eq!(mode(&["-q", "--progress=always"], &[], false), ProgressMode::LinesAndLast);
        assert_eq!(mode(&["--progress=always"], &[("TERM", "dumb")], true), ProgressMode::LinesAndLast);
    }
}

//! The commands, as one definition.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use super::abort::AbortArguments;
use super::complete::CompleteArguments;
use super::credentials::CredentialsArguments;
use super::doctor::DoctorArguments;
use super::emulator::EmulatorArguments;
use super::initiate::InitiateArguments;
use super::language::LanguageArguments;
use super::list_parts::ListPartsArguments;
use super::list_uploads::ListUploadsArguments;
use super::output::{CiChoice, OutputArguments};
use super::requests::RequestArguments;
use super::resume::ResumeArguments;
use super::status::StatusArguments;
use super::upload::UploadArguments;
use super::upload_parts::UploadPartsArguments;
use super::verify::VerifyArguments;

const EXAMPLES: &str = "\
Examples:
  cosput upload dist.tar --region ap-guangzhou \\
    --bucket examplebucket-1250000000
  cosput upload --emulator dist.tar \\
    cos://examplebucket-1250000000/builds/
  cosput resume

Every option can also be set by a variable: COSPUT_REGION for --region.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  Install the completions for fish:
    cosput completions fish > \\
      ~/.config/fish/completions/cosput.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  Install the man pages for one user:
    cosput man ~/.cargo/share/man/man1";

/// Upload files to Tencent Cloud COS: verified, resumable, in bounded memory
#[derive(Debug, Parser)]
#[command(name = "cosput", version, after_help = EXAMPLES, max_term_width = 80, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, args_override_self = true)]
pub struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// The language.
    #[command(flatten)]
    pub language: LanguageArguments,
}

/// A command as typed.
#[derive(Debug, Subcommand)]
// Defining the options of all commands costs a quarter of the instructions of a tiny upload, so clap defines those of the
// command in use. That happens last: the first line of each struct's comment is the first line of the command's help, and
// must be the same as the line in the list below.
#[command(defer = true)]
pub enum Command {
    /// Upload files and directories, or resume their upload
    Upload(Box<UploadArguments>),
    /// Finish interrupted uploads from their journals
    Resume(ResumeArguments),
    /// Plan an upload by many machines
    Initiate(Box<InitiateArguments>),
    /// Send one shard of a planned upload
    UploadParts(UploadPartsArguments),
    /// Prove a planned upload and complete its objects
    Complete(CompleteArguments),
    /// Show how far a planned upload is
    Status(StatusArguments),
    /// List unfinished uploads in a bucket
    ListUploads(ListUploadsArguments),
    /// List the parts of an unfinished upload
    ListParts(ListPartsArguments),
    /// Abort unfinished uploads and delete their parts
    Abort(AbortArguments),
    /// Compare a file with an object on the server
    Verify(VerifyArguments),
    /// Show which credentials cosput uses
    Credentials(CredentialsArguments),
    /// Check everything that an upload needs
    Doctor(DoctorArguments),
    /// Run a COS server on this machine for tests
    Emulator(EmulatorArguments),
    /// Print shell completions
    Completions(CompletionsArguments),
    /// Write the man pages to a directory
    Man(ManArguments),
}

impl Command {
    /// The log file, if one is named.
    pub fn log_file(&self) -> Option<&Path> {
        self.output()?.log_file.as_deref()
    }

    /// True if details are shown.
    pub fn verbose(&self) -> bool {
        self.output().is_some_and(|output| output.verbose)
    }

    /// The CI system, if it is named.
    pub fn ci(&self) -> Option<CiChoice> {
        self.output()?.ci
    }

    /// The time after which the command stops, if it is named.
    pub fn deadline(&self) -> Option<Duration> {
        self.requests()?.deadline
    }

    fn requests(&self) -> Option<&RequestArguments> {
        match self {
            Self::Upload(typed) => Some(&typed.requests),
            Self::Resume(typed) => Some(&typed.requests),
            Self::ListUploads(typed) => Some(&typed.bucket.requests),
            Self::ListParts(typed) => Some(&typed.bucket.requests),
            Self::Abort(typed) => Some(&typed.bucket.requests),
            Self::Verify(typed) => Some(&typed.bucket.requests),
            Self::Doctor(typed) => Some(&typed.bucket.requests),
            Self::Initiate(typed) => Some(&typed.requests),
            Self::UploadParts(typed) => Some(&typed.plan.requests),
            Self::Complete(typed) => Some(&typed.plan.requests),
            Self::Status(typed) => Some(&typed.requests),
            Self::Credentials(_) | Self::Emulator(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }

    fn output(&self) -> Option<&OutputArguments> {
        match self {
            Self::Upload(typed) => Some(&typed.output),
            Self::Resume(typed) => Some(&typed.output),
            Self::Initiate(typed) => Some(&typed.output),
            Self::UploadParts(typed) => Some(&typed.plan.output),
            Self::Complete(typed) => Some(&typed.plan.output),
            Self::Status(typed) => Some(&typed.output),
            Self::ListUploads(typed) => Some(&typed.bucket.output),
            Self::ListParts(typed) => Some(&typed.bucket.output),
            Self::Abort(typed) => Some(&typed.bucket.output),
            Self::Verify(typed) => Some(&typed.bucket.output),
            Self::Doctor(typed) => Some(&typed.bucket.output),
            Self::Credentials(_) | Self::Emulator(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }

    /// True if results and failures are JSON events.
    pub fn json(&self) -> bool {
        match self {
            Self::Credentials(typed) => typed.json,
            Self::Emulator(typed) => typed.json,
            _ => self.output().is_some_and(|output| output.json),
        }
    }

    /// True if the command changes nothing, so that a reader who stops early loses nothing.
    pub fn only_prints(&self) -> bool {
        match self {
            Self::Upload(typed) => typed.dry_run,
            Self::Status(_)
            | Self::ListUploads(_)
            | Self::ListParts(_)
            | Self::Credentials(_)
            | Self::Completions(_) => true,
            Self::Initiate(_) | Self::UploadParts(_) | Self::Complete(_) => false,
            Self::Resume(_) | Self::Abort(_) | Self::Verify(_) | Self::Emulator(_) | Self::Man(_) => false,
            Self::Doctor(_) => false,
        }
    }
}

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_long_help = COMPLETIONS_EXAMPLES)]
pub struct CompletionsArguments {
    /// Shell to complete for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// A shell, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// Z shell
    Zsh,
}

/// Write the man pages to a directory
#[derive(Debug, Args)]
#[command(after_long_help = MAN_EXAMPLES)]
pub struct ManArguments {
    /// Directory to write to
    ///
    /// It is created if it does not exist.
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn help(command: &str, flag: &str) -> String {
        Arguments::command().try_get_matches_from(["cosput", command, flag]).unwrap_err().to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn short_help_fits_a_screen() {
        let commands = Arguments::command();
        for command in commands.get_subcommands().map(clap::Command::get_name).chain(["-h"]) {
            let text = help(command, "-h");
            assert!(text.lines().count() <= 60, "{} lines:\n{text}", text.lines().count());
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn help_lines_are_no_sentences() {
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty() && !help.ends_with('.'), "{}: {help:?}", argument.get_id());
            }
        }
    }

    #[test]
    fn long_help_says_defaults_units_and_examples() {
        let text = help("upload", "--help");
        for part in ["KB, MB, GB are decimal", "Default: 8.", "COSPUT_PART_SIZE", "cosput upload --emulator dist.tar"] {
            assert!(text.contains(part), "{part}");
        }
    }
}

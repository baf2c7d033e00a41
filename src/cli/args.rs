//! What was typed: the one definition behind parsing, help, man pages and completions.
//!
//! Nothing here has a default; `options` says what was meant. Variables come in through `variables`.

#![expect(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: defaults stand in brackets, and a terminal shows addresses as they are"
)]

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::destination::Destination;
use super::units::{parse_duration, parse_size};
use crate::cos::{Bucket, Region};
use crate::upload::window::Concurrency;

const EXAMPLES: &str = "\
Examples:
  cosput upload dist.tar -b examplebucket-1250000000 --region ap-guangzhou
  cosput upload --emulator dist.tar cos://examplebucket-1250000000/builds/
  cosput resume

Each option can also come from a variable: COSPUT_REGION for --region.";

const UPLOAD_VARIABLES: &str = "Each option can also come from a variable: COSPUT_REGION for --region.";
const RESUME_VARIABLES: &str = "Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";
const EMULATOR_VARIABLES: &str = "Each option can also come from a variable: COSPUT_LISTEN for --listen.";

const UPLOAD_EXAMPLES: &str = "\
Examples:
  Upload a file under its own name, and go on where an interrupted upload stopped:
    cosput upload dist.tar --bucket examplebucket-1250000000 --region ap-guangzhou
  See what would be sent, as JSON:
    cosput upload --dry-run --json dist.tar cos://examplebucket-1250000000/builds/
  Try it without an account, against a server on this machine:
    cosput upload --emulator dist.tar cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_PART_SIZE for --part-size. What
is typed comes before a variable. For options without a value, 1, true, yes and
on mean yes, 0, false, no and off mean no.";

const RESUME_EXAMPLES: &str = "\
Examples:
  Finish everything that was interrupted:
    cosput resume
  Finish one upload, more gently:
    cosput resume --concurrency 2 upload.journal

Each option can also come from a variable: COSPUT_CONCURRENCY for --concurrency.";

const EMULATOR_EXAMPLES: &str = "\
Examples:
  Serve objects from a directory, and upload to it from another shell:
    cosput emulator --dir /tmp/objects
    COS_SECRET_ID=AKIDcosputemulator COS_SECRET_KEY=cosput-emulator-secret \\
      cosput upload --endpoint http://127.0.0.1:9460 a.txt cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_LISTEN for --listen.";

/// Upload files to Tencent Cloud COS: verified, resumable, in bounded memory
#[derive(Debug, Parser)]
#[command(name = "cosput", version, after_help = EXAMPLES, max_term_width = 80, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// A command as typed.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Upload a file; go on where an earlier upload of it stopped
    Upload(UploadArguments),
    /// Finish interrupted uploads from their journals
    Resume(ResumeArguments),
    /// Run a COS server on this machine, with its objects in a directory
    Emulator(EmulatorArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Write the man pages into a directory
    Man(ManArguments),
}

/// `cosput upload` as typed.
#[derive(Debug, Args)]
#[command(after_help = UPLOAD_VARIABLES, after_long_help = UPLOAD_EXAMPLES)]
pub struct UploadArguments {
    /// File to upload
    #[arg(value_name = "SOURCE")]
    pub source: PathBuf,
    /// Where to: cos://NAME-APPID/KEY
    ///
    /// It stands for --bucket and --key. A key that ends in / gets the file's name appended; without a key, it
    /// is the file's name.
    #[arg(value_name = "DESTINATION", value_parser = Destination::parse, conflicts_with_all = ["bucket", "key"])]
    pub destination: Option<Destination>,
    /// Where the object goes.
    #[command(flatten, next_help_heading = "Where")]
    pub location: LocationArguments,
    /// How it is sent.
    #[command(flatten, next_help_heading = "Transfer")]
    pub transfer: TransferArguments,
    /// How requests are made.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// What happens before and after an interruption.
    #[command(flatten, next_help_heading = "Resume")]
    pub resume: JournalArguments,
    /// Print what would be sent, send nothing
    ///
    /// It needs no credentials.
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}

/// Where an object goes.
#[derive(Debug, Args)]
pub struct LocationArguments {
    /// Bucket, with its APPID
    ///
    /// An example is examplebucket-1250000000.
    #[arg(short, long, value_name = "NAME-APPID", value_parser = Bucket::new)]
    pub bucket: Option<Bucket>,
    /// Key of the object [the file's name]
    ///
    /// One that ends in / gets the file's name appended. Default: the file's name.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Region, like ap-guangzhou
    ///
    /// It is where the bucket is. Needed unless --endpoint or --emulator is given.
    #[arg(long, value_name = "REGION", value_parser = Region::new)]
    pub region: Option<Region>,
    /// Address of the service, if not the region's
    ///
    /// An example is https://cos.ap-guangzhou.myqcloud.com. Default: the public address of the region.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// auto, virtual, path or cname [auto]
    ///
    /// It says how bucket and host go together. Default: auto, which is path for IP addresses and localhost, else virtual.
    #[arg(long, value_name = "STYLE", hide_possible_values = true)]
    pub addressing: Option<AddressingChoice>,
    /// Upload to a server of its own, here
    ///
    /// A COS server runs on this machine for the time of the upload, with its objects in DIR. Default directory: emulator, beside the directory of the journals.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    pub emulator: Option<EmulatorDirectory>,
}

/// How an object is sent.
#[derive(Debug, Args)]
pub struct TransferArguments {
    /// Size of a part, 1MiB to 5GiB [by file]
    ///
    /// K, M, G and KiB, MiB, GiB are binary; KB, MB, GB are decimal. Default: 16MiB, more
    /// where the file would need more than 10,000 parts.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub part_size: Option<u64>,
    /// Largest file sent in one piece [16MiB]
    ///
    /// Anything larger is sent in parts. At most 5GiB. Default: 16MiB.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub multipart_threshold: Option<u64>,
    /// crc64, or md5 in addition [crc64]
    ///
    /// It says what proves the bytes. crc64 compares the server's checksum with that of the bytes read, always. md5 adds
    /// Content-MD5 to each request, which costs a second pass over the file. Default: crc64.
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub checksum: Option<ChecksumChoice>,
}

/// How requests are made.
#[derive(Debug, Args)]
pub struct RequestArguments {
    /// Requests in flight, 1 to 1000 [auto]
    ///
    /// Each sends a part of its own. Default: auto, which begins with 4, goes up to 64 while more of them bring more, and
    /// makes do with fewer where the network is slow.
    #[arg(long, value_name = "N", value_parser = parse_concurrency)]
    pub concurrency: Option<Concurrency>,
    /// Attempts for each request [8]
    ///
    /// The first one counts, 1 to 1000. Default: 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_attempts: Option<u32>,
    /// Longest wait for a connection [10s]
    ///
    /// Units are ms, s, m, h and d. Default: 10s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub connect_timeout: Option<Duration>,
    /// Longest time without a byte moving [60s]
    ///
    /// After it a request is given up and sent again. Units are ms, s, m, h and d. Default: 60s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub stall_timeout: Option<Duration>,
}

/// What happens before and after an interruption.
#[derive(Debug, Args)]
pub struct JournalArguments {
    /// Journal of this upload
    ///
    /// From it an interrupted upload goes on. Default: a file in the state directory.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS
    /// ~/Library/Application Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Start anew, whatever a journal says
    #[arg(long)]
    pub no_resume: bool,
    /// Leave no parts on the server
    ///
    /// A failed upload is aborted on the server, and its parts are not kept for a resume.
    #[arg(long)]
    pub abort_on_failure: bool,
}

/// What is shown.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// auto, always or never [auto]
    ///
    /// It says when progress is shown. Default: auto, which is a bar on a terminal, a line every 10 s elsewhere, and nothing with
    /// --quiet or --json.
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub progress: Option<ProgressChoice>,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show every part and every retry
    #[arg(short, long)]
    pub verbose: bool,
}

/// `cosput resume` as typed.
#[derive(Debug, Args)]
#[command(after_help = RESUME_VARIABLES, after_long_help = RESUME_EXAMPLES)]
pub struct ResumeArguments {
    /// Journals of the uploads to finish [all]
    ///
    /// Default: all in the state directory.
    #[arg(value_name = "JOURNAL")]
    pub journals: Vec<PathBuf>,
    /// Address of the service, if not the journal's
    ///
    /// An example is https://cos.ap-guangzhou.myqcloud.com. Default: what the journal says.
    #[arg(long, value_name = "URL", help_heading = "Where")]
    pub endpoint: Option<String>,
    /// Upload to a server of its own, here
    ///
    /// A COS server runs on this machine for the time of the upload, with its objects in DIR. Default directory: emulator, beside the directory of the journals.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    #[arg(help_heading = "Where")]
    pub emulator: Option<EmulatorDirectory>,
    /// Directory of the journals
    ///
    /// Default: $XDG_STATE_HOME/cosput/uploads or ~/.local/state/cosput/uploads; on macOS
    /// ~/Library/Application Support/cosput/uploads, on Windows %LOCALAPPDATA%\cosput\uploads.
    #[arg(long, value_name = "DIR", help_heading = "Where")]
    pub state_dir: Option<PathBuf>,
    /// How requests are made.
    #[command(flatten, next_help_heading = "Transfer")]
    pub requests: RequestArguments,
    /// What is shown.
    #[command(flatten, next_help_heading = "Output")]
    pub output: OutputArguments,
}

/// `cosput emulator` as typed.
#[derive(Debug, Args)]
#[command(after_help = EMULATOR_VARIABLES, after_long_help = EMULATOR_EXAMPLES)]
pub struct EmulatorArguments {
    /// Directory of the objects
    ///
    /// Default: emulator, beside the default directory of the journals.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Address to listen on [127.0.0.1:9460]
    ///
    /// Port 0 takes any free one. Default: 127.0.0.1:9460, which nobody else can reach.
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
    /// Fault to suffer, can be repeated
    ///
    /// In the variable, spaces separate faults.
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Buckets that exist [any]
    ///
    /// Commas separate them. Default: a bucket exists once it is used.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = Bucket::new)]
    pub buckets: Vec<Bucket>,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// `cosput completions` as typed.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// Shell to complete for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// `cosput man` as typed.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// Directory to write into
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// How bucket and host go together, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressingChoice {
    /// What fits the endpoint
    Auto,
    /// Bucket in front of the host
    Virtual,
    /// Bucket in front of the key
    Path,
    /// Domain bound to the bucket
    Cname,
}

/// What proves the bytes, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksumChoice {
    /// The server's CRC-64
    Crc64,
    /// Content-MD5 in addition
    Md5,
}

/// When to show progress, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// Where it helps
    Auto,
    /// Even with --json or --quiet
    Always,
    /// Not at all
    Never,
}

/// `--emulator`, with or without a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmulatorDirectory {
    /// `--emulator` alone.
    Usual,
    /// `--emulator=DIR`.
    Named(PathBuf),
}

impl From<OsString> for EmulatorDirectory {
    fn from(typed: OsString) -> Self {
        if typed.is_empty() { Self::Usual } else { Self::Named(typed.into()) }
    }
}

fn parse_concurrency(text: &str) -> Result<Concurrency, String> {
    if text == "auto" {
        return Ok(Concurrency::Auto);
    }
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.map(Concurrency::Fixed).ok_or_else(|| "expected a number from 1 to 1000, or auto".to_owned())
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an IP address and a port, like 127.0.0.1:9460 or [::1]:0".to_owned())
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
        for command in ["upload", "resume", "emulator", "completions", "man", "-h"] {
            let text = help(command, "-h");
            assert!(text.lines().count() <= 45, "{} lines:\n{text}", text.lines().count());
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

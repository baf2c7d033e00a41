//! The options of `cosput upload`.

use std::path::PathBuf;

use super::delta::delta;
use super::directories::Directories;
use super::object_headers;
use super::output::timings_file;
use super::requests::{AccessOptions, RequestOptions};
use super::server::{Server, server};
use super::sources::{Target, Wanted};
use super::stdin;
use super::stdin::StdinOptions;
use crate::cli::args::{ChecksumChoice, LikenessChoice, UploadArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::output_options::OutputOptions;
use crate::cli::process::world::World;
use crate::cos::Bucket;
use crate::cos::multipart::UploadId;
use crate::language::message;
use crate::upload::delta::settings::DeltaSettings;
use crate::upload::{ObjectOptions, PlanOptions};

/// The options of `cosput upload`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadOptions {
    /// The files to upload.
    pub wanted: Wanted,
    /// The options for stdin.
    pub stdin: StdinOptions,
    /// The bucket.
    pub bucket: Bucket,
    /// The server.
    pub server: Server,
    /// The credentials.
    pub access: AccessOptions,
    /// Part size and threshold.
    pub plan: PlanOptions,
    /// Whether each request has a Content-MD5.
    pub content_md5: bool,
    /// The headers and conditions of each object, without the type of its name.
    pub object: ObjectOptions,
    /// Whether unchanged files are skipped, and how they are recognized.
    pub skip: Option<SkipUnchanged>,
    /// How objects are uploaded as deltas, if they are.
    pub delta: Option<DeltaSettings>,
    /// Whether the first failure stops the command.
    pub fail_fast: bool,
    /// Whether objects are completed only after all files are sent.
    pub publish_together: bool,
    /// The requests.
    pub requests: RequestOptions,
    /// The log file, if one is named.
    pub log_file: Option<PathBuf>,
    /// The journal, if one is named.
    pub journal: Option<PathBuf>,
    /// The directory of the journals, if the platform has one.
    pub state_directory: Option<PathBuf>,
    /// Whether an earlier upload is resumed.
    pub resume: bool,
    /// The upload to resume, if one is named.
    pub resume_upload_id: Option<UploadId>,
    /// Whether a failed upload is aborted on the server.
    pub abort_on_failure: bool,
    /// Whether nothing is sent.
    pub dry_run: bool,
    /// The output.
    pub output: OutputOptions,
    /// The page of timings, if one is asked for.
    pub timings: Option<PathBuf>,
}

impl UploadOptions {
    /// The meaning of the arguments in this world.
    pub fn new(arguments: UploadArguments, world: &World) -> Result<Self, Failure> {
        let UploadArguments { sources, many, location, access, transfer, requests, rate, object, .. } = arguments;
        let encryption = arguments.encryption;
        let (resume, dry_run, output) = (arguments.resume, arguments.dry_run, arguments.output);
        let directories = Directories::of(world);
        let target = Target { bucket: location.bucket, key: location.key, prefix: location.prefix };
        let (bucket, wanted) = Wanted::new(sources, target, &many, &world.arguments)?;
        let server = server(&location.server, &directories)?;
        let is_stdin = matches!(wanted, Wanted::Stdin { .. });
        let stdin_options = StdinOptions::new(arguments.stdin, is_stdin, server.service())?;
        if is_stdin {
            stdin::check_surroundings(&resume, &many, dry_run, world)?;
        }
        if matches!(wanted, Wanted::Many(_)) {
            of_one_file("--journal", resume.journal.is_some())?;
            of_one_file("--resume-upload-id", resume.resume_upload_id.is_some())?;
        }
        if matches!(wanted, Wanted::One { .. }) && many.publish_together {
            return Err(Failure::usage(message!(
                "--publish-together is for several files; one is visible only when all of it is there"
            )));
        }
        let state_directory = resume.state_dir.or(directories.uploads());
        let surroundings = (&wanted, server.service(), many.publish_together);
        let delta = delta(&arguments.delta, surroundings, state_directory.as_deref())?;
        let skip = many.skip_unchanged.map(SkipUnchanged::from);
        let encryption = object_headers::encryption(encryption, world)?;
        object_headers::check_way(&encryption, &server)?;
        let object = ObjectOptions {
            traffic_limit: transfer.traffic_limit,
            forbid_overwrite: object.no_overwrite,
            headers: object_headers::headers(object)?,
            encryption,
        };
        Ok(Self {
            wanted,
            stdin: stdin_options,
            bucket,
            server,
            access: AccessOptions::new(access),
            plan: PlanOptions {
                part_size: transfer.part_size,
                multipart_threshold: match resume.resume_upload_id {
                    Some(_) => Some(0),
                    None => transfer.multipart_threshold,
                },
                ..PlanOptions::default()
            },
            content_md5: transfer.checksum == Some(ChecksumChoice::Md5),
            object,
            skip,
            delta,
            fail_fast: many.fail_fast,
            publish_together: many.publish_together,
            requests: RequestOptions::new(requests).at_rate(rate),
            log_file: output.log_file.clone(),
            journal: resume.journal,
            state_directory,
            resume: !resume.no_resume,
            resume_upload_id: resume.resume_upload_id,
            abort_on_failure: resume.abort_on_failure,
            dry_run,
            output: OutputOptions::new(&arguments.progress, &output, world)?,
            timings: timings_file(arguments.timings)?,
        })
    }
}

impl UploadOptions {
    /// Whether a dry run depends on what the server holds.
    pub(crate) fn asks_the_server(&self) -> bool {
        self.skip.is_some() || self.delta.is_some()
    }
}

/// Refuses an option for one file if there may be several.
fn of_one_file(option: &str, given: bool) -> Result<(), Failure> {
    if given {
        return Err(Failure::usage(message!(
            "{option} is for one file, and there may be several; leave it out",
            option
        )));
    }
    Ok(())
}

/// When an object counts as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipUnchanged {
    /// The object has the source's size and CRC-64.
    Content,
    /// The object has the source's size and recorded modification time.
    Modified,
}

impl From<LikenessChoice> for SkipUnchanged {
    fn from(choice: LikenessChoice) -> Self {
        match choice {
            LikenessChoice::Crc64 => Self::Content,
            LikenessChoice::Mtime => Self::Modified,
        }
    }
}

#[cfg(test)]
pub(in crate::cli) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::args::Command;
    use crate::cli::options::settings::command_line;
    use crate::cli::output::output_options::ProgressMode;
    use crate::cli::process::world::tests::world;
    use crate::cos::{Addressing, Edition, Endpoint, Key, Service};
    use crate::upload::batch::concurrency::Concurrency;

    pub(in crate::cli) const BUCKET: &str = "examplebucket-1250000000";

    pub(in crate::cli) fn options(arguments: &[&str], variables: &[(&str, &str)]) -> Result<UploadOptions, String> {
        options_in(arguments, variables, false)
    }

    pub(in crate::cli::options) fn options_in(
        arguments: &[&str],
        variables: &[(&str, &str)],
        terminal: bool,
    ) -> Result<UploadOptions, String> {
        let arguments: Vec<&str> = ["upload"].iter().chain(arguments).copied().collect();
        let mut world = world(&arguments, variables).world;
        world.stderr_is_terminal = terminal;
        match command_line::parse(&world.arguments, &world.variables).map(|arguments| arguments.command) {
            Ok(Command::Upload(upload)) => {
                UploadOptions::new(*upload, &world).map_err(|failure| failure.report().message.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_filled_in() {
        let home = [("HOME", "/home/u"), ("XDG_STATE_HOME", "/state"), ("LOCALAPPDATA", "/local")];
        let options = options(&["d/a.txt", "-b", BUCKET, "--region=ap-guangzhou"], &home).unwrap();
        let expected = UploadOptions {
            wanted: Wanted::One { source: "d/a.txt".into(), key: Key::new("a.txt").unwrap() },
            stdin: options.stdin,
            bucket: Bucket::new(BUCKET).unwrap(),
            server: Server::At {
                service: Service::Cos,
                edition: Edition::Json,
                endpoint: Endpoint::parse("https://cos.ap-guangzhou.myqcloud.com").unwrap(),
                addressing: Addressing::Virtual,
            },
            access: AccessOptions::default(),
            plan: PlanOptions::default(),
            content_md5: false,
            object: ObjectOptions::default(),
            skip: None,
            delta: None,
            fail_fast: false,
            publish_together: false,
            requests: RequestOptions {
                concurrency: Concurrency::Auto,
                max_attempts: 8,
                retry_time: Duration::from_secs(600),
                connect_timeout: Duration::from_secs(10),
                stall_timeout: Duration::from_secs(60),
                limit_rate: None,
            },
            log_file: None,
            journal: None,
            state_directory: options.state_directory.clone(),
            resume: true,
            resume_upload_id: None,
            abort_on_failure: false,
            dry_run: false,
            output: OutputOptions { progress: ProgressMode::Lines, quiet: false, json: false, verbose: false },
            timings: None,
        };
        assert_eq!(options, expected);
        assert!(options.state_directory.is_some());
    }

    #[test]
    fn a_destination_is_a_url_or_two_options() {
        let key = |arguments: &[&str]| {
            let arguments: Vec<&str> = ["d/a.txt", "--region=r"].iter().chain(arguments).copied().collect();
            match options(&arguments, &[]).unwrap().wanted {
                Wanted::One { key, .. } | Wanted::Stdin { key } => key.to_string(),
                Wanted::Many(many) => format!("{:?}", many.prefix),
            }
        };
        assert_eq!(key(&["-b", BUCKET, "--key", "k"]), "k");
        assert_eq!(key(&["-b", BUCKET, "--key", "k/"]), "k/a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000"]), "a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000/"]), "a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000/x/y/"]), "x/y/a.txt");
    }

    #[test]
    fn a_missing_option_is_named() {
        let refused = |arguments: &[&str]| options(arguments, &[]).unwrap_err();
        assert_eq!(
            refused(&["a", "--region=r"]),
            "no bucket is given: name it with --bucket, COSPUT_BUCKET or cos://NAME-APPID/KEY"
        );
        assert_eq!(
            refused(&["a", "-b", BUCKET]),
            "no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint"
        );
        assert_eq!(
            refused(&["a", "-b", BUCKET, "--emulator"]),
            "no home directory is known, so there is no default one for objects; name it with --emulator=DIR"
        );
    }
}

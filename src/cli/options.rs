//! What was meant: nothing here is optional that has a default. Made from `args`, variables included.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::args::{
    AddressingChoice, ChecksumChoice, EmulatorArguments, EmulatorDirectory, LocationArguments, OutputArguments,
    ProgressChoice, RequestArguments, ResumeArguments, UploadArguments,
};
use super::destination;
use super::exit::Failure;
use super::state::Places;
use super::world::World;
use crate::cos::{Addressing, Bucket, Endpoint, Key, Service};
use crate::upload::Wish;
use crate::upload::window::Concurrency;

/// The port of `cosput emulator`.
const EMULATOR_PORT: u16 = 9460;
const MAX_ATTEMPTS: u32 = 8;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// `cosput upload` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadOptions {
    /// The file.
    pub source: PathBuf,
    /// The bucket.
    pub bucket: Bucket,
    /// The object's key.
    pub key: Key,
    /// Which server.
    pub server: Server,
    /// Part size and threshold.
    pub wish: Wish,
    /// Whether each request has a Content-MD5 besides the CRC-64.
    pub content_md5: bool,
    /// How requests are made.
    pub requests: RequestOptions,
    /// The journal that was named, where one was.
    pub journal: Option<PathBuf>,
    /// Where journals are; `None` where the platform gives no place for them.
    pub state_directory: Option<PathBuf>,
    /// Whether an earlier upload goes on.
    pub resume: bool,
    /// Whether a failed upload is aborted on the server.
    pub abort_on_failure: bool,
    /// Whether nothing is sent.
    pub dry_run: bool,
    /// What is shown.
    pub output: OutputOptions,
}

/// `cosput resume` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeOptions {
    /// The journals that were named; empty for all in the state directory.
    pub journals: Vec<PathBuf>,
    /// Where journals are; `None` where the platform gives no place for them.
    pub state_directory: Option<PathBuf>,
    /// Which server.
    pub server: ResumeServer,
    /// How requests are made.
    pub requests: RequestOptions,
    /// What is shown.
    pub output: OutputOptions,
}

/// `cosput emulator` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmulatorOptions {
    /// Where the objects are.
    pub directory: PathBuf,
    /// What it listens on.
    pub listen: SocketAddr,
    /// Faults to suffer, as typed.
    pub faults: Vec<String>,
    /// Buckets that exist; empty where each exists once it is used.
    pub buckets: Vec<Bucket>,
    /// Whether results are JSON.
    pub json: bool,
}

/// Which server an upload goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// One that is there.
    At {
        /// Its address.
        endpoint: Endpoint,
        /// How bucket and host go together.
        addressing: Addressing,
    },
    /// The emulator, started for this upload.
    Emulator {
        /// Where its objects are.
        directory: PathBuf,
    },
}

/// Which server a resumed upload goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResumeServer {
    /// The one in the journal.
    Journalled,
    /// Another address of it.
    At(Endpoint),
    /// The emulator, started for this upload.
    Emulator {
        /// Where its objects are.
        directory: PathBuf,
    },
}

/// How requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestOptions {
    /// Requests in flight.
    pub concurrency: Concurrency,
    /// Attempts for each request, the first included.
    pub max_attempts: u32,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time without a byte moving.
    pub stall_timeout: Duration,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputOptions {
    /// How progress is shown.
    pub progress: ProgressMode,
    /// Whether stderr is for errors alone.
    pub quiet: bool,
    /// Whether results are JSON.
    pub json: bool,
    /// Whether every part and every retry is shown.
    pub verbose: bool,
}

/// How progress is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// A bar that is drawn again and again.
    Bar,
    /// Now and then a line.
    Lines,
    /// Not at all.
    Hidden,
}

impl UploadOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: UploadArguments, world: &World) -> Result<Self, Failure> {
        let UploadArguments { source, destination, location, transfer, requests, resume, dry_run, output } = arguments;
        if source.as_os_str() == "-" {
            return Err(Failure::usage("'-' is not a file; give a path"));
        }
        let places = Places::of(world);
        let server = server(&location, &places)?;
        let (bucket, key) = match destination {
            Some(destination) => (Some(destination.bucket), destination.key),
            None => (location.bucket, location.key),
        };
        let bucket = bucket.ok_or_else(|| {
            Failure::usage("no bucket is given: name it with --bucket, COSPUT_BUCKET or cos://NAME-APPID/KEY")
        })?;
        let usual = Wish::default();
        Ok(Self {
            key: destination::key(key.as_deref(), &source).map_err(|error| Failure::usage(error.to_string()))?,
            source,
            bucket,
            server,
            wish: Wish {
                part_size: transfer.part_size,
                multipart_threshold: transfer.multipart_threshold.unwrap_or(usual.multipart_threshold),
            },
            content_md5: transfer.checksum == Some(ChecksumChoice::Md5),
            requests: RequestOptions::new(requests),
            journal: resume.journal,
            state_directory: resume.state_dir.or(places.uploads()),
            resume: !resume.no_resume,
            abort_on_failure: resume.abort_on_failure,
            dry_run,
            output: OutputOptions::new(&output, world)?,
        })
    }
}

impl ResumeOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: ResumeArguments, world: &World) -> Result<Self, Failure> {
        let places = Places::of(world);
        let server = match (&arguments.endpoint, &arguments.emulator) {
            (Some(_), Some(_)) => return Err(endpoint_and_emulator()),
            (Some(text), None) => ResumeServer::At(endpoint(text)?),
            (None, Some(emulator)) => ResumeServer::Emulator { directory: emulator_directory(emulator, &places)? },
            (None, None) => ResumeServer::Journalled,
        };
        Ok(Self {
            journals: arguments.journals,
            state_directory: arguments.state_dir.or(places.uploads()),
            server,
            requests: RequestOptions::new(arguments.requests),
            output: OutputOptions::new(&arguments.output, world)?,
        })
    }
}

impl EmulatorOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: EmulatorArguments, world: &World) -> Result<Self, Failure> {
        let EmulatorArguments { dir, listen, fault, buckets, json } = arguments;
        let directory = match dir {
            Some(directory) => directory,
            None => Places::of(world).emulator().ok_or_else(|| no_directory("--dir"))?,
        };
        let listen = listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, EMULATOR_PORT)));
        Ok(Self { directory, listen, faults: fault, buckets, json })
    }
}

impl RequestOptions {
    fn new(arguments: RequestArguments) -> Self {
        Self {
            concurrency: arguments.concurrency.unwrap_or_default(),
            max_attempts: arguments.max_attempts.unwrap_or(MAX_ATTEMPTS),
            connect_timeout: arguments.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            stall_timeout: arguments.stall_timeout.unwrap_or(STALL_TIMEOUT),
        }
    }
}

impl OutputOptions {
    fn new(arguments: &OutputArguments, world: &World) -> Result<Self, Failure> {
        let &OutputArguments { progress, quiet, json, verbose } = arguments;
        if quiet && verbose {
            return Err(Failure::usage("COSPUT_QUIET and COSPUT_VERBOSE are both set; unset one of them"));
        }
        let progress = match progress.unwrap_or(ProgressChoice::Auto) {
            ProgressChoice::Never => ProgressMode::Hidden,
            ProgressChoice::Auto if quiet || json => ProgressMode::Hidden,
            ProgressChoice::Auto if in_a_log(world) => ProgressMode::Lines,
            // A bar cannot be drawn into a file or a pipe, whatever was asked for.
            ProgressChoice::Always if !world.stderr_is_terminal => ProgressMode::Lines,
            ProgressChoice::Auto | ProgressChoice::Always => ProgressMode::Bar,
        };
        Ok(Self { progress, quiet, json, verbose })
    }
}

/// True where stderr ends in a file, a pipe or a build's log.
fn in_a_log(world: &World) -> bool {
    let dumb = world.variables.get("TERM").is_some_and(|term| term == "dumb");
    !world.stderr_is_terminal || dumb || world.variables.get("CI").is_some()
}

fn server(location: &LocationArguments, places: &Places) -> Result<Server, Failure> {
    let endpoint = match (&location.emulator, &location.endpoint, &location.region) {
        (Some(_), Some(_), _) => return Err(endpoint_and_emulator()),
        (Some(emulator), None, _) => {
            return Ok(Server::Emulator { directory: emulator_directory(emulator, places)? });
        }
        (None, Some(text), _) => endpoint(text)?,
        (None, None, Some(region)) => Endpoint::of_region(Service::Cos, region),
        (None, None, None) => {
            return Err(Failure::usage(
                "no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint",
            ));
        }
    };
    let addressing = match location.addressing.unwrap_or(AddressingChoice::Auto) {
        AddressingChoice::Auto => Addressing::fitting(Service::Cos, &endpoint),
        AddressingChoice::Virtual => Addressing::Virtual,
        AddressingChoice::Path => Addressing::Path,
        AddressingChoice::Cname => Addressing::Cname,
    };
    Ok(Server::At { endpoint, addressing })
}

/// Read here and not by clap, which would repeat the text: a password in it must not be shown.
fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    Endpoint::parse(text).map_err(|error| Failure::usage(format!("--endpoint cannot be used: {error}")))
}

fn endpoint_and_emulator() -> Failure {
    Failure::usage("COSPUT_ENDPOINT and COSPUT_EMULATOR are both set; unset one of them")
}

fn emulator_directory(typed: &EmulatorDirectory, places: &Places) -> Result<PathBuf, Failure> {
    match typed {
        EmulatorDirectory::Named(directory) => Ok(directory.clone()),
        EmulatorDirectory::Usual => places.emulator().ok_or_else(|| no_directory("--emulator=DIR")),
    }
}

fn no_directory(option: &str) -> Failure {
    Failure::usage(format!("no home directory is known, so there is no default one for objects; name it with {option}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Command;
    use crate::cli::variables;
    use crate::cli::world::tests::world;

    const BUCKET: &str = "examplebucket-1250000000";

    fn options(arguments: &[&str], variables: &[(&str, &str)]) -> Result<UploadOptions, String> {
        options_in(arguments, variables, false)
    }

    fn options_in(arguments: &[&str], variables: &[(&str, &str)], terminal: bool) -> Result<UploadOptions, String> {
        let arguments: Vec<&str> = ["upload"].iter().chain(arguments).copied().collect();
        let mut world = world(&arguments, variables).world;
        world.stderr_is_terminal = terminal;
        match variables::parse(&world.arguments, &world.variables).map(|arguments| arguments.command) {
            Ok(Command::Upload(upload)) => {
                UploadOptions::new(upload, &world).map_err(|failure| failure.verdict().message)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_filled_in() {
        let home = [("HOME", "/home/u"), ("XDG_STATE_HOME", "/state"), ("LOCALAPPDATA", "/local")];
        let options = options(&["d/a.txt", "-b", BUCKET, "--region=ap-guangzhou"], &home).unwrap();
        let expected = UploadOptions {
            source: "d/a.txt".into(),
            bucket: Bucket::new(BUCKET).unwrap(),
            key: Key::new("a.txt").unwrap(),
            server: Server::At {
                endpoint: Endpoint::parse("https://cos.ap-guangzhou.myqcloud.com").unwrap(),
                addressing: Addressing::Virtual,
            },
            wish: Wish::default(),
            content_md5: false,
            requests: RequestOptions {
                concurrency: Concurrency::Auto,
                max_attempts: 8,
                connect_timeout: Duration::from_secs(10),
                stall_timeout: Duration::from_secs(60),
            },
            journal: None,
            state_directory: options.state_directory.clone(),
            resume: true,
            abort_on_failure: false,
            dry_run: false,
            output: OutputOptions { progress: ProgressMode::Lines, quiet: false, json: false, verbose: false },
        };
        assert_eq!(options, expected);
        assert!(options.state_directory.is_some());
    }

    #[test]
    fn the_destination_is_typed_in_either_way() {
        let key = |arguments: &[&str]| {
            let arguments: Vec<&str> = ["d/a.txt", "--region=r"].iter().chain(arguments).copied().collect();
            options(&arguments, &[]).unwrap().key.to_string()
        };
        assert_eq!(key(&["-b", BUCKET, "--key", "k"]), "k");
        assert_eq!(key(&["-b", BUCKET, "--key", "k/"]), "k/a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000"]), "a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000/"]), "a.txt");
        assert_eq!(key(&["cos://examplebucket-1250000000/x/y/"]), "x/y/a.txt");
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |arguments: &[&str]| options(arguments, &[]).unwrap_err();
        assert_eq!(
            refused(&["a", "--region=r"]),
            "no bucket is given: name it with --bucket, COSPUT_BUCKET or cos://NAME-APPID/KEY"
        );
        assert_eq!(
            refused(&["a", "-b", BUCKET]),
            "no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint"
        );
        assert_eq!(refused(&["-", "-b", BUCKET, "--region=r"]), "'-' is not a file; give a path");
        assert_eq!(
            refused(&["a", "-b", BUCKET, "--emulator"]),
            "no home directory is known, so there is no default one for objects; name it with --emulator=DIR"
        );
    }

    #[test]
    fn a_password_in_the_endpoint_is_not_repeated() {
        let refused = options(&["a", "-b", BUCKET, "--endpoint=https://u:hidden@h"], &[]).unwrap_err();
        assert_eq!(
            refused,
            "--endpoint cannot be used: the address holds a user name or password; credentials do not belong there"
        );
    }

    #[test]
    fn the_server_is_a_region_an_endpoint_or_the_emulator() {
        let server = |arguments: &[&str]| {
            let arguments: Vec<&str> = ["a", "-b", BUCKET].iter().chain(arguments).copied().collect();
            options(&arguments, &[]).unwrap().server
        };
        let at = |text, addressing| Server::At { endpoint: Endpoint::parse(text).unwrap(), addressing };
        assert_eq!(server(&["--endpoint=http://127.0.0.1:1"]), at("http://127.0.0.1:1", Addressing::Path));
        assert_eq!(server(&["--endpoint=h.example", "--region=r"]), at("https://h.example", Addressing::Virtual));
        assert_eq!(server(&["--endpoint=h.example", "--addressing=cname"]), at("https://h.example", Addressing::Cname));
        assert_eq!(server(&["--emulator=/o"]), Server::Emulator { directory: "/o".into() });
    }

    #[test]
    fn progress_is_a_bar_only_where_a_person_looks() {
        let mode = |arguments: &[&str], variables: &[(&str, &str)], terminal| {
            let arguments: Vec<&str> = ["a", "-b", BUCKET, "--region=r"].iter().chain(arguments).copied().collect();
            options_in(&arguments, variables, terminal).unwrap().output.progress
        };
        assert_eq!(mode(&[], &[], true), ProgressMode::Bar);
        assert_eq!(mode(&[], &[], false), ProgressMode::Lines);
        assert_eq!(mode(&[], &[("TERM", "dumb")], true), ProgressMode::Lines);
        assert_eq!(mode(&[], &[("CI", "true")], true), ProgressMode::Lines);
        assert_eq!(mode(&[], &[("CI", "")], true), ProgressMode::Bar);
        for hiding in ["-q", "--json", "--progress=never"] {
            assert_eq!(mode(&[hiding], &[], true), ProgressMode::Hidden);
        }
        assert_eq!(mode(&["--json", "--progress=always"], &[("CI", "1")], true), ProgressMode::Bar);
        assert_eq!(mode(&["-q", "--progress=always"], &[], false), ProgressMode::Lines);
    }
}

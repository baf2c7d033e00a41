//! What was meant: nothing here is optional that has a default. Made from `args`, variables included.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use super::args::{
    AccessArguments, AddressingChoice, ChecksumChoice, EmulatorArguments, EmulatorDirectory, IdentityArguments,
    LikenessChoice, OutputArguments, ProgressChoice, RateArguments, RequestArguments, ResumeArguments, ServerArguments,
    ServiceChoice, UploadArguments,
};
use super::failure::Failure;
use super::object;
use super::sources::{Target, Wanted};
use super::state::Places;
use super::stdin::{self, StdinOptions};
use super::template::SkipUnchanged;
use super::world::World;
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Addressing, Bucket, CustomerKey, Edition, Endpoint, Service, TrafficLimit};
use crate::upload::retry::Patience;
use crate::upload::window::Concurrency;
use crate::upload::{ObjectOptions, Wish};

/// The port of `cosput emulator`.
const EMULATOR_PORT: u16 = 9460;
const MAX_ATTEMPTS: u32 = 8;
const RETRY_TIME: Duration = Duration::from_secs(600);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// `cosput upload` as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadOptions {
    /// What is uploaded.
    pub wanted: Wanted,
    /// How stdin is read, where that is uploaded.
    pub stdin: StdinOptions,
    /// The bucket.
    pub bucket: Bucket,
    /// Which server.
    pub server: Server,
    /// Who asks.
    pub access: AccessOptions,
    /// Part size and threshold.
    pub wish: Wish,
    /// Whether each request has a Content-MD5 besides the CRC-64.
    pub content_md5: bool,
    /// What each object is to be, but for the type that its name tells.
    pub object: ObjectOptions,
    /// Where a source that was left as it is, is not uploaded.
    pub skip: Option<SkipUnchanged>,
    /// Whether the first failure ends all.
    pub fail_fast: bool,
    /// Whether objects are completed only when all of them are on the server.
    pub publish_together: bool,
    /// How requests are made.
    pub requests: RequestOptions,
    /// The journal that was named, where one was.
    pub journal: Option<PathBuf>,
    /// Where journals are; `None` where the platform gives no place for them.
    pub state_directory: Option<PathBuf>,
    /// Whether an earlier upload goes on.
    pub resume: bool,
    /// The upload that goes on, where one is named.
    pub resume_upload_id: Option<UploadId>,
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
    /// Who asks.
    pub access: AccessOptions,
    /// How requests are made.
    pub requests: RequestOptions,
    /// How fast the server takes one request.
    pub traffic_limit: Option<TrafficLimit>,
    /// The SSE-C key, for uploads that were begun with one.
    pub sse_c_key: Option<CustomerKey>,
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
    /// The service that it is.
    pub service: Service,
    /// How CDCS writes documents.
    pub edition: Edition,
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
        /// The service that answers there.
        service: Service,
        /// How documents for CDCS are written.
        edition: Edition,
        /// Its address.
        endpoint: Endpoint,
        /// How bucket and host go together.
        addressing: Addressing,
    },
    /// The emulator, started for this upload.
    Emulator {
        /// The service that it is.
        service: Service,
        /// How documents for CDCS are written.
        edition: Edition,
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

/// Who asks, and what is trusted on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessOptions {
    /// The profile that was named, where one was.
    pub profile: Option<String>,
    /// The configuration file that was named, where one was.
    pub config: Option<PathBuf>,
    /// Certificates to trust besides those of the system.
    pub ca_bundle: Option<PathBuf>,
    /// Whether requests stay with the endpoint, answered or not.
    pub no_backup_domain: bool,
}

/// How requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestOptions {
    /// Requests in flight.
    pub concurrency: Concurrency,
    /// Attempts for each request, the first included.
    pub max_attempts: u32,
    /// How long answers that ask for less do not count as attempts.
    pub retry_time: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time without a byte moving.
    pub stall_timeout: Duration,
    /// Bytes a second that all bodies together may have.
    pub limit_rate: Option<NonZeroU64>,
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

impl Server {
    /// The server at `endpoint`, spoken to as `address` says.
    pub fn new(endpoint: Endpoint, address: &Address) -> Self {
        let &Address { service, edition, addressing, .. } = address;
        Self::At { service, edition, endpoint, addressing }
    }

    /// The service that answers there.
    pub fn service(&self) -> Service {
        match self {
            Self::At { service, .. } | Self::Emulator { service, .. } => *service,
        }
    }
}

impl UploadOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: UploadArguments, world: &World) -> Result<Self, Failure> {
        let UploadArguments { sources, many, location, access, transfer, requests, rate, object, .. } = arguments;
        let encryption = arguments.encryption;
        let (resume, dry_run, output) = (arguments.resume, arguments.dry_run, arguments.output);
        let places = Places::of(world);
        let target = Target { bucket: location.bucket, key: location.key, prefix: location.prefix };
        let (bucket, wanted) = Wanted::new(sources, target, &many)?;
        let server = server(&location.server, &places)?;
        let is_stdin = matches!(wanted, Wanted::Stdin { .. });
        let stdin = StdinOptions::new(arguments.stdin, is_stdin, server.service())?;
        if is_stdin {
            stdin::check_surroundings(&resume, &many, dry_run, world)?;
        }
        if matches!(wanted, Wanted::Many(_)) {
            of_one_file("--journal", resume.journal.is_some())?;
            of_one_file("--resume-upload-id", resume.resume_upload_id.is_some())?;
        }
        if matches!(wanted, Wanted::One { .. }) && many.publish_together {
            return Err(Failure::usage(
                "--publish-together is for several files; one is visible only when all of it is there",
            ));
        }
        let skip = many.skip_unchanged.map(SkipUnchanged::from);
        let encryption = object::encryption(encryption, world)?;
        object::check_way(&encryption, &server)?;
        let object = ObjectOptions {
            traffic_limit: transfer.traffic_limit,
            forbid_overwrite: object.no_overwrite,
            headers: object::headers(object)?,
            encryption,
        };
        let usual = Wish::default();
        Ok(Self {
            wanted,
            stdin,
            bucket,
            server,
            access: AccessOptions::new(access),
            wish: Wish {
                part_size: transfer.part_size,
                multipart_threshold: match resume.resume_upload_id {
                    Some(_) => 0,
                    None => transfer.multipart_threshold.unwrap_or(usual.multipart_threshold),
                },
            },
            content_md5: transfer.checksum == Some(ChecksumChoice::Md5),
            object,
            skip,
            fail_fast: many.fail_fast,
            publish_together: many.publish_together,
            requests: RequestOptions::new(requests).at_rate(rate),
            journal: resume.journal,
            state_directory: resume.state_dir.or(places.uploads()),
            resume: !resume.no_resume,
            resume_upload_id: resume.resume_upload_id,
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
            access: AccessOptions::new(arguments.access),
            requests: RequestOptions::new(arguments.requests).at_rate(arguments.rate),
            traffic_limit: arguments.traffic_limit,
            sse_c_key: object::customer_key(arguments.customer.sse_c_key_file.as_deref(), world)?,
            output: OutputOptions::new(&arguments.output, world)?,
        })
    }
}

impl EmulatorOptions {
    /// What `arguments` mean in this world.
    pub fn new(arguments: EmulatorArguments, world: &World) -> Result<Self, Failure> {
        let EmulatorArguments { dir, listen, service: typed, cdcs_xml, fault, buckets, json } = arguments;
        let (service, edition) = service(typed, cdcs_xml)?;
        let directory = match dir {
            Some(directory) => directory,
            None => Places::of(world).emulator().ok_or_else(|| no_directory("--dir"))?,
        };
        let listen = listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, EMULATOR_PORT)));
        Ok(Self { directory, listen, service, edition, faults: fault, buckets, json })
    }
}

impl AccessOptions {
    pub(super) fn new(arguments: AccessArguments) -> Self {
        let AccessArguments { identity: IdentityArguments { profile, config }, ca_bundle, no_backup_domain } =
            arguments;
        Self { profile, config, ca_bundle, no_backup_domain }
    }
}

impl RequestOptions {
    /// How persistent each request is.
    pub(super) fn patience(self) -> Patience {
        Patience { max_attempts: self.max_attempts, retry_time: self.retry_time }
    }

    pub(super) fn new(arguments: RequestArguments) -> Self {
        Self {
            concurrency: arguments.concurrency.unwrap_or_default(),
            max_attempts: arguments.max_attempts.unwrap_or(MAX_ATTEMPTS),
            retry_time: arguments.retry_time.unwrap_or(RETRY_TIME),
            connect_timeout: arguments.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            stall_timeout: arguments.stall_timeout.unwrap_or(STALL_TIMEOUT),
            limit_rate: None,
        }
    }

    fn at_rate(self, RateArguments { limit_rate }: RateArguments) -> Self {
        let concurrency = limit_rate.map_or(self.concurrency, |rate| self.concurrency.at_rate(rate.get()));
        Self { concurrency, limit_rate, ..self }
    }
}

impl OutputOptions {
    fn new(arguments: &OutputArguments, world: &World) -> Result<Self, Failure> {
        let &OutputArguments { progress, quiet, json, verbose, .. } = arguments;
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

/// Refuses an option that is about one file where there may be many.
fn of_one_file(option: &str, given: bool) -> Result<(), Failure> {
    if given {
        return Err(Failure::usage(format!("{option} is for one file, and there may be several; leave it out")));
    }
    Ok(())
}

impl From<LikenessChoice> for SkipUnchanged {
    fn from(choice: LikenessChoice) -> Self {
        match choice {
            LikenessChoice::Crc64 => Self::Content,
            LikenessChoice::Mtime => Self::Modified,
        }
    }
}

/// The server that was typed.
pub(super) fn server(typed: &ServerArguments, places: &Places) -> Result<Server, Failure> {
    let (service, edition) = service(typed.service, typed.cdcs_xml)?;
    if service == Service::Cdcs && (typed.accelerate || typed.internal) {
        return Err(Failure::usage("CDCS has neither an accelerated nor an internal domain; leave both out"));
    }
    let endpoint = match (&typed.emulator, &typed.endpoint, &typed.region) {
        (Some(_), Some(_), _) => return Err(endpoint_and_emulator()),
        (Some(emulator), None, _) => {
            return Ok(Server::Emulator { service, edition, directory: emulator_directory(emulator, places)? });
        }
        (None, Some(_), _) if typed.accelerate || typed.internal => {
            return Err(Failure::usage("an endpoint is given besides accelerate or internal; keep one of them"));
        }
        (None, Some(text), _) => endpoint(text)?,
        (None, None, _) if typed.accelerate && typed.internal => Endpoint::internal_accelerated(),
        (None, None, _) if typed.accelerate => Endpoint::accelerated(),
        (None, None, Some(region)) if typed.internal => Endpoint::internal(region),
        (None, None, Some(region)) => Endpoint::of_region(service, region),
        (None, None, None) => {
            return Err(Failure::usage(
                "no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint",
            ));
        }
    };
    let addressing = match typed.addressing.unwrap_or(AddressingChoice::Auto) {
        AddressingChoice::Auto => Addressing::fitting(service, &endpoint),
        AddressingChoice::Virtual => Addressing::Virtual,
        AddressingChoice::Path => Addressing::Path,
        AddressingChoice::Cname => Addressing::Cname,
    };
    if service == Service::Cdcs && addressing != Addressing::Path {
        return Err(Failure::usage(format!(
            "--addressing {} cannot be used with CDCS, where the coffer always stands before the key; leave it out",
            addressing.as_str()
        )));
    }
    Ok(Server::At { service, edition, endpoint, addressing })
}

fn service(typed: Option<ServiceChoice>, cdcs_xml: bool) -> Result<(Service, Edition), Failure> {
    match (typed.unwrap_or(ServiceChoice::Cos), cdcs_xml) {
        (ServiceChoice::Cos, false) => Ok((Service::Cos, Edition::default())),
        (ServiceChoice::Cos, true) => Err(Failure::usage("--cdcs-xml goes with --service cdcs alone")),
        (ServiceChoice::Cdcs, false) => Ok((Service::Cdcs, Edition::Json)),
        (ServiceChoice::Cdcs, true) => Ok((Service::Cdcs, Edition::Xml)),
    }
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
    use crate::cos::Key;

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
                UploadOptions::new(*upload, &world).map_err(|failure| failure.verdict().message)
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
            wish: Wish::default(),
            content_md5: false,
            object: ObjectOptions::default(),
            skip: None,
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
            journal: None,
            state_directory: options.state_directory.clone(),
            resume: true,
            resume_upload_id: None,
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
        let (service, edition) = (Service::Cos, Edition::Json);
        let at =
            |text, addressing| Server::At { service, edition, endpoint: Endpoint::parse(text).unwrap(), addressing };
        assert_eq!(server(&["--endpoint=http://127.0.0.1:1"]), at("http://127.0.0.1:1", Addressing::Path));
        assert_eq!(server(&["--endpoint=h.example", "--region=r"]), at("https://h.example", Addressing::Virtual));
        assert_eq!(server(&["--endpoint=h.example", "--addressing=cname"]), at("https://h.example", Addressing::Cname));
        let region = |host| at(host, Addressing::Virtual);
        assert_eq!(server(&["--region=ap-x", "--internal"]), region("cos-internal.ap-x.tencentcos.cn"));
        assert_eq!(server(&["--accelerate"]), region("cos.accelerate.myqcloud.com"));
        assert_eq!(server(&["--accelerate", "--internal"]), region("cos-internal.accelerate.tencentcos.cn"));
        assert_eq!(server(&["--emulator=/o"]), Server::Emulator { service, edition, directory: "/o".into() });
    }

    #[test]
    fn cdcs_has_its_own_domain_and_puts_the_coffer_before_the_key() {
        let server = |arguments: &[&str]| {
            let arguments: Vec<&str> = ["a", "-b", BUCKET, "--service=cdcs"].iter().chain(arguments).copied().collect();
            options(&arguments, &[]).map(|options| options.server)
        };
        let at = |text, edition| Server::At {
            service: Service::Cdcs,
            edition,
            endpoint: Endpoint::parse(text).unwrap(),
            addressing: Addressing::Path,
        };
        let tianjin = "https://cdcs.ap-tianjin.myqcloud.com";
        assert_eq!(server(&["--region=ap-tianjin"]), Ok(at(tianjin, Edition::Json)));
        assert_eq!(server(&["--region=ap-tianjin", "--cdcs-xml"]), Ok(at(tianjin, Edition::Xml)));
        assert_eq!(server(&["--endpoint=h.example", "--addressing=path"]), Ok(at("https://h.example", Edition::Json)));
        for style in ["virtual", "cname"] {
            assert_eq!(
                server(&["--region=r", &format!("--addressing={style}")]).unwrap_err(),
                format!(
                    "--addressing {style} cannot be used with CDCS, where the coffer always stands before the key; \
                     leave it out"
                )
            );
        }
        let (service, edition) = (Service::Cdcs, Edition::Xml);
        let emulator = Server::Emulator { service, edition, directory: "/o".into() };
        assert_eq!(server(&["--emulator=/o", "--cdcs-xml"]), Ok(emulator));
        assert_eq!(
            options(&["a", "-b", BUCKET, "--region=r", "--cdcs-xml"], &[]).unwrap_err(),
            "--cdcs-xml goes with --service cdcs alone"
        );
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

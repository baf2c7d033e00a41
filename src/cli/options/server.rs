//! The server: one at an address, or the emulator.

use std::net::IpAddr;
use std::path::PathBuf;

use super::directories::Directories;
use crate::cli::args::{AddressingChoice, EmulatorDirectory, ServerArguments, ServiceChoice};
use crate::cli::output::failures::failure::Failure;
use crate::cos::{Address, Addressing, Edition, Endpoint, Service};
use crate::language::message;

/// The server of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// A server at an address.
    At {
        /// The service.
        service: Service,
        /// The format of CDCS documents.
        edition: Edition,
        /// Its address.
        endpoint: Endpoint,
        /// The place of the bucket in a URL.
        addressing: Addressing,
    },
    /// The emulator, started for this upload.
    Emulator {
        /// The service that it emulates.
        service: Service,
        /// The format of CDCS documents.
        edition: Edition,
        /// The directory of its objects.
        directory: PathBuf,
    },
}

/// The server of a resumed upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResumeServer {
    /// The server in the journal.
    Journalled,
    /// Another address of the same server.
    At(Endpoint),
    /// The emulator, started for this upload.
    Emulator {
        /// The directory of its objects.
        directory: PathBuf,
    },
}

impl Server {
    /// The server at `endpoint`, with the service and the addressing of `address`.
    pub fn new(endpoint: Endpoint, address: &Address) -> Self {
        let &Address { service, edition, addressing, .. } = address;
        Self::At { service, edition, endpoint, addressing }
    }

    /// The place of the bucket in a URL.
    pub fn addressing(&self) -> Addressing {
        match self {
            Self::At { addressing, .. } => *addressing,
            Self::Emulator { .. } => Addressing::Path,
        }
    }

    /// The service.
    pub fn service(&self) -> Service {
        match self {
            Self::At { service, .. } | Self::Emulator { service, .. } => *service,
        }
    }
}

impl ResumeServer {
    /// The server on the command line, or that of the journal.
    pub(super) fn new(
        typed: Option<&str>,
        emulator: Option<&EmulatorDirectory>,
        directories: &Directories,
    ) -> Result<Self, Failure> {
        match (typed, emulator) {
            (Some(_), Some(_)) => Err(endpoint_and_emulator()),
            (Some(text), None) => Ok(Self::At(endpoint(text)?)),
            (None, Some(emulator)) => Ok(Self::Emulator { directory: emulator_directory(emulator, directories)? }),
            (None, None) => Ok(Self::Journalled),
        }
    }
}

/// The server of these arguments.
pub(in crate::cli) fn server(typed: &ServerArguments, directories: &Directories) -> Result<Server, Failure> {
    let (service, edition) = service(typed.service, typed.cdcs_xml)?;
    if service == Service::Cdcs && (typed.accelerate || typed.internal) {
        return Err(Failure::usage(message!("CDCS has neither an accelerated nor an internal domain; leave both out")));
    }
    let endpoint = match (&typed.emulator, &typed.endpoint, &typed.region) {
        (Some(_), Some(_), _) => return Err(endpoint_and_emulator()),
        (Some(emulator), None, _) => {
            return Ok(Server::Emulator { service, edition, directory: emulator_directory(emulator, directories)? });
        }
        (None, Some(_), _) if typed.accelerate || typed.internal => {
            return Err(Failure::usage(message!(
                "an endpoint is given besides accelerate or internal; keep one of them"
            )));
        }
        (None, Some(text), _) => endpoint(text)?,
        (None, None, _) if typed.accelerate && typed.internal => Endpoint::internal_accelerated(),
        (None, None, _) if typed.accelerate => Endpoint::accelerated(),
        (None, None, Some(region)) if typed.internal => Endpoint::internal(region),
        (None, None, Some(region)) => Endpoint::of_region(service, region),
        (None, None, None) => {
            return Err(Failure::usage(message!(
                "no region is given: name it with --region or COSPUT_REGION, or the service with --endpoint"
            )));
        }
    };
    let addressing = match typed.addressing.unwrap_or(AddressingChoice::Auto) {
        AddressingChoice::Auto => Addressing::fitting(service, &endpoint),
        AddressingChoice::Virtual => Addressing::Virtual,
        AddressingChoice::Path => Addressing::Path,
        AddressingChoice::Cname => Addressing::Cname,
    };
    if addressing == Addressing::Virtual && service == Service::Cos && endpoint.is_ip_address() {
        return Err(Failure::usage(message!(
            "--addressing virtual cannot be used with an IP address, before which no bucket can be put; use path"
        )));
    }
    if service == Service::Cdcs && addressing != Addressing::Path {
        return Err(Failure::usage(message!(
            "--addressing {addressing} cannot be used with CDCS, whose addresses always have the coffer before the key; leave it out",
            addressing = addressing.as_str()
        )));
    }
    Ok(Server::At { service, edition, endpoint, addressing })
}

pub(super) fn service(typed: Option<ServiceChoice>, cdcs_xml: bool) -> Result<(Service, Edition), Failure> {
    match (typed.unwrap_or(ServiceChoice::Cos), cdcs_xml) {
        (ServiceChoice::Cos, false) => Ok((Service::Cos, Edition::default())),
        (ServiceChoice::Cos, true) => Err(Failure::usage(message!("--cdcs-xml goes with --service cdcs alone"))),
        (ServiceChoice::Cdcs, false) => Ok((Service::Cdcs, Edition::Json)),
        (ServiceChoice::Cdcs, true) => Ok((Service::Cdcs, Edition::Xml)),
    }
}

/// Reads an endpoint. clap does not read it, since its messages repeat the text, which may hold a password.
fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    if let Some(bare) = address_without_scheme(text) {
        return Err(Failure::Usage {
            message: message!("--endpoint cannot be used: {bare} has no scheme", bare),
            hint: Some(message!("write http://{bare} or https://{bare}", bare)),
        });
    }
    Endpoint::parse(text).map_err(|error| Failure::usage(message!("--endpoint cannot be used: {error}", error)))
}

/// An address without a scheme that may be meant for http: one with a port, an IP address, or this machine. Any other bare
/// host means https.
fn address_without_scheme(text: &str) -> Option<&str> {
    // The message must not show a password.
    if text.contains("://") || text.contains('@') {
        return None;
    }
    let local = text == "localhost" || text.parse::<IpAddr>().is_ok() || text.starts_with('[');
    let has_port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port != 443));
    (local || has_port).then_some(text)
}

fn endpoint_and_emulator() -> Failure {
    Failure::usage(message!("COSPUT_ENDPOINT and COSPUT_EMULATOR are both set; unset one of them"))
}

fn emulator_directory(typed: &EmulatorDirectory, directories: &Directories) -> Result<PathBuf, Failure> {
    match typed {
        EmulatorDirectory::Named(directory) => Ok(directory.clone()),
        EmulatorDirectory::Usual => directories.emulator().ok_or_else(|| no_directory("--emulator=DIR")),
    }
}

pub(super) fn no_directory(option: &str) -> Failure {
    Failure::usage(message!(
        "no home directory is known, so there is no default one for objects; name it with {option}",
        option
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::upload::tests::{BUCKET, options};

    #[test]
    fn a_password_in_the_endpoint_is_not_repeated() {
        let refused = options(&["a", "-b", BUCKET, "--endpoint=https://u:hidden@h"], &[]).unwrap_err();
        assert_eq!(
            refused,
            "--endpoint cannot be used: the address contains a user name or password, which cosput does not use"
        );
    }

    #[test]
    fn an_address_without_a_scheme_is_refused_with_both_ways_to_write_it() {
        for bare in ["127.0.0.1:9577", "localhost:80", "localhost", "10.0.0.1", "[::1]:80", "h.example:8080"] {
            let failure = endpoint(bare).unwrap_err().report();
            assert_eq!(failure.message, format!("--endpoint cannot be used: {bare} has no scheme"));
            assert_eq!(failure.hints, [format!("write http://{bare} or https://{bare}")]);
        }
        for (bare, meant) in [("h.example", "https://h.example"), ("h.example:443", "https://h.example")] {
            assert_eq!(endpoint(bare).unwrap().to_string(), meant);
        }
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
    fn no_bucket_is_put_before_an_ip_address() {
        for address in ["127.0.0.1:1", "[::1]:1"] {
            let endpoint = format!("--endpoint=http://{address}");
            let refused = options(&["a", "-b", BUCKET, &endpoint, "--addressing=virtual"], &[]).unwrap_err();
            assert!(refused.contains("--addressing virtual cannot be used with an IP address"), "{refused}");
        }
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
                    "--addressing {style} cannot be used with CDCS, whose addresses always have the coffer before the key; \
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
}

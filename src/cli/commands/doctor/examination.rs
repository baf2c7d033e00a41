//! The checks in their order, and what each needs.

use url::Url;

use super::check::{Check, OF_REQUESTS};
use super::finding::{Finding, Verdict};
use super::findings::Findings;
use super::options::DoctorOptions;
use super::permissions::Permissions;
use super::probe::Probe;
use super::route::Route;
use super::{bucket, clock, credentials, names, open_files, permissions, state_directory, throughput};
use crate::cli::options::Server;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::cli::uploading::connection::{Connection, emulator_credentials};
use crate::cos::multipart::UploadId;
use crate::cos::{Key, Method, Service, ServiceError};
use crate::credentials::Described;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::wire::http::Http;

/// Makes all checks. Fails only if the probe cannot be named.
pub(super) async fn examine(
    options: &DoctorOptions,
    world: &World,
    probe: &Probe,
    findings: &mut Findings<'_>,
) -> Result<(), Failure> {
    let name = format!(".cosput-doctor-{:016x}", world.seed);
    let key = Key::new(&format!("{}{name}", options.prefix)).map_err(|error| Failure::usage(Message::of(&error)))?;
    findings.add(state_directory::check(options.state_directory.as_deref(), &name));
    let serves = matches!(options.bucket.server, Server::Emulator { .. });
    findings.add(open_files::judge((world.open_files)(), serves));
    let options_of = &options.bucket;
    let opened =
        Connection::before_credentials(&options_of.server, options_of.requests, &options_of.access, world).await;
    let (connection, chain) = match opened {
        Ok(opened) => opened,
        Err(failure) => {
            no_client(&failure, findings);
            return Ok(());
        }
    };
    let transport = connection.transport.clone();
    let console = Console::new(world).quiet(true);
    let requests = BucketRequests::over(connection, &options_of.name, options_of.requests, false, world, &console);
    let reached = reach(options, &requests, &transport, world, findings).await;
    let described = match &chain {
        Some(chain) => chain.describe((world.clock)()).await.map_err(Failure::NoCredentials),
        None => Ok(of_emulator()),
    };
    match described {
        Ok(described) => {
            let examination = Examination { options, world, probe, requests: &requests, key };
            examination.of_requests(reached, &described, findings).await;
        }
        Err(failure) => {
            findings.add(Finding::of_failure(Check::Credentials, &failure));
            findings.leave_out(&OF_REQUESTS, phrase!("there are no credentials"));
        }
    }
    requests.close().await;
    Ok(())
}

/// No client could be made for the endpoint.
fn no_client(failure: &Failure, findings: &mut Findings<'_>) {
    const WHY: Phrase = phrase!("no request can be sent");
    if *failure == Failure::NoCertificates {
        findings.leave_out(&[Check::Names, Check::Connection], WHY);
        findings.add(Finding::of_failure(Check::Tls, failure));
    } else {
        findings.leave_out(&[Check::Names], WHY);
        findings.add(Finding::of_failure(Check::Connection, failure));
        findings.leave_out(&[Check::Tls], WHY);
    }
    findings.leave_out(&[Check::Clock, Check::Credentials], WHY);
    findings.leave_out(&OF_REQUESTS, WHY);
}

fn of_emulator() -> Described {
    let masked_id = emulator_credentials().masked_id();
    Described { source: message!("the emulator"), masked_id, expires: None, temporary: false }
}

/// Checks the way to the server. Returns true if the service answers.
async fn reach(
    options: &DoctorOptions,
    requests: &BucketRequests<'_>,
    transport: &Http,
    world: &World,
    findings: &mut Findings<'_>,
) -> bool {
    let address = requests.address();
    let request = address.request(Method::Head);
    let url = request.url();
    let host =
        Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| address.host());
    let proxy = transport.proxy_to(&url);
    if proxy.is_some() {
        findings.add(Finding::not_checked(Check::Names, message!("the proxy looks up {host}", host)));
    } else {
        let answer = names::look_up(&host, options.bucket.requests.connect_timeout).await;
        if findings.add(names::judge(&host, answer)) == Verdict::Failed {
            findings.leave_out(&[Check::Connection, Check::Tls, Check::Clock], phrase!("the name was not found"));
            return false;
        }
    }
    let route = Route {
        host: address.host(),
        service: address.service,
        is_https: address.endpoint.is_https(),
        proxy,
        bundle: options.bucket.access.ca_bundle.as_deref().map(shown),
    };
    let answer = transport.send_unsigned(request).await;
    let here = (world.clock)();
    let connected = findings.add(route.connection(&answer)) == Verdict::Ok;
    let secure = findings.add(route.tls(&answer)) != Verdict::Failed;
    match answer {
        Ok(response) if connected => {
            findings.add(clock::judge(ServiceError::read(&response).server_time, here));
        }
        _ => findings.leave_out(&[Check::Clock], phrase!("the service did not answer")),
    }
    connected && secure
}

/// The checks that need the server.
struct Examination<'a> {
    options: &'a DoctorOptions,
    world: &'a World,
    probe: &'a Probe,
    requests: &'a BucketRequests<'a>,
    key: Key,
}

impl Examination<'_> {
    /// Makes the checks that need credentials.
    async fn of_requests(&self, reached: bool, described: &Described, findings: &mut Findings<'_>) {
        let (service, now) = (self.requests.address().service, (self.world.clock)());
        if !reached {
            findings.add(credentials::judge(described, now, None, service));
            findings.leave_out(&OF_REQUESTS, phrase!("the service did not answer"));
            return;
        }
        let unknown = UploadId::new(&format!("{:032x}", self.world.seed)).expect("it is not empty");
        let mut permissions = Permissions::new(self.requests.requester(), self.key.clone(), unknown);
        let listed = permissions.list_parts().await;
        if findings.add(credentials::judge(described, now, Some(&listed), service)) == Verdict::Failed {
            findings.leave_out(&OF_REQUESTS, phrase!("the server refuses the credentials"));
            return;
        }
        if findings.add(bucket::judge(&self.requests.address().host(), &listed, service)) == Verdict::Failed {
            findings.leave_out(&OF_REQUESTS[1..], phrase!("the bucket cannot be used"));
            return;
        }
        findings.add(permissions::judge(Check::ListParts, &listed, service));
        findings.add(permissions::judge(Check::HeadObject, &permissions.head_object().await, service));
        self.put_object(&mut permissions, findings).await;
        let may_send = findings.add(permissions::judge(Check::UploadPart, &permissions.upload_part().await, service));
        findings.add(permissions::judge(Check::Complete, &permissions.complete().await, service));
        let may_abort = findings.add(permissions::judge(Check::Abort, &permissions.abort().await, service));
        self.upload([may_abort, may_send].map(|verdict| verdict == Verdict::Ok), findings).await;
    }

    async fn put_object(&self, permissions: &mut Permissions, findings: &mut Findings<'_>) {
        let service = self.requests.address().service;
        if self.options.read_only {
            return findings.leave_out(&[Check::PutObject], "--read-only");
        }
        // If the server ignored the checksum, the object could not be deleted again.
        if service == Service::Cdcs {
            return findings.leave_out(&[Check::PutObject], phrase!("an object in CDCS cannot be deleted"));
        }
        let answer = permissions.put_object().await;
        let remains = matches!(answer, Ok(true));
        let finding = permissions::judge(Check::PutObject, &answer.map(|_| ()), service);
        findings.add(if remains {
            Finding::warning(
                Check::PutObject,
                phrase!("allowed"),
                message!("the object {key} remains; delete it", key = self.key),
            )
        } else {
            finding
        });
    }

    /// Initiates an upload, measures with it, and aborts it.
    async fn upload(&self, [may_abort, may_send]: [bool; 2], findings: &mut Findings<'_>) {
        const BOTH: [Check; 2] = [Check::Initiate, Check::Throughput];
        let service = self.requests.address().service;
        if self.options.read_only {
            return findings.leave_out(&BOTH, "--read-only");
        }
        if !may_abort {
            return findings.leave_out(&BOTH, phrase!("the upload could not be aborted afterwards"));
        }
        let mut requester = self.requests.requester();
        let upload_id = match self.probe.initiate(requester.clone(), self.key.clone()).await {
            Ok(upload_id) => upload_id,
            Err(error) => {
                findings.add(permissions::judge(Check::Initiate, &Err(error), service));
                return findings.leave_out(&[Check::Throughput], phrase!("no upload was initiated"));
            }
        };
        let measured = if may_send {
            Some(throughput::measure(&mut requester, &self.key, &upload_id, self.world).await)
        } else {
            None
        };
        findings.add(match self.probe.abort().await {
            Ok(()) => Finding::ok(Check::Initiate, phrase!("allowed")),
            Err((command, error)) => {
                let finding = Finding::of_request(Check::Initiate, &error, service);
                let hint = message!("the probe remains; abort it with {command}", command);
                Finding {
                    detail: message!("could not abort the probe: {why}", why = finding.detail),
                    hint: Some(hint),
                    ..finding
                }
            }
        });
        findings.add(match measured {
            Some(Ok((bytes, elapsed))) => throughput::judge(bytes, elapsed),
            Some(Err(error)) => Finding::of_request(Check::Throughput, &error, service),
            None => Finding::not_checked(Check::Throughput, phrase!("no part may be sent")),
        });
    }
}

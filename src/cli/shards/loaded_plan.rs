//! A plan that was read, its bucket and its server.

use std::io;
use std::path::Path;

use crate::cli::options::{RequestOptions, Server, SharedPlanOptions, object_headers};
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::{Connection, journalled};
use crate::cos::{Address, Addressing, Bucket, CustomerKey, Edition, Endpoint, Service, TrafficLimit};
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::ObjectOptions;
use crate::upload::object_headers::RestoreError;
use crate::upload::shards::directory::{NoPlan, PlanDirectory};
use crate::upload::shards::plan::{Put, SharedPlan};

/// A plan.
pub(crate) struct LoadedPlan {
    pub(crate) directory: PlanDirectory,
    pub(crate) plan: SharedPlan,
    pub(crate) bucket: Bucket,
    server: Server,
}

impl LoadedPlan {
    /// Reads the plan in a directory.
    pub(crate) fn read(directory: &PlanDirectory) -> Result<Self, Failure> {
        let plan = directory.plan().map_err(|why| no_plan(directory.path(), why))?;
        Self::of(directory, plan)
    }

    /// The same with a plan that is known.
    pub(crate) fn of(directory: &PlanDirectory, plan: SharedPlan) -> Result<Self, Failure> {
        let bucket = Bucket::new(&plan.bucket).map_err(|error| unusable(directory.path(), &Message::of(&error)))?;
        let unknown = || unusable(directory.path(), &message!("its server is unknown"));
        let server = server(&plan, &bucket).ok_or_else(unknown)?;
        Ok(Self { directory: directory.clone(), plan, bucket, server })
    }

    /// What each object is to be. An SSE-C key must be that of the plan.
    pub(crate) fn object(&self, key: Option<&CustomerKey>) -> Result<ObjectOptions, Failure> {
        let Put { headers, no_overwrite, sse_c_key_md5, traffic_limit, .. } = &self.plan.put;
        let object = ObjectOptions::restore(headers, sse_c_key_md5.as_deref(), key).map_err(|why| match why {
            RestoreError::KeyMissing => self.wrong_key(phrase!("its objects have an SSE-C key, and none is given")),
            RestoreError::OtherKey => {
                self.wrong_key(phrase!("its objects have another SSE-C key than the one that is given"))
            }
            RestoreError::Unknown => unusable(self.directory.path(), &message!("it has unknown headers")),
        })?;
        object_headers::check_way(&object.encryption, &self.server)?;
        let traffic_limit = traffic_limit.map(TrafficLimit::new).transpose();
        let traffic_limit = traffic_limit.map_err(|error| unusable(self.directory.path(), &Message::of(&error)))?;
        Ok(ObjectOptions { traffic_limit, forbid_overwrite: *no_overwrite, ..object })
    }

    fn wrong_key(&self, why: Phrase) -> Failure {
        Failure::Usage {
            message: message!(
                "could not use the plan {directory}: {why}",
                directory = shown(self.directory.path()),
                why
            ),
            hint: Some(message!("give the key of cosput initiate with --sse-c-key-file or COSPUT_SSE_C_KEY")),
        }
    }

    /// Connects to the server of the plan.
    pub(crate) async fn connect(
        &self,
        options: &SharedPlanOptions,
        requests: RequestOptions,
        world: &World,
        console: &Console,
    ) -> Result<Connection, Failure> {
        let verbose = options.output.verbose;
        let mut connection = Connection::open(&self.server, requests, &options.access, verbose, world, console).await?;
        connection.site.name.clone_from(&self.plan.endpoint);
        Ok(connection)
    }
}

fn server(plan: &SharedPlan, bucket: &Bucket) -> Option<Server> {
    let addressing = [Addressing::Virtual, Addressing::Path, Addressing::Cname]
        .into_iter()
        .find(|one| one.as_str() == plan.addressing)?;
    let endpoint = Endpoint::parse("localhost").ok()?;
    let (service, edition) = (Service::Cos, Edition::default());
    journalled(&plan.endpoint, &Address { service, edition, endpoint, addressing, bucket: bucket.clone() }).ok()
}

/// The failure of a command that finds no plan.
pub(crate) fn no_plan(directory: &Path, why: NoPlan) -> Failure {
    let failure = |why: Phrase, hint: Phrase| Failure::Usage {
        message: message!("could not use the plan {directory}: {why}", directory = shown(directory), why),
        hint: Some(hint.into()),
    };
    match why {
        NoPlan::Missing => failure(phrase!("there is none"), phrase!("make one with cosput initiate --plan DIR")),
        NoPlan::Unfinished => failure(
            phrase!("cosput initiate did not finish it"),
            phrase!("run the same cosput initiate again; it goes on"),
        ),
        NoPlan::Unreadable(error) => unreadable(directory, &error),
        NoPlan::Refused(why) => unusable(directory, &Message::of(&why)),
    }
}

/// The failure of a command that cannot read all of the plan, or its receipts.
pub(crate) fn unreadable(directory: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData => unusable(directory, &Message::of(error)),
        _ => Failure::Other(message!(
            "could not read the plan {directory}: {error}",
            directory = shown(directory),
            error
        )),
    }
}

/// The failure of a command that cannot use the plan.
pub(crate) fn unusable(directory: &Path, why: &Message) -> Failure {
    Failure::usage(message!("could not use the plan {directory}: {why}", directory = shown(directory), why))
}

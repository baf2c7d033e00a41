//! The options of commands that send requests to one bucket outside an upload.

use super::directories::Directories;
use super::{AccessOptions, RequestOptions, Server, server};
use crate::cli::args::{BucketArguments, OutputArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Key};
use crate::language::{Message, message};

/// The bucket that a command sends requests to, and how it sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketOptions {
    pub(crate) name: Bucket,
    pub(crate) server: Server,
    pub(crate) access: AccessOptions,
    pub(crate) requests: RequestOptions,
    pub(crate) output: Shown,
}

/// What a command without progress prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) quiet: bool,
    pub(crate) json: bool,
    pub(crate) verbose: bool,
}

impl BucketOptions {
    /// Reads the arguments. `named` is a bucket that another argument names.
    pub(crate) fn new(arguments: BucketArguments, named: Option<Bucket>, world: &World) -> Result<Self, Failure> {
        let BucketArguments { bucket, server: typed, access, requests, output } = arguments;
        let OutputArguments { quiet, json, verbose, .. } = output;
        let name = named
            .or(bucket)
            .ok_or_else(|| Failure::usage(message!("no bucket is given: name it with --bucket or COSPUT_BUCKET")))?;
        Ok(Self {
            name,
            server: server(&typed, &Directories::of(world))?,
            access: AccessOptions::new(access),
            requests: RequestOptions::new(requests),
            output: Shown { quiet: quiet && !verbose, json, verbose },
        })
    }

    /// Reads the arguments, but for the bucket and its server, which a journal names.
    pub(crate) fn at(server: Server, name: Bucket, arguments: BucketArguments) -> Self {
        let BucketArguments { access, requests, output, .. } = arguments;
        let OutputArguments { quiet, json, verbose, .. } = output;
        Self {
            name,
            server,
            access: AccessOptions::new(access),
            requests: RequestOptions::new(requests),
            output: Shown { quiet: quiet && !verbose, json, verbose },
        }
    }
}

/// The key, which must be given.
pub(crate) fn key(typed: Option<&str>) -> Result<Key, Failure> {
    let typed = typed.ok_or_else(|| Failure::usage(message!("no key is given: name it with --key")))?;
    Key::new(typed).map_err(|error| Failure::usage(Message::of(&error)))
}

/// The upload ID, which must be given.
pub(crate) fn upload_id(typed: Option<UploadId>) -> Result<UploadId, Failure> {
    typed.ok_or_else(|| {
        Failure::usage(message!("no upload is given: name it with --upload-id; cosput list-uploads shows the ids"))
    })
}

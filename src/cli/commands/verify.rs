//! `cosput verify`: compares a file with an object. The file is read; of the object, only the HEAD.

use std::path::PathBuf;

use crate::cli::args::VerifyArguments;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::options::object_headers;
use crate::cli::output::console::{Console, shown, visible};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, LocalFile, StoredObject, Verified};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::{BucketRequests, failed, target};
use crate::cli::values::destination;
use crate::cos::checksum::Digest;
use crate::cos::etag::looks_like_md5;
use crate::cos::objects::head_object::Object;
use crate::cos::{Address, AnswerError, Encryption, Key, Response, Service, objects::head_object};
use crate::language::{Message, message, phrase};
use crate::upload::plan::part_range::Range;
use crate::upload::source::FileSource;
use crate::upload::threads;
use crate::upload::{Cause, FileKind, Operation, SourceError, UploadError};

/// The options of `cosput verify`.
pub(crate) struct VerifyOptions {
    source: PathBuf,
    key: Key,
    encryption: Encryption,
    bucket: BucketOptions,
}

impl VerifyOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: VerifyArguments, world: &World) -> Result<Self, Failure> {
        let VerifyArguments { source, destination, key, customer, bucket } = arguments;
        let (named, key) = match destination {
            Some(destination) => (Some(destination.bucket), destination.key),
            None => (None, key),
        };
        let bucket = BucketOptions::new(bucket, named, world)?;
        let customer_key = object_headers::customer_key(customer.sse_c_key_file.as_deref(), world)?;
        let encryption = customer_key.map_or(Encryption::AsTheBucket, Encryption::Customer);
        object_headers::check_way(&encryption, &bucket.server)?;
        if bucket.server.service().refused_header(&encryption.of_bytes()).is_some() {
            return Err(Failure::usage(message!(
                "CDCS encrypts by itself and takes no key; leave out --sse-c-key-file and COSPUT_SSE_C_KEY"
            )));
        }
        Ok(Self {
            key: destination::key(key.as_deref(), &source).map_err(|error| Failure::usage(Message::of(&error)))?,
            source,
            encryption,
            bucket,
        })
    }
}

const COLUMNS: [Column; 4] = [
    Column::words(phrase!("WHAT")),
    Column::words(phrase!("FILE")),
    Column::words(phrase!("OBJECT")),
    Column::words(phrase!("RESULT")),
];

/// What programs call the size.
const SIZE: &str = "size";

/// The HEAD of an object, and whether its ETag is the MD5 of its bytes.
struct Described {
    object: Object,
    etag_is_md5: bool,
}

/// The comparison of one property.
struct Compared {
    what: &'static str,
    file: String,
    object: Option<String>,
    same: Option<bool>,
}

/// Compares the file with the object. Returns the exit code.
pub(crate) fn run(options: VerifyOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let output = options.bucket.output;
    let console = console.clone().quiet(output.quiet);
    let (described, digest, location) =
        bucket_requests::run(world, async |world| look(&options, world, &console).await)?;
    let compared = compare(&described, digest, options.bucket.server.service());
    let names = |wanted: fn(&Compared) -> bool| compared.iter().filter(|one| wanted(one)).map(|one| one.what).collect();
    let differences: Vec<&'static str> = names(|one| one.same == Some(false));
    let compared_names: Vec<&'static str> = names(|one| one.same.is_some());
    // Equal sizes prove nothing without a checksum.
    let proved = compared_names.iter().any(|what| *what != SIZE);
    let source = shown(&options.source);
    if output.json {
        let object = &described.object;
        console.event(&Line::Verified(Verified {
            source: options.source.to_string_lossy().into_owned(),
            bucket: options.bucket.name.as_str(),
            key: options.key.as_str(),
            location: &location,
            same: proved && differences.is_empty(),
            compared: compared_names,
            differences: differences.clone(),
            file: LocalFile {
                size: digest.length,
                crc64ecma: digest.crc64.to_string(),
                md5: digest.md5.map(|md5| md5.hex()),
            },
            object: StoredObject {
                size: object.size,
                crc64ecma: object.crc64.map(|crc64| crc64.to_string()),
                etag: object.etag.as_deref(),
                version_id: object.version_id.as_deref(),
            },
            request_id: object.request_id.as_deref(),
        }));
    } else if !output.quiet {
        print(&compared, world, &console);
    }
    let object = format!("cos://{}/{}", options.bucket.name, visible(options.key.as_str()));
    match (differences.is_empty(), proved) {
        (true, true) => Ok(SUCCESS),
        (false, _) => {
            let what = in_words(&differences);
            Err(Failure::Different(match differences.len() {
                1 => message!("{object} is not what {source} holds: {what} differs", object, source, what),
                _ => message!("{object} is not what {source} holds: {what} differ", object, source, what),
            }))
        }
        (true, false) => {
            let etag = match options.bucket.server.service() {
                Service::Cos => phrase!("is no MD5"),
                Service::Cdcs => phrase!("is not the file's MD5, as that of one uploaded in parts never is"),
            };
            Err(Failure::Other(message!(
                "could not verify {object}: it has no CRC-64 and its ETag {etag}, so only the size could be compared",
                object,
                etag
            )))
        }
    }
}

/// Sends the HEAD first: if there is no object, the file need not be read.
async fn look(
    options: &VerifyOptions,
    world: &World,
    console: &Console,
) -> Result<(Described, Digest, String), Failure> {
    let VerifyOptions { source: path, key, encryption, bucket } = options;
    let about = shown(path);
    let source_failed = |error| {
        let (operation, cause) = (Some(Operation::HeadObject), Cause::Source(error));
        failed(bucket.server.service(), &about, UploadError { operation, attempts: 1, cause, leftover: None })
    };
    let source = FileSource::open(path).map_err(|error| match error {
        SourceError::NotAFile(FileKind::Directory) => {
            Failure::usage(message!("{file} is a directory; verify compares one file with its object", file = about))
        }
        error => source_failed(error),
    })?;
    let mut requests = BucketRequests::open(bucket, world, console).await?;
    let location = target(requests.address(), key).location();
    let request = |address: &Address| {
        let request = head_object::request(&target(address, key));
        encryption.of_bytes().iter().fold(request, |request, (name, value)| request.with_header(name, value))
    };
    let described = requests.send(Operation::HeadObject, &about, request, describe).await?;
    requests.close().await;
    let absent = || Failure::NotFound(message!("there is no object {location}", location));
    let described = described.ok_or_else(absent)?;
    let digest = threads::spawn_blocking(move || {
        let digest = source.digest(Range { offset: 0, length: source.identity().size })?;
        source.check_unchanged().map(|()| digest)
    });
    let digest = digest.await.unwrap_or_else(|died| Err(SourceError::Unreadable(died.to_string().into())));
    Ok((described, digest.map_err(source_failed)?, location))
}

fn describe(response: &Response) -> Result<Option<Described>, AnswerError> {
    // With SSE-KMS and SSE-C an ETag only looks like an MD5 (document 436/7729).
    let header = |name| response.headers.get(name);
    let encrypted = header("x-cos-server-side-encryption").is_some_and(|kind| !kind.eq_ignore_ascii_case("AES256"))
        || header("x-cos-server-side-encryption-customer-algorithm").is_some();
    let described = |object: Object| {
        let etag_is_md5 = !encrypted && object.etag.as_deref().is_some_and(looks_like_md5);
        Described { object, etag_is_md5 }
    };
    Ok(head_object::read(response)?.map(described))
}

fn compare(described: &Described, digest: Digest, service: Service) -> Vec<Compared> {
    let Described { object, etag_is_md5 } = described;
    let one = |what, file: String, object: Option<String>, same| Compared { what, file, object, same };
    let etag = object.etag.clone().unwrap_or_default();
    // At CDCS the same bytes, uploaded in parts, may have a different ETag, whose shape does not show it.
    let counts = |same: &bool| *same || service == Service::Cos;
    let same_etag = digest.md5.filter(|_| *etag_is_md5).map(|md5| md5.is_etag(&etag)).filter(counts);
    let md5 = digest.md5.map(|md5| md5.hex()).unwrap_or_default();
    vec![
        one(
            SIZE,
            digest.length.to_string(),
            object.size.map(|size| size.to_string()),
            object.size.map(|size| size == digest.length),
        ),
        one(
            "crc64ecma",
            digest.crc64.to_string(),
            object.crc64.map(|crc64| crc64.to_string()),
            object.crc64.map(|crc64| crc64 == digest.crc64),
        ),
        one("etag", md5, object.etag.as_deref().map(|etag| etag.trim_matches('"').to_owned()), same_etag),
    ]
}

/// The name of a property, for people.
fn name(property: &'static str) -> Message {
    if property == SIZE { message!("size") } else { property.into() }
}

/// The names of one property to three.
fn in_words(properties: &[&'static str]) -> Message {
    let mut names = properties.iter().map(|property| name(property));
    let first = names.next().unwrap_or_default();
    names.fold(first, |one, other| message!("{one} and {other}", one, other))
}

fn print(compared: &[Compared], world: &World, console: &Console) {
    let mut table = Table::new(&COLUMNS);
    for one in compared {
        let result = match one.same {
            Some(true) => phrase!("same"),
            Some(false) => phrase!("different"),
            None => phrase!("not compared"),
        };
        table.add(vec![
            Cell::new(name(one.what), one.what),
            Cell::same(&one.file),
            one.object.as_deref().map_or_else(Cell::unknown, Cell::same),
            Cell::new(result, result.english()),
        ]);
    }
    table.print(world, console);
}

//! `cosput list-parts`: the parts of an unfinished upload that are on the server.

use crate::cli::args::ListPartsArguments;
use crate::cli::options::bucket;
use crate::cli::options::bucket::BucketOptions;
use crate::cli::output::console::Console;
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, ListedPart};
use crate::cli::output::table::{Cell, Column, Table};
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::cli::values::units;
use crate::cos::Key;
use crate::cos::multipart::UploadId;
use crate::language::{message, phrase};

/// The options of `cosput list-parts`.
pub(crate) struct ListPartsOptions {
    key: Key,
    upload_id: UploadId,
    bucket: BucketOptions,
}

impl ListPartsOptions {
    /// Reads the arguments.
    pub(crate) fn new(arguments: ListPartsArguments, world: &World) -> Result<Self, Failure> {
        let ListPartsArguments { key, upload_id, bucket } = arguments;
        Ok(Self {
            key: bucket::key(key.as_deref())?,
            upload_id: bucket::upload_id(upload_id)?,
            bucket: BucketOptions::new(bucket, None, world)?,
        })
    }
}

const COLUMNS: [Column; 3] =
    [Column::numbers(phrase!("PART")), Column::numbers(phrase!("SIZE")), Column::words(phrase!("ETAG"))];

/// Lists the parts. Returns the exit code.
pub(crate) fn run(options: ListPartsOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    let ListPartsOptions { key, upload_id, bucket } = options;
    let output = bucket.output;
    let console = console.clone().quiet(output.quiet);
    let parts = bucket_requests::run(world, async |world| {
        let mut requests = BucketRequests::open(&bucket, world, &console).await?;
        let parts = requests.parts(&key, &upload_id).await?;
        requests.close().await;
        Ok(parts)
    })?;
    let mut table = Table::new(&COLUMNS);
    for part in &parts {
        let number = part.number.value();
        if output.json {
            console.event(&Line::ListedPart(ListedPart {
                bucket: bucket.name.as_str(),
                key: key.as_str(),
                upload_id: upload_id.as_str(),
                part_number: number,
                size: part.size,
                etag: &part.etag,
            }));
        }
        table.add(vec![
            Cell::new(number.to_string(), number),
            Cell::new(units::size(part.size), part.size),
            Cell::same(part.etag.trim_matches('"')),
        ]);
    }
    if parts.is_empty() && !output.json {
        console.note(&message!("the upload has no parts yet"));
    }
    if !output.json && !output.quiet {
        table.print(world, &console);
    }
    Ok(SUCCESS)
}

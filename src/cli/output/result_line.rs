//! The line of a result on stdout: `dist.tar -> cos://b/dist.tar  40.0 MiB  verified`.

use std::path::Path;

use super::console::{shown, visible};
use super::step;
use super::subject::Subject;
use super::summary::sent_of;
use crate::cli::values::units;
use crate::cos::{Bucket, Key};
use crate::upload::event::{Copied, PlannedDelta};
use crate::upload::{Object, Plan, ProvedBy, Unchanged};

/// An uploaded object. Long lists omit the checksum to keep lines short.
pub(super) fn uploaded(subject: &Subject, object: &Object, with_checksum: bool) -> String {
    let proof = match object.proved_by {
        ProvedBy::Crc64 => "verified",
        ProvedBy::Md5 => "verified by MD5",
    };
    let checksum = if with_checksum { format!("  crc64 {}", object.crc64) } else { String::new() };
    let on_disk = subject.on_disk.as_deref().map(|path| format!("  at {}", shown(path))).unwrap_or_default();
    let size = match object.copied {
        Some(Copied { bytes: 1.., .. }) => sent_of(object.bytes_sent, object.size),
        _ => units::size(object.size),
    };
    format!("{}  {size}  {proof}{checksum}{on_disk}", arrow(subject, "->"))
}

/// An object that already existed.
pub(super) fn unchanged(subject: &Subject, object: &Unchanged) -> String {
    format!("{}  {}  unchanged", arrow(subject, "="), units::size(object.size))
}

/// An object that a dry run does not upload.
pub(super) fn planned(
    (source, bucket, key): (&Path, &Bucket, &Key),
    plan: &Plan,
    delta: Option<PlannedDelta>,
) -> String {
    let how = match (plan, delta) {
        (Plan::Multipart(parts), Some(PlannedDelta { parts: count, sent, .. })) => {
            let count = units::counted(u64::from(count), "part");
            format!("{} in {count}: {} sent, the rest copied", units::size(parts.size()), units::size(sent))
        }
        (Plan::Put { size }, _) => format!("{} in one request", units::size(*size)),
        (Plan::Multipart(parts), None) => {
            let count = units::counted(u64::from(parts.count()), "part");
            format!("{} in {count} of {}", units::size(parts.size()), units::size(parts.part_size()))
        }
        (Plan::Stream(sizes), _) => format!("in parts of {}", step::part_sizes(*sizes)),
    };
    format!("would upload {} -> cos://{bucket}/{}  {how}", shown(source), visible(key.as_str()))
}

fn arrow(subject: &Subject, sign: &str) -> String {
    format!("{} {sign} cos://{}/{}", shown(&subject.source), subject.bucket, visible(subject.key.as_str()))
}

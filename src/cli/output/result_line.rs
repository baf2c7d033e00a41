//! The line of a result on stdout: `dist.tar -> cos://b/dist.tar  40.0 MiB  verified`.

use std::path::Path;

use super::console::{shown, visible};
use super::step;
use super::subject::Subject;
use super::summary::sent_of;
use crate::cli::values::units;
use crate::cos::{Bucket, Key};
use crate::language::{message, phrase};
use crate::upload::event::PlannedDelta;
use crate::upload::finished::Copied;
use crate::upload::{Object, Plan, ProvedBy, Unchanged};

/// An uploaded object. Long lists omit the checksum to keep lines short.
pub(super) fn uploaded(subject: &Subject, object: &Object, with_checksum: bool) -> String {
    let proof = match object.proved_by {
        ProvedBy::Crc64 => phrase!("verified"),
        ProvedBy::Md5 => phrase!("verified by MD5"),
    };
    let checksum = if with_checksum { format!("  crc64 {}", object.crc64) } else { String::new() };
    let on_disk = subject
        .on_disk
        .as_deref()
        .map(|path| format!("  {}", message!("at {path}", path = shown(path))))
        .unwrap_or_default();
    let size = match object.copied {
        Some(Copied { bytes: 1.., .. }) => sent_of(object.bytes_sent, object.size),
        _ => units::size(object.size).into(),
    };
    format!("{}  {size}  {proof}{checksum}{on_disk}", arrow(subject, "->"))
}

/// An object that already existed.
pub(super) fn unchanged(subject: &Subject, object: &Unchanged) -> String {
    format!("{}  {}  {}", arrow(subject, "="), units::size(object.size), phrase!("unchanged"))
}

/// An object that a dry run does not upload.
pub(super) fn planned(
    (source, bucket, key): (&Path, &Bucket, &Key),
    plan: &Plan,
    delta: Option<PlannedDelta>,
) -> String {
    let how = match (plan, delta) {
        (Plan::Multipart(parts), Some(PlannedDelta { parts: count, sent, .. })) => {
            let count = units::counted(u64::from(count), phrase!("part"));
            let (sent, whole) = (units::size(sent), units::size(parts.size()));
            message!("sending {sent} of {whole} in {count}", sent, whole, count)
        }
        (Plan::Put { size }, _) => message!("{size} in one request", size = units::size(*size)),
        (Plan::Multipart(parts), None) => {
            let count = units::counted(u64::from(parts.count()), phrase!("part"));
            message!(
                "{size} in {count} of {part_size}",
                size = units::size(parts.size()),
                count,
                part_size = units::size(parts.part_size())
            )
        }
        (Plan::Stream(sizes), _) => message!("in parts of {sizes}", sizes = step::part_sizes(*sizes)),
    };
    message!(
        "would upload {source} -> cos://{bucket}/{key}  {how}",
        source = shown(source),
        bucket,
        key = visible(key.as_str()),
        how
    )
    .to_string()
}

fn arrow(subject: &Subject, sign: &str) -> String {
    format!("{} {sign} cos://{}/{}", shown(&subject.source), subject.bucket, visible(subject.key.as_str()))
}

//! How fast parts are sent on one connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::check::Check;
use super::finding::Finding;
use crate::cli::process::world::World;
use crate::cli::uploading::bucket_requests::target;
use crate::cli::values::units;
use crate::cos::multipart::{PartNumber, UploadId, upload_part};
use crate::cos::{Address, Key, Request};
use crate::language::{message, phrase};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Operation, UploadError};

const SMALL: usize = 1 << 20;
/// Sent too if the small part was fast: its time is mostly that of the network's way.
const LARGE: usize = 8 << 20;
const FAST: Duration = Duration::from_secs(1);

/// A slower connection is worth a look, in bytes a second.
const SLOW: u128 = 512 << 10;

/// Sends one part or two to an upload. Returns the size of the last one and how long it took.
pub(super) async fn measure(
    requester: &mut Requester<Arc<Http>>,
    key: &Key,
    upload_id: &UploadId,
    world: &World,
) -> Result<(u64, Duration), UploadError> {
    let small = send(requester, key, upload_id, SMALL, world).await?;
    if small >= FAST {
        return Ok((SMALL as u64, small));
    }
    Ok((LARGE as u64, send(requester, key, upload_id, LARGE, world).await?))
}

async fn send(
    requester: &mut Requester<Arc<Http>>,
    key: &Key,
    upload_id: &UploadId,
    size: usize,
    world: &World,
) -> Result<Duration, UploadError> {
    // Nothing on the way can compress noise.
    let mut noise = vec![0; size];
    fastrand::Rng::with_seed(world.seed).fill(&mut noise);
    let body = Bytes::from(noise);
    let request = |address: &Address| {
        let request = upload_part::request(&target(address, key), upload_id, PartNumber::FIRST, size as u64, None);
        Request { document: body.clone(), ..request }
    };
    let started = (world.stopwatch)();
    let operation = Operation::UploadPart(PartNumber::FIRST);
    requester.send(operation, request, upload_part::read, &mut |_| {}).await?;
    Ok((world.stopwatch)().duration_since(started))
}

/// What a speed means for uploads.
pub(super) fn judge(bytes: u64, elapsed: Duration) -> Finding {
    let elapsed = elapsed.max(Duration::from_millis(1));
    let speed = u128::from(bytes) * 1000 / elapsed.as_millis();
    let detail = message!(
        "{size} in {time}, {rate} on one connection; cosput begins with 8 and adds more while that is faster",
        size = units::size(bytes),
        time = units::duration(elapsed),
        rate = units::rate(bytes, elapsed).unwrap_or_default()
    );
    if speed >= SLOW {
        return Finding::ok(Check::Throughput, detail);
    }
    Finding::warning(
        Check::Throughput,
        detail,
        phrase!(
            "use --internal inside Tencent Cloud, or --accelerate far from the region if the bucket has it; on a link that \
         breaks, --part-size 1MiB"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;

    #[test]
    fn a_slow_connection_is_a_warning_with_a_suggestion() {
        assert_eq!(judge(8 << 20, Duration::from_secs(2)).verdict, Verdict::Ok);
        assert_eq!(judge(8 << 20, Duration::ZERO).verdict, Verdict::Ok);
        let slow = judge(1 << 20, Duration::from_secs(10));
        assert!(slow.detail.starts_with("1.0 MiB in 10 s, 102.4 KiB/s on one connection"), "{}", slow.detail);
        assert!(slow.hint.unwrap().contains("--accelerate"));
    }
}

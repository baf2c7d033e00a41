//! Whether one request would be as fast as parts: it is to a server beside this machine.

use super::connection::Connection;
use super::file_session;
use crate::cli::options::UploadOptions;
use crate::cli::output::failures::failure::Failure;
use crate::cos::Target;
use crate::cos::objects::head_object;
use crate::upload::source::FileSource;
use crate::upload::wire::round_trip;
use crate::upload::{Plan, PlanOptions};

/// Whether the plan depends on how far the server is away. Not if the user has chosen sizes or a rate, or named an upload
/// or an object to go on with.
pub(crate) fn matters(plan: &Plan, options: &UploadOptions) -> bool {
    let PlanOptions { multipart_threshold, .. } = options.plan;
    let chosen = multipart_threshold.is_none() && options.requests.limit_rate.is_none();
    let fresh = options.delta.is_none() && !options.dry_run && options.object.traffic_limit.is_none();
    chosen && fresh && plan.may_be_put_if_near()
}

/// The plan of a file, once it is known whether the server is near. That takes no time if it is not: the connection is
/// used by the first request.
pub(crate) async fn planned(
    source: &FileSource,
    target: &Target,
    connection: &Connection,
    options: PlanOptions,
) -> Result<Plan, Failure> {
    let round_trip = round_trip::if_near(&connection.transport, head_object::request(target)).await;
    file_session::plan(source, target.address.service, PlanOptions { round_trip, ..options })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::upload::tests::{BUCKET, options};

    fn asks(mebibytes: u64, arguments: &[&str]) -> bool {
        let usual = ["f", "-b", BUCKET, "--region=ap-guangzhou"];
        let variables = [("HOME", "/h"), ("XDG_STATE_HOME", "/s"), ("LOCALAPPDATA", "/l")];
        let options = options(&[&usual, arguments].concat(), &variables).unwrap();
        matters(&Plan::new(mebibytes << 20, options.plan).unwrap(), &options)
    }

    #[test]
    fn the_server_is_asked_only_if_nothing_else_decides() {
        assert!(asks(8, &[]) && asks(16, &[]) && asks(8, &["--no-resume"]));
        assert!(!asks(1, &[]) && !asks(17, &[]), "one request anyway, or parts anyway");
        for decided in [
            &["--part-size=4MiB"][..],
            &["--multipart-threshold=2MiB"],
            &["--limit-rate=4MiB"],
            &["--traffic-limit=8388608"],
            &["--delta"],
            &["--dry-run"],
        ] {
            assert!(!asks(8, decided), "{decided:?}");
        }
    }
}

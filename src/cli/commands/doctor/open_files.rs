//! The limit of open files, which limits the requests in flight.

use super::check::Check;
use super::finding::Finding;
use crate::cli::uploading::descriptors::{Objects, requests_within};
use crate::cli::values::units;
use crate::language::{message, phrase};

/// What cosput begins with and adds up to for large files, if nothing else limits it.
const ENOUGH: u16 = 64;

/// `free` more files may be opened.
pub(super) fn judge(free: Option<u64>, serves: bool) -> Finding {
    let Some((free, requests)) = free.and_then(|free| Some((free, requests_within(free, Objects::Many, serves)?)))
    else {
        return Finding::ok(Check::OpenFiles, phrase!("no limit that matters"));
    };
    let detail = message!(
        "{files} may be opened, enough for {requests} in flight",
        files = units::counted(free, phrase!("more file")),
        requests = units::counted(requests.into(), phrase!("request"))
    );
    if requests >= ENOUGH {
        Finding::ok(Check::OpenFiles, detail)
    } else {
        Finding::warning(Check::OpenFiles, detail, phrase!("raise the limit of open files: ulimit -n 4096"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;

    #[test]
    fn a_limit_below_what_many_requests_need_is_a_warning() {
        assert_eq!(judge(None, false).verdict, Verdict::Ok);
        assert_eq!(judge(Some(1000), false).verdict, Verdict::Ok);
        assert_eq!(judge(Some(1 << 40), false).verdict, Verdict::Ok);
        let finding = judge(Some(100), false);
        assert_eq!(finding.verdict, Verdict::Warning);
        assert!(finding.detail.starts_with("100 more files may be opened, enough for "), "{}", finding.detail);
    }
}

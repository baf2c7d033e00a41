//! Hints about the next step: resume, start again, or abort what remains on the server.

use crate::cli::output::circumstances::Circumstances;
use crate::cli::output::exit::UNAVAILABLE;
use crate::cli::process::signals::{INTERRUPTED, TERMINATED};
use crate::upload::UploadError;

/// Returns the hint about how to continue after a failed upload.
pub(super) fn after(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<String> {
    if circumstances.stream {
        return after_stream(error, circumstances, exit_code);
    }
    if circumstances.unknown {
        return Some("run the same command again: it checks whether the object was completed".to_owned());
    }
    let may_succeed_unchanged = matches!(exit_code, UNAVAILABLE | INTERRUPTED | TERMINATED);
    match (&error.leftover, circumstances.journal) {
        (Some(id), Some(_)) if may_succeed_unchanged => {
            Some(format!("run the same command again to resume upload {id}"))
        }
        (Some(id), Some(_)) => {
            Some(format!("then run the same command again to resume upload {id}; its parts are kept"))
        }
        (Some(id), None) if circumstances.service.is_write_once() => Some(format!(
            "upload {id} may remain on the server, where it reserves this key, and there is no journal to resume it: \
             abort it with cosput abort --service cdcs --key KEY --upload-id {id}"
        )),
        (Some(id), None) => Some(format!(
            "the parts of upload {id} may remain on the server, and there is no journal to resume it: abort it with \
             cosput abort --key KEY --upload-id {id}"
        )),
        (None, _) if may_succeed_unchanged => Some("run the same command again".to_owned()),
        (None, _) => None,
    }
}

/// A stream cannot be read again, but the command that feeds it may be able to repeat it.
fn after_stream(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<String> {
    if circumstances.unknown {
        return Some("check whether the object exists before you send the same stream again".to_owned());
    }
    match &error.leftover {
        Some(id) if circumstances.service.is_write_once() => Some(format!(
            "upload {id} may remain on the server, where it reserves this key: send the same stream again with \
             --resume-upload-id {id}, or abort it with cosput abort --service cdcs --key KEY --upload-id {id}"
        )),
        Some(id) => Some(format!(
            "the parts that were sent are kept: send the same stream again with --resume-upload-id {id} and the same \
             --memory, --part-size and --expect-size"
        )),
        None => {
            matches!(exit_code, UNAVAILABLE | INTERRUPTED | TERMINATED).then(|| "send the same stream again".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cos::Service;
    use crate::cos::multipart::UploadId;
    use crate::upload::Cause;

    #[test]
    fn uploads_that_remain_on_the_server_are_named() {
        let journal = Some(Path::new("j"));
        let hint = |leftover: Option<&str>, journal, exit_code| {
            let leftover = leftover.and_then(UploadId::new);
            let error = UploadError { operation: None, attempts: 1, cause: Cause::Interrupted, leftover };
            after(&error, Circumstances { journal, ..Circumstances::of("f", Service::Cos) }, exit_code)
        };
        assert_eq!(hint(None, journal, 4), None);
        assert_eq!(hint(None, journal, 6).as_deref(), Some("run the same command again"));
        assert_eq!(
            hint(Some("id"), journal, 4).as_deref(),
            Some("then run the same command again to resume upload id; its parts are kept")
        );
        assert_eq!(
            hint(Some("id"), None, 6).as_deref(),
            Some(
                "the parts of upload id may remain on the server, and there is no journal to resume it: abort it with \
                 cosput abort --key KEY --upload-id id"
            )
        );
    }
}

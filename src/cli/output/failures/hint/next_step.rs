//! Hints about the next step: resume, start again, or abort what remains on the server.

use crate::cli::output::failures::circumstances::Circumstances;
use crate::cli::output::failures::exit::UNAVAILABLE;
use crate::cli::process::signals::{INTERRUPTED, TERMINATED};
use crate::language::{Message, Series, message};
use crate::upload::UploadError;

/// Returns the hint about how to continue after a failed upload.
pub(super) fn after(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<Message> {
    if circumstances.stream {
        return after_stream(error, circumstances, exit_code);
    }
    let command = circumstances.rerun.resuming_command();
    if circumstances.unknown {
        return Some(match circumstances.journal {
            Some(_) => message!("run {command} again: it checks whether the object was completed", command),
            None => message!(
                "run the same command again: it sends the whole file again; or check the object with cosput verify"
            ),
        });
    }
    let may_succeed_unchanged = matches!(exit_code, UNAVAILABLE | INTERRUPTED | TERMINATED);
    match (&error.leftover, circumstances.journal) {
        (Some(id), Some(_)) if may_succeed_unchanged => {
            Some(message!("run {command} again to resume upload {id}", command, id))
        }
        (Some(id), Some(_)) => {
            Some(message!("then run {command} again to resume upload {id}; its parts are kept", command, id))
        }
        (Some(id), None) if circumstances.service.is_write_once() => Some(message!(
            "upload {id} may remain on the server, where it reserves this key, and there is no journal to resume it: \
             abort it with cosput abort --service cdcs --key KEY --upload-id {id}",
            id
        )),
        (Some(id), None) => Some(message!(
            "the parts of upload {id} may remain on the server, and there is no journal to resume it: abort it with \
             cosput abort --key KEY --upload-id {id}",
            id
        )),
        (None, _) if may_succeed_unchanged => Some(message!("run the same command again")),
        (None, _) => None,
    }
}

/// A stream cannot be read again, but the command that writes it may be able to repeat it.
fn after_stream(error: &UploadError, circumstances: Circumstances<'_>, exit_code: u8) -> Option<Message> {
    if circumstances.unknown {
        return Some(message!("check whether the object exists before you send the same stream again"));
    }
    match &error.leftover {
        Some(id) if circumstances.service.is_write_once() => Some(message!(
            "upload {id} may remain on the server, where it reserves this key: send the same stream again with \
             --resume-upload-id {id}, or abort it with cosput abort --service cdcs --key KEY --upload-id {id}",
            id
        )),
        Some(id) => {
            let cut_by = match circumstances.rerun.cut_by.as_slice() {
                [] => Message::default(),
                [one] => message!(" and the same {one}", one),
                [others @ .., last] => message!(" and the same {others} and {last}", others = Series(others), last),
            };
            Some(message!(
                "the parts that were sent are kept: send the same stream again with --resume-upload-id {id}{cut_by}",
                id,
                cut_by
            ))
        }
        None => {
            matches!(exit_code, UNAVAILABLE | INTERRUPTED | TERMINATED).then(|| message!("send the same stream again"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::output::failures::circumstances::{RESUMES, Rerun};
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

    /// Every ending that leaves an upload, and the real effect of the next run on it.
    #[test]
    fn a_hint_says_what_the_same_command_would_do() {
        let no_resume = Rerun { resumes: false, cut_by: vec![] };
        let journal = Some(Path::new("j"));
        let error = |leftover| UploadError { operation: None, attempts: 1, cause: Cause::Interrupted, leftover };
        let of_file = |journal, unknown, rerun, exit_code| {
            let circumstances = Circumstances { journal, unknown, rerun, ..Circumstances::of("f", Service::Cos) };
            after(&error(UploadId::new("id")), circumstances, exit_code).unwrap_or_default()
        };
        let without = "run the same command without --no-resume again";
        assert_eq!(of_file(journal, false, &no_resume, 6), format!("{without} to resume upload id"));
        assert_eq!(
            of_file(journal, false, &no_resume, 4),
            format!("then {without} to resume upload id; its parts are kept")
        );
        assert_eq!(
            of_file(journal, true, &no_resume, 6),
            format!("{without}: it checks whether the object was completed")
        );
        assert_eq!(
            of_file(journal, true, &RESUMES, 6),
            "run the same command again: it checks whether the object was completed"
        );
        assert_eq!(
            of_file(None, true, &RESUMES, 6),
            "run the same command again: it sends the whole file again; or check the object with cosput verify"
        );
    }

    #[test]
    fn a_stream_is_sent_again_with_the_options_that_were_given_and_no_others() {
        let error =
            UploadError { operation: None, attempts: 1, cause: Cause::Interrupted, leftover: UploadId::new("id") };
        let hint = |cut_by: &[&'static str]| {
            let rerun = Rerun { resumes: true, cut_by: cut_by.to_vec() };
            let circumstances = Circumstances { stream: true, rerun: &rerun, ..Circumstances::of("-", Service::Cos) };
            after(&error, circumstances, 6).unwrap_or_default()
        };
        let again = "the parts that were sent are kept: send the same stream again with --resume-upload-id id";
        assert_eq!(hint(&[]), again);
        assert_eq!(hint(&["--memory"]), format!("{again} and the same --memory"));
        assert_eq!(
            hint(&["--memory", "--part-size", "--expect-size"]),
            format!("{again} and the same --memory, --part-size and --expect-size")
        );
    }
}

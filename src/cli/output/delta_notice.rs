//! The text of the notices about delta uploads.

use crate::cli::values::units;
use crate::language::{Message, message};
use crate::upload::Cause;
use crate::upload::event::{DeltaNotice, PlannedDelta};

/// Returns the text of a notice; empty for what another notice says.
pub(super) fn in_words(notice: &DeltaNotice) -> Message {
    match notice {
        DeltaNotice::NoMap => {
            message!("there is no map of the object yet; the whole file is sent, and a map is kept for the next upload")
        }
        DeltaNotice::MapUnusable(why) => {
            message!("could not use the map of the object: {why}; the whole file is sent", why)
        }
        DeltaNotice::NoObject => message!("there is no object under this key yet; the whole file is sent"),
        DeltaNotice::OtherObject => message!("the object was replaced after its map was made; the whole file is sent"),
        DeltaNotice::NotCompared(cause) if is_denied(cause) => {
            message!("HEAD is denied ({cause}), it needs cos:HeadObject; the whole file is sent", cause)
        }
        DeltaNotice::NotCompared(cause) => {
            message!("could not check the object ({cause}); the whole file is sent", cause)
        }
        DeltaNotice::Archived(class) => {
            message!(
                "the object has the storage class {class} and cannot be copied before it is restored; the whole file is sent",
                class
            )
        }
        DeltaNotice::Shrunk => message!("the file is smaller than the object; the whole file is sent"),
        DeltaNotice::Different => message!("the file differs too much from the object; the whole file is sent"),
        DeltaNotice::Planned(PlannedDelta { sent, copied, .. }) => {
            message!(
                "sending {sent}; the server copies {copied}",
                sent = units::size(*sent),
                copied = units::size(*copied)
            )
        }
        DeltaNotice::NotCopied(cause) => not_copied(cause),
        DeltaNotice::SentInstead(cause) => {
            message!("could not copy a part on the server ({cause}); the part is sent", cause)
        }
        DeltaNotice::Restarted(None) => Message::default(),
        DeltaNotice::Restarted(Some(id)) => {
            message!("could not abort the upload {id}; its parts may remain on the server", id)
        }
        DeltaNotice::MapUnwritable(why) => {
            message!("could not write the map of the object: {why}; the next upload sends the whole file", why)
        }
        DeltaNotice::MapNotInBucket(why) => {
            message!(
                "could not write the map of the object in the bucket: {why}; uploads from other machines send the whole file",
                why
            )
        }
        DeltaNotice::NotWorthwhile => {
            message!(
                "no map is kept, since sending the file takes hardly longer than comparing it (--delta=always keeps one); the \
             next upload sends the whole file"
            )
        }
    }
}

/// Whether these credentials lack a permission.
fn is_denied(cause: &Cause) -> bool {
    matches!(cause, Cause::Service(error) if error.status == 403 && error.code.as_deref() != Some("InvalidObjectState"))
}

/// Why nothing is copied.
fn not_copied(cause: &Cause) -> Message {
    match cause {
        cause if is_denied(cause) => {
            message!(
                "copying is denied ({cause}), it needs cos:UploadPartCopy and cos:GetObject; the whole file is sent",
                cause
            )
        }
        Cause::Service(error) if error.status == 412 => {
            message!("the object was replaced after it was compared ({cause}); the whole file is sent", cause)
        }
        Cause::Integrity { .. } => {
            message!("the copy differs from the file ({cause}); the whole file is sent", cause)
        }
        _ => message!("could not copy the object on the server ({cause}); the whole file is sent", cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::failures::exit::tests::service;
    use crate::cos::ServiceError;
    use crate::cos::multipart::UploadId;

    #[test]
    fn a_refused_copy_says_why_and_a_denied_one_names_its_permissions() {
        let said = |status: u16, code: &str| {
            let notice = DeltaNotice::NotCopied(Cause::Service(service(status, code)));
            in_words(&notice).to_string()
        };
        let denied = said(403, "AccessDenied");
        assert!(denied.starts_with("copying is denied (AccessDenied"), "{denied}");
        assert!(
            denied.ends_with("), it needs cos:UploadPartCopy and cos:GetObject; the whole file is sent"),
            "{denied}"
        );
        // An answer to HEAD has no document.
        let bare = ServiceError { code: None, message: None, ..*service(403, "") };
        assert_eq!(
            in_words(&DeltaNotice::NotCompared(Cause::Service(bare.into()))).to_string(),
            "HEAD is denied (HTTP 403), it needs cos:HeadObject; the whole file is sent"
        );
        let replaced = said(412, "PreconditionFailed");
        assert!(replaced.starts_with("the object was replaced after it was compared ("), "{replaced}");
        let archived = said(403, "InvalidObjectState");
        assert!(archived.starts_with("could not copy the object on the server (InvalidObjectState"), "{archived}");
        let wrong = Cause::Integrity { what: "CRC-64 differs".into(), request_id: None };
        assert_eq!(
            in_words(&DeltaNotice::NotCopied(wrong)).to_string(),
            "the copy differs from the file (CRC-64 differs); the whole file is sent"
        );
    }

    #[test]
    fn every_notice_about_a_delta_has_its_words_and_ends_with_what_happens_next() {
        let id = UploadId::new("id").unwrap();
        let cause = || Cause::Interrupted;
        let whole = "; the whole file is sent";
        let table = [
            (DeltaNotice::NoMap, false, format!("there is no map of the object yet{whole}, and a map is kept for the next upload")),
            (
                DeltaNotice::MapUnusable("it is damaged".into()),
                true,
                format!("could not use the map of the object: it is damaged{whole}"),
            ),
            (DeltaNotice::NoObject, false, format!("there is no object under this key yet{whole}")),
            (DeltaNotice::OtherObject, true, format!("the object was replaced after its map was made{whole}")),
            (DeltaNotice::NotCompared(cause()), true, format!("could not check the object (interrupted){whole}")),
            (
                DeltaNotice::Archived("DEEP_ARCHIVE".to_owned()),
                true,
                format!("the object has the storage class DEEP_ARCHIVE and cannot be copied before it is restored{whole}"),
            ),
            (DeltaNotice::Shrunk, false, format!("the file is smaller than the object{whole}")),
            (DeltaNotice::Different, false, format!("the file differs too much from the object{whole}")),
            (
                DeltaNotice::Planned(PlannedDelta { parts: 3, sent: 1 << 20, copied: 5 << 30 }),
                false,
                "sending 1.0 MiB; the server copies 5.0 GiB".to_owned(),
            ),
            (
                DeltaNotice::NotCopied(cause()),
                true,
                format!("could not copy the object on the server (interrupted){whole}"),
            ),
            (
                DeltaNotice::SentInstead(cause()),
                true,
                "could not copy a part on the server (interrupted); the part is sent".to_owned(),
            ),
            (DeltaNotice::Restarted(None), false, String::new()),
            (
                DeltaNotice::Restarted(Some(id)),
                true,
                "could not abort the upload id; its parts may remain on the server".to_owned(),
            ),
            (
                DeltaNotice::MapUnwritable("disk full".into()),
                true,
                "could not write the map of the object: disk full; the next upload sends the whole file".to_owned(),
            ),
            (
                DeltaNotice::MapNotInBucket("denied".into()),
                true,
                "could not write the map of the object in the bucket: denied; uploads from other machines send the whole file"
                    .to_owned(),
            ),
            (
                DeltaNotice::NotWorthwhile,
                false,
                "no map is kept, since sending the file takes hardly longer than comparing it (--delta=always keeps one); the \
                 next upload sends the whole file"
                    .to_owned(),
            ),
        ];
        for (notice, warns, words) in table {
            assert_eq!((in_words(&notice).to_string(), notice.is_warning()), (words, warns), "{notice:?}");
        }
    }
}

//! The text of the notices about delta uploads.

use crate::cli::values::units;
use crate::language::{Message, message};
use crate::upload::event::{DeltaNotice, PlannedDelta};

/// Returns the text of a notice.
pub(super) fn in_words(notice: &DeltaNotice) -> Message {
    match notice {
        DeltaNotice::NoMap => message!("there is no map of this object yet; the whole file is sent"),
        DeltaNotice::MapUnusable(why) => {
            message!("could not use the map of this object: {why}; the whole file is sent", why)
        }
        DeltaNotice::NoObject => message!("there is no object under this key; the whole file is sent"),
        DeltaNotice::OtherObject => {
            message!("the object is not the one that cosput made a map of; the whole file is sent")
        }
        DeltaNotice::NotCompared(cause) => {
            message!("could not check the object ({cause}); the whole file is sent", cause)
        }
        DeltaNotice::Archived(class) => {
            message!(
                "the object is in {class}, which the server cannot copy without a restore; the whole file is sent",
                class
            )
        }
        DeltaNotice::Shrunk => message!("the file is smaller than the object; the whole file is sent"),
        DeltaNotice::Different => message!("hardly anything of the file is in the object; the whole file is sent"),
        DeltaNotice::Planned(PlannedDelta { sent, copied, .. }) => {
            message!(
                "sending {sent}; the server copies {copied}",
                sent = units::size(*sent),
                copied = units::size(*copied)
            )
        }
        DeltaNotice::NotCopied(cause) => {
            message!("the server could not copy from the object ({cause}); the whole file is sent", cause)
        }
        DeltaNotice::SentInstead(cause) => {
            message!("the server could not copy a part ({cause}); the part is sent", cause)
        }
        DeltaNotice::Restarted(None) => message!("starting over, without copies"),
        DeltaNotice::Restarted(Some(id)) => {
            message!("starting over, without copies; the parts of upload {id} may remain on the server", id)
        }
        DeltaNotice::MapUnwritable(why) => {
            message!("could not write the map of this object: {why}; the next upload sends the whole file", why)
        }
        DeltaNotice::NotWorthwhile => {
            message!(
                "no map is kept, since sending the file takes hardly longer than comparing it (--delta=always keeps one); the \
             next upload sends the whole file"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::upload::Cause;

    #[test]
    fn every_notice_about_a_delta_has_its_words_and_ends_with_what_happens_next() {
        let id = UploadId::new("id").unwrap();
        let cause = || Cause::Interrupted;
        let whole = "; the whole file is sent";
        let table = [
            (DeltaNotice::NoMap, false, format!("there is no map of this object yet{whole}")),
            (
                DeltaNotice::MapUnusable("it is damaged".into()),
                true,
                format!("could not use the map of this object: it is damaged{whole}"),
            ),
            (DeltaNotice::NoObject, false, format!("there is no object under this key{whole}")),
            (DeltaNotice::OtherObject, true, format!("the object is not the one that cosput made a map of{whole}")),
            (DeltaNotice::NotCompared(cause()), true, format!("could not check the object (interrupted){whole}")),
            (
                DeltaNotice::Archived("DEEP_ARCHIVE".to_owned()),
                true,
                format!("the object is in DEEP_ARCHIVE, which the server cannot copy without a restore{whole}"),
            ),
            (DeltaNotice::Shrunk, false, format!("the file is smaller than the object{whole}")),
            (DeltaNotice::Different, false, format!("hardly anything of the file is in the object{whole}")),
            (
                DeltaNotice::Planned(PlannedDelta { parts: 3, sent: 1 << 20, copied: 5 << 30 }),
                false,
                "sending 1.0 MiB; the server copies 5.0 GiB".to_owned(),
            ),
            (
                DeltaNotice::NotCopied(cause()),
                true,
                format!("the server could not copy from the object (interrupted){whole}"),
            ),
            (
                DeltaNotice::SentInstead(cause()),
                true,
                "the server could not copy a part (interrupted); the part is sent".to_owned(),
            ),
            (DeltaNotice::Restarted(None), true, "starting over, without copies".to_owned()),
            (
                DeltaNotice::Restarted(Some(id)),
                true,
                "starting over, without copies; the parts of upload id may remain on the server".to_owned(),
            ),
            (
                DeltaNotice::MapUnwritable("disk full".into()),
                true,
                "could not write the map of this object: disk full; the next upload sends the whole file".to_owned(),
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

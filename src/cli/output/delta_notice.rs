//! The text of the notices about delta uploads.

use crate::cli::values::units;
use crate::upload::event::{DeltaNotice, PlannedDelta};

/// Returns the text of a notice.
pub(super) fn in_words(notice: &DeltaNotice) -> String {
    match notice {
        DeltaNotice::NoMap => "there is no map of this object yet; the whole file is sent".to_owned(),
        DeltaNotice::MapUnusable(why) => {
            format!("could not use the map of this object: {why}; the whole file is sent")
        }
        DeltaNotice::NoObject => "there is no object under this key; the whole file is sent".to_owned(),
        DeltaNotice::OtherObject => {
            "the object is not the one that cosput made a map of; the whole file is sent".to_owned()
        }
        DeltaNotice::NotCompared(cause) => format!("could not check the object ({cause}); the whole file is sent"),
        DeltaNotice::Archived(class) => {
            format!("the object is in {class}, which the server cannot copy without a restore; the whole file is sent")
        }
        DeltaNotice::Shrunk => "the file is smaller than the object; the whole file is sent".to_owned(),
        DeltaNotice::Different => "hardly anything of the file is in the object; the whole file is sent".to_owned(),
        DeltaNotice::Planned(PlannedDelta { sent, copied, .. }) => {
            format!("sending {}; the server copies {}", units::size(*sent), units::size(*copied))
        }
        DeltaNotice::NotCopied(cause) => {
            format!("the server could not copy from the object ({cause}); the whole file is sent")
        }
        DeltaNotice::SentInstead(cause) => format!("the server could not copy a part ({cause}); the part is sent"),
        DeltaNotice::Restarted(None) => "starting over, without copies".to_owned(),
        DeltaNotice::Restarted(Some(id)) => {
            format!("starting over, without copies; the parts of upload {id} may remain on the server")
        }
        DeltaNotice::MapUnwritable(why) => {
            format!("could not write the map of this object: {why}; the next upload sends the whole file")
        }
    }
}

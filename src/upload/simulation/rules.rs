//! The rules that no schedule may break, stated both ways: `Stored` means the object is whole; `Failed` means it was not
//! completed.

use std::collections::BTreeSet;

use super::Ending;
use super::content::Content;
use super::world::World;
use crate::upload::error::Cause;
use crate::upload::finished::{Finished, ProvedBy};
use crate::upload::wire::call::Call;

impl World {
    /// A part that was acknowledged and journalled is not sent again.
    pub(super) fn check_not_sent_again(&self, call: &Call) {
        if let Call::UploadPart { upload_id, number, .. } | Call::CopyPart { upload_id, number, .. } = call {
            let again = self.stored_parts.contains(&(upload_id.as_str().to_owned(), *number));
            assert!(
                !again || self.unsettled || self.version != 0,
                "part {number} was sent again though it was acknowledged and journalled"
            );
        }
    }

    /// A stream sends only bytes that are still buffered, and Complete follows a check of the source.
    pub(super) fn check_begun(&mut self, call: &Call) {
        self.complete_sent |= matches!(call, Call::Complete { .. });
        if let (
            Some(stream),
            Call::PutObject { range, .. } | Call::UploadPart { range, .. } | Call::ComparePart { range, .. },
        ) = (&self.stream, call)
        {
            stream.check(*range);
        }
        match call {
            Call::UploadPart { .. } | Call::CopyPart { .. } => self.source_checked = false,
            Call::CheckSource => self.source_checked = self.version == 0,
            Call::Complete { .. } => assert!(self.source_checked, "completed without a check of the source"),
            _ => {}
        }
    }
}

/// Checks a world whose upload has ended.
pub(super) fn check(world: &mut World, finished: &Finished, expected: &Content) -> Ending {
    if world.stream.as_ref().is_some_and(|stream| !stream.is_sound()) {
        assert!(matches!(finished, Finished::Failed(_)), "a stream that is not as expected fails: {finished:?}");
        assert!(!world.complete_sent, "such an upload is never completed");
    }
    if world.server.no_overwrite && world.foreign.is_some() {
        assert_eq!(world.server.object, world.foreign, "an object was overwritten");
    }
    match finished {
        Finished::Stored(object) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "stored means the object is whole");
            assert_eq!((object.size, object.crc64), (expected.size, expected.crc64));
            let has_crc64 = world.server.kind.gives_crc64;
            assert!(has_crc64 || object.proved_by == ProvedBy::Md5, "a CRC-64 that the server never gave");
            assert!(!has_crc64 || world.faults.no_crc64 > 0 || object.proved_by == ProvedBy::Crc64);
        }
        Finished::Unchanged(_) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "unchanged means the object is whole");
            assert!(world.skips);
        }
        Finished::HeldBack(_) => unreachable!("nothing is held back"),
        Finished::Failed(error) => {
            // Requests that were sent still reach the server after the process has ended.
            world.finish_the_agenda();
            let integrity = matches!(error.cause, Cause::Integrity { .. });
            let in_the_clear = matches!(error.cause, Cause::Unencrypted { .. });
            assert!(!integrity || world.differs, "nothing differs, but the upload failed: {error:?}");
            let whole = world.server.object.as_ref() == Some(expected);
            assert!(
                world.server.completions == 0 || (integrity && !whole) || in_the_clear || world.disowned,
                "failed means it was not completed: {error:?}"
            );
        }
        Finished::Unknown(_) => world.finish_the_agenda(),
    }
    let leftover = match finished {
        Finished::Failed(error) | Finished::Unknown(error) => error.leftover.clone(),
        Finished::Stored(_) | Finished::Unchanged(_) | Finished::HeldBack(_) => None,
    };
    let reported = leftover.iter().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>();
    let unnamed =
        world.server.uploads.keys().filter(|id| !world.named.contains(*id) && !reported.contains(*id)).count();
    assert!(
        unnamed <= world.orphans_reported,
        "{unnamed} uploads are left unnamed, {} were reported as possible, {} answers to Initiate were lost",
        world.orphans_reported,
        world.orphans_lost
    );
    match finished {
        Finished::Stored(_) => Ending::Stored,
        Finished::Unchanged(_) => Ending::Unchanged,
        Finished::HeldBack(_) => unreachable!("nothing is held back"),
        Finished::Failed(_) => Ending::Failed,
        Finished::Unknown(_) => Ending::Unknown,
    }
}

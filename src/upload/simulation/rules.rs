//! The rules that no schedule may break. Each is stated both ways: `Stored` means the object is whole; `Failed` means it was
//! not completed.

use std::collections::BTreeSet;

use super::Ending;
use super::held::Held;
use super::world::World;
use crate::upload::error::Cause;
use crate::upload::event::{Finished, ProvedBy};
use crate::upload::wire::call::Call;

impl World {
    /// What was acknowledged and journalled is not sent again.
    pub(super) fn check_not_settled(&self, call: &Call) {
        if let Call::UploadPart { upload_id, number, .. } = call {
            let again = self.settled.contains(&(upload_id.as_str().to_owned(), *number));
            assert!(
                !again || self.unsettled || self.version != 0,
                "part {number} was sent again though it was acknowledged and journalled"
            );
        }
    }

    /// What is sent is still held, and Complete comes after a look at the source.
    pub(super) fn check_begun(&mut self, call: &Call) {
        self.complete_sent |= matches!(call, Call::Complete { .. });
        if let (Some(tape), Call::PutObject(range) | Call::UploadPart { range, .. } | Call::ComparePart { range, .. }) =
            (&self.tape, call)
        {
            tape.check(*range);
        }
        match call {
            Call::UploadPart { .. } => self.source_looked_at = false,
            Call::CheckSource => self.source_looked_at = self.version == 0,
            Call::Complete { .. } => assert!(self.source_looked_at, "completed without a look at the source"),
            _ => {}
        }
    }
}

/// Looks at a world whose upload has ended.
pub(super) fn check(world: &mut World, finished: &Finished, expected: &Held) -> Ending {
    if world.tape.as_ref().is_some_and(|tape| !tape.is_sound()) {
        assert!(matches!(finished, Finished::Failed(_)), "a stream that is not what was expected fails: {finished:?}");
        assert!(!world.complete_sent, "what is to be thrown away is not completed");
    }
    match finished {
        Finished::Stored(object) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "stored means the object is whole");
            assert_eq!((object.size, object.crc64), (expected.size, expected.crc64));
            let proved_by = if world.server.coffer.is_some() { ProvedBy::Md5 } else { ProvedBy::Crc64 };
            assert_eq!(object.proved_by, proved_by);
        }
        Finished::Unchanged(_) => {
            assert_eq!(world.server.object.as_ref(), Some(expected), "unchanged means the object is whole");
            assert!(world.skips);
        }
        Finished::Held(_) => unreachable!("nothing is held back"),
        Finished::Failed(error) => {
            // What was sent goes on to happen after the process has ended.
            world.finish_the_agenda();
            let integrity = matches!(error.cause, Cause::Integrity { .. });
            let in_the_clear = matches!(error.cause, Cause::Unencrypted { .. });
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
        Finished::Stored(_) | Finished::Unchanged(_) | Finished::Held(_) => None,
    };
    let told = leftover.iter().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>();
    let unnamed = world.server.uploads.keys().filter(|id| !world.named.contains(*id) && !told.contains(*id)).count();
    assert!(
        unnamed <= world.orphans_told,
        "{unnamed} uploads are left without a name, {} were told, {} answers lost",
        world.orphans_told,
        world.orphans_lost
    );
    match finished {
        Finished::Stored(_) => Ending::Stored,
        Finished::Unchanged(_) => Ending::Unchanged,
        Finished::Held(_) => unreachable!("nothing is held back"),
        Finished::Failed(_) => Ending::Failed,
        Finished::Unknown(_) => Ending::Unknown,
    }
}

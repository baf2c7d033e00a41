//! The text of the engine's notices: neither progress nor failure.

use std::time::Duration;

use super::console::{Console, visible};
use super::delta_notice;
use super::failures::message;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::Notice;
use crate::upload::event::{MemoryLimit, NoProof};

/// Returns the text of a notice.
pub(crate) fn in_words(notice: &Notice) -> Message {
    let text = match notice {
        Notice::JournalDoesNotFit { why, stale } => {
            let stale = match stale {
                Some((id, true)) => message!("; the earlier upload {id} was aborted", id),
                Some((id, false)) => message!("; the parts of the earlier upload {id} may remain on the server", id),
                None => Message::default(),
            };
            message!("cannot resume an earlier upload because {why}; starting a new one{stale}", why, stale)
        }
        Notice::InitiateLost => {
            message!(
                "the response to Initiate Multipart Upload was lost; an unfinished upload of this key may remain on the server"
            )
        }
        Notice::PossibleOrphan => {
            message!(
                "an earlier run stopped while it initiated its upload; an unfinished upload of this key may remain on the server"
            )
        }
        Notice::JournalUnwritable(why) => {
            message!(
                "could not write the journal: {why}; if this upload is interrupted, it may have to start over",
                why
            )
        }
        Notice::JournalSetAside(name) => {
            message!("could not read the journal; it was renamed to {name}, and a new upload starts", name)
        }
        Notice::JournalOfLaterVersion => {
            message!("the journal was written by a later version of cosput and is left unchanged; a new upload starts")
        }
        Notice::OtherUploadLeft(id) => {
            message!(
                "the journal belonged to upload {id}, which remains on the server; it now belongs to the requested upload",
                id
            )
        }
        Notice::PartsNotListed => {
            message!("these credentials may not list the parts of the earlier upload; every part is sent again")
        }
        Notice::UploadNotFound(id) => {
            message!("there is no upload {id} on the server; checking whether an earlier run completed it", id)
        }
        Notice::StartedAnew(id) => message!("upload {id} no longer exists on the server; starting over", id),
        Notice::SmallerParts { from, division, given_up } => {
            let (from, to) = (units::size(*from), units::size(division.part_size));
            let again = match given_up {
                0 => Message::default(),
                bytes => message!("; {bytes} on the server are sent again", bytes = units::size(*bytes)),
            };
            message!("connections break before a part of {from} is sent; sending parts of {to}{again}", from, to, again)
        }
        Notice::NumbersUsedUp { part_size } => message!(
            "connections break before a part of {part_size} is sent, and an upload of more than 10,000 parts is not possible",
            part_size = units::size(*part_size)
        ),
        Notice::LookingAtObject { operation, cause } => {
            let request = message::kind(*operation);
            message!("the response to {request} was lost or unclear ({cause}); checking the object", request, cause)
        }
        Notice::NoNetwork(time) => message!("no network for {time}, still trying", time = units::duration(*time)),
        Notice::ComparingParts(parts) => {
            message!(
                "comparing {parts} on the server with the file",
                parts = units::counted(u64::from(*parts), phrase!("part"))
            )
        }
        Notice::NotCompared(cause) => {
            message!("could not check the object ({cause}); it is uploaded even if it is unchanged", cause)
        }
        Notice::OtherHeaders => {
            message!(
                "the object has other headers, metadata, storage class or encryption than this upload; it is uploaded even if \
             its content is the same"
            )
        }
        Notice::MemoryLimits(MemoryLimit { memory, part_size, parts }) => {
            let (memory, part_size) = (units::size(*memory), units::size(*part_size));
            let (held, requests) =
                (units::counted(*parts, phrase!("part")), units::counted(*parts, phrase!("request")));
            message!(
                "{memory} of memory hold {held} of {part_size}: up to {requests} at a time (--memory)",
                memory,
                held,
                part_size,
                requests
            )
        }
        Notice::ProvedByMd5(NoProof::Crc64Missing) => {
            message!("the server's responses have no CRC-64; the object is verified by MD5 instead")
        }
        Notice::ProvedByMd5(NoProof::EtagNotMd5) => {
            message!("the server's ETags are not MD5s; each part is sent with its MD5, which the server compares")
        }
        Notice::Delta(delta) => delta_notice::in_words(delta),
        Notice::BackupDomain => {
            message!("COS does not respond at its primary domain; continuing with the backup domain tencentcos.cn")
        }
        Notice::ClockCorrected { seconds } => {
            let time = units::duration(Duration::from_secs(seconds.unsigned_abs()));
            if *seconds < 0 {
                message!(
                    "this machine's clock is {time} ahead of the server's; requests are signed with the server's time",
                    time
                )
            } else {
                message!(
                    "this machine's clock is {time} behind the server's; requests are signed with the server's time",
                    time
                )
            }
        }
    };
    text.mapped(|text| visible(text).into_owned())
}

/// True if the notice is about the clock, the network or the server, which are the same for all objects.
pub(crate) fn is_common(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::ClockCorrected { .. } | Notice::BackupDomain | Notice::NoNetwork(_) | Notice::ProvedByMd5(_)
    )
}

/// Prints a notice that is the same for all objects, once a run. The clock's offset differs by a second from request to
/// request.
pub(crate) fn print_once(notice: &Notice, console: &Console) {
    let line = in_words(notice);
    let kind = if matches!(notice, Notice::ClockCorrected { .. }) { "clock" } else { &line };
    console.warning_once_of(kind, &line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::upload::plan::divisions::Division;
    use crate::upload::{Cause, Operation, SendError, SendErrorKind};

    #[test]
    fn every_notice_has_its_words() {
        let id = || UploadId::new("id").unwrap();
        let division = Division { first: PartNumber::FIRST, part_size: 1 << 20 };
        let table = [
            (
                Notice::JournalDoesNotFit { why: "the file changed".into(), stale: Some((id(), true)) },
                "cannot resume an earlier upload because the file changed; starting a new one; the earlier upload id was aborted",
            ),
            (
                Notice::JournalDoesNotFit { why: "x".into(), stale: Some((id(), false)) },
                "cannot resume an earlier upload because x; starting a new one; the parts of the earlier upload id may remain on the server",
            ),
            (
                Notice::JournalDoesNotFit { why: "x".into(), stale: None },
                "cannot resume an earlier upload because x; starting a new one",
            ),
            (
                Notice::PossibleOrphan,
                "an earlier run stopped while it initiated its upload; an unfinished upload of this key may remain on the server",
            ),
            (
                Notice::JournalUnwritable("disk full".into()),
                "could not write the journal: disk full; if this upload is interrupted, it may have to start over",
            ),
            (
                Notice::JournalSetAside("j.corrupt".to_owned()),
                "could not read the journal; it was renamed to j.corrupt, and a new upload starts",
            ),
            (
                Notice::JournalOfLaterVersion,
                "the journal was written by a later version of cosput and is left unchanged; a new upload starts",
            ),
            (
                Notice::OtherUploadLeft(id()),
                "the journal belonged to upload id, which remains on the server; it now belongs to the requested upload",
            ),
            (
                Notice::SmallerParts { from: 4 << 20, division, given_up: 0 },
                "connections break before a part of 4.0 MiB is sent; sending parts of 1.0 MiB",
            ),
            (
                Notice::SmallerParts { from: 4 << 20, division, given_up: 8 << 20 },
                "connections break before a part of 4.0 MiB is sent; sending parts of 1.0 MiB; 8.0 MiB on the server are \
                 sent again",
            ),
            (
                Notice::NumbersUsedUp { part_size: 64 << 20 },
                "connections break before a part of 64.0 MiB is sent, and an upload of more than 10,000 parts is not \
                 possible",
            ),
            (
                Notice::UploadNotFound(id()),
                "there is no upload id on the server; checking whether an earlier run completed it",
            ),
            (Notice::StartedAnew(id()), "upload id no longer exists on the server; starting over"),
            (
                Notice::LookingAtObject {
                    operation: Operation::PutObject,
                    cause: Cause::Network(SendError { kind: SendErrorKind::Broken, message: "reset".into() }),
                },
                "the response to PUT Object was lost or unclear (the connection broke: reset); checking the object",
            ),
            (
                Notice::MemoryLimits(MemoryLimit { memory: 256 << 20, part_size: 128 << 20, parts: 2 }),
                "256.0 MiB of memory hold 2 parts of 128.0 MiB: up to 2 requests at a time (--memory)",
            ),
            (
                Notice::ProvedByMd5(NoProof::Crc64Missing),
                "the server's responses have no CRC-64; the object is verified by MD5 instead",
            ),
            (Notice::NoNetwork(Duration::from_secs(40)), "no network for 40 s, still trying"),
            (Notice::ComparingParts(1118), "comparing 1,118 parts on the server with the file"),
            (
                Notice::BackupDomain,
                "COS does not respond at its primary domain; continuing with the backup domain tencentcos.cn",
            ),
            (
                Notice::ClockCorrected { seconds: 900 },
                "this machine's clock is 15 min behind the server's; requests are signed with the server's time",
            ),
            (
                Notice::ClockCorrected { seconds: -900 },
                "this machine's clock is 15 min ahead of the server's; requests are signed with the server's time",
            ),
        ];
        for (notice, words) in table {
            assert_eq!(in_words(&notice), words);
        }
    }
}

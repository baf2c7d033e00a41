//! Steps, retries and notices of the engine, in words.

use super::console::visible;
use super::units;
use crate::upload::event::MemoryLimit;
use crate::upload::plan::part_sizes::Cut;
use crate::upload::{Event, Notice, Plan};

/// A step that went well; empty for what is no step.
pub(crate) fn step(event: &Event, parts: Option<u16>) -> String {
    let of_parts = parts.map(|parts| format!(" of {parts}")).unwrap_or_default();
    match event {
        Event::Started(Plan::Put { size }) => format!("sending {} in one request", units::size(*size)),
        Event::Started(Plan::Multipart(parts)) => {
            let (size, part_size) = (units::size(parts.size()), units::size(parts.part_size()));
            format!("sending {size} in {} parts of {part_size}", parts.count())
        }
        Event::Started(Plan::Stream(cut)) => format!("sending parts of {}", part_sizes(*cut)),
        Event::Initiated(id) => format!("began upload {}", visible(id.as_str())),
        Event::Resumed { upload_id, parts, bytes } => {
            let (id, bytes) = (visible(upload_id.as_str()), units::size(*bytes));
            format!("going on with upload {id}: {parts}{of_parts} parts are on the server, {bytes}")
        }
        Event::PartStored(record) => {
            format!("part {}{of_parts} is on the server, {}", record.number, units::size(record.size))
        }
        Event::Retrying { .. } | Event::Progress(_) | Event::Notice(_) => String::new(),
    }
}

/// The sizes of a stream's parts.
pub(crate) fn part_sizes(cut: Cut) -> String {
    let (first, largest) = (units::size(cut.first()), units::size(cut.largest()));
    if first == largest { first } else { format!("{first}, later up to {largest}") }
}

/// Something to know, that is neither progress nor failure.
pub(crate) fn notice(notice: &Notice) -> String {
    let text = match notice {
        Notice::JournalDoesNotFit { why, stale } => {
            let stale = match stale {
                Some((id, true)) => format!("; the earlier upload {id} was aborted"),
                Some((id, false)) => format!("; the parts of the earlier upload {id} may be left on the server"),
                None => String::new(),
            };
            format!("an earlier upload cannot go on, because {why}; a new one begins{stale}")
        }
        Notice::InitiateLost => {
            "the answer to Initiate Multipart Upload was lost; it may have left an unfinished upload of this key"
                .to_owned()
        }
        Notice::PossibleOrphan => {
            "an earlier run stopped as it began; it may have left an unfinished upload of this key".to_owned()
        }
        Notice::JournalUnwritable(why) => {
            format!("the journal cannot be written: {why}; if this upload is interrupted, it may start over")
        }
        Notice::JournalSetAside(name) => {
            format!("the journal could not be read and was set aside as {name}; a new upload begins")
        }
        Notice::JournalOfLaterVersion => {
            "the journal is from a later version of cosput and is left alone; a new upload begins".to_owned()
        }
        Notice::OtherUploadLeft(id) => {
            format!("the journal was of upload {id}, which is left on the server; it is now of the upload asked for")
        }
        Notice::PartsNotListed => {
            "the earlier upload's parts may not be listed with these credentials; each one is sent again".to_owned()
        }
        Notice::StartedAnew(id) => format!("upload {id} is gone from the server; it starts over"),
        Notice::LookingAtObject(cause) => {
            format!("the answer to Complete Multipart Upload was lost or unclear ({cause}); looking at the object")
        }
        Notice::NotCompared(cause) => {
            format!("the object cannot be looked at ({cause}), so it is replaced, whatever it is")
        }
        Notice::MemoryLimits(MemoryLimit { memory, part_size, parts }) => {
            let (memory, part_size) = (units::size(*memory), units::size(*part_size));
            let plural = if *parts == 1 { ("part", "request") } else { ("parts", "requests") };
            format!(
                "a memory of {memory} holds {parts} {} of {part_size}: at most {parts} {} at a time (--memory)",
                plural.0, plural.1
            )
        }
        Notice::BackupDomain => {
            "COS does not answer at its first domain; going on with the backup domain tencentcos.cn".to_owned()
        }
        Notice::ClockCorrected { seconds } => {
            let direction = if *seconds < 0 { "ahead of" } else { "behind" };
            let seconds = seconds.unsigned_abs();
            format!("this machine's clock is {seconds} s {direction} the server's; requests use the server's time")
        }
    };
    visible(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::UploadId;
    use crate::upload::{Cause, SendError, SendErrorKind};

    #[test]
    fn every_notice_has_its_words() {
        let id = || UploadId::new("id").unwrap();
        let table = [
            (
                Notice::JournalDoesNotFit { why: "the file changed".to_owned(), stale: Some((id(), true)) },
                "an earlier upload cannot go on, because the file changed; a new one begins; the earlier upload id was aborted",
            ),
            (
                Notice::JournalDoesNotFit { why: "x".to_owned(), stale: Some((id(), false)) },
                "an earlier upload cannot go on, because x; a new one begins; the parts of the earlier upload id may be left on the server",
            ),
            (
                Notice::JournalDoesNotFit { why: "x".to_owned(), stale: None },
                "an earlier upload cannot go on, because x; a new one begins",
            ),
            (
                Notice::PossibleOrphan,
                "an earlier run stopped as it began; it may have left an unfinished upload of this key",
            ),
            (
                Notice::JournalUnwritable("disk full".to_owned()),
                "the journal cannot be written: disk full; if this upload is interrupted, it may start over",
            ),
            (
                Notice::JournalSetAside("j.corrupt".to_owned()),
                "the journal could not be read and was set aside as j.corrupt; a new upload begins",
            ),
            (
                Notice::JournalOfLaterVersion,
                "the journal is from a later version of cosput and is left alone; a new upload begins",
            ),
            (
                Notice::OtherUploadLeft(id()),
                "the journal was of upload id, which is left on the server; it is now of the upload asked for",
            ),
            (Notice::StartedAnew(id()), "upload id is gone from the server; it starts over"),
            (
                Notice::LookingAtObject(Cause::Network(SendError {
                    kind: SendErrorKind::Broken,
                    message: "reset".to_owned(),
                })),
                "the answer to Complete Multipart Upload was lost or unclear (the connection broke: reset); looking at the object",
            ),
            (
                Notice::MemoryLimits(MemoryLimit { memory: 256 << 20, part_size: 128 << 20, parts: 2 }),
                "a memory of 256.0 MiB holds 2 parts of 128.0 MiB: at most 2 requests at a time (--memory)",
            ),
            (
                Notice::BackupDomain,
                "COS does not answer at its first domain; going on with the backup domain tencentcos.cn",
            ),
            (
                Notice::ClockCorrected { seconds: 900 },
                "this machine's clock is 900 s behind the server's; requests use the server's time",
            ),
            (
                Notice::ClockCorrected { seconds: -900 },
                "this machine's clock is 900 s ahead of the server's; requests use the server's time",
            ),
        ];
        for (told, words) in table {
            assert_eq!(notice(&told), words);
        }
    }

    #[test]
    fn a_resumed_upload_says_what_need_not_be_sent() {
        let event = Event::Resumed { upload_id: UploadId::new("id").unwrap(), parts: 12, bytes: 192 << 20 };
        assert_eq!(step(&event, Some(30)), "going on with upload id: 12 of 30 parts are on the server, 192.0 MiB");
    }
}

//! The steps of an upload as text, for `-v` and the log.

use super::console::visible;
use super::failures::message;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::plan::part_sizes::PartSizes;
use crate::upload::{Event, Operation, Plan};

/// Returns the text of a step; empty for other events.
pub(crate) fn in_words(event: &Event, of_parts: Option<u16>) -> Message {
    match event {
        Event::Started(Plan::Put { size }) => message!("sending {size} in one request", size = units::size(*size)),
        Event::Started(Plan::Multipart(parts)) => {
            let (size, part_size) = (units::size(parts.size()), units::size(parts.part_size()));
            let count = units::counted(u64::from(parts.count()), phrase!("part"));
            let divided = parts.divided_part_size().map(|size| message!(" and then {size}", size = units::size(size)));
            message!(
                "sending {size} in {count} of {part_size}{divided}",
                size,
                count,
                part_size,
                divided = divided.unwrap_or_default()
            )
        }
        Event::Started(Plan::Stream(cut)) => message!("sending parts of {part_sizes}", part_sizes = part_sizes(*cut)),
        Event::Initiated(id) => message!("initiated upload {id}", id = visible(id.as_str())),
        Event::Resumed { upload_id, parts, bytes } => {
            let (id, bytes, of) = (visible(upload_id.as_str()), units::size(*bytes), of_parts);
            match of {
                Some(of) => message!(
                    "resuming upload {id}: {parts} of {of} parts ({bytes}) are on the server",
                    id,
                    parts,
                    of,
                    bytes
                ),
                None => message!("resuming upload {id}: {parts} parts ({bytes}) are on the server", id, parts, bytes),
            }
        }
        Event::PartStored(record) => {
            message!(
                "{part} uploaded, {size}",
                part = message::name(Operation::UploadPart(record.number), of_parts),
                size = units::size(record.size)
            )
        }
        Event::Completing | Event::Retrying { .. } | Event::Progress(_) | Event::Reading(..) | Event::Notice(_) => {
            Message::default()
        }
    }
}

/// The sizes of a stream's parts.
pub(crate) fn part_sizes(cut: PartSizes) -> Message {
    let (first, largest) = (units::size(cut.first()), units::size(cut.largest()));
    if first == largest { first.into() } else { message!("{first}, growing up to {largest}", first, largest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::{PartNumber, UploadId};
    use crate::upload::PlanOptions;
    use crate::upload::plan::divisions::Division;

    #[test]
    fn parts_that_were_divided_have_two_sizes() {
        let undivided = Plan::new(100 << 20, PlanOptions::default()).unwrap();
        assert_eq!(in_words(&Event::Started(undivided), None), "sending 100.0 MiB in 45 parts of 2.2 MiB");
        let division = Division { first: PartNumber::new(41).unwrap(), part_size: 1 << 20 };
        let divided = undivided.divided(division).unwrap();
        assert_eq!(
            in_words(&Event::Started(divided), None),
            "sending 100.0 MiB in 50 parts of 2.2 MiB and then 1.0 MiB"
        );
    }

    #[test]
    fn a_resumed_upload_says_how_much_is_on_the_server() {
        let event = Event::Resumed { upload_id: UploadId::new("id").unwrap(), parts: 12, bytes: 192 << 20 };
        assert_eq!(in_words(&event, Some(30)), "resuming upload id: 12 of 30 parts (192.0 MiB) are on the server");
    }
}

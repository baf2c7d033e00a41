//! The steps of an upload as text, for `-v` and the log.

use super::console::visible;
use crate::cli::values::units;
use crate::upload::plan::part_sizes::PartSizes;
use crate::upload::{Event, Plan};

/// Returns the text of a step; empty for other events.
pub(crate) fn in_words(event: &Event, parts: Option<u16>) -> String {
    let of_parts = parts.map(|parts| format!(" of {parts}")).unwrap_or_default();
    match event {
        Event::Started(Plan::Put { size }) => format!("sending {} in one request", units::size(*size)),
        Event::Started(Plan::Multipart(parts)) => {
            let (size, part_size) = (units::size(parts.size()), units::size(parts.part_size()));
            let count = units::counted(u64::from(parts.count()), "part");
            let divided = parts.divided_part_size().map(|size| format!(" and then {}", units::size(size)));
            format!("sending {size} in {count} of {part_size}{}", divided.unwrap_or_default())
        }
        Event::Started(Plan::Stream(cut)) => format!("sending parts of {}", part_sizes(*cut)),
        Event::Initiated(id) => format!("initiated upload {}", visible(id.as_str())),
        Event::Resumed { upload_id, parts, bytes } => {
            let (id, bytes) = (visible(upload_id.as_str()), units::size(*bytes));
            format!("resuming upload {id}: {parts}{of_parts} parts ({bytes}) are on the server")
        }
        Event::PartStored(record) => {
            format!("part {}{of_parts} uploaded, {}", record.number, units::size(record.size))
        }
        Event::Completing | Event::Retrying { .. } | Event::Progress(_) | Event::Reading(..) | Event::Notice(_) => {
            String::new()
        }
    }
}

/// The sizes of a stream's parts.
pub(crate) fn part_sizes(cut: PartSizes) -> String {
    let (first, largest) = (units::size(cut.first()), units::size(cut.largest()));
    if first == largest { first } else { format!("{first}, growing up to {largest}") }
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
        assert_eq!(in_words(&Event::Started(undivided), None), "sending 100.0 MiB in 50 parts of 2.0 MiB");
        let division = Division { first: PartNumber::new(41).unwrap(), part_size: 1 << 20 };
        let divided = undivided.divided(division).unwrap();
        assert_eq!(
            in_words(&Event::Started(divided), None),
            "sending 100.0 MiB in 60 parts of 2.0 MiB and then 1.0 MiB"
        );
    }

    #[test]
    fn a_resumed_upload_says_how_much_is_on_the_server() {
        let event = Event::Resumed { upload_id: UploadId::new("id").unwrap(), parts: 12, bytes: 192 << 20 };
        assert_eq!(in_words(&event, Some(30)), "resuming upload id: 12 of 30 parts (192.0 MiB) are on the server");
    }
}

//! A part that is much slower than its siblings, near the end of the upload.

use std::time::Instant;

use super::part_states::Slot;
use super::parts::{PartBoard, index};
use crate::cos::multipart::PartNumber;

impl PartBoard {
    /// Notes how long a part took, from which follows whether others are slow.
    pub(crate) fn took_until(&mut self, number: PartNumber, now: Instant) {
        if let Slot::InFlight { since, twice: false } = self.slots[index(number)]
            && self.copied_crc64(number).is_none()
        {
            self.times.add(now.saturating_duration_since(since));
        }
    }

    /// Takes a part that is slow, to be sent by a second request. If there is none yet, returns when there may be one.
    pub(crate) fn take_slow(&mut self, now: Instant) -> Result<PartNumber, Option<Instant>> {
        let has_others = !(self.fresh.is_empty() && self.again.is_empty() && self.doubtful.is_empty());
        if !self.closed || has_others {
            return Err(None);
        }
        let time = self.times.slow_after(self.left()).ok_or(None)?;
        let (since, number) = self.slowest().ok_or(None)?;
        let paced = self.pace.as_ref().map_or(now, |pace| pace.of(false).next(now));
        let due = paced.max(since + time);
        if due > now {
            return Err(Some(due));
        }
        self.slots[index(number)] = Slot::InFlight { since, twice: true };
        if let Some(pace) = &mut self.pace {
            pace.of_mut(false).begin(now);
        }
        Ok(number)
    }

    /// The part that is being sent for the longest time by one request.
    fn slowest(&self) -> Option<(Instant, PartNumber)> {
        let sent = self.numbers().filter(|number| self.copied_crc64(*number).is_none());
        let since = |number: PartNumber| match self.slots[index(number)] {
            Slot::InFlight { since, twice: false } => Some((since, number)),
            _ => None,
        };
        sent.filter_map(since).min()
    }
}

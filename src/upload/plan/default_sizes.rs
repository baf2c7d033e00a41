//! The part size and the threshold that cosput chooses if the user gives none.
//!
//! | size of | value | reason |
//! | --- | --- | --- |
//! | part of a single file | a 45th of the file, at least 1 MiB, at most 64 MiB | Connections to a far server are slow, so more connections are faster. COS documents 50 uploads a second of one file: 45 parts may begin at once, and five of them again, if connections break. A part costs a round trip and some hundred bytes, so fewer parts bring no gain. COS accepts no part below 1 MiB. 50 parts of 64 MiB a second are more than an account may send (15 Gbit/s). |
//! | part of one file among N | N 45ths of the file, at most 16 MiB or a 45th | Other files keep the connections busy. |
//! | part of a delta upload | the same in whole MiB | A block of the map, of 1 MiB, that lies in two parts would have to be read again. |
//! | threshold | two parts, 2 MiB to 16 MiB | Initiate and Complete cost two round trips. In that time a single connection carries as much as a part would have saved. |
//! | threshold of a single file, server beside this machine | 16 MiB | If the server answers within a millisecond, one connection is as fast as many, and each request and the journal count. |
//! | first part of a stream | 8 MiB | The parts are held in memory, and their number is not known. |
//! | part of a stream of a known size | as for a file, at most a sixteenth of the memory | 16 parts are in flight at a time. |

use std::time::Duration;

use crate::cos::multipart::SMALLEST_PART;

/// The most parts of one object that begin in any second. COS documents 50 uploads a second of a single file
/// (document 436/14518) and does not say whether parts count.
pub(in crate::upload) const PARTS_A_SECOND: u16 = 50;

/// A server that answers sooner is on this machine or beside it.
pub(in crate::upload) const BESIDE: Duration = Duration::from_millis(1);

const MEBIBYTE: u64 = 1 << 20;
/// Sizes are multiples of this.
const STEP: u64 = 256 << 10;
/// Parts are halved at least if they are too large for a network, so smaller ones could not be divided.
const SMALLEST_DIVISIBLE: u64 = 2 * SMALLEST_PART;
/// The most parts of a usual size of a single file: fewer than may begin in a second, so that parts that broke begin again at
/// once.
const USUAL_PARTS: u64 = 45;
/// The largest part of a single file.
const LARGEST_USUAL: u64 = 64 * MEBIBYTE;
/// The largest part while other files keep the connections busy; also the largest threshold.
const LARGEST_AMONG_MANY: u64 = 16 * MEBIBYTE;
const SMALLEST_THRESHOLD: u64 = 2 * MEBIBYTE;
/// The first part of a stream of unknown size, and the largest such stream that is sent in one PUT.
const STREAM: u64 = 8 * MEBIBYTE;
/// The number of parts of a stream that fit into memory.
const HELD_PARTS: u64 = 16;

/// The part size of a file of `size` bytes, one of `files` that are uploaded together.
pub(in crate::upload) fn part_size(size: u64, files: u64) -> u64 {
    let alone = size.div_ceil(USUAL_PARTS);
    let share = size.saturating_mul(files.max(1)).div_ceil(USUAL_PARTS);
    let share = share.min(LARGEST_AMONG_MANY.max(alone)).min(LARGEST_USUAL);
    if share <= SMALLEST_PART { SMALLEST_PART } else { share.next_multiple_of(STEP).max(SMALLEST_DIVISIBLE) }
}

/// The size of parts that end with blocks of a delta map: this one or a little more.
pub(in crate::upload) fn of_whole_blocks(part_size: u64) -> u64 {
    part_size.next_multiple_of(MEBIBYTE)
}

/// The largest file that is sent in one PUT, for a file of `size` bytes, one of `files`, to a server that answers in
/// `round_trip`, if that is known.
pub(super) fn threshold(size: u64, files: u64, round_trip: Option<Duration>) -> u64 {
    if round_trip.is_some_and(|time| time < BESIDE) {
        return LARGEST_AMONG_MANY;
    }
    (2 * part_size(size, files)).clamp(SMALLEST_THRESHOLD, LARGEST_AMONG_MANY)
}

/// The part size of a stream of which up to `memory` bytes are held; for an unknown size, that of the first part.
pub(super) fn stream_part_size(size: Option<u64>, memory: u64) -> u64 {
    let most = (memory / HELD_PARTS / MEBIBYTE * MEBIBYTE).max(SMALLEST_PART);
    size.map_or(STREAM, |size| part_size(size, 1)).min(most)
}

/// The largest stream that is sent in one PUT.
pub(super) fn stream_threshold(size: Option<u64>) -> u64 {
    size.map_or(STREAM, |size| threshold(size, 1, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Size in MiB, files, part size in KiB, threshold in KiB.
    fn table(rows: &[(u64, u64, u64, u64)]) {
        for (size, files, expected_part, expected_threshold) in rows {
            let found = (part_size(size * MEBIBYTE, *files), threshold(size * MEBIBYTE, *files, None));
            let expected = (expected_part << 10, expected_threshold << 10);
            assert_eq!(found, expected, "{size} MiB, {files} files");
        }
    }

    #[test]
    fn a_file_that_is_alone_has_up_to_45_parts() {
        table(&[
            (1, 1, 1024, 2048),
            (8, 1, 1024, 2048),
            (45, 1, 1024, 2048),
            (46, 1, 2048, 4096),
            (100, 1, 2304, 4608),
            (256, 1, 5888, 11_776),
            (1024, 1, 23_552, 16_384),
            (2880, 1, 65_536, 16_384),
            (1 << 20, 1, 65_536, 16_384),
        ]);
        for size in (3 * MEBIBYTE..200 * MEBIBYTE).step_by(99_991) {
            let part = part_size(size, 1);
            assert!(size.div_ceil(part) <= USUAL_PARTS, "{size}");
            assert!(part == SMALLEST_PART || part >= SMALLEST_DIVISIBLE, "parts of {part} cannot be divided");
        }
    }

    #[test]
    fn a_file_among_others_has_fewer_parts() {
        table(&[
            (8, 4, 1024, 2048),
            (8, 45, 8192, 16_384),
            (16, 45, 16_384, 16_384),
            (100, 2, 4608, 9216),
            (100, 50, 16_384, 16_384),
            (1440, 50, 32_768, 16_384),
        ]);
    }

    #[test]
    fn a_file_up_to_16_mib_is_one_request_to_a_server_beside_this_machine() {
        let threshold = |micros| threshold(8 * MEBIBYTE, 1, Some(Duration::from_micros(micros))) / MEBIBYTE;
        assert_eq!([100, 999, 1000, 50_000].map(threshold), [16, 16, 2, 2]);
    }

    #[test]
    fn a_stream_has_parts_of_which_sixteen_fit_into_memory() {
        let mebibytes = |size: Option<u64>, memory| {
            stream_part_size(size.map(|size| size * MEBIBYTE), memory * MEBIBYTE) / MEBIBYTE
        };
        assert_eq!(mebibytes(None, 256), 8);
        assert_eq!(mebibytes(None, 64), 4);
        assert_eq!(mebibytes(None, 2), 1);
        assert_eq!(mebibytes(Some(32), 256), 1);
        assert_eq!(mebibytes(Some(5 << 10), 256), 16);
        assert_eq!(mebibytes(Some(5 << 10), 4096), 64);
    }
}

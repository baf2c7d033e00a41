//! Samples of a file. A machine compares them before it sends anything, and so notices that its directory has other content
//! than that of the machine that made the plan.

use crate::upload::error::SourceError;
use crate::upload::plan::part_range::Range;
use crate::upload::source::FileSource;

/// How long a sample is, in bytes.
pub const LENGTH: u64 = 64 << 10;

/// Where the samples of a file of `size` bytes are: at its start, and in a large one also in its middle and at its end.
pub fn ranges(size: u64) -> Vec<Range> {
    let length = size.min(LENGTH);
    let mut offsets = match size {
        0 => vec![],
        _ if size <= 4 * LENGTH => vec![0],
        _ => vec![0, size / 2, size - length],
    };
    offsets.dedup();
    offsets.into_iter().map(|offset| Range { offset, length: length.min(size - offset) }).collect()
}

/// The CRC-64 of each sample, by its offset. Blocks.
pub fn take(source: &FileSource) -> Result<Vec<(u64, u64)>, SourceError> {
    let ranges = ranges(source.identity().size);
    let samples = source.crc64s(&ranges)?;
    Ok(ranges.iter().map(|range| range.offset).zip(samples).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_in_the_file() {
        for size in [0, 1, LENGTH, LENGTH + 1, 4 * LENGTH, 4 * LENGTH + 1, 5 << 30] {
            for range in ranges(size) {
                assert!(range.length > 0 && range.length <= LENGTH && range.offset + range.length <= size, "{size}");
            }
        }
        assert_eq!(ranges(0), []);
        assert_eq!(ranges(1 << 20).len(), 3);
    }

    #[test]
    fn other_content_gives_other_samples() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let mut content = vec![1; 1 << 20];
        std::fs::write(&path, &content).unwrap();
        let before = take(&FileSource::open(&path).unwrap()).unwrap();
        content[(1 << 20) - 1] = 2;
        std::fs::write(&path, &content).unwrap();
        let after = take(&FileSource::open(&path).unwrap()).unwrap();
        assert_eq!(before[..2], after[..2]);
        assert_ne!(before[2], after[2]);
    }
}

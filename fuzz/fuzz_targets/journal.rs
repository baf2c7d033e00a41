//! A journal file of any bytes: what is read of it can be written and read again, and is the same.

#![no_main]

use cosput::upload::journal::lines::{Content, part_line, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Content::Journal(journal) = read(bytes) {
        assert!(journal.whole <= bytes.len() as u64);
        let written = journal.header.line() + &journal.parts.iter().map(part_line).collect::<String>();
        let Content::Journal(again) = read(written.as_bytes()) else { panic!("what we write we can read") };
        assert_eq!((again.header, again.parts), (journal.header, journal.parts));
    }
});

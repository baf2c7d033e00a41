//! `--files-from`: a list of paths, read lazily, one entry at a time.

use crate::language::message;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use super::problem::Problem;
use crate::upload::source::file::unreadable;

/// The longest entry in bytes. The longest path that Linux opens has 4096 bytes.
pub const LONGEST_ENTRY: usize = 64 << 10;
/// How many bytes of a longer entry are kept, to identify it in the message.
const BEGINNING: usize = 64;

/// The delimiter of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// A line feed, optionally preceded by a carriage return.
    Line,
    /// A NUL, as written by `find -print0`.
    Nul,
}

/// The paths in a list. Empty entries are skipped.
pub struct List {
    name: PathBuf,
    reader: Box<dyn BufRead + Send>,
    delimiter: Delimiter,
    begun: bool,
    ended: bool,
}

/// A path of the list, or a display name and the reason if the entry is not a usable path.
pub(crate) type Entry = Result<PathBuf, (PathBuf, Problem)>;

impl List {
    /// Reads from `reader`. Read errors are reported under `name`.
    pub fn new(name: &Path, reader: Box<dyn BufRead + Send>, delimiter: Delimiter) -> Self {
        Self { name: name.to_owned(), reader, delimiter, begun: false, ended: false }
    }

    /// The next entry without its delimiter, truncated beyond the maximum length; `None` at the end.
    fn bytes(&mut self) -> io::Result<Option<Vec<u8>>> {
        let delimiter = match self.delimiter {
            Delimiter::Line => b'\n',
            Delimiter::Nul => 0,
        };
        let mut entry = Vec::new();
        loop {
            let held = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                held => held?,
            };
            if held.is_empty() {
                return Ok((!entry.is_empty()).then_some(entry));
            }
            let end = held.iter().position(|byte| *byte == delimiter);
            let piece = &held[..end.unwrap_or(held.len())];
            // Two bytes above the maximum: a carriage return, and the byte that shows that the entry is too long.
            entry.extend_from_slice(&piece[..piece.len().min(LONGEST_ENTRY + 2 - entry.len())]);
            let read = piece.len() + usize::from(end.is_some());
            self.reader.consume(read);
            if end.is_some() {
                return Ok(Some(entry));
            }
        }
    }

    /// The next entry without its delimiter and without the byte order mark of the list.
    fn next_bytes(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = self.bytes()?;
        if !std::mem::replace(&mut self.begun, true)
            && let Some(first) = &mut bytes
        {
            if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    message!("the list is UTF-16; save it as UTF-8"),
                ));
            }
            if self.delimiter == Delimiter::Line && first.contains(&0) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    message!("its names end with NUL; use -0 (--null)"),
                ));
            }
            if first.starts_with("\u{feff}".as_bytes()) {
                first.drain(.."\u{feff}".len());
            }
        }
        Ok(bytes)
    }

    fn entry(&self, mut bytes: Vec<u8>) -> Entry {
        if self.delimiter == Delimiter::Line && bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if bytes.len() > LONGEST_ENTRY {
            let beginning = String::from_utf8_lossy(&bytes[..BEGINNING]);
            return Err((format!("{beginning}…").into(), Problem::LongEntry(LONGEST_ENTRY)));
        }
        path(bytes)
    }
}

impl Iterator for List {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while !self.ended {
            match self.next_bytes() {
                Ok(Some(bytes)) => match self.entry(bytes) {
                    Ok(path) if path.as_os_str().is_empty() => {}
                    entry => return Some(entry),
                },
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err((self.name.clone(), unreadable(&error).into())));
                }
            }
        }
        None
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("name", &self.name).field("delimiter", &self.delimiter).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn path(bytes: Vec<u8>) -> Entry {
    use std::os::unix::ffi::OsStringExt;
    Ok(OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path(bytes: Vec<u8>) -> Entry {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(OsString::from(text).into()),
        Err(error) => Err((String::from_utf8_lossy(error.as_bytes()).into_owned().into(), Problem::NotUtf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::error::SourceError;
    use std::io::{BufReader, Read};

    fn entries(content: impl Into<Vec<u8>>, delimiter: Delimiter) -> Vec<Entry> {
        // A buffer of seven bytes, so that entries cross its end.
        let reader = BufReader::with_capacity(7, io::Cursor::new(content.into()));
        List::new(Path::new("list"), Box::new(reader), delimiter).collect()
    }

    fn paths(names: &[&str]) -> Vec<Entry> {
        names.iter().map(|name| Ok(PathBuf::from(name))).collect()
    }

    #[test]
    fn a_line_is_a_path_as_written() {
        let list = "a\n\n dir/b c \r\n\r\n中文 🎉\n-x\n#no comment";
        assert_eq!(entries(list, Delimiter::Line), paths(&["a", " dir/b c ", "中文 🎉", "-x", "#no comment"]));
        assert_eq!(entries("", Delimiter::Line), []);
        assert_eq!(entries("\n", Delimiter::Line), []);
        assert_eq!(entries("\u{feff}a\n\u{feff}b", Delimiter::Line), paths(&["a", "\u{feff}b"]));
        let utf16 = entries([0xff, 0xfe, b'a', 0, b'\n', 0], Delimiter::Line);
        assert!(utf16.len() == 1 && format!("{utf16:?}").contains("the list is UTF-16; save it as UTF-8"), "{utf16:?}");
    }

    #[test]
    fn a_list_with_nul_is_refused_without_its_option() {
        let entries = entries("a\0b\0", Delimiter::Line);
        assert!(entries.len() == 1 && format!("{entries:?}").contains("use -0 (--null)"), "{entries:?}");
    }

    #[test]
    fn with_nul_a_path_may_hold_line_ends() {
        assert_eq!(entries("a\nb\0\0c\r\0d", Delimiter::Nul), paths(&["a\nb", "c\r", "d"]));
    }

    #[test]
    fn an_entry_may_be_long_but_not_longer() {
        let longest = "l".repeat(LONGEST_ENTRY);
        assert_eq!(entries(format!("{longest}\r\na"), Delimiter::Line), paths(&[&longest, "a"]));
        let shown = format!("{}…", "l".repeat(BEGINNING));
        let too_long = || Err((PathBuf::from(&shown), Problem::LongEntry(LONGEST_ENTRY)));
        for list in [format!("{longest}l\na"), format!("{longest}{longest}\r\na"), format!("{longest}ll\na")] {
            assert_eq!(entries(list, Delimiter::Line), [too_long(), Ok(PathBuf::from("a"))]);
        }
        assert_eq!(entries(format!("{longest}l"), Delimiter::Nul), [too_long()]);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_need_not_be_utf8() {
        use std::os::unix::ffi::OsStringExt;
        let expected = PathBuf::from(OsString::from_vec(b"caf\xe9".to_vec()));
        assert_eq!(entries(&b"caf\xe9\n"[..], Delimiter::Line), [Ok(expected)]);
    }

    #[test]
    fn a_list_that_breaks_off_says_so_once() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let reader = BufReader::new(io::Cursor::new("a\nb").chain(Broken));
        let mut list = List::new(Path::new("list"), Box::new(reader), Delimiter::Line);
        let gone = Problem::Source(SourceError::Unreadable("gone".into()));
        assert_eq!(list.next(), Some(Ok(PathBuf::from("a"))));
        assert_eq!(list.next(), Some(Err((PathBuf::from("list"), gone))));
        assert_eq!(list.next(), None);
    }
}

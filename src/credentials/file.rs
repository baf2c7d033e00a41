//! Small text files that may contain secrets. A missing file is not an error, and no error shows the content.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::error;
use crate::cos::CredentialsError;

/// The largest file that is read, in bytes.
const MOST: u64 = 1 << 20;

/// Reads `path`, called `name` in messages; `None` if it does not exist.
pub(super) fn read(path: &Path, name: &str) -> Result<Option<Zeroizing<String>>, CredentialsError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(why) => return Err(error(format!("could not read {name}: {why}"))),
    };
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|why| error(format!("could not read {name}: {why}")))?;
    if bytes.len() as u64 > MOST {
        return Err(error(format!("could not read {name}: it is larger than 1 MiB")));
    }
    let text = str::from_utf8(&bytes).map_err(|_| error(format!("could not read {name}: it is not UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// The error for a file that cannot be parsed. The message of the parser is left out, because it quotes the file.
pub(super) fn malformed(name: &str, format: &str, line: Option<usize>) -> CredentialsError {
    error(match line {
        Some(line) => format!("could not read {name}: it is not the {format} expected (line {line})"),
        None => format!("could not read {name}: it is not the {format} expected"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_whole_or_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        assert_eq!(read(&path, "it"), Ok(None));
        assert_eq!(read(&path.join("below"), "it"), Ok(None));
        std::fs::write(&path, "\u{feff}text").unwrap();
        assert_eq!(read(&path, "it").unwrap().unwrap().as_str(), "text");
        assert_eq!(read(&path.join("below"), "it"), Ok(None));
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert_eq!(read(&path, "it"), Err(error("could not read it: it is not UTF-8")));
        std::fs::write(&path, vec![b'a'; (1 << 20) + 1]).unwrap();
        assert_eq!(read(&path, "it"), Err(error("could not read it: it is larger than 1 MiB")));
        assert!(read(directory.path(), "it").is_err());
    }
}

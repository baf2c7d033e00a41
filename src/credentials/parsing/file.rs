//! Small text files that may contain secrets. A missing file is not an error, and no error shows the content.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cos::CredentialsError;
use crate::credentials::error::error;
use crate::language::{Message, message};

/// The largest file that is read, in bytes.
const MOST: u64 = 1 << 20;

/// Reads `path`, called `name` in messages; `None` if it does not exist.
pub(crate) fn read(path: &Path, name: &Message) -> Result<Option<Zeroizing<String>>, CredentialsError> {
    match File::open(path) {
        Ok(file) => content(file, name).map(Some),
        Err(why) if is_absent(&why) => Ok(None),
        Err(why) => Err(error(message!("could not read {file}: {why}", file = name, why))),
    }
}

/// The same for a file in a default place: if it cannot be opened, as in the home of another user, it does not count.
pub(crate) fn read_default(path: &Path, name: &Message) -> Result<Option<Zeroizing<String>>, CredentialsError> {
    File::open(path).ok().map(|file| content(file, name)).transpose()
}

/// Why a file that exists, or may exist, cannot be opened.
pub(crate) fn why_ignored(path: &Path) -> Option<String> {
    let why = File::open(path).err().filter(|why| !is_absent(why))?;
    Some(format!("{}: {why}", path.display()))
}

fn is_absent(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn content(file: File, name: &Message) -> Result<Zeroizing<String>, CredentialsError> {
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| error(message!("could not read {file}: {why}", file = name, why)))?;
    if bytes.len() as u64 > MOST {
        return Err(error(message!("could not read {file}: it is larger than 1 MiB", file = name)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(error(message!("could not read {file}: it is UTF-16; save it as UTF-8", file = name)));
    }
    let text =
        str::from_utf8(&bytes).map_err(|_| error(message!("could not read {file}: it is not UTF-8", file = name)))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Zeroizing::new(text.to_owned()))
}

/// The error for a file that cannot be parsed. The message of the parser is left out, because it quotes the file.
pub(crate) fn malformed(name: &Message, format: &Message, line: Option<usize>) -> CredentialsError {
    error(match line {
        Some(line) => {
            message!("could not read {file}: it is not the {format} expected (line {line})", file = name, format, line)
        }
        None => message!("could not read {file}: it is not the {format} expected", file = name, format),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_whole_or_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        assert_eq!(read(&path, &"it".into()), Ok(None));
        assert_eq!(read(&path.join("below"), &"it".into()), Ok(None));
        std::fs::write(&path, "\u{feff}text").unwrap();
        assert_eq!(read(&path, &"it".into()).unwrap().unwrap().as_str(), "text");
        assert_eq!(read(&path.join("below"), &"it".into()), Ok(None));
        std::fs::write(&path, [0xff]).unwrap();
        assert_eq!(read(&path, &"it".into()), Err(error("could not read it: it is not UTF-8".into())));
        for utf16 in [[0xff, 0xfe], [0xfe, 0xff]] {
            std::fs::write(&path, utf16).unwrap();
            assert_eq!(
                read(&path, &"it".into()),
                Err(error("could not read it: it is UTF-16; save it as UTF-8".into()))
            );
        }
        std::fs::write(&path, vec![b'a'; (1 << 20) + 1]).unwrap();
        assert_eq!(read(&path, &"it".into()), Err(error("could not read it: it is larger than 1 MiB".into())));
        assert!(read(directory.path(), &"it".into()).is_err());
    }
}

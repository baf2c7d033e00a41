//! The sources on the command line, looked at before anything is sent: a destination that is written in the way of another
//! tool, and a value that was meant for an option, would otherwise fail alone, after other files were uploaded.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::output::console::{is_stdin, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::values::destination::{Destination, misspelt};
use crate::language::{Message, Phrase, message, phrase};

/// Options whose value must follow an equals sign.
const WITH_OPTIONAL_VALUE: [&str; 3] = ["--emulator", "--skip-unchanged", "--delta"];

/// The hint for a directory without -r.
pub(super) const USE_RECURSIVE: Phrase = phrase!("use -r to upload a directory and everything in it");

/// The sources, and how the command line means them.
pub(super) struct NamedSources<'a> {
    /// The paths, without a destination.
    pub(super) paths: &'a [PathBuf],
    /// True if a bucket, a key or a prefix comes from a destination.
    pub(super) has_destination: bool,
    /// `--key`.
    pub(super) key: Option<&'a str>,
    pub(super) recursive: bool,
    /// The command line.
    pub(super) arguments: &'a [OsString],
}

impl NamedSources<'_> {
    /// Refuses sources that cannot be meant as such.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (index, path) in self.paths.iter().enumerate().filter(|(_, path)| !is_stdin(path)) {
            if path.is_file() {
                continue;
            }
            let found = fs::symlink_metadata(path).is_ok();
            if !found && let Some(hint) = path.to_str().and_then(misspelt) {
                let wrong = message!("{path} is neither a file nor a destination", path = shown(path));
                return Err(usage(wrong, hint));
            }
            if (!found || (path.is_dir() && !self.recursive))
                && let Some(option) = self.option_before(path)
            {
                let path = shown(path);
                let why = if found { phrase!("it is a directory") } else { phrase!("no such file") };
                return Err(usage(
                    message!("could not upload {source}: {error}", source = path, error = why),
                    message!("if {path} is the value of {option}, write {option}={path}", path, option),
                ));
            }
            if !found && index > 0 && index + 1 == self.paths.len() && self.looks_like_a_key(path) {
                return Err(self.meant_as_key(path));
            }
            if found {
                self.check_kind(path)?;
            }
        }
        Ok(())
    }

    /// The option directly before a path on the command line, if the path could be its value.
    fn option_before(&self, path: &Path) -> Option<&'static str> {
        let pair = self.arguments.windows(2).find(|pair| pair[1] == path.as_os_str())?;
        WITH_OPTIONAL_VALUE.into_iter().find(|option| pair[0] == *option)
    }

    /// True for the last path of `upload a.txt backup/a.txt`, as coscmd takes a key.
    fn looks_like_a_key(&self, path: &Path) -> bool {
        let one_file = matches!(self.paths, [first, _] if first.is_file());
        !self.has_destination && self.key.is_none() && (one_file || path.as_os_str().as_encoded_bytes().contains(&b'/'))
    }

    fn meant_as_key(&self, path: &Path) -> Failure {
        let key = shown(path);
        let several = self.paths.len() > 2 || self.paths[0].is_dir();
        let option = if several { "--prefix" } else { "--key" };
        let (typed, url) = (shell_words::quote(&key), format!("cos://BUCKET/{}", key.trim_start_matches('/')));
        usage(
            message!("could not upload {source}: {error}", source = key, error = phrase!("no such file")),
            message!(
                "if it is the destination, write {option} {typed} or {url}",
                option,
                typed,
                url = shell_words::quote(&url)
            ),
        )
    }

    fn check_kind(&self, path: &Path) -> Result<(), Failure> {
        if path.is_dir() {
            return self.check_directory(path);
        }
        if is_pipe(path) {
            return Err(usage(
                message!("could not upload {source}: it is a pipe", source = shown(path)),
                message!("upload its content through stdin: COMMAND | cosput upload - --key KEY"),
            ));
        }
        Ok(())
    }

    /// One message for all that is wrong with a directory.
    fn check_directory(&self, path: &Path) -> Result<(), Failure> {
        let directory = shown(path);
        let no_file = message!("could not upload {source}: is a directory, not a file", source = directory);
        match (self.recursive, self.key) {
            (true, None) => Ok(()),
            (true, Some(key)) => Err(usage(
                message!("--key names one object, and {directory} is a directory", directory),
                message!("use --prefix {key} instead of --key {key}", key),
            )),
            (false, Some(key)) => Err(usage(
                no_file,
                message!(
                    "use -r --prefix {key} instead of --key {key} to upload a directory and everything in it",
                    key
                ),
            )),
            (false, None) => Err(usage(no_file, USE_RECURSIVE.into())),
        }
    }
}

fn usage(message: Message, hint: Message) -> Failure {
    Failure::Usage { message, hint: Some(hint) }
}

/// True for a pipe that the shell has opened, such as /dev/stdin or the /dev/fd/63 of `<(command)`.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let opened = path.starts_with("/dev") || path.starts_with("/proc");
    opened && fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Removes a destination from the end. A destination in another place is an error.
pub(super) fn take_destination(paths: &mut Vec<PathBuf>) -> Result<Option<Destination>, Failure> {
    let is_destination = |path: &PathBuf| Destination::is(path.as_os_str());
    let last = paths.pop_if(|last| is_destination(last));
    let destination = last.map(|last| Destination::parse(&last.to_string_lossy())).transpose();
    let destination = destination.map_err(|error| Failure::usage(Message::of(&error)))?;
    match paths.iter().find(|path| is_destination(path)) {
        Some(path) => Err(Failure::usage(message!(
            "'{path}' is a destination, and only the last argument can be one",
            path = shown(path)
        ))),
        None => Ok(destination),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message and the hint about these sources, in a directory with the file `a` and the directory `d`.
    fn refused(arguments: &[&str], key: Option<&str>) -> Option<(String, String)> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a"), "a").unwrap();
        fs::create_dir(directory.path().join("d")).unwrap();
        let inside = |text: &str| if matches!(text, "a" | "d") { directory.path().join(text) } else { text.into() };
        let arguments: Vec<PathBuf> = arguments.iter().map(|text| inside(text)).collect();
        let paths: Vec<PathBuf> = arguments
            .iter()
            .filter(|path| !path.starts_with("-r") && !shown(path).starts_with("--"))
            .cloned()
            .collect();
        let recursive = arguments.contains(&PathBuf::from("-r"));
        let arguments: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
        let named = NamedSources { paths: &paths, has_destination: false, key, recursive, arguments: &arguments };
        let report = named.check().err()?.report();
        let short = |text: &str| text.replace(&format!("{}", directory.path().join("").display()), "");
        Some((short(&report.message), short(&report.hints.iter().map(|hint| hint.english()).collect::<String>())))
    }

    fn hint(arguments: &[&str]) -> String {
        refused(arguments, None).map(|(_, hint)| hint).unwrap_or_default()
    }

    #[test]
    fn destinations_in_the_way_of_other_tools_are_refused_with_the_right_way() {
        let way = "if it is the destination, write --key";
        assert_eq!(hint(&["a", "backup/a.txt"]), format!("{way} backup/a.txt or cos://BUCKET/backup/a.txt"));
        assert_eq!(hint(&["a", "b.txt"]), format!("{way} b.txt or cos://BUCKET/b.txt"));
        assert_eq!(
            hint(&["a", "a", "backup/"]),
            "if it is the destination, write --prefix backup/ or cos://BUCKET/backup/"
        );
        assert_eq!(hint(&["a", "s3://b-1/k"]), "write the destination as cos://b-1/k");
        assert_eq!(hint(&["a", "cos:/b-1/k"]), "write the destination as cos://b-1/k");
        assert_eq!(
            hint(&["a", "https://b-1.cos.ap-x.myqcloud.com/k?x=1"]),
            "write the destination as cos://b-1/k, with --region ap-x"
        );
        assert_eq!(refused(&["a", "s3://b-1/k"], None).unwrap().0, "s3://b-1/k is neither a file nor a destination");
    }

    #[test]
    fn values_of_options_that_need_an_equals_sign_are_recognized() {
        assert_eq!(
            hint(&["--skip-unchanged", "mtime", "a"]),
            "if mtime is the value of --skip-unchanged, write --skip-unchanged=mtime"
        );
        assert_eq!(hint(&["--emulator", "d", "a"]), "if d is the value of --emulator, write --emulator=d");
        assert_eq!(hint(&["--emulator", "a"]), "");
        assert_eq!(hint(&["--emulator", "d", "-r"]), "");
    }

    #[test]
    fn a_source_that_is_missing_otherwise_fails_alone() {
        assert_eq!(refused(&["missing"], None), None);
        assert_eq!(refused(&["missing", "a"], None), None);
        assert_eq!(refused(&["-r", "d", "missing"], None), None);
        assert_eq!(refused(&["-"], None), None);
    }

    #[test]
    fn one_message_says_all_about_a_directory() {
        let table = [
            (&["d"][..], None, "could not upload d: is a directory, not a file", USE_RECURSIVE.english()),
            (
                &["d"],
                Some("x"),
                "could not upload d: is a directory, not a file",
                "use -r --prefix x instead of --key x to upload a directory and everything in it",
            ),
            (
                &["-r", "d"],
                Some("x"),
                "--key names one object, and d is a directory",
                "use --prefix x instead of --key x",
            ),
        ];
        for (arguments, key, message, hint) in table {
            assert_eq!(refused(arguments, key), Some((message.to_owned(), hint.to_owned())));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_named_by_a_hyphen() {
        use std::os::fd::AsRawFd;
        let (reader, _writer) = std::io::pipe().unwrap();
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        let (message, hint) = refused(&[&path], None).unwrap();
        assert_eq!(message, format!("could not upload {path}: it is a pipe"));
        assert_eq!(hint, "upload its content through stdin: COMMAND | cosput upload - --key KEY");
    }
}

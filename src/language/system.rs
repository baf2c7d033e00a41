//! The texts of the operating system in Chinese. Errors of files and connections have them in English.
//!
//! `Message` looks for them in everything that it shows in Chinese: most of these errors come inside of errors of other
//! libraries, of which only the text is left.

use std::borrow::Cow;
use std::io::{self, ErrorKind};

use super::catalogue;
use super::phrase::{Phrase, phrase};

/// What stands before the number of an error, as the standard library writes it.
const NUMBER: &str = "os error ";
/// What the standard library writes before the reason for which a name was not found. Such an error has no number.
const LOOKUP: Phrase = phrase!("failed to lookup address information: ");
/// These reasons, as glibc, musl and macOS word them.
const OF_NAMES: [Phrase; 9] = [
    phrase!("Name or service not known"),
    phrase!("Name does not resolve"),
    phrase!("nodename nor servname provided, or not known"),
    phrase!("Name has no usable address"),
    phrase!("No address associated with hostname"),
    phrase!("Temporary failure in name resolution"),
    phrase!("Try again"),
    phrase!("Non-recoverable failure in name resolution"),
    phrase!("Non-recoverable error"),
];

/// The text with the system's words in Chinese. Those that are not known stay as they are.
pub(super) fn in_chinese(text: Cow<'_, str>) -> Cow<'_, str> {
    let text = match text.split_once(LOOKUP.english()) {
        Some((before, reason)) => Cow::Owned(format!("{before}{}", lookup(reason))),
        None => text,
    };
    let errors: Vec<io::Error> = numbers(&text).map(io::Error::from_raw_os_error).collect();
    errors.iter().fold(text, |text, error| match words(error) {
        Some(words) => Cow::Owned(text.replace(&error.to_string(), &words)),
        None => text,
    })
}

/// The numbers of the errors in a text.
fn numbers(text: &str) -> impl Iterator<Item = i32> {
    text.split(NUMBER).skip(1).filter_map(|rest| rest.split_once(')')?.0.parse().ok())
}

/// Why a name was not found.
fn lookup(reason: &str) -> String {
    let known = OF_NAMES.into_iter().find(|known| reason.starts_with(known.english()));
    match known.and_then(|known| Some((catalogue::chinese(known.english())?, known.english().len()))) {
        Some((words, length)) => format!("{words}{}", &reason[length..]),
        None => format!("{}{reason}", catalogue::chinese(LOOKUP.english()).unwrap_or_default()),
    }
}

/// What an error of the system says in Chinese, with its number. `None` if it is a rare one.
fn words(error: &io::Error) -> Option<String> {
    let what = catalogue::chinese(of_number(error).or_else(|| of_kind(error.kind()))?.english())?;
    Some(format!("{what}（{NUMBER}{}）", error.raw_os_error()?))
}

/// The words for an error that the standard library has no kind for.
#[cfg(unix)]
fn of_number(error: &io::Error) -> Option<Phrase> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::MFILE | Errno::NFILE => Some(phrase!("too many open files")),
        Errno::IO => Some(phrase!("the disk could not be read or written")),
        Errno::LOOP => Some(phrase!("too many levels of symbolic links")),
        _ => None,
    }
}

#[cfg(not(unix))]
fn of_number(_error: &io::Error) -> Option<Phrase> {
    None
}

fn of_kind(kind: ErrorKind) -> Option<Phrase> {
    Some(match kind {
        ErrorKind::NotFound => phrase!("no such file or directory"),
        ErrorKind::PermissionDenied => phrase!("permission denied"),
        ErrorKind::AlreadyExists => phrase!("the file exists already"),
        ErrorKind::NotADirectory => phrase!("not a directory"),
        ErrorKind::IsADirectory => phrase!("it is a directory"),
        ErrorKind::DirectoryNotEmpty => phrase!("the directory is not empty"),
        ErrorKind::ReadOnlyFilesystem => phrase!("the file system is read-only"),
        ErrorKind::StorageFull => phrase!("no space is left on the device"),
        ErrorKind::QuotaExceeded => phrase!("the quota of the disk is used up"),
        ErrorKind::FileTooLarge => phrase!("the file is too large"),
        ErrorKind::InvalidFilename => phrase!("the file name is too long or invalid"),
        ErrorKind::ResourceBusy => phrase!("the device or resource is busy"),
        ErrorKind::StaleNetworkFileHandle => phrase!("the file on the network is gone"),
        ErrorKind::CrossesDevices => phrase!("it is on another file system"),
        ErrorKind::NotSeekable => phrase!("it cannot be read from any position"),
        ErrorKind::InvalidInput => phrase!("invalid argument"),
        ErrorKind::OutOfMemory => phrase!("there is not enough memory"),
        ErrorKind::Interrupted => phrase!("the system call was interrupted"),
        ErrorKind::WouldBlock => phrase!("the resource is temporarily unavailable"),
        ErrorKind::Unsupported => phrase!("the system does not support this"),
        ErrorKind::BrokenPipe => phrase!("the reader of the pipe is gone"),
        ErrorKind::ConnectionRefused => phrase!("the connection was refused"),
        ErrorKind::ConnectionReset => phrase!("the connection was reset"),
        ErrorKind::ConnectionAborted => phrase!("the connection was aborted"),
        ErrorKind::NotConnected => phrase!("there is no connection"),
        ErrorKind::HostUnreachable => phrase!("there is no route to the host"),
        ErrorKind::NetworkUnreachable => phrase!("the network is unreachable"),
        ErrorKind::NetworkDown => phrase!("the network is down"),
        ErrorKind::TimedOut => phrase!("the connection timed out"),
        ErrorKind::AddrInUse => phrase!("the address is in use already"),
        ErrorKind::AddrNotAvailable => phrase!("this machine does not have the address"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Message, chinese, english, message};

    fn said(text: &str) -> String {
        chinese(|| Message::from(text).to_string())
    }

    #[cfg(unix)]
    fn system(errno: rustix::io::Errno) -> io::Error {
        errno.into()
    }

    #[test]
    #[cfg(unix)]
    fn the_common_errors_are_said_in_chinese_with_their_numbers() {
        use rustix::io::Errno;
        for errno in [
            Errno::NOENT,
            Errno::ACCESS,
            Errno::PERM,
            Errno::EXIST,
            Errno::NOTDIR,
            Errno::ISDIR,
            Errno::NOTEMPTY,
            Errno::ROFS,
            Errno::NOSPC,
            Errno::DQUOT,
            Errno::FBIG,
            Errno::NAMETOOLONG,
            Errno::BUSY,
            Errno::STALE,
            Errno::XDEV,
            Errno::SPIPE,
            Errno::INVAL,
            Errno::NOMEM,
            Errno::INTR,
            Errno::AGAIN,
            Errno::NOSYS,
            Errno::PIPE,
            Errno::CONNREFUSED,
            Errno::CONNRESET,
            Errno::CONNABORTED,
            Errno::NOTCONN,
            Errno::HOSTUNREACH,
            Errno::NETUNREACH,
            Errno::NETDOWN,
            Errno::TIMEDOUT,
            Errno::ADDRINUSE,
            Errno::ADDRNOTAVAIL,
            Errno::MFILE,
            Errno::NFILE,
            Errno::IO,
            Errno::LOOP,
        ] {
            let said = said(&system(errno).to_string());
            let words = said.strip_suffix(&format!("（os error {}）", errno.raw_os_error()));
            let words = words.unwrap_or_else(|| panic!("{said}"));
            assert!(!words.is_empty() && !words.contains(|letter: char| letter.is_ascii_alphabetic()), "{said}");
        }
    }

    #[test]
    fn they_are_found_wherever_a_message_gets_them_from() {
        let missing = std::fs::File::open("/no/such/file").unwrap_err();
        let number = missing.raw_os_error().unwrap();
        chinese(|| {
            let words = format!("文件或目录不存在（os error {number}）");
            assert_eq!(message!("could not start: {error}", error = missing).to_string(), format!("无法启动：{words}"));
            assert_eq!(Message::of(&missing).to_string(), words);
            assert_eq!(Message::from(format!("{missing}, {missing}")).to_string(), format!("{words}, {words}"));
        });
    }

    #[test]
    fn programs_and_english_have_the_systems_own_text() {
        let missing = std::fs::File::open("/no/such/file").unwrap_err().to_string();
        assert_eq!(Message::from(missing.clone()).to_string(), missing);
        chinese(|| {
            let message = Message::from(missing.clone());
            assert_eq!((message.english(), english(|| message.to_string())), (missing.as_str(), missing.clone()));
            assert_eq!(serde_json::to_string(&message).unwrap(), format!("{missing:?}"));
        });
    }

    #[test]
    fn what_the_system_does_not_say_stays() {
        for text in [
            "(os error 2)",
            "no number (os error x)",
            "cut (os error 2",
            "a text of COS (os error 2)",
            "(os error 2147483647)",
        ] {
            assert_eq!(said(text), text);
        }
        let rare = io::Error::from_raw_os_error(2_147_483_647).to_string();
        assert_eq!(said(&rare), rare);
    }

    #[test]
    fn why_a_name_was_not_found_is_said_in_chinese() {
        let lookup = |reason| said(&format!("h:443: {}{reason}", LOOKUP.english()));
        assert_eq!(lookup("Name or service not known"), "h:443: 该域名不存在");
        assert_eq!(lookup("Try again: x"), "h:443: 域名服务器暂时不可用: x");
        assert_eq!(lookup("Other"), "h:443: 域名解析失败：Other");
        assert!(OF_NAMES.iter().all(|reason| !lookup(reason.english()).contains(reason.english())));
    }
}

//! Escapes text from outside: a file name or a server's message must not control the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// A name or a message for one line; every control character is escaped.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_unsafe, spelled)
}

/// One or more lines for a terminal: like [`visible`], but line breaks and tabs stay.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_unsafe(c) && !matches!(c, '\n' | '\t'), spelled)
}

/// JSON for a terminal: escapes the characters that JSON itself does not escape.
pub(super) fn escaped_in_json(json: &str) -> Cow<'_, str> {
    escaped(json, is_unsafe, |c| format!("\\u{:04x}", u32::from(c)))
}

/// A path for people. Bytes that are not UTF-8 are escaped, so that two such names differ: `a\xff`.
pub(super) fn visible_path(path: &Path) -> String {
    visible(&path_text(path)).into_owned()
}

/// A path for JSON: unchanged, or with `\xff` for each byte that is not UTF-8.
pub(super) fn path_text(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str() {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("a string can be written");
        }
    }
    Cow::Owned(text)
}

/// `\n`, `\u{1b}`.
fn spelled(c: char) -> String {
    c.escape_default().to_string()
}

/// Control characters, and those that reverse the direction of text.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, wanted: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.chars().any(&wanted) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if wanted(c) { escape(c) } else { c.to_string() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(visible("naïve 中.txt"), "naïve 中.txt");
        assert_eq!(visible("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(visible("a\u{9b}\u{202e}"), "a\\u{9b}\\u{202e}");
        assert_eq!(printable("a\tb\nc\u{7}"), "a\tb\nc\\u{7}");
        assert_eq!(escaped_in_json("\"\u{7f}\u{9b}\""), "\"\\u007f\\u009b\"");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_stay_distinct() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let shown = |bytes: &[u8]| visible_path(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(shown(b"a\xff.txt"), "a\\xff.txt");
        assert_eq!(shown(b"a\xfe\xe4\xb8.txt"), "a\\xfe\\xe4\\xb8.txt");
        assert_eq!(shown("中\n".as_bytes()), "中\\n");
    }
}

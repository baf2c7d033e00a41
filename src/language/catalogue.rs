//! The translations, from the catalogue that translators edit. It is read when the first message needs it.

use std::collections::HashMap;
use std::sync::LazyLock;

use polib::po_file::{POParseOptions, parse_from_reader_with_option};

use super::choice::current;
use super::locale::Language;

/// GNU gettext's format, so that any tool for translators can edit it.
const CHINESE: &str = include_str!("zh-CN.po");

static TRANSLATIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(CHINESE));

fn read(file: &str) -> HashMap<String, String> {
    let options = POParseOptions { message_body_only: true, translated_only: true, ..POParseOptions::new() };
    let catalogue =
        parse_from_reader_with_option(file.as_bytes(), &options).expect("a test reads the catalogue in the binary");
    let entry = |message: &dyn polib::message::MessageView| {
        Some((message.msgid().to_owned(), message.msgstr().ok()?.to_owned()))
    };
    catalogue.messages().filter_map(entry).collect()
}

/// The Chinese text of an English one.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    TRANSLATIONS.get(english).map(String::as_str)
}

/// A fixed text in the chosen language, for texts that do not come from `phrase!`, such as those
/// of clap's help. A text without a translation stays English.
pub fn translated(text: &str) -> &str {
    match current() {
        Language::English => text,
        Language::Chinese => chinese(text).unwrap_or(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_read() {
        assert_eq!(chinese("could not start: {error}"), Some("无法启动：{error}"));
        assert_eq!(chinese("no such text"), None);
    }

    #[test]
    fn entries_may_span_lines_and_hold_escapes() {
        let file = "msgid \"\"\nmsgstr \"Language: zh_CN\\n\"\n\n#. A note.\nmsgid \"\"\n\"one \\\"two\\\" \"\n\"three\"\nmsgstr \"一“二”\\n三\"\n";
        assert_eq!(read(file)["one \"two\" three"], "一“二”\n三");
    }
}

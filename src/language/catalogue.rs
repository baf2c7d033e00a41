//! The translations, as a table that `build` makes of the catalogue, which translators edit.

use super::choice::current;
use super::locale::Language;

/// Each English text and its translation, sorted by the English one.
static TRANSLATIONS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/zh-CN.rs"));

/// The Chinese text of an English one.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    let found = TRANSLATIONS.binary_search_by_key(&english, |(english, _)| english).ok()?;
    Some(TRANSLATIONS[found].1)
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
    fn each_text_of_the_catalogue_is_found() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/zh-CN.po");
        let catalogue = polib::po_file::parse(&file).unwrap();
        assert!(catalogue.count() > 900);
        for message in catalogue.messages() {
            assert_eq!(chinese(message.msgid()), Some(message.msgstr().unwrap()));
        }
        assert_eq!(chinese("no such text"), None);
    }
}

//! The languages, and which one a locale names.

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The language of the code.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// The variables that name the locale of messages. The first one that is set decides.
const LOCALES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];
/// Who reads these reads traditional characters, which the catalogue has not.
const TRADITIONAL: [&str; 4] = ["hant", "hk", "mo", "tw"];

impl Language {
    /// The language of the environment, as POSIX and gettext read it. `None` if it names no locale.
    pub fn of_variables<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let locale = LOCALES.into_iter().find_map(&value)?;
        let (name, charset) = split(locale);
        // Messages are UTF-8: on a terminal of another charset, Chinese would be unreadable.
        let readable = charset.is_none_or(|charset| ["utf-8", "utf8"].contains(&charset.to_ascii_lowercase().as_str()));
        if !readable || matches!(name, "C" | "POSIX") {
            return Some(Self::English);
        }
        let listed = value("LANGUAGE").and_then(|list| list.split(':').find_map(known));
        Some(listed.unwrap_or_else(|| Self::of_locale(locale)))
    }

    /// The language of a locale such as `zh_CN.UTF-8` or `zh-Hans-CN`.
    pub fn of_locale(locale: &str) -> Self {
        known(locale).unwrap_or(Self::English)
    }
}

/// The language that this locale asks for, if it is one of them.
fn known(locale: &str) -> Option<Language> {
    let name = split(locale).0.to_ascii_lowercase();
    let mut words = name.split(['_', '-']);
    match words.next()? {
        "en" => Some(Language::English),
        "zh" => {
            let words: Vec<&str> = words.collect();
            let traditional = words.iter().any(|word| TRADITIONAL.contains(word)) && !words.contains(&"hans");
            (!traditional).then_some(Language::Chinese)
        }
        _ => None,
    }
}

/// The name and the charset of a locale, without its modifier.
fn split(locale: &str) -> (&str, Option<&str>) {
    let locale = locale.split('@').next().unwrap_or(locale);
    locale.split_once('.').map_or((locale, None), |(name, charset)| (name, Some(charset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &'static str)]) -> Option<Language> {
        Language::of_variables(|name| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_locale_names_a_language() {
        for chinese in
            ["zh", "zh_CN", "zh_CN.UTF-8", "zh_CN.utf8", "zh_SG.UTF-8", "zh-Hans-CN", "zh_Hans_HK", "zh_CN@x"]
        {
            assert_eq!(of(&[("LANG", chinese)]), Some(Language::Chinese), "{chinese}");
            assert_eq!(Language::of_locale(chinese), Language::Chinese, "{chinese}");
        }
        for other in ["C", "POSIX", "C.UTF-8", "en_US.UTF-8", "de_DE.UTF-8", "zh_TW.UTF-8", "zh_HK", "zh-Hant", "zhx"] {
            assert_eq!(of(&[("LANG", other)]), Some(Language::English), "{other}");
        }
    }

    #[test]
    fn a_terminal_of_another_charset_gets_english() {
        for locale in ["zh_CN.GBK", "zh_CN.GB18030", "zh_CN.GB2312"] {
            assert_eq!(of(&[("LANG", locale)]), Some(Language::English), "{locale}");
        }
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let zh = "zh_CN.UTF-8";
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("LC_ALL", "C"), ("LC_MESSAGES", zh), ("LANG", zh)]), Some(Language::English));
        assert_eq!(of(&[("LC_MESSAGES", zh), ("LANG", "en_US.UTF-8")]), Some(Language::Chinese));
        assert_eq!(of(&[("LC_MESSAGES", "en_US.UTF-8"), ("LANG", zh)]), Some(Language::English));
    }

    #[test]
    fn a_list_of_languages_comes_before_the_locale_unless_that_is_c() {
        let list = |list, locale| of(&[("LANGUAGE", list), ("LANG", locale)]);
        assert_eq!(list("zh_CN:en", "en_US.UTF-8"), Some(Language::Chinese));
        assert_eq!(list("en:zh_CN", "zh_CN.UTF-8"), Some(Language::English));
        assert_eq!(list("de:zh_TW:zh", "en_US.UTF-8"), Some(Language::Chinese));
        assert_eq!(list("de", "zh_CN.UTF-8"), Some(Language::Chinese));
        assert_eq!(list("zh_CN", "C"), Some(Language::English));
        assert_eq!(list("zh_CN", "C.UTF-8"), Some(Language::English));
        assert_eq!(of(&[("LANGUAGE", "zh_CN")]), None);
    }
}

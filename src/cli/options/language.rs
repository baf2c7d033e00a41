//! The language of messages: as named, or that of the locale.

use std::ffi::{OsStr, OsString};

use crate::cli::args::LanguageChoice;
use crate::cli::process::world::World;
use crate::language::Language;

const OPTION: &str = "--language";

/// The language of a command line that is not read yet, and whose help and errors have a language too. A wrong value is
/// refused when it is read.
pub(in crate::cli) fn of_words(world: &World) -> Language {
    let variable = || world.variables.get("COSPUT_LANGUAGE").and_then(choice);
    of(typed(&world.arguments).and_then(choice).or_else(variable), world)
}

/// The language as named, or that of the locale.
pub(in crate::cli) fn of(choice: Option<LanguageChoice>, world: &World) -> Language {
    match choice {
        Some(LanguageChoice::En) => Language::English,
        Some(LanguageChoice::Zh) => Language::Chinese,
        None => of_locale(world),
    }
}

/// Windows sets no variables, but a shell on it may.
fn of_locale(world: &World) -> Language {
    let by_variables = Language::of_variables(|name| world.variables.get(name)?.to_str());
    let by_system = || (world.ui_language)().map(|locale| Language::of_locale(&locale));
    by_variables.or_else(by_system).unwrap_or(Language::English)
}

fn choice(word: &OsStr) -> Option<LanguageChoice> {
    LanguageChoice::of_word(word.to_str()?)
}

/// The value of the option, if it is given: the last one, as clap takes it.
fn typed(arguments: &[OsString]) -> Option<&OsStr> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let words = &arguments[..end];
    let value = |(at, word): (usize, &'_ OsString)| match word.to_str()?.strip_prefix(OPTION)? {
        "" => words.get(at + 1).map(OsString::as_os_str),
        rest => words[at].to_str()?.get(OPTION.len() + 1..).filter(|_| rest.starts_with('=')).map(OsStr::new),
    };
    words.iter().enumerate().rev().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;

    const CHINESE: Language = Language::Chinese;
    const ENGLISH: Language = Language::English;

    fn language(arguments: &[&str], variables: &[(&str, &str)]) -> Language {
        of_words(&world(arguments, variables).world)
    }

    #[test]
    fn what_is_typed_comes_before_variables_and_those_before_the_locale() {
        let zh = ("LANG", "zh_CN.UTF-8");
        assert_eq!(language(&[], &[]), ENGLISH);
        assert_eq!(language(&["upload"], &[zh]), CHINESE);
        assert_eq!(language(&["upload", "--language", "en"], &[zh]), ENGLISH);
        assert_eq!(language(&["--language=zh", "upload"], &[("COSPUT_LANGUAGE", "en")]), CHINESE);
        assert_eq!(language(&["upload"], &[("COSPUT_LANGUAGE", "en"), zh]), ENGLISH);
        assert_eq!(language(&["--language", "en", "--language=zh"], &[]), CHINESE);
    }

    #[test]
    fn a_wrong_or_lacking_value_is_ignored_until_it_is_refused() {
        let zh = ("LC_ALL", "zh_CN.UTF-8");
        for arguments in [&["--language=xx"][..], &["--language"], &["--languages=en"], &["--", "--language=en"]] {
            assert_eq!(language(arguments, &[zh]), CHINESE, "{arguments:?}");
        }
        assert_eq!(language(&[], &[("COSPUT_LANGUAGE", "xx"), zh]), CHINESE);
    }

    #[test]
    fn the_language_of_the_system_is_asked_for_if_no_variable_names_one() {
        let mut test = world(&[], &[]);
        test.world.ui_language = || Some("zh-Hans-CN".to_owned());
        assert_eq!(of_words(&test.world), CHINESE);
        test.world.variables = [("LANG", "C.UTF-8")].into_iter().collect();
        assert_eq!(of_words(&test.world), ENGLISH);
    }
}

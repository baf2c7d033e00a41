//! Every text for people is written with `message!` or `phrase!`, and the catalogue has its translation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::help_texts::{help_texts, lines_for_people};
use crate::tokens::{LITERAL, Token, tokens};
use crate::{TREE, assert_none, files_below};

/// Files and folders whose texts are for programs, or for documents in English, each with the reason.
const ENGLISH_ALONE: &[(&str, &str)] = &[
    ("cli/manual/", "the man pages are generated, and English"),
    ("cos/error.rs", "it compares what the server says"),
    ("cos/sign.rs", "a signature is for the server"),
    ("cli/completion/", "completions are generated, and English"),
    ("emulator/answer/", "it is what a server answers"),
    ("emulator/exchange.rs", "it is what a server answers"),
    ("emulator/faults/distortion.rs", "it is what a proxy answers"),
    ("emulator/operations/", "it is what a server answers"),
    ("emulator/refusal.rs", "it is what a server answers"),
    ("emulator/request/", "it is what a server answers"),
    ("emulator/store/merge.rs", "it is what a server answers"),
    ("cli/output/ci/github.rs", "it has the commands of GitHub"),
    ("cli/process/ignored.rs", "it has a script for a shell"),
];

/// What may hold prose that no user should ever see: it says why the code cannot get there.
const FOR_DEVELOPERS: [&str; 8] =
    ["expect", "expect_err", "panic!", "unreachable!", "assert!", "assert_eq!", "debug_assert!", "debug_assert_eq!"];
/// The macros whose first string is a text for people.
const FOR_PEOPLE: [&str; 2] = ["message!", "phrase!"];
/// A string of this many words is prose. Beside a value, one word is enough.
const PROSE: usize = 3;

/// A string of the program, and the calls around it, the innermost last.
struct Found {
    file: &'static str,
    line: usize,
    string: String,
    within: Vec<String>,
}

impl Found {
    fn is_for_people(&self) -> bool {
        self.within.last().is_some_and(|call| FOR_PEOPLE.contains(&call.as_str()))
    }

    fn is_for_developers(&self) -> bool {
        self.within.iter().any(|call| call == "#" || FOR_DEVELOPERS.contains(&call.as_str()))
    }
}

/// The strings of the program, without those of tests.
fn strings() -> Vec<Found> {
    let texts = files_below("src");
    let in_file = |file: &'static str| {
        let tests = &TREE.module(file).test_lines;
        let found = strings_among(file, &tokens(&texts[file]));
        found.into_iter().filter(|found| !tests.iter().any(|lines| lines.contains(&found.line))).collect::<Vec<_>>()
    };
    TREE.files().flat_map(in_file).collect()
}

fn strings_among(file: &'static str, tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut within: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens[at].text.as_str());
        match token.text.as_str() {
            "(" | "[" | "{" => within.push(match (before(2), before(1)) {
                (name, "!") => format!("{name}!"),
                (_, name) => name.to_owned(),
            }),
            ")" | "]" | "}" => {
                within.pop();
            }
            LITERAL => {
                let Some(string) = token.string.clone() else { continue };
                found.push(Found { file, line: token.line, string, within: within.clone() });
            }
            _ => {}
        }
    }
    found
}

/// The names in braces.
fn names(text: &str) -> BTreeSet<&str> {
    text.split("{{").flat_map(|text| text.split('{').skip(1)).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// True for the beginning of a command that a user types.
fn is_command(text: &str) -> bool {
    let mut words = text.split(' ');
    words.next() == Some("cosput") && words.nth(1).is_some_and(|option| option.starts_with('-'))
}

/// True if a person would read a string as text.
fn is_prose(text: &str) -> bool {
    let least = if text.contains('{') && text.contains(' ') { 1 } else { PROSE };
    words(text) >= least
}

/// How many words of a sentence there are. Those with a capital are names, such as those of requests.
fn words(text: &str) -> usize {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric());
        word.len() > 1
            && !word.starts_with(char::is_uppercase)
            && word.chars().all(|character| character.is_alphabetic() || "'-".contains(character))
    };
    let is_no_option = |word: &&str| !word.starts_with("--") && !word.contains("://") && *word != "cosput";
    let without_names = text.split('{').map(|text| text.split_once('}').map_or(text, |(_, rest)| rest));
    without_names.flat_map(str::split_whitespace).filter(is_no_option).filter(is_word).count()
}

pub(crate) fn catalogue() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/zh-CN.po");
    let file = fs::read_to_string(&path).unwrap();
    let catalogue = polib::po_file::parse(&path).unwrap();
    let entries: BTreeMap<String, String> = catalogue
        .messages()
        .map(|message| (message.msgid().to_owned(), message.msgstr().unwrap().to_owned()))
        .collect();
    assert_eq!(file.matches("\nmsgid ").count(), entries.len() + 1, "a key is in the catalogue twice");
    entries
}

/// All keys that the program looks up.
fn keys() -> BTreeSet<String> {
    let in_code = strings().into_iter().filter(Found::is_for_people).map(|found| found.string);
    in_code.chain(help_texts()).collect()
}

#[test]
fn every_text_is_translated() {
    let catalogue = catalogue();
    let missing = keys().into_iter().filter(|key| !catalogue.contains_key(key));
    assert_none(&missing.map(|key| format!("zh-CN.po has no entry for {key:?}")).collect::<Vec<_>>());
}

#[test]
fn every_translation_has_its_text() {
    let keys = keys();
    let more = catalogue().into_keys().filter(|key| !keys.contains(key));
    assert_none(&more.map(|key| format!("no code has the text {key:?} of zh-CN.po")).collect::<Vec<_>>());
}

#[test]
fn a_translation_has_the_values_of_its_text() {
    let mut breaches = Vec::new();
    for (key, translation) in &catalogue() {
        if translation.is_empty() {
            breaches.push(format!("{key:?} is not translated"));
        }
        if names(key) != names(translation) {
            breaches.push(format!("{translation:?} has other values than {key:?}"));
        }
    }
    for found in strings().iter().filter(|found| found.is_for_people()) {
        let wrong =
            names(&found.string).into_iter().filter(|name| !name.chars().all(|c| c == '_' || c.is_alphanumeric()));
        breaches.extend(wrong.map(|name| format!("{}:{}: {{{name}}} is more than a name", found.file, found.line)));
    }
    assert_none(&breaches);
}

#[test]
fn prose_is_written_so_that_it_can_be_translated() {
    let is_in = |file: &str, names: &[&str]| names.iter().any(|name| file.starts_with(name));
    let english: Vec<&str> = ENGLISH_ALONE.iter().map(|(name, _)| *name).collect();
    let found = strings();
    let prose = |found: &&Found| {
        let is_prose = is_prose(&found.string) && !is_command(&found.string);
        is_prose && !found.is_for_people() && !found.is_for_developers()
    };
    let help = help_texts();
    let is_help = |found: &Found| lines_for_people(&found.string).all(|line| help.contains(line));
    let untranslated = found.iter().filter(prose).filter(|found| !is_in(found.file, &english) && !is_help(found));
    let breaches: Vec<String> =
        untranslated.map(|found| format!("{}:{}: {:?}", found.file, found.line, found.string)).collect();
    assert_none(&breaches);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_with_the_calls_around_them() {
        let text = r#"#[a(reason = "b")] fn f() { message!("c {d}", d = g("e")); x.expect("h"); let i = ["j"]; }"#;
        let found = strings_among("f", &tokens(text));
        let shown: Vec<(&str, bool, bool)> = found
            .iter()
            .map(|found| (found.string.as_str(), found.is_for_people(), found.is_for_developers()))
            .collect();
        assert_eq!(
            shown,
            [("b", false, true), ("c {d}", true, false), ("e", false, false), ("h", false, true), ("j", false, false)]
        );
    }

    #[test]
    fn prose_is_told_from_names() {
        assert_eq!(words("could not read {file}: {why}"), 3);
        assert_eq!(words("x-cos-acl"), 1);
        assert_eq!(words("Initiate Multipart Upload"), 0);
        assert!(is_prose(" (from {})") && !is_prose(" --receipts {}") && !is_prose("{} cos://{}") && !is_prose("a={}"));
        assert!(is_command("cosput abort --key {key}") && !is_command("cosput initiate did not finish it"));
        assert_eq!(words("a=1&b=2 / {}"), 0);
        assert_eq!(names("{a}{{b}}{c}"), ["a", "c"].into());
    }
}

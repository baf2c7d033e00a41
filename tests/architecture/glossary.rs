//! One English term has one Chinese term, as the table in `CONTRIBUTING.md` says, and no Chinese word stands for two things.

use std::fs;
use std::path::Path;

use crate::assert_none;
use crate::wording::catalogue;

/// Stretches of English in which a word of the table is not the term.
const NO_TERMS: [&str; 10] = [
    "Windows",
    "Initiate Multipart Upload",
    "an equal part of it",
    "a part of it is empty",
    "this is the part that",
    "Shell to complete for",
    "here, object, or object:PREFIX",
    "here, object or object:PREFIX",
    "emulator, beside the default",
    "plan, cos or a directory [plan]",
];
/// What follows is a list of JSON fields.
const FIELDS: &str = "With --json, ";

/// A word that only has a meaning after one of these.
const NEVER_ALONE: [(&str, &[&str]); 2] =
    [("密钥", &["访问", "临时", "永久", "加密", "SSE-C ", "KMS "]), ("键", &["对象", "标签"])];
/// Words of which Tencent Cloud's documents use another one.
const NEVER: [&str; 8] = ["收据", "引擎", "帐号", "其它", "登陆", "点击", "你", "比如"];
const WIDE_MARKS: &str = "，。：；、（）？！";
const NARROW_MARKS: &str = ",;:?!()";

/// The terms of the table, each with the Chinese ones that may stand for it.
fn glossary() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| English | Chinese |")).skip(2);
    let cells = rows.take_while(|line| line.starts_with('|')).flat_map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect::<Vec<_>>()
    });
    let terms = cells.filter(|(english, _)| !english.contains('('));
    terms.map(|(english, chinese)| (english, chinese.split(", ").map(str::to_owned).collect())).collect()
}

/// The words of an English text that are neither commands, options, values nor names.
fn words(english: &str) -> Vec<String> {
    let prose = NO_TERMS.iter().fold(english.to_owned(), |text, stretch| text.replace(stretch, " - "));
    let prose = prose.split(FIELDS).next().unwrap_or_default();
    let mut words = Vec::new();
    let mut after_program = false;
    for word in prose.split_whitespace() {
        let word = word.trim_matches(|mark: char| ",.;:?()'\"".contains(mark));
        let is_word = word.chars().all(|character| character.is_alphanumeric() || "-'".contains(character));
        words.push(if is_word && !after_program { word.to_lowercase() } else { "-".to_owned() });
        after_program = word == "cosput";
    }
    words
}

/// True if these words are the term, in whatever form.
fn is_term(words: &[String], term: &[String]) -> bool {
    let is_form = |(word, base): (&String, &String)| {
        let stem = word.strip_prefix(base.as_str());
        let of_y = base.strip_suffix('y').and_then(|stem| word.strip_prefix(stem));
        stem.is_some_and(|rest| ["", "s", "d", "ed", "'s"].contains(&rest)) || of_y == Some("ies")
    };
    words.len() == term.len() && words.iter().zip(term).all(is_form)
}

fn has_term(words: &[String], term: &str) -> bool {
    let term: Vec<String> = term.split(' ').map(str::to_lowercase).collect();
    words.windows(term.len()).any(|words| is_term(words, &term))
}

#[test]
fn each_term_has_the_translation_of_the_glossary() {
    let glossary = glossary();
    assert!(glossary.len() > 40, "{glossary:?}");
    let mut breaches = Vec::new();
    for (english, chinese) in &catalogue() {
        let words = words(english);
        let wrong = glossary.iter().filter(|(term, allowed)| {
            has_term(&words, term) && !allowed.iter().any(|word| chinese.contains(word.as_str()))
        });
        breaches
            .extend(wrong.map(|(term, allowed)| format!("{term} is {allowed:?}, not as in {chinese:?} ({english:?})")));
    }
    assert_none(&breaches);
}

#[test]
fn a_chinese_word_stands_for_one_thing() {
    let mut breaches = Vec::new();
    for (english, chinese) in &catalogue() {
        for (word, before) in NEVER_ALONE {
            let alone =
                chinese.match_indices(word).any(|(at, _)| !before.iter().any(|kind| chinese[..at].ends_with(kind)));
            breaches.extend(alone.then(|| format!("{word} of what? {chinese:?}")));
        }
        breaches
            .extend(NEVER.iter().filter(|word| chinese.contains(**word)).map(|word| format!("{word}: {chinese:?}")));
        let is_about_the_log = words(english).iter().any(|word| word.starts_with("log"));
        if chinese.contains("日志") && !is_about_the_log {
            breaches.push(format!("日志 is the log: {chinese:?}"));
        }
    }
    assert_none(&breaches);
}

#[test]
fn chinese_has_full_width_marks_without_spaces_and_a_space_before_latin_letters() {
    let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    let is_wide = |letter: char| is_chinese(letter) || WIDE_MARKS.contains(letter);
    let is_wrong = |(first, second): (char, char)| {
        let narrow = |one: char, other: char| is_wide(one) && NARROW_MARKS.contains(other);
        let touching = |one: char, other: char| is_chinese(one) && other.is_ascii_alphanumeric();
        let apart = |one: char, other: char| WIDE_MARKS.contains(one) && other == ' ';
        [(first, second), (second, first)]
            .into_iter()
            .any(|(one, other)| narrow(one, other) || touching(one, other) || apart(one, other))
    };
    let wrong = |chinese: &String| chinese.chars().zip(chinese.chars().skip(1)).any(is_wrong);
    let breaches: Vec<String> = catalogue().into_values().filter(wrong).collect();
    assert_none(&breaches);
}

#[test]
fn a_term_is_found_in_each_form_but_not_in_names() {
    let found = |english: &str, term: &str| has_term(&words(english), term);
    assert!(found("the journal's thread", "journal") && found("Journals of uploads", "journal"));
    assert!(found("the policies.", "policy") && found("an unfinished upload", "unfinished upload"));
    assert!(!found("cosput abort --journal {journal}", "journal") && !found("cosput abort", "abort"));
    assert!(!found("With --json, each part is an object: event (part)", "part"));
}

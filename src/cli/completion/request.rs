//! The question of a shell and its answer: the kind of paths that fit, then a line for each candidate.

use std::ffi::OsString;

use clap::CommandFactory;

use super::candidates::{Candidates, candidates};
use super::line::{Line, Words};
use crate::cli::args::Arguments;
use crate::cli::process::world::Variables;

/// The name of the hidden command.
const COMMAND: &str = "complete-word";

/// The answer, if the command line is a question: `complete-word INDEX -- WORDS…`, without the program's name among the
/// words. The word at INDEX is missing if it is empty, because some shells drop empty arguments.
pub(in crate::cli) fn answer(arguments: &[OsString], variables: &Variables) -> Option<String> {
    let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    if arguments.next()? != COMMAND {
        return None;
    }
    let index = arguments.next()?.parse().ok()?;
    let words = Words::new(arguments.skip(1).collect(), index);
    let mut program = Arguments::command();
    program.build();
    Some(text(&candidates(&Line::read(&program, &words), &words, variables)))
}

fn text(candidates: &Candidates) -> String {
    let mut text = candidates.paths.word().to_owned();
    for (value, about) in &candidates.values {
        text.push('\n');
        text.push_str(value);
        if !about.is_empty() {
            text.push('\t');
            text.push_str(about);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(index: usize, words: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
        let head = ["cosput", COMMAND, &index.to_string(), "--"].map(OsString::from);
        let arguments: Vec<OsString> = head.into_iter().chain(words.iter().map(OsString::from)).collect();
        let answer = answer(&arguments, &variables.iter().copied().collect()).unwrap();
        answer.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
    }

    /// The answer for the last of these words.
    fn at_end(words: &[&str]) -> Vec<String> {
        ask(words.len() - 1, words, &[])
    }

    #[test]
    fn commands_come_first() {
        assert_eq!(at_end(&["up"]), ["none", "upload", "upload-parts"]);
        assert_eq!(at_end(&["list"]), ["none", "list-uploads", "list-parts"]);
        assert!(at_end(&[""]).contains(&"resume".to_owned()));
        assert!(!at_end(&[""]).contains(&COMMAND.to_owned()));
        assert_eq!(at_end(&["help", "ver"]), ["none", "verify"]);
    }

    #[test]
    fn sources_are_files_and_an_empty_word_is_no_option() {
        assert_eq!(at_end(&["upload", ""]), ["files"]);
        assert_eq!(ask(1, &["upload"], &[]), ["files"]);
        assert_eq!(at_end(&["upload", "-r", "--bucket", "b-1", "a", ""]), ["files"]);
        assert_eq!(at_end(&["upload", "--", "-"]), ["files"]);
        assert_eq!(at_end(&["verify", "file", ""]), ["none"]);
        assert_eq!(at_end(&["man", ""]), ["directories"]);
    }

    #[test]
    fn options_are_those_of_the_command() {
        assert_eq!(at_end(&["upload", "--skip"]), ["none", "--skip-unchanged"]);
        assert_eq!(at_end(&["emulator", "--f"]), ["none", "--fault"]);
        assert!(at_end(&["upload", "-"]).contains(&"--part-size".to_owned()));
    }

    #[test]
    fn values_are_known_behind_each_spelling_of_an_option() {
        for words in [
            &["upload", "--region", "ap-guang"][..],
            &["upload", "--region", "=", "ap-guang"],
            &["upload", "-rb", "b-1", "--region", "ap-guang"],
        ] {
            assert_eq!(at_end(words), ["none", "ap-guangzhou"], "{words:?}");
        }
        assert_eq!(at_end(&["upload", "--region=ap-guang"]), ["none", "--region=ap-guangzhou"]);
        assert_eq!(ask(2, &["upload", "--sse", "="], &[]), ["none", "AES256", "cos/kms"]);
        assert!(at_end(&["upload", "--storage-class", ""]).contains(&"DEEP_ARCHIVE".to_owned()));
        assert!(at_end(&["upload", "--acl", "p"]).contains(&"public-read".to_owned()));
        assert!(at_end(&["emulator", "--fault", ""]).contains(&"slow-down".to_owned()));
        assert_eq!(at_end(&["completions", "f"]), ["none", "fish"]);
        assert_eq!(
            at_end(&["upload", "--skip-unchanged="]),
            ["none", "--skip-unchanged=crc64", "--skip-unchanged=mtime"]
        );
        assert_eq!(at_end(&["upload", "--emulator="]), ["directories"]);
        assert_eq!(at_end(&["upload", "-b", ""]), ["none"]);
        assert_eq!(at_end(&["upload", "--config", ""]), ["files"]);
        assert_eq!(at_end(&["upload", "--state-dir", ""]), ["directories"]);
    }

    #[test]
    fn profiles_are_those_of_the_configuration_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("c.toml");
        std::fs::write(&path, "[default]\n[ci]\nsecret_key = 'hidden'\n[release]\n").unwrap();
        let file = path.to_str().unwrap();
        let words = ["upload", "--config", file, "--profile", ""];
        assert_eq!(ask(4, &words, &[]), ["none", "ci", "default", "release"]);
        let equals = format!("--config={file}");
        assert_eq!(ask(3, &["resume", &equals, "--profile", "r"], &[]), ["none", "release"]);
        assert_eq!(ask(2, &["upload", "--profile", "c"], &[("COSPUT_CONFIG", file)]), ["none", "ci"]);
        assert_eq!(ask(2, &["upload", "--profile", ""], &[("HOME", "/nonexistent")]), ["none"]);
    }

    #[test]
    fn a_line_that_makes_no_sense_has_no_candidates() {
        assert_eq!(at_end(&["unknown", ""]), ["none"]);
        assert_eq!(at_end(&["upload", "--unknown="]), ["none"]);
        assert_eq!(ask(9, &["upload"], &[]), ["files"]);
        assert_eq!(answer(&["cosput".into(), COMMAND.into()], &Variables::default()), None);
    }
}

//! The committed man pages and the usage in the documents are those of the command line, and `cosput completions` prints
//! the committed completions.

use std::fs;
use std::path::Path;
use std::process::Command;

use cosput::cli::manual;

const HOW_TO_RENEW: &str = "renew it with: COSPUT_BLESS=1 cargo test --test generated";

#[test]
fn the_committed_completions_are_those_that_the_program_prints() {
    let shells = ["bash", "elvish", "fish", "powershell", "zsh"];
    let files = ["cosput.bash", "cosput.elv", "cosput.fish", "_cosput.ps1", "_cosput"];
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, file) in shells.into_iter().zip(files) {
        let committed = fs::read_to_string(directory.join(file)).unwrap();
        assert_eq!(help(&["completions", shell]), committed, "{file}");
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), files.len(), "a file in completions/ is of no shell");
}

#[test]
fn man_pages_are_those_of_the_command_line() {
    compare("man", manual::pages());
}

/// docs/command-line.md shows what `cosput -h` and `cosput upload -h` show.
#[test]
fn the_usage_in_the_documents_is_that_of_the_command_line() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("```text\n").expect("the page has a block for the usage");
    let (_, after) = rest.split_once("```\n<!-- end of usage -->").expect("the block has an end");
    let usage = help(&["-h"]) + "\n" + &help(&["upload", "-h"]);
    let current = format!("{before}```text\n{usage}```\n<!-- end of usage -->{after}");
    if blessing() {
        fs::write(&path, &current).unwrap();
    } else {
        assert!(page == current, "the usage in docs/command-line.md is out of date; {HOW_TO_RENEW}");
    }
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cosput")).args(arguments).env_clear().output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn compare(directory: &str, files: Vec<(String, Vec<u8>)>) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut expected: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    for (name, content) in files {
        let path = directory.join(name);
        if blessing() {
            fs::write(&path, &content).unwrap();
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == content, "{} is out of date; {HOW_TO_RENEW}", path.display());
    }
    let mut found: Vec<String> =
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "a file in {} is of no command", directory.display());
}

#[expect(clippy::disallowed_methods, reason = "a test renews files only when a person asks for it")]
fn blessing() -> bool {
    std::env::var_os("COSPUT_BLESS").is_some()
}

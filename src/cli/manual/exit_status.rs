//! The exit codes of each command. The README has the same table.

use super::roff::{Roff, bold};
use crate::cli::output::failures::exit::{
    CREDENTIALS, INTEGRITY, NOT_FOUND, OTHER, REFUSED, SOURCE, SUCCESS, UNAVAILABLE, USAGE,
};
use crate::cli::process::signals::{INTERRUPTED, TERMINATED};

/// The codes and their meanings.
const MEANINGS: [(u8, &str); 11] = [
    (SUCCESS, "Success. Everything is uploaded and verified."),
    (OTHER, "Another failure, which the message names."),
    (USAGE, "Wrong usage. Nothing was sent."),
    (SOURCE, "The source is missing, unreadable, or changed during the upload. Nothing was completed."),
    (CREDENTIALS, "Missing credentials or permission (401, 403)."),
    (NOT_FOUND, "The bucket, the object or the upload does not exist (404)."),
    (UNAVAILABLE, "The network or the server failed after every attempt. Run the same command again."),
    (INTEGRITY, "The object differs from the file. Do not use the object."),
    (REFUSED, "Refused: the object exists, or another process is working on this upload."),
    (INTERRUPTED, "Interrupted by Ctrl-C. Run the same command again."),
    (TERMINATED, "Interrupted by SIGTERM or SIGHUP, or stopped by the deadline. Run the same command again."),
];

/// The codes that a command can have.
fn codes(command: &str) -> &'static [u8] {
    match command {
        "list-uploads" | "list-parts" | "abort" => {
            &[SUCCESS, OTHER, USAGE, CREDENTIALS, NOT_FOUND, UNAVAILABLE, REFUSED, INTERRUPTED, TERMINATED]
        }
        "verify" => {
            &[SUCCESS, OTHER, USAGE, SOURCE, CREDENTIALS, NOT_FOUND, UNAVAILABLE, INTEGRITY, INTERRUPTED, TERMINATED]
        }
        "doctor" => &[SUCCESS, OTHER, USAGE, CREDENTIALS, NOT_FOUND, UNAVAILABLE, INTERRUPTED, TERMINATED],
        "credentials" => &[SUCCESS, OTHER, USAGE, CREDENTIALS],
        "emulator" | "man" | "completions" => &[SUCCESS, OTHER, USAGE],
        _ => &[
            SUCCESS,
            OTHER,
            USAGE,
            SOURCE,
            CREDENTIALS,
            NOT_FOUND,
            UNAVAILABLE,
            INTEGRITY,
            REFUSED,
            INTERRUPTED,
            TERMINATED,
        ],
    }
}

/// True if the command can upload several objects.
fn uploads(command: &str) -> bool {
    matches!(command, "upload" | "resume" | "cosput")
}

/// The section for a command.
pub(super) fn write(roff: &mut Roff, command: &str) {
    roff.section("EXIT STATUS");
    for (code, meaning) in MEANINGS.iter().filter(|(code, _)| codes(command).contains(code)) {
        let meaning = match *code {
            SUCCESS if !uploads(command) => "Success.",
            _ => meaning,
        };
        roff.item(&bold(&code.to_string()), meaning);
    }
    if uploads(command) {
        roff.paragraph();
        roff.text("If several files fail, the exit code is the first of 7, 4, 5, 3, 8, 1, 6 that occurred.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_readme() {
        let readme = include_str!("../../../README.md");
        let rows = readme.split_once("## Exit codes").unwrap().1.lines().filter(|line| line.starts_with("| "));
        let codes: Vec<u8> = rows
            .flat_map(|row| row.split('|').nth(1).unwrap_or_default().split(','))
            .filter_map(|code| code.trim().parse::<u8>().ok())
            .collect();
        assert_eq!(codes, MEANINGS.map(|(code, _)| code));
    }
}

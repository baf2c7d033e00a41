//! The files that a command reads and writes.

use clap::Command;

use super::roff::{Roff, bold};

/// Files, the options whose commands use them, and what they are for.
const FILES: [(&str, &[&str], &str); 3] = [
    (
        "~/.config/cosput/config.toml",
        &["config"],
        "Configuration, a table for each profile: the long names of options with _ for -, and credentials. On Windows \
         %APPDATA%\\cosput\\config.toml.",
    ),
    (
        "~/.local/state/cosput/uploads/",
        &["state_dir"],
        "Journals: one file for each unfinished upload, removed after a verified upload. On macOS ~/Library/Application \
         Support/cosput/uploads, on Windows %LOCALAPPDATA%\\cosput\\uploads.",
    ),
    ("~/.local/state/cosput/emulator/", &["emulator", "dir"], "Objects of the built-in emulator."),
];

/// The section, if the command uses files of its own.
pub(super) fn write(roff: &mut Roff, command: &Command) {
    let has = |options: &[&str]| command.get_arguments().any(|arg| options.contains(&arg.get_id().as_str()));
    let used = |options: &[&str]| command.get_name() == "cosput" || has(options);
    let files: Vec<_> = FILES.iter().filter(|(_, options, _)| used(options)).collect();
    if files.is_empty() {
        return;
    }
    roff.section("FILES");
    for (path, _, text) in files {
        roff.item(&bold(path), text);
    }
}

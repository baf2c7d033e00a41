//! The variables that a command reads.

use clap::Command;

use super::roff::{Roff, bold};
use crate::cli::options::variable_of;

/// Variables of all commands that send requests.
const SHARED: [(&str, &str); 5] = [
    (
        "COS_SECRET_ID, COS_SECRET_KEY, COS_SESSION_TOKEN",
        "Credentials; the token belongs to temporary ones. TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and \
         TENCENTCLOUD_TOKEN are read if none of these is set.",
    ),
    ("COSPUT_SSE_C_KEY", "Your own encryption key (SSE-C), instead of --sse-c-key-file."),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "Proxies, in upper or lower case. Requests to this machine never go through a proxy.",
    ),
    ("NO_COLOR", "Turns colours off if it is set."),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME",
        "The parents of the directories of the configuration and of the journals. Defaults: ~/.config and ~/.local/state.",
    ),
];

/// The section, if the command reads variables.
pub(super) fn write(roff: &mut Roff, command: &Command, about: Option<&str>) {
    let names: Vec<String> = command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(variable_of).collect();
    if names.is_empty() && about.is_none() {
        return;
    }
    roff.section("ENVIRONMENT");
    roff.text(about.unwrap_or("Every option can also be set by a variable. The command line comes before variables."));
    if !names.is_empty() {
        roff.paragraph();
        roff.text(&format!("The variables of the options are {}.", list(&names)));
    }
    if command.get_name() == "cosput" || names.iter().any(|name| name == "COSPUT_PROFILE") {
        SHARED.iter().for_each(|(names, text)| roff.item(&bold(names), text));
    }
}

fn list(names: &[String]) -> String {
    match names {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        names => names.join(", "),
    }
}

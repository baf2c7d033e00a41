//! The name of this machine, which is only shown.

use super::world::Variables;

/// The name of this machine: that which Slurm knows it by, or its own.
pub(crate) fn name(variables: &Variables) -> String {
    let known = ["SLURMD_NODENAME"].into_iter().find_map(|name| variables.get(name));
    known.map_or_else(|| own(variables), |name| name.to_string_lossy().into_owned())
}

#[cfg(unix)]
fn own(_: &Variables) -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn own(variables: &Variables) -> String {
    let name = variables.get("COMPUTERNAME").map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "unknown".to_owned())
}

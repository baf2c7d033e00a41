//! `cosput resume`: finish what was interrupted, from its journals.

use super::console::Console;
use super::exit::Failure;
use super::options::ResumeOptions;
use super::world::World;

/// Finishes interrupted uploads. Returns the exit code.
pub(super) fn run(_options: &ResumeOptions, _world: &mut World, _console: &Console) -> Result<u8, Failure> {
    Err(Failure::Other("resuming is not wired yet".to_owned()))
}

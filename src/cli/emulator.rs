//! `cosput emulator`: a COS server on this machine.

use super::console::Console;
use super::exit::Failure;
use super::options::EmulatorOptions;
use super::world::World;

/// Serves until a signal comes. Returns the exit code.
pub(super) fn run(_options: &EmulatorOptions, _world: &mut World, _console: &Console) -> Result<u8, Failure> {
    Err(Failure::Other("the emulator is not wired yet".to_owned()))
}

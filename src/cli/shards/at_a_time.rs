//! How many objects the commands of a plan ask the server about at a time.

use crate::cli::output::console::Console;
use crate::cli::process::world::World;
use crate::cli::uploading::descriptors::Objects;
use crate::cli::uploading::setup::within_limits;
use crate::upload::batch::concurrency::Concurrency;

/// The most, if the user gives no number: 100,000 requests to a server 50 ms away take 40 s then. Each costs some memory.
const MOST: u16 = 128;

/// How many objects are asked about at a time: as many as the user wants, and as may have their files open.
pub(crate) fn at_a_time(wanted: Concurrency, world: &World, console: &Console) -> usize {
    let wanted = match wanted {
        Concurrency::Fixed(_) => wanted,
        wanted => Concurrency::AutoUpTo(wanted.most().min(MOST)),
    };
    within_limits(wanted, false, Objects::Many, world, console).most().into()
}

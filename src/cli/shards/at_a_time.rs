//! How many requests the commands of a plan have in flight.

use crate::cli::output::console::Console;
use crate::cli::process::world::World;
use crate::cli::uploading::descriptors::Objects;
use crate::cli::uploading::setup::within_limits;
use crate::upload::batch::concurrency::Concurrency;

/// The most, if the user gives no number: 100,000 requests to a server 50 ms away take 40 s then. Over TLS each costs up to
/// 100 KiB, and other machines send at the same time.
pub(crate) const MOST: u16 = 128;

/// How many objects are asked about at a time: as many as the user wants, and as may have their files open.
pub(crate) fn at_a_time(wanted: Concurrency, world: &World, console: &Console) -> usize {
    within_limits(up_to_most(wanted), false, Objects::Many, world, console).most().into()
}

/// Up to the most, unless the user gives a number.
pub(crate) fn up_to_most(wanted: Concurrency) -> Concurrency {
    match wanted {
        Concurrency::Fixed(_) => wanted,
        wanted => Concurrency::AutoUpTo(wanted.most().min(MOST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_of_the_user_is_above_the_most() {
        assert_eq!(up_to_most(Concurrency::Auto), Concurrency::AutoUpTo(MOST));
        assert_eq!(up_to_most(Concurrency::AutoUpTo(20)), Concurrency::AutoUpTo(20));
        assert_eq!(up_to_most(Concurrency::Fixed(500)), Concurrency::Fixed(500));
    }
}

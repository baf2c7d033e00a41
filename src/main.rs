//! The program `cosput`: everything is in the library.

use std::process::ExitCode;

use cosput::cli::{World, run};

fn main() -> ExitCode {
    ExitCode::from(run(World::of_process()))
}

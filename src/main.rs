//! The program `cosput`: everything is in the library.

use std::process::ExitCode;

use cosput::cli::{World, run};

/// musl's allocator keeps more memory with each small file that is uploaded.
#[cfg(all(target_os = "linux", target_env = "musl"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    ExitCode::from(run(World::of_process()))
}

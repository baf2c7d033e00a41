//! What cargo runs before it compiles the program.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "cargo and its build scripts talk this way")]

#[path = "../src/language/build.rs"]
mod catalogue;
mod code_order;

fn main() {
    catalogue::write_table();
    code_order::link();
}

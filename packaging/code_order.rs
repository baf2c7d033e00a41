//! Links the functions that uploads run next to each other, on Linux, if the linker can: it reads their names from
//! `code_order.ld`. The kernel maps 64 KiB of code around each page that runs, so that otherwise an upload takes 3 MiB more.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

const LIST: &str = "packaging/code_order.ld";

/// Tells cargo how to link the program, unless it is built to be debugged or tested: sorting by name takes seconds.
pub(crate) fn link() {
    println!("cargo::rerun-if-changed={LIST}");
    let developing = variable("PROFILE") != "release" && variable("DEBUG") != "false";
    if variable("CARGO_CFG_TARGET_OS") != "linux" || developing {
        return;
    }
    let argument = format!("-Wl,-T,{}", Path::new(&variable("CARGO_MANIFEST_DIR")).join(LIST).display());
    if is_understood(&argument, &PathBuf::from(variable("OUT_DIR"))) {
        println!("cargo::rustc-link-arg-bin=cosput={argument}");
    }
}

/// Whether a program that does nothing can be linked with this argument. Some linkers know no such lists.
fn is_understood(argument: &str, directory: &Path) -> bool {
    let (source, program) = (directory.join("nothing.rs"), directory.join("nothing"));
    fs::write(&source, "fn main() {}").expect("the directory is cargo's");
    let mut compiler = Command::new(variable("RUSTC"));
    compiler.arg(source).arg("-o").arg(program).args(["--target", &variable("TARGET")]);
    compiler.args(variable("CARGO_ENCODED_RUSTFLAGS").split('\x1f').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.arg(format!("-Clinker={linker}"));
    }
    compiler.arg(format!("-Clink-arg={argument}"));
    compiler.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

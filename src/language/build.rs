//! Makes a sorted table of the catalogue of translations, so that the program does not read the catalogue at each start.

use std::path::Path;
use std::{env, fs};

const CATALOGUE: &str = "src/language/zh-CN.po";

/// Writes the table to the directory that cargo names.
pub(crate) fn write_table() {
    println!("cargo::rerun-if-changed={CATALOGUE}");
    let catalogue = polib::po_file::parse(Path::new(CATALOGUE)).expect("the catalogue is a file of gettext");
    let mut table: Vec<(&str, &str)> = catalogue
        .messages()
        .map(|message| (message.msgid(), message.msgstr().expect("no text has a plural")))
        .collect();
    table.sort_unstable();
    let directory = env::var_os("OUT_DIR").expect("cargo names the directory");
    fs::write(Path::new(&directory).join("zh-CN.rs"), format!("{table:?}")).expect("the directory is cargo's");
}

//! The page as a file: everything is in it, and it loads nothing.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::upload::owner_only;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page with `data`. A crash leaves the old file or the new one.
pub(super) fn write(path: &Path, data: &impl Serialize) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written =
        page(data).and_then(|page| write_whole(&unfinished, &page)).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// The page. A name in the data cannot end the element that the data is in.
fn page(data: &impl Serialize) -> io::Result<String> {
    let data = serde_json::to_string(data)?.replace('<', "\\u003c");
    let part = |line| match line {
        "STYLE" => STYLE,
        "SCRIPT" => SCRIPT,
        "DATA" => data.as_str(),
        line => line,
    };
    Ok(PAGE.lines().flat_map(|line| [part(line), "\n"]).collect())
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    owner_only::files().write(true).truncate(true).open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_and_no_name_leaves_the_data() {
        let page = page(&["</script><script>alert(1)</script>"]).unwrap();
        assert!(page.contains(r#"["\u003c/script>\u003cscript>alert(1)\u003c/script>"]"#));
        assert_eq!(page.matches("<script").count(), 2);
        for reference in ["http:", "https:", "src=", "href=", "url(", "@import", "fetch("] {
            assert!(!page.contains(reference), "{reference}");
        }
        for mark in ["\nSTYLE\n", "\nSCRIPT\n", "\nDATA\n"] {
            assert!(!page.contains(mark), "{mark}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let taken = directory.path().join("taken");
        fs::create_dir(&taken).unwrap();
        assert!(write(&taken, &[1]).is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}

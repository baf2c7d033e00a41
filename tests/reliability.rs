//! What docs/reliability.md says that holds a promise up is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all tests below a folder.
fn tests_below(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(tests_in(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// The functions that stand after `#[test]` or the like.
fn tests_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim_start) {
        let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
        match name {
            Some(name) => found.extend(std::mem::take(&mut marked).then(|| name.to_owned())),
            None => marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test"),
        }
    }
    // Those of proptest may leave the attribute out.
    let properties = text.split("proptest! {").skip(1).flat_map(str::lines).map(str::trim_start);
    found.extend(properties.filter_map(|line| Some(line.strip_prefix("fn ")?.split('(').next()?.to_owned())));
    found
}

#[test]
fn every_test_that_the_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let mut known = BTreeSet::new();
    tests_below(&root.join("src"), &mut known);
    tests_below(&root.join("tests"), &mut known);
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let is_test = |name: &&&str| {
        name.contains('_')
            && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let missing: Vec<_> = named.iter().filter(is_test).filter(|name| !known.contains(**name)).collect();
    assert!(missing.is_empty(), "docs/reliability.md names tests that do not exist: {missing:#?}");
    let files = named.iter().filter(|name| name.ends_with(".rs"));
    let missing: Vec<_> = files.filter(|name| !root.join(name).exists()).collect();
    assert!(missing.is_empty(), "docs/reliability.md names files that do not exist: {missing:#?}");
    assert!(named.iter().filter(is_test).count() > 50, "the page is not read as it is written");
}

/// Each promise has something that holds it up.
#[test]
fn no_promise_stands_alone() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md")).unwrap();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && *line != "| promise | tests |");
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        assert!(tests.contains('`') || tests.contains("the simulation"), "{row}");
    }
}

//! The README in Chinese follows the one in English, and the page about failures knows each code that has a hint.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The blocks of code, with the language of each.
fn code(text: &str) -> Vec<&str> {
    text.split("```").skip(1).step_by(2).collect()
}

/// The level of each heading.
fn headings(text: &str) -> Vec<usize> {
    let outside: String = text.split("```").step_by(2).collect();
    let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
    outside.lines().map(level).filter(|level| *level > 0).collect()
}

/// How many rows and columns each table has.
fn tables(text: &str) -> Vec<(usize, usize)> {
    let groups = text.split("\n\n").filter(|group| group.starts_with('|'));
    groups.map(|group| (group.lines().count(), group.lines().next().unwrap_or_default().matches('|').count())).collect()
}

/// The targets of all links, but for those that lead from one language to the other.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.starts_with("README")).collect()
}

#[test]
fn the_chinese_readme_has_the_sections_tables_commands_of_the_english_one() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    assert_eq!(headings(&chinese), headings(&english));
    assert_eq!(tables(&chinese), tables(&english));
    assert_eq!(code(&chinese), code(&english));
    assert_eq!(links(&chinese), links(&english));
}

#[test]
fn every_page_that_a_readme_links_to_exists_with_its_heading() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let exists = |target: &&str| {
        let (page, heading) = target.split_once('#').unwrap_or((target, ""));
        match heading {
            "" => root.join(page).exists(),
            // The address of a heading of one word.
            heading => read(page).lines().any(|line| line.trim_start_matches('#').trim().to_lowercase() == heading),
        }
    };
    for name in ["README.md", "README.zh-CN.md"] {
        let text = read(name);
        let targets = links(&text).into_iter().filter(|target| !target.contains("://"));
        let missing: Vec<&str> = targets.filter(|target| !exists(target)).collect();
        assert_eq!(missing, [""; 0], "{name}");
    }
}

/// What counts in the comparison would otherwise let two different pages pass.
#[test]
fn a_page_that_differs_is_noticed() {
    let english = read("README.md");
    assert_ne!(headings(&english.replacen("## ", "### ", 1)), headings(&english));
    assert_ne!(code(&english.replacen("cosput resume", "cosput again", 1)), code(&english));
    assert_ne!(tables(&english.replacen("| 8 |", "| 8 | x |\n| 9 |", 1)), tables(&english));
    assert!(headings(&english).len() > 5 && tables(&english).len() > 3 && code(&english).len() > 3);
}

/// The texts in quotation marks that are written like codes of COS, such as `NoSuchBucket`.
fn service_codes(source: &str) -> Vec<&str> {
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_code = |text: &&str| {
        text.len() > 4
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    product.split('"').skip(1).step_by(2).filter(is_code).collect()
}

#[test]
fn each_code_with_a_hint_has_a_paragraph_in_troubleshooting() {
    let page = read("docs/troubleshooting.md");
    for (name, least) in [("service", 2), ("credentials", 3), ("cdcs", 12)] {
        let source = read(&format!("src/cli/output/failures/hint/{name}.rs"));
        let codes = service_codes(&source);
        assert!(codes.len() >= least, "{name}: {codes:?}");
        let missing: Vec<&str> = codes.into_iter().filter(|code| !page.contains(&format!("`{code}`"))).collect();
        assert_eq!(missing, [""; 0], "{name}");
    }
}

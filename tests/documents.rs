//! The pages in Chinese follow those in English, the page about failures knows each code that has a hint, and the page
//! for scripts knows each field of each event.

use std::collections::{BTreeMap, BTreeSet};
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

/// The same, with a page in Chinese as if it were the one in English.
fn links_of_either(text: &str) -> Vec<String> {
    links(text).into_iter().map(|target| target.replace("docs/zh-CN/", "docs/")).collect()
}

/// The number of items in each list and section.
fn items(text: &str) -> Vec<usize> {
    text.split("\n#").map(|section| section.matches("\n- ").count()).collect()
}

#[test]
fn the_chinese_readme_has_the_sections_tables_commands_of_the_english_one() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    assert_eq!(headings(&chinese), headings(&english));
    assert_eq!(tables(&chinese), tables(&english));
    assert_eq!(code(&chinese), code(&english));
    assert_eq!(links_of_either(&chinese), links_of_either(&english));
}

/// The names of the pages in Chinese.
fn chinese_pages() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/zh-CN");
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

/// The pages that `page` links to, whatever their language, without those of the same name.
fn linked_pages(text: &str, page: &str) -> Vec<String> {
    let names = links(text).into_iter().filter_map(|target| target.trim_start_matches("../").split_once(".md"));
    let names = names.map(|(name, _)| name.trim_start_matches("zh-CN/").trim_end_matches(".zh-CN").to_owned());
    names.filter(|name| !page.starts_with(name.as_str())).collect()
}

/// The commands in the blocks of code.
fn commands(text: &str) -> Vec<&str> {
    code(text).into_iter().filter(|block| ["sh\n", "json\n"].iter().any(|kind| block.starts_with(kind))).collect()
}

#[test]
fn a_chinese_page_has_the_sections_tables_items_commands_of_the_english_one() {
    let pages = chinese_pages();
    assert!(pages.len() > 3, "{pages:?}");
    for page in pages {
        let (english, chinese) = (read(&format!("docs/{page}")), read(&format!("docs/zh-CN/{page}")));
        assert_eq!(headings(&chinese), headings(&english), "{page}");
        assert_eq!(tables(&chinese), tables(&english), "{page}");
        assert_eq!(items(&chinese), items(&english), "{page}");
        assert_eq!(commands(&chinese), commands(&english), "{page}");
        assert_eq!(linked_pages(&chinese, &page), linked_pages(&english, &page), "{page}");
        assert!(english.contains(&format!("](zh-CN/{page})")) && chinese.contains(&format!("](../{page})")), "{page}");
    }
}

/// The texts of the catalogue in Chinese.
fn translations() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/zh-CN.po");
    let catalogue = polib::po_file::parse(&path).unwrap();
    catalogue.messages().map(|message| message.msgstr().unwrap().to_owned()).collect()
}

/// True if the program says this text; … stands for any value.
fn is_said(text: &str, translations: &[String]) -> bool {
    let holds = |translation: &String| {
        let mut rest = translation.as_str();
        text.split('…').map(str::trim).all(|piece| match rest.split_once(piece) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    };
    translations.iter().any(holds)
}

#[test]
fn a_chinese_page_quotes_what_the_program_says() {
    let pages: String = chinese_pages().iter().map(|page| read(&format!("docs/zh-CN/{page}"))).collect();
    let translations = translations();
    let is_chinese = |text: &&str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let outside: String = pages.split("```").step_by(2).collect();
    let quoted: Vec<&str> = outside.split('`').skip(1).step_by(2).filter(is_chinese).collect();
    assert!(quoted.len() > 30, "{quoted:?}");
    let others: Vec<&str> = quoted.into_iter().filter(|text| !is_said(text, &translations)).collect();
    assert_eq!(others, [""; 0]);
    assert!(!is_said("无法…上传吗", &translations));
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
    let pages = [read("docs/troubleshooting.md"), read("docs/zh-CN/troubleshooting.md")];
    for (name, least) in [("service", 2), ("credentials", 3), ("cdcs", 12)] {
        let source = read(&format!("src/cli/output/failures/hint/{name}.rs"));
        let codes = service_codes(&source);
        assert!(codes.len() >= least, "{name}: {codes:?}");
        let is_missing = |code: &&str| !pages.iter().all(|page| page.contains(&format!("`{code}`")));
        let missing: Vec<&str> = codes.into_iter().filter(is_missing).collect();
        assert_eq!(missing, [""; 0], "{name}");
    }
}

/// The fields of each event, by its name.
type Fields = BTreeMap<String, BTreeSet<String>>;

/// The code in a cell of a table, without what stands in parentheses and in braces.
fn code_of_cell(cell: &str) -> String {
    let (mut text, mut is_code, mut depth) = (String::new(), false, 0);
    for character in cell.chars() {
        match character {
            '`' if depth == 0 || is_code => is_code = !is_code && depth == 0,
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            _ if is_code && depth == 0 => text.push(character),
            _ if depth == 0 => text.push(','),
            _ => {}
        }
    }
    text
}

/// The events in the table of docs/scripting.md.
fn documented_events() -> Fields {
    let page = read("docs/scripting.md");
    let (_, table) = page.split_once("## JSON events").unwrap();
    let mut events = Fields::new();
    for row in table.lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `event`")) {
        let mut cells = row.trim_matches('|').splitn(2, " | ");
        let names = |cell: &str| -> BTreeSet<String> {
            let name = |word: &str| word.trim().trim_end_matches('?').to_owned();
            let code = code_of_cell(cell);
            code.split(',').map(name).filter(|name| !name.is_empty() && !name.starts_with('-')).collect()
        };
        let (events_of_row, fields) = (names(cells.next().unwrap()), names(cells.next().unwrap()));
        for event in events_of_row {
            events.entry(event).or_default().extend(fields.iter().cloned());
        }
    }
    events
}

/// The structs in the files of JSON, each with its fields; a field with the fields of another struct has a `*`.
fn structs() -> Fields {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/output/json");
    let mut structs = Fields::new();
    for file in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut name = String::new();
        let mut is_flat = false;
        for line in text.lines() {
            let line = line.trim_start_matches(' ').trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            if let Some(rest) = line.strip_prefix("struct ") {
                name = rest.split([' ', '<', '(']).next().unwrap().to_owned();
                structs.entry(name.clone()).or_default();
            } else if line.starts_with('}') {
                name.clear();
            } else if line.contains("serde(flatten)") {
                is_flat = true;
            } else if let Some((field, kind)) =
                line.split_once(": ").filter(|_| !name.is_empty() && !line.starts_with('/'))
            {
                let of_another = kind.split(['<', ',']).next().unwrap();
                let field = if is_flat { format!("*{of_another}") } else { field.to_owned() };
                structs.get_mut(&name).unwrap().insert(field);
                is_flat = false;
            }
        }
    }
    structs
}

/// The fields of a struct, with those of the structs in it.
fn flat(structs: &Fields, name: &str) -> BTreeSet<String> {
    let fields = structs.get(name).unwrap_or_else(|| panic!("no struct {name}"));
    let flat = |field: &String| match field.strip_prefix('*') {
        Some(other) => flat(structs, other),
        None => BTreeSet::from([field.clone()]),
    };
    fields.iter().flat_map(flat).collect()
}

/// The events that the program prints, from the enum of all of them.
fn printed_events() -> Fields {
    let structs = structs();
    let text = read("src/cli/output/json/line.rs");
    let (_, rows) = text.split_once("enum Line<'a> {").unwrap();
    let (rows, _) = rows.split_once("\n}").unwrap();
    let mut events = Fields::new();
    let mut renamed = None;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        if let Some((_, name)) = row.split_once("rename = \"") {
            renamed = Some(name.split('"').next().unwrap().to_owned());
            continue;
        }
        let (variant, of) = row.split_once('(').unwrap();
        let fields = flat(&structs, of.split(['<', ')']).next().unwrap());
        events.entry(renamed.take().unwrap_or_else(|| variant.to_lowercase())).or_default().extend(fields);
    }
    events
}

#[test]
fn every_field_of_every_event_is_documented_and_no_other() {
    let (documented, printed) = (documented_events(), printed_events());
    assert!(printed.len() > 20 && printed["uploaded"].contains("location"), "{printed:?}");
    // What an event could have by its struct and never has.
    let never =
        |event: &str, field: &str| field == "location" && matches!(event, "planned" | "progress" | "part" | "retry");
    for (event, fields) in &printed {
        let expected: BTreeSet<String> = fields.iter().filter(|field| !never(event, field)).cloned().collect();
        assert_eq!(documented.get(event), Some(&expected), "{event}");
    }
    let names = |events: &Fields| events.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&documented), names(&printed));
    assert!(read("docs/scripting.md").contains("Each event also has `time`"));
}

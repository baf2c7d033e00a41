//! Files or folders that import each other, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::tree::Imports;

/// The groups of files that all import each other; a file that is in no circle is in no group.
pub(crate) fn groups(imports: &Imports) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<String>> =
        imports.keys().map(|from| (from, reached_from(imports, from))).collect();
    let mut groups = Vec::new();
    let mut placed = BTreeSet::new();
    for (from, to) in &reached {
        if !to.contains(*from) || placed.contains(*from) {
            continue;
        }
        let group: BTreeSet<String> =
            to.iter().filter(|to| reached.get(to).is_some_and(|back| back.contains(*from))).cloned().collect();
        placed.extend(group.clone());
        groups.push(group);
    }
    groups
}

fn reached_from(imports: &Imports, from: &str) -> BTreeSet<String> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(file) = waiting.pop() {
        for to in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(to.clone()) {
                waiting.push(to);
            }
        }
    }
    reached
}

/// The shortest circle among the files of a group, beginning and ending with the same file.
pub(crate) fn shortest<'a>(imports: &'a Imports, group: &'a BTreeSet<String>) -> Vec<&'a str> {
    let circles = group.iter().filter_map(|from| way_back(imports, group, from));
    circles.min_by_key(Vec::len).expect("each group has a circle")
}

fn way_back<'a>(imports: &'a Imports, group: &'a BTreeSet<String>, from: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = VecDeque::from([from]);
    while let Some(file) = waiting.pop_front() {
        for to in imports[file].keys().map(String::as_str).filter(|to| group.contains(*to)) {
            if to == from {
                let mut way = vec![from, file];
                while way[way.len() - 1] != from {
                    way.push(before[way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(to) {
                before.insert(to, file);
                waiting.push_back(to);
            }
        }
    }
    None
}

/// The imports among the files and folders that lie in the same folder, by that folder. A folder imports what any file below
/// it imports; a name is given with the two files, if they lie deeper.
pub(crate) fn among_siblings(imports: &Imports) -> BTreeMap<String, Imports> {
    let mut found: BTreeMap<String, Imports> = BTreeMap::new();
    for (from, to) in imports {
        for (to, names) in to {
            let (folder, from_child, to_child) = siblings(from, to);
            let beside_each_other = *from == from_child && *to == to_child;
            let shown = names.iter().map(|name| match beside_each_other {
                true => name.clone(),
                false => format!("{name} ({from} from {to})"),
            });
            let among = found.entry(folder).or_default();
            among.entry(to_child.clone()).or_default();
            among.entry(from_child).or_default().entry(to_child).or_default().extend(shown);
        }
    }
    found
}

/// The deepest folder that has both files, and which of its children each file is or lies in.
fn siblings(one: &str, other: &str) -> (String, String, String) {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    let shared = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    (one[..shared].join("/"), one[..=shared].join("/"), other[..=shared].join("/"))
}

/// How many names of an import are shown.
const SHOWN: usize = 6;

/// A line for each import of the group's shortest circle, with its names, and then all files of the group.
pub(crate) fn describe(imports: &Imports, group: &BTreeSet<String>) -> String {
    let circle = shortest(imports, group);
    let mut text = "these import each other in a circle:\n".to_owned();
    for pair in circle.windows(2) {
        let names = &imports[pair[0]][pair[1]];
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text += &format!("  {} → {}: {}{more}\n", pair[0], pair[1], shown.join(", "));
    }
    if group.len() + 1 > circle.len() {
        let files: Vec<&str> = group.iter().map(String::as_str).collect();
        text += &format!("  (of {} that are tied together: {})\n", group.len(), files.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports of these names, given as `from to Name`.
    fn imports(lines: &[&str]) -> Imports {
        let mut imports = Imports::new();
        for line in lines {
            let [from, to, name] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            imports.entry(to.to_owned()).or_default();
            imports.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default().insert(name.to_owned());
        }
        imports
    }

    #[test]
    fn imports_that_point_one_way_make_no_circle() {
        assert_eq!(groups(&imports(&["a b B", "b c C", "a c C", "d c C"])), []);
    }

    #[test]
    fn two_files_that_import_each_other_are_a_circle() {
        let imports = imports(&["a b B", "b a A", "b a Other", "c a A"]);
        let groups = groups(&imports);
        assert_eq!(groups, [["a", "b"].map(str::to_owned).into()]);
        assert_eq!(
            describe(&imports, &groups[0]),
            "these import each other in a circle:\n  a → b: B\n  b → a: A, Other\n"
        );
    }

    #[test]
    fn folders_import_what_their_files_import() {
        let imports =
            imports(&["a/x/one a/y/two Two", "a/y/z/three a/x/four Four", "a/x/one a/x/four Four", "a/x/one b B"]);
        let among = among_siblings(&imports);
        assert_eq!(Vec::from_iter(among.keys()), ["", "a", "a/x"]);
        assert_eq!(
            describe(&among["a"], &groups(&among["a"])[0]),
            "these import each other in a circle:\n  a/x → a/y: Two (a/x/one from a/y/two)\n  \
             a/y → a/x: Four (a/y/z/three from a/x/four)\n"
        );
        assert_eq!((groups(&among[""]), groups(&among["a/x"])), (Vec::new(), Vec::new()));
    }

    #[test]
    fn the_shortest_circle_of_a_group_is_shown() {
        let imports = imports(&["a b B", "b c C", "c d D", "d a A", "d b B", "e f F", "f e E"]);
        let groups = groups(&imports);
        assert_eq!(groups.len(), 2);
        assert_eq!(
            describe(&imports, &groups[0]),
            "these import each other in a circle:\n  b → c: C\n  c → d: D\n  d → b: B\n  \
             (of 4 that are tied together: a, b, c, d)\n"
        );
    }
}

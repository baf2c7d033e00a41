//! The modules of the crate, found from `lib.rs` as the compiler finds them, and the files that import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::module::{Module, Written};

/// For a file, the files that it imports, and for each of them the names.
pub(crate) type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The modules by their paths from the root, which is the empty path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    modules: BTreeMap<Vec<String>, (String, Module)>,
    texts: BTreeMap<String, String>,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Module(Vec<String>),
    /// The file that defines the item.
    Item(String),
}

/// The files below a folder of this repository, by their paths in it.
pub(crate) fn files_below(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no source");
    found
}

impl Tree {
    /// Reads the crate whose root is `lib.rs` among these files.
    pub(crate) fn new(mut files: BTreeMap<String, String>) -> Self {
        let mut tree = Self::default();
        let mut waiting = vec![(Vec::new(), "lib.rs".to_owned())];
        while let Some((path, file)) = waiting.pop() {
            let text = files.remove(&file).unwrap_or_else(|| panic!("there is no {file}"));
            let module = Module::parse(&text);
            tree.texts.insert(file.clone(), text);
            tree.insert(path, &file, module, &files, &mut waiting);
        }
        tree
    }

    fn insert(
        &mut self,
        path: Vec<String>,
        file: &str,
        mut module: Module,
        files: &BTreeMap<String, String>,
        waiting: &mut Vec<(Vec<String>, String)>,
    ) {
        let below = |name: &str| [&path[..], &[name.to_owned()]].concat();
        for child in &module.children {
            let path = below(child);
            let folder = path.join("/");
            let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let found = candidates.iter().find(|candidate| files.contains_key(*candidate));
            waiting.push((path, found.unwrap_or_else(|| panic!("{file} declares {child}, which has no file")).clone()));
        }
        let inline = std::mem::take(&mut module.inline);
        module.children.extend(inline.keys().cloned());
        for (name, inner) in inline {
            self.insert(below(&name), file, inner, files, waiting);
        }
        self.modules.insert(path, (file.to_owned(), module));
    }

    /// The files that are part of the program, without those of tests.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The module that a file holds, without those in braces in it.
    pub(crate) fn module(&self, file: &str) -> &Module {
        let (_, module) = self.modules.values().find(|(of, _)| of == file).expect("each file holds a module");
        module
    }

    /// How many lines a file has that are not for tests.
    pub(crate) fn lines(&self, file: &str) -> usize {
        let tests: usize = self.module(file).test_lines.iter().cloned().map(Iterator::count).sum();
        self.texts[file].lines().count() - tests
    }

    /// The lines of a file that are neither for tests nor comments.
    pub(crate) fn code(&self, file: &str) -> String {
        let tests = &self.module(file).test_lines;
        let kept = (1..).zip(self.texts[file].lines()).filter(|(number, line)| {
            !line.trim_start().starts_with("//") && !tests.iter().any(|lines| lines.contains(number))
        });
        kept.map(|(_, line)| format!("{line}\n")).collect()
    }

    /// The crates whose names a file uses.
    pub(crate) fn crates(&self, file: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (path, (_, module)) in self.modules.iter().filter(|(_, (of, _))| of == file) {
            let written = module.paths.iter().chain(&module.globs);
            found.extend(
                written.filter(|written| self.resolve(path, written).is_none()).map(|written| written[0].as_str()),
            );
        }
        found
    }

    /// Which file imports which. A name that a folder re-exports counts as an import of the file that defines it.
    pub(crate) fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (path, (file, module)) in &self.modules {
            let imports = imports.entry(file.clone()).or_default();
            let mut add = |to: String, name: &str| {
                if to != *file {
                    imports.entry(to).or_default().insert(name.to_owned());
                }
            };
            for written in &module.paths {
                if let Some((Target::Item(to), name)) = self.resolve(path, written) {
                    add(to, &name);
                }
            }
            for glob in &module.globs {
                match self.resolve(path, glob) {
                    Some((Target::Module(target), _)) => add(self.modules[&target].0.clone(), "*"),
                    Some((Target::Item(to), name)) => add(to, &format!("{name}::*")),
                    None => {}
                }
            }
        }
        imports
    }

    /// What a path in a module leads to, with the last name that mattered; nothing if it leads to another crate.
    fn resolve(&self, module: &[String], written: &Written) -> Option<(Target, String)> {
        self.resolve_within(module, written, 0)
    }

    fn resolve_within(&self, module: &[String], written: &Written, depth: usize) -> Option<(Target, String)> {
        // A name that stands for itself: `use time::time`.
        if depth > 20 {
            return None;
        }
        let mut at = module.to_vec();
        let mut names = written.as_slice();
        match names.first()?.as_str() {
            "crate" => at.clear(),
            "self" | "super" => {}
            first => {
                self.step(&at, first, depth)?;
            }
        }
        while let Some((name, rest)) = names.split_first() {
            names = rest;
            match name.as_str() {
                "crate" | "self" => {}
                "super" => {
                    at.pop();
                }
                _ => match self.step(&at, name, depth) {
                    Some(Target::Module(next)) => at = next,
                    Some(Target::Item(file)) => return Some((Target::Item(file), name.clone())),
                    None => return Some((Target::Item(self.modules[&at].0.clone()), name.clone())),
                },
            }
        }
        Some((Target::Module(at), written.last()?.clone()))
    }

    /// What one name means in a module.
    fn step(&self, module: &[String], name: &str, depth: usize) -> Option<Target> {
        let (file, here) = &self.modules[module];
        if here.children.contains(name) {
            return Some(Target::Module([module, &[name.to_owned()]].concat()));
        }
        if here.items.contains(name) {
            return Some(Target::Item(file.clone()));
        }
        if let Some(binding) = here.bindings.get(name) {
            return Some(self.resolve_within(module, binding, depth + 1)?.0);
        }
        here.globs.iter().find_map(|glob| match self.resolve_within(module, glob, depth + 1)?.0 {
            Target::Module(target) if target != module => self.step(&target, name, depth + 1),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate of these files.
    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::new(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    /// The imports as `a.rs -> b.rs: Name, Name`.
    fn shown(files: &[(&str, &str)]) -> Vec<String> {
        let imports = tree(files).imports();
        let shown = |(from, to): (&String, &BTreeMap<String, BTreeSet<String>>)| -> Vec<String> {
            to.iter()
                .map(|(to, names)| {
                    format!("{from} -> {to}: {}", Vec::from_iter(names.iter().map(String::as_str)).join(", "))
                })
                .collect()
        };
        imports.iter().flat_map(shown).collect()
    }

    #[test]
    fn names_are_followed_to_the_file_that_defines_them() {
        let files = [
            ("lib.rs", "pub mod a; mod b;"),
            ("a/mod.rs", "mod x; mod y; pub use x::X; pub(crate) use y::{self, Y as Z}; mod z;"),
            ("a/x.rs", "use super::y::Y; pub struct X;"),
            ("a/y.rs", "pub struct Y; pub fn free() {}"),
            ("a/z.rs", "use super::{X, Z}; use std::fmt; fn f() { super::y::free(); fmt::format(); }"),
            ("b.rs", "use crate::a::{self, X}; fn f() { a::Z; a::y::free() }"),
        ];
        assert_eq!(
            shown(&files),
            [
                "a/mod.rs -> a/x.rs: X",
                "a/mod.rs -> a/y.rs: Y",
                "a/x.rs -> a/y.rs: Y",
                "a/z.rs -> a/x.rs: X",
                "a/z.rs -> a/y.rs: Z, free",
                "b.rs -> a/x.rs: X",
                "b.rs -> a/y.rs: Z, free",
            ]
        );
    }

    #[test]
    fn what_a_folder_itself_defines_is_imported_from_its_mod_rs() {
        let files = [
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod x; pub struct A; mod inner { use super::A; use super::super::a::x::X; }"),
            ("a/x.rs", "use super::A; pub struct X;"),
        ];
        assert_eq!(shown(&files), ["a/mod.rs -> a/x.rs: X", "a/x.rs -> a/mod.rs: A"]);
    }

    #[test]
    fn globs_are_looked_through() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod x; pub use x::*;"),
            ("a/x.rs", "pub enum X { One } use X::*;"),
            ("b.rs", "use crate::a::X; fn f() { crate::a::X::One; }"),
        ];
        assert_eq!(shown(&files), ["a/mod.rs -> a/x.rs: *", "b.rs -> a/x.rs: X"]);
    }

    #[test]
    fn other_crates_are_distinguished_from_modules() {
        let tree = tree(&[
            ("lib.rs", "mod a; mod time;"),
            ("a.rs", "use tokio::time::sleep; use crate::time; fn f() { time::now(); hyper::f(); String::new(); }"),
            ("time.rs", "use time::time; pub fn now() {}"),
        ]);
        assert_eq!(tree.crates("a.rs"), ["String", "hyper", "tokio"].into());
        assert_eq!(tree.crates("time.rs"), ["time"].into());
    }

    #[test]
    fn tests_count_neither_as_lines_nor_as_imports() {
        let files = [
            ("lib.rs", "mod a;\n#[cfg(test)]\nmod gone;\n"),
            ("a.rs", "// A comment.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::gone::X;\n}\n"),
        ];
        let tree = tree(&files);
        assert_eq!(tree.files().collect::<Vec<_>>(), ["a.rs", "lib.rs"]);
        assert_eq!((tree.lines("a.rs"), tree.code("a.rs")), (2, "fn a() {}\n".to_owned()));
        assert_eq!(shown(&files), [""; 0]);
    }
}

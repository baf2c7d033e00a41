//! What one module declares and which paths it uses. Items under `#[cfg(test)]` are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::tokens::{Token, tokens};

/// A path as it is written: `["super", "plan", "Plan"]`.
pub(crate) type Written = Vec<String>;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Module {
    /// Modules with a file of their own.
    pub children: BTreeSet<String>,
    /// Modules in braces.
    pub inline: BTreeMap<String, Module>,
    /// The names of structs, functions and the like.
    pub items: BTreeSet<String>,
    /// Whether there is an `impl` block.
    pub implements: bool,
    /// The names that `use` brings in, with the paths behind them.
    pub bindings: BTreeMap<String, Written>,
    /// The paths before `::*`.
    pub globs: Vec<Written>,
    /// Every path of two or more names, those of `use` included.
    pub paths: Vec<Written>,
    /// The lines of items that are for tests alone.
    pub test_lines: Vec<RangeInclusive<usize>>,
}

impl Module {
    pub(crate) fn parse(text: &str) -> Self {
        let mut parser = Parser { tokens: tokens(text), position: 0 };
        parser.module()
    }
}

const ITEMS: [&str; 8] = ["struct", "enum", "trait", "type", "const", "static", "union", "fn"];

struct Parser {
    tokens: Vec<Token>,
    position: usize,
}

impl Parser {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.position + ahead).map_or("", |token| token.text.as_str())
    }

    fn line(&self) -> usize {
        self.tokens.get(self.position).or(self.tokens.last()).map_or(0, |token| token.line)
    }

    fn is_at_end(&self) -> bool {
        self.position >= self.tokens.len()
    }

    /// Reads up to the brace that closes the module, or to the end of the file.
    fn module(&mut self) -> Module {
        let mut module = Module::default();
        let mut depth = 0;
        while !self.is_at_end() {
            match self.text(0) {
                "#" if self.is_for_tests() => self.skip_for_tests(&mut module),
                "{" => depth += 1,
                "}" if depth == 0 => return module,
                "}" => depth -= 1,
                "pub" if self.text(1) == "(" => self.skip_until(")"),
                "mod" if self.text(2) == ";" => {
                    module.children.insert(self.text(1).to_owned());
                }
                "mod" if self.text(2) == "{" => {
                    let name = self.text(1).to_owned();
                    self.position += 3;
                    let inner = self.module();
                    module.test_lines.extend(inner.test_lines.iter().cloned());
                    module.inline.insert(name, inner);
                }
                "use" if self.text(1) != "<" => {
                    self.position += 1;
                    self.use_tree(&mut module, &[]);
                    continue;
                }
                "impl" if depth == 0 => module.implements = true,
                "macro_rules" if depth == 0 => {
                    module.items.insert(self.text(2).to_owned());
                }
                word if depth == 0 && ITEMS.contains(&word) && is_name(self.text(1)) => {
                    module.items.insert(self.text(1).to_owned());
                }
                word if is_name(word) && self.text(1) == "::" => {
                    self.path(&mut module);
                    continue;
                }
                _ => {}
            }
            self.position += 1;
        }
        module
    }

    fn skip_until(&mut self, end: &str) {
        while !self.is_at_end() && self.text(0) != end {
            self.position += 1;
        }
    }

    /// Whether an attribute here is `#[cfg(test)]` or a condition that includes it.
    fn is_for_tests(&self) -> bool {
        if self.text(1) != "[" || self.text(2) != "cfg" {
            return false;
        }
        let condition: Vec<&str> =
            (3..).map(|ahead| self.text(ahead)).take_while(|text| !matches!(*text, "]" | "")).collect();
        condition.contains(&"test") && !condition.contains(&"not") && !condition.contains(&"any")
    }

    /// Leaves the item that follows the attribute here, standing on its last token.
    fn skip_for_tests(&mut self, module: &mut Module) {
        let first = self.line();
        while self.text(0) == "#" {
            self.skip_until("]");
            self.position += 1;
        }
        let mut depth = 0;
        while !self.is_at_end() {
            match self.text(0) {
                "(" | "[" | "{" => depth += 1,
                "}" if depth == 1 => break,
                ")" | "]" | "}" => depth -= 1,
                ";" if depth == 0 => break,
                _ => {}
            }
            self.position += 1;
        }
        module.test_lines.push(first..=self.line());
    }

    /// A path in code; stands behind it afterwards.
    fn path(&mut self, module: &mut Module) {
        let starts_here = self.position.checked_sub(1).is_none_or(|before| {
            let before = self.tokens[before].text.as_str();
            before != "::" && before != "."
        });
        let mut path = vec![self.text(0).to_owned()];
        self.position += 1;
        while self.text(0) == "::" && is_name(self.text(1)) {
            path.push(self.text(1).to_owned());
            self.position += 2;
        }
        if starts_here && path.len() > 1 {
            module.paths.push(path);
        }
    }

    /// One tree of a `use`, behind these names; stands behind it afterwards.
    fn use_tree(&mut self, module: &mut Module, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            match self.text(0) {
                "{" => {
                    self.position += 1;
                    while !matches!(self.text(0), "}" | "") {
                        self.use_tree(module, &path);
                        if self.text(0) == "," {
                            self.position += 1;
                        }
                    }
                    self.position += 1;
                    return;
                }
                "*" => {
                    self.position += 1;
                    module.globs.push(path);
                    return;
                }
                "::" => self.position += 1,
                name if is_name(name) && name != "as" => {
                    path.push(name.to_owned());
                    self.position += 1;
                }
                _ => break,
            }
        }
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let mut name = path.last().cloned().unwrap_or_default();
        if self.text(0) == "as" {
            name = self.text(1).to_owned();
            self.position += 2;
        }
        module.paths.push(path.clone());
        module.bindings.insert(name, path);
    }
}

fn is_name(word: &str) -> bool {
    word.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic()) && word != "fn"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Module::parse(text).paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn trees_of_use_are_taken_apart() {
        let text = "use crate::{a::B, c::{self, D as E}, f::*}; pub(in crate::x) use super::super::g::H;";
        assert_eq!(paths(text), ["crate::a::B", "crate::c", "crate::c::D", "super::super::g::H"]);
        let module = Module::parse(text);
        assert_eq!(module.bindings.keys().collect::<Vec<_>>(), ["B", "E", "H", "c"]);
        assert_eq!(module.globs, [["crate", "f"]]);
    }

    #[test]
    fn paths_in_code_are_found() {
        let text = "fn f(a: &crate::b::C) -> D { self.e(super::g::h()); Vec::<u8>::new(); i::J { k: 1 } }";
        assert_eq!(paths(text), ["crate::b::C", "super::g::h", "i::J"]);
    }

    #[test]
    fn only_items_of_the_module_itself_are_its_items() {
        let module =
            Module::parse("const fn a() { fn b() {} } struct C { d: u8 } impl C { fn e() {} } mod f { fn g() {} }");
        assert_eq!(module.items, ["C", "a"].map(str::to_owned).into());
        assert_eq!(module.inline["f"].items, ["g".to_owned()].into());
        assert!(module.implements);
    }

    #[test]
    fn items_for_tests_are_left_out() {
        let text =
            "mod a;\n#[cfg(test)]\nmod b;\n#[cfg(all(test, unix))]\n#[path = \"x\"]\nmod c {\n use d::E;\n}\nuse f::G;";
        let module = Module::parse(text);
        assert_eq!(module.children, ["a".to_owned()].into());
        assert_eq!(module.test_lines, [2..=3, 4..=8]);
        assert_eq!(paths(text), ["f::G"]);
        assert_eq!(paths("#[cfg(not(test))]\nuse f::G;"), ["f::G"]);
        assert_eq!(paths("#[cfg(test)]\nfn f(a: [u8; 2]) -> [u8; 2] {\n b::c()\n}\nuse f::G;"), ["f::G"]);
    }
}

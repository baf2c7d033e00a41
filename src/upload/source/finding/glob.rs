//! One glob with gitignore's rules, matched on a path relative to the source: `/` between names, none at either end.
//!
//! A glob without an inner slash matches at any depth. A glob with one matches only from the top. A final slash matches
//! directories only. `*` and `?` stop at a slash, `**` does not. Unlike in gitignore, `{a,b}` is an alternative, and
//! `!` and `#` are ordinary characters. On Windows `\` stands for `/`, as in paths; elsewhere it escapes the next character. A glob that can never match is refused, so that a mistyped exclude does not
//! upload the file.

use crate::language::{Message, message};
use globset::{GlobBuilder, GlobMatcher};

/// A compiled glob.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    matcher: GlobMatcher,
    directories_only: bool,
    depth: Depth,
}

/// The depths at which a glob matches.
#[derive(Debug, Clone)]
enum Depth {
    /// At any depth.
    Any,
    /// From the top, through the directories of this path.
    Top(Way),
}

/// Globs for the directories above a match: the first level, the first two levels, and so on.
#[derive(Debug, Clone)]
struct Way {
    levels: Vec<GlobMatcher>,
    /// Whether the rest after the last level can match at any depth.
    open: bool,
}

impl Glob {
    /// Parses a glob; the error is the reason why it is invalid.
    pub(crate) fn new(text: &str) -> Result<Self, Message> {
        let text = if cfg!(windows) { &text.replace('\\', "/") } else { text };
        let (rest, directories_only) = text.strip_suffix('/').map_or((text, false), |rest| (rest, true));
        let (rest, from_top) = rest.strip_prefix('/').map_or((rest, false), |rest| (rest, true));
        if rest.is_empty() {
            return Err(message!("it is empty"));
        }
        if rest.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return Err(message!("a part of it is empty, '.' or '..', which never matches"));
        }
        let whole = match () {
            () if !from_top && !rest.contains('/') && rest != "**" => format!("**/{rest}"),
            () if rest.ends_with("/**") => format!("{rest}/*"),
            () => rest.to_owned(),
        };
        let any_depth = whole.starts_with("**/") || whole == "**";
        let matcher = compile(&whole).map_err(|error| error.kind().to_string())?;
        let depth = if any_depth { Depth::Any } else { Depth::Top(Way::to(&whole)) };
        Ok(Self { matcher, directories_only, depth })
    }

    /// True if the glob matches exactly this path.
    pub(crate) fn matches(&self, path: &str, is_directory: bool) -> bool {
        (is_directory || !self.directories_only) && self.matcher.is_match(path)
    }

    /// True if the glob matches at any depth.
    pub(crate) fn is_floating(&self) -> bool {
        matches!(self.depth, Depth::Any)
    }

    /// False if nothing below the directory can match. The source itself is the empty path.
    pub(crate) fn leads_below(&self, directory: &str) -> bool {
        match &self.depth {
            Depth::Any => true,
            Depth::Top(way) => way.passes(directory),
        }
    }
}

impl Way {
    fn to(glob: &str) -> Self {
        let mut levels = Vec::new();
        for (slash, _) in glob.match_indices('/') {
            let above = &glob[..slash];
            // A `**`, or a choice that spans a slash, has no fixed depth. Nor has the rest after it.
            let fixed = !above.contains("**") && above.matches('{').count() == above.matches('}').count();
            match compile(above) {
                Ok(matcher) if fixed => levels.push(matcher),
                _ => return Self { levels, open: true },
            }
        }
        Self { levels, open: glob.contains("**") }
    }

    fn passes(&self, directory: &str) -> bool {
        if directory.is_empty() {
            return true;
        }
        let depth = directory.split('/').count();
        if let Some(level) = self.levels.get(depth - 1) {
            return level.is_match(directory);
        }
        let known = self.levels.len();
        let end = directory.match_indices('/').nth(known.saturating_sub(1)).map_or(directory.len(), |(slash, _)| slash);
        self.open && self.levels.last().is_none_or(|level| level.is_match(&directory[..end]))
    }
}

fn compile(glob: &str) -> Result<GlobMatcher, globset::Error> {
    let glob = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build()?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        let (path, is_directory) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
        Glob::new(glob).unwrap().matches(path, is_directory)
    }

    #[test]
    fn a_glob_matches_as_in_gitignore() {
        let table = [
            ("*.map", "a.map", true),
            ("*.map", "a/b/c.map", true),
            ("*.map", "a.map/", true),
            ("*.map", "a.maps", false),
            ("*.map", "A.MAP", false),
            ("*", ".hidden", true),
            ("/x", "x", true),
            ("/x", "a/x", false),
            ("x/", "x", false),
            ("x/", "a/x/", true),
            ("a/x", "a/x", true),
            ("a/x", "b/a/x", false),
            ("a/*", "a/b/c", false),
            ("a/**", "a/b/c", true),
            ("a/**", "a/", false),
            ("a/**/c", "a/c", true),
            ("a/**/c", "a/b/b/c", true),
            ("**/b/c", "a/b/c", true),
            ("**/b/c", "b/c", true),
            ("**", "a/b/c", true),
            ("*.{js,css}", "a/b.css", true),
            ("{a,b/c}/d", "b/c/d", true),
            ("[ab].txt", "b.txt", true),
            ("[!ab].txt", "b.txt", false),
            ("a?", "a/", false),
            ("a?c", "a/c", false),
            ("a\\*", "a*", !cfg!(windows)),
            ("a\\*", "a/b", cfg!(windows)),
            ("!a", "!a", true),
            ("#a", "#a", true),
            ("中*", "d/中文", true),
            ("a*z", "a\nz", true),
            ("* *", "a b", true),
        ];
        for (glob, path, expected) in table {
            assert_eq!(matches(glob, path), expected, "{glob} on {path}");
        }
    }

    #[test]
    fn a_glob_that_cannot_match_is_refused() {
        for bad in ["", "/", "//", "./a", "a/../b", "a//b", "//a", "[", "a[b", "{a", "a/."] {
            assert!(Glob::new(bad).is_err(), "{bad}");
        }
        // Nothing follows what would escape it. On Windows it names a directory.
        assert_eq!(Glob::new("a\\").is_err(), !cfg!(windows));
    }

    #[test]
    fn a_directory_is_on_the_way_where_something_below_can_match() {
        let table = [
            ("*.js", "any/thing", true),
            ("/dist/", "", true),
            ("/dist/", "dist", false),
            ("/dist/", "other", false),
            ("/a/*.js", "a", true),
            ("/a/*.js", "b", false),
            ("/a/*.js", "a/b", false),
            ("a/*/c/d", "a/x", true),
            ("a/*/c/d", "a/x/c", true),
            ("a/*/c/d", "a/x/d", false),
            ("a/**/d", "a", true),
            ("a/**/d", "a/b/c/d/e", true),
            ("a/**/d", "b/a", false),
            ("a/**", "a/b", true),
            ("a/**", "ab/a", false),
            ("a*/b**/c", "ax/by/c", true),
            ("{a,b/c}/d", "b", true),
            ("{a,b/c}/d", "b/c", true),
            ("x/{a,b}/d", "x/a", true),
            ("x/{a,b}/d", "x/c", false),
            ("x/{a,b/c}", "x/b", true),
            ("x/{a,b/c}", "y/b", false),
        ];
        for (glob, directory, expected) in table {
            assert_eq!(Glob::new(glob).unwrap().leads_below(directory), expected, "{glob} below {directory}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_matches_lies_on_its_way(glob in "/?([ab*?]|\\*\\*|\\{a,b\\}|\\{a,b/a\\}){1,2}(/([ab*]|\\*\\*|a\\*)){0,3}/?", path in "[ab](/[ab]){0,4}") {
            let Ok(glob) = Glob::new(&glob) else { return Ok(()) };
            if glob.matches(&path, true) {
                for (slash, _) in path.match_indices('/') {
                    proptest::prop_assert!(glob.leads_below(&path[..slash]));
                }
            }
        }
    }
}

//! Selects the files that `--include` and `--exclude` keep. The order of the options counts.
//!
//! - A rule matches a path if its glob matches the path or a directory above it, so `dir/` covers everything below
//!   `dir`.
//! - The last rule that matches decides: a later include restores a path that an exclude removed.
//! - If no rule matches, the first rule decides. If it is an include, only included files are kept. If it is an
//!   exclude, all files but the excluded ones are kept.
//!
//! Globs are gitignore's (see `glob`) and case-sensitive; a `.gitignore` file is never read.

use std::fmt;

use super::glob::Glob;

/// An `--include` or `--exclude`, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Keeps matching paths.
    Include(String),
    /// Leaves out matching paths.
    Exclude(String),
}

/// A glob that cannot be used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidGlob {
    /// The glob as typed.
    pub glob: String,
    /// The reason.
    pub why: String,
}

impl fmt::Display for InvalidGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the glob '{}' cannot be used: {}", self.glob, self.why)
    }
}

impl std::error::Error for InvalidGlob {}

/// The rules in their order. Without rules, everything is kept.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    rules: Vec<(Verdict, Glob)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Keep,
    LeaveOut,
}

/// The last rule that matches a path or a directory above it. For a path below a directory, it is the same or a later
/// rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing(Option<usize>);

impl Filter {
    /// Reads the rules, in the order in which they were typed.
    pub fn new(rules: &[Rule]) -> Result<Self, InvalidGlob> {
        let read = |rule: &Rule| {
            let (verdict, text) = match rule {
                Rule::Include(text) => (Verdict::Keep, text),
                Rule::Exclude(text) => (Verdict::LeaveOut, text),
            };
            let glob = Glob::new(text).map_err(|why| InvalidGlob { glob: text.clone(), why })?;
            Ok((verdict, glob))
        };
        Ok(Self { rules: rules.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// The standing of a path. `above` is the standing of its parent.
    pub(crate) fn standing(&self, above: Standing, path: &str, is_directory: bool) -> Standing {
        self.later(above, |glob| glob.matches(path, is_directory))
    }

    /// The standing of a path, computed from the top directory down.
    pub(crate) fn standing_from_top(&self, path: &str, is_directory: bool) -> Standing {
        let above = path
            .match_indices('/')
            .fold(Standing::default(), |above, (slash, _)| self.standing(above, &path[..slash], true));
        self.standing(above, path, is_directory)
    }

    /// The standing of a named directory by its own name. Only globs that match at any depth apply: `/x` and `a/x` are
    /// relative to the directory. `name` is empty if the source is the content of a directory, as in `dir/`.
    pub(crate) fn standing_of_source(&self, name: &str) -> Standing {
        if name.is_empty() {
            return Standing::default();
        }
        self.later(Standing::default(), |glob| glob.is_floating() && glob.matches(name, true))
    }

    /// True if a path with this standing is uploaded.
    pub(crate) fn keeps(&self, standing: Standing) -> bool {
        match standing.0 {
            Some(rule) => self.rules[rule].0 == Verdict::Keep,
            None => self.rules.first().is_none_or(|(first, _)| *first == Verdict::LeaveOut),
        }
    }

    /// True if a path below the directory may be uploaded.
    pub(crate) fn enters(&self, standing: Standing, directory: &str) -> bool {
        let after = standing.0.map_or(0, |rule| rule + 1);
        let brings_back = |(verdict, glob): &(Verdict, Glob)| *verdict == Verdict::Keep && glob.leads_below(directory);
        self.keeps(standing) || self.rules[after..].iter().any(brings_back)
    }

    fn later(&self, above: Standing, matches: impl Fn(&Glob) -> bool) -> Standing {
        let after = above.0.map_or(0, |rule| rule + 1);
        let last = self.rules[after..].iter().rposition(|(_, glob)| matches(glob));
        last.map_or(above, |index| Standing(Some(after + index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::source::test_tree::filter;

    fn kept<'a>(rules: &[&str], paths: &[&'a str]) -> Vec<&'a str> {
        let filter = filter(rules.iter().copied());
        paths.iter().copied().filter(|path| filter.keeps(filter.standing_from_top(path, false))).collect()
    }

    const SITE: [&str; 6] = ["a.js", "a.js.map", "lib/b.js", "lib/b.min.js", "node_modules/c.js", "readme"];

    #[test]
    fn without_rules_everything_is_kept() {
        assert_eq!(kept(&[], &SITE), SITE);
    }

    #[test]
    fn an_exclude_leaves_out_what_it_matches() {
        let kept = kept(&["-*.map", "-node_modules/"], &SITE);
        assert_eq!(kept, ["a.js", "lib/b.js", "lib/b.min.js", "readme"]);
    }

    #[test]
    fn where_an_include_comes_first_only_the_included_is_kept() {
        assert_eq!(kept(&["+*.js"], &SITE), ["a.js", "lib/b.js", "lib/b.min.js", "node_modules/c.js"]);
        assert_eq!(kept(&["+*.js", "-*.min.js", "-node_modules/"], &SITE), ["a.js", "lib/b.js"]);
        assert_eq!(kept(&["+lib/"], &SITE), ["lib/b.js", "lib/b.min.js"]);
    }

    #[test]
    fn a_later_include_brings_back_what_was_excluded() {
        assert_eq!(kept(&["-*", "+*.map"], &SITE), ["a.js.map"]);
        assert_eq!(
            kept(&["-node_modules/", "+*.js"], &["node_modules/c.js", "node_modules/c.txt"]),
            ["node_modules/c.js"]
        );
        assert_eq!(kept(&["-*.js", "+/lib/"], &SITE), ["a.js.map", "lib/b.js", "lib/b.min.js", "readme"]);
    }

    #[test]
    fn an_earlier_include_brings_nothing_back() {
        assert_eq!(kept(&["+*.js", "-*"], &SITE), [""; 0]);
        assert_eq!(kept(&["+c.js", "-node_modules/"], &SITE), [""; 0]);
    }

    #[test]
    fn an_excluded_directory_is_entered_only_for_a_later_include() {
        let enters = |rules: &[&str], directory: &str| {
            let filter = filter(rules.iter().copied());
            filter.enters(filter.standing_from_top(directory, true), directory)
        };
        assert!(enters(&[], "a"));
        assert!(enters(&["-*.map"], "a"));
        assert!(!enters(&["-a/"], "a"));
        assert!(enters(&["-a/", "+*.js"], "a"));
        assert!(!enters(&["+*.js", "-a/"], "a"));
        assert!(enters(&["-*", "+/a/b/"], "a"));
        assert!(!enters(&["-*", "+/a/b/"], "c"));
        assert!(!enters(&["+/a/*.js"], "c"));
        assert!(enters(&["+/a/*.js"], ""));
    }

    #[test]
    fn only_globs_without_a_place_speak_of_the_source_itself() {
        let enters = |rules: &[&str]| {
            let filter = filter(rules.iter().copied());
            filter.enters(filter.standing_of_source("site"), "")
        };
        assert!(!enters(&["-site/"]));
        assert!(!enters(&["-s*"]));
        assert!(enters(&["-/site"]));
        assert!(enters(&["-site/", "+*.js"]));
    }

    #[test]
    fn a_bad_glob_is_named() {
        let error = Filter::new(&[Rule::Exclude("ok".to_owned()), Rule::Include("a[".to_owned())]).unwrap_err();
        assert_eq!(error.to_string(), "the glob 'a[' cannot be used: unclosed character class; missing ']'");
    }
}

//! Selects the files that `--include` and `--exclude` keep. The order of the options counts.
//!
//! - A rule matches a path if its glob matches the path or a directory above it, so `dir/` covers everything below
//!   `dir`.
//! - The last rule that matches decides: a later include restores a path that an exclude removed.
//! - If no rule matches, the first rule decides. If it is an include, only included files are kept. If it is an
//!   exclude, all files but the excluded ones are kept.
//!
//! Globs are gitignore's (see `glob`) and case-sensitive; a `.gitignore` file is never read.

use crate::language::{Message, message};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::glob::Glob;
use super::rule::Rule;
use super::unmatched::{SeenPath, UnmatchedRule, nearest};

/// How many paths are kept to find what an unmatched rule may mean.
const KEPT_PATHS: usize = 10_000;

/// A glob that cannot be used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidGlob {
    /// The glob as typed.
    pub glob: String,
    /// The reason.
    pub why: Message,
}

impl fmt::Display for InvalidGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("the glob '{glob}' cannot be used: {why}", glob = self.glob, why = self.why).fmt(f)
    }
}

impl std::error::Error for InvalidGlob {}

/// The rules in their order. Without rules, everything is kept.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    rules: Vec<Compiled>,
    seen: Arc<Seen>,
}

#[derive(Debug, Clone)]
struct Compiled {
    rule: Rule,
    glob: Glob,
    /// Whether a path matched. `None` for a rule that is not reported.
    matched: Option<Arc<AtomicBool>>,
}

/// The first paths that the filter was asked about. They are kept while a rule has matched none of them.
#[derive(Debug, Default)]
struct Seen {
    unmatched: AtomicUsize,
    paths: Mutex<Vec<SeenPath>>,
}

/// The last rule that matches a path or a directory above it. For a path below a directory, it is the same or a later
/// rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing(Option<usize>);

impl Filter {
    /// Reads the rules, in the order in which they were typed.
    pub fn new(rules: &[Rule]) -> Result<Self, InvalidGlob> {
        let read = |rule: &Rule| {
            let glob = Glob::new(rule.glob()).map_err(|why| InvalidGlob { glob: rule.glob().to_owned(), why })?;
            Ok(Compiled { rule: rule.clone(), glob, matched: None })
        };
        Ok(Self { rules: rules.iter().map(read).collect::<Result<_, _>>()?, seen: Arc::default() })
    }

    /// The same; the rules from the `first` on are reported if they match nothing.
    pub fn reporting(mut self, first: usize) -> Self {
        let reported = self.rules.iter_mut().skip(first);
        let reported = reported.map(|rule| rule.matched = Some(Arc::default())).count();
        self.seen = Arc::new(Seen { unmatched: reported.into(), ..Seen::default() });
        self
    }

    /// The rules that matched nothing, in their order, if there was anything to match. The paths lie below `sources`.
    pub(super) fn unmatched(&self, sources: &[PathBuf]) -> Vec<UnmatchedRule> {
        let paths = self.seen.paths.lock().unwrap_or_else(PoisonError::into_inner);
        let unmatched = self.rules.iter().filter(|rule| !paths.is_empty() && rule.is_unmatched());
        unmatched
            .map(|Compiled { rule, .. }| UnmatchedRule {
                rule: rule.clone(),
                nearest: nearest(rule.glob(), sources, &paths),
            })
            .collect()
    }

    /// The standing of a path. `above` is the standing of its parent.
    pub(crate) fn standing(&self, above: Standing, path: &str, is_directory: bool) -> Standing {
        self.seen.add(path, is_directory);
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
            Some(rule) => self.rules[rule].includes(),
            None => self.rules.first().is_none_or(|first| !first.includes()),
        }
    }

    /// True if a path below the directory may be uploaded.
    pub(crate) fn enters(&self, standing: Standing, directory: &str) -> bool {
        let after = standing.0.map_or(0, |rule| rule + 1);
        let brings_back = |rule: &Compiled| rule.includes() && rule.glob.leads_below(directory);
        self.keeps(standing) || self.rules[after..].iter().any(brings_back)
    }

    fn later(&self, above: Standing, matches: impl Fn(&Glob) -> bool) -> Standing {
        let after = above.0.map_or(0, |rule| rule + 1);
        let mut last = None;
        for (index, rule) in self.rules.iter().enumerate().rev() {
            let decides = index >= after && last.is_none();
            // A rule that other rules overrule may match all the same.
            if (decides || rule.is_unmatched()) && matches(&rule.glob) {
                rule.has_matched(&self.seen);
                last = last.or(decides.then_some(index));
            }
        }
        last.map_or(above, |index| Standing(Some(index)))
    }
}

impl Compiled {
    fn includes(&self) -> bool {
        matches!(self.rule, Rule::Include(_))
    }

    fn is_unmatched(&self) -> bool {
        self.matched.as_ref().is_some_and(|matched| !matched.load(Ordering::Relaxed))
    }

    fn has_matched(&self, seen: &Seen) {
        if self.matched.as_ref().is_some_and(|matched| !matched.swap(true, Ordering::Relaxed)) {
            seen.unmatched.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Seen {
    fn add(&self, path: &str, is_directory: bool) {
        if self.unmatched.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if paths.len() < KEPT_PATHS {
            paths.push(SeenPath { relative: path.to_owned(), is_directory });
        }
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
    fn rules_that_match_nothing_are_reported() {
        let rules = ["+*.js", "-*", "-*.o", "+c.js"].map(|rule| match rule.split_at(1) {
            ("+", glob) => Rule::Include(glob.to_owned()),
            (_, glob) => Rule::Exclude(glob.to_owned()),
        });
        let unmatched = |first, paths: &[&str]| -> Vec<String> {
            let filter = Filter::new(&rules).unwrap().reporting(first);
            for path in paths {
                filter.standing_from_top(path, false);
            }
            filter.unmatched(&[]).iter().map(|unmatched| unmatched.rule.glob().to_owned()).collect()
        };
        assert_eq!(unmatched(0, &SITE), ["*.o"]);
        assert_eq!(unmatched(0, &["a.txt"]), ["*.js", "*.o", "c.js"]);
        assert_eq!(unmatched(3, &["a.txt"]), ["c.js"]);
        assert_eq!(unmatched(4, &["a.txt"]), [""; 0]);
        assert_eq!(unmatched(0, &[]), [""; 0]);
    }

    #[test]
    fn a_bad_glob_is_named() {
        let error = Filter::new(&[Rule::Exclude("ok".to_owned()), Rule::Include("a[".to_owned())]).unwrap_err();
        assert_eq!(error.to_string(), "the glob 'a[' cannot be used: unclosed character class; missing ']'");
    }
}

//! A rule that matched nothing, and the nearest globs that would have matched: it may be written in the way of another
//! tool, and then files are uploaded that were not meant to be.

use std::path::{Path, PathBuf};

use super::glob::Glob;
use super::rule::Rule;

/// Characters between the globs of a list, which other tools split.
const SEPARATORS: [char; 5] = [',', ';', '|', ' ', '\n'];
/// The shortest end of a name, such as `js`, and the shortest part of one, that are taken for what is meant.
const SHORTEST_END: usize = 2;
const SHORTEST_NAME: usize = 4;

/// A rule that matched nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedRule {
    /// The rule, as typed.
    pub rule: Rule,
    /// What would have matched.
    pub nearest: Option<Nearest>,
}

/// Globs that are close to a rule and match something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The globs to write instead, each with an option of its own.
    pub globs: Vec<String>,
    /// A path that one of them matches.
    pub path: String,
}

/// A path that the filter was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenPath {
    pub(super) relative: String,
    pub(super) is_directory: bool,
}

/// The nearest globs to `glob` that match one of the paths, which lie below `sources`.
pub(super) fn nearest(glob: &str, sources: &[PathBuf], paths: &[SeenPath]) -> Option<Nearest> {
    let rewritten = rewritten(glob, sources);
    let matching =
        rewritten.into_iter().find_map(|globs| first_match(&globs, paths).map(|path| Nearest { globs, path }));
    matching
        .or_else(|| of_other_case(glob, paths))
        .or_else(|| of_similar_name(glob, paths))
        .or_else(|| part_of_a_name(glob, paths))
}

/// A glob for names that have this text in them.
fn part_of_a_name(glob: &str, paths: &[SeenPath]) -> Option<Nearest> {
    let globs = vec![format!("*{glob}*")];
    let is_part = is_literal(glob) && !glob.contains('/') && glob.len() >= SHORTEST_NAME;
    let path = first_match(&globs, paths).filter(|_| is_part)?;
    Some(Nearest { globs, path })
}

/// The path that one of the globs matches, if all of them are valid.
fn first_match(globs: &[String], paths: &[SeenPath]) -> Option<String> {
    let globs: Vec<Glob> = globs.iter().map(|glob| Glob::new(glob).ok()).collect::<Option<_>>()?;
    let matches = |path: &&SeenPath| globs.iter().any(|glob| glob.matches(&path.relative, path.is_directory));
    paths.iter().find(matches).map(|path| path.relative.clone())
}

/// What may be meant, the most likely first.
fn rewritten(glob: &str, sources: &[PathBuf]) -> Vec<Vec<String>> {
    let mut meant = Vec::new();
    if !glob.contains('{') {
        let pieces = glob.split(SEPARATORS).map(bare).filter(|piece| !piece.is_empty());
        meant.push(pieces.map(str::to_owned).collect::<Vec<_>>());
    }
    let one = [
        Some(bare(glob).to_owned()),
        Some(glob.replace('\\', "/")),
        sources.iter().find_map(|source| below(glob, source)),
        ["/**", "/*"].iter().find_map(|end| glob.strip_suffix(end)).map(|rest| format!("{rest}/")),
        Some(at_any_depth(glob)),
        glob.strip_suffix('/').map(str::to_owned),
        glob.strip_suffix('/').map(at_any_depth),
        Some(from_regex(glob)),
    ];
    meant.extend(one.into_iter().flatten().map(|glob| vec![glob]));
    if is_literal(glob) && !glob.contains('/') {
        let end = [format!("*{glob}"), format!("*.{glob}")].into_iter().filter(|_| glob.len() >= SHORTEST_END);
        meant.extend(end.map(|glob| vec![glob]));
    }
    meant
}

fn bare(glob: &str) -> &str {
    glob.trim_matches(|letter: char| matches!(letter, '\'' | '"') || letter.is_whitespace())
}

fn is_literal(glob: &str) -> bool {
    !glob.contains(['*', '?', '[', '{', '\\'])
}

/// The glob relative to the source, if it begins with the source's path or name.
fn below(glob: &str, source: &Path) -> Option<String> {
    let glob = with_slashes(glob);
    let absolute = source.canonicalize().ok();
    let name = source.file_name().map(PathBuf::from);
    let beginnings = [Some(source.to_owned()), absolute, name].into_iter().flatten();
    let rest = |beginning: PathBuf| {
        let beginning = with_slashes(beginning.to_str()?);
        // On Windows an absolute path comes in a form that users do not write: `\\?\C:\dir`.
        let beginning = beginning.trim_start_matches("//?/").trim_end_matches('/').to_owned();
        let rest = glob.strip_prefix(&beginning)?.strip_prefix('/')?;
        (!beginning.is_empty() && !rest.is_empty()).then(|| format!("/{rest}"))
    };
    beginnings.into_iter().find_map(rest)
}

/// The text with `/` between names.
fn with_slashes(text: &str) -> String {
    if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() }
}

fn at_any_depth(glob: &str) -> String {
    let rest = glob.trim_start_matches('/');
    if rest.trim_end_matches('/').contains('/') { format!("**/{rest}") } else { rest.to_owned() }
}

fn from_regex(glob: &str) -> String {
    let inner = glob.strip_prefix('^').unwrap_or(glob);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    inner.replace(".*", "*").replace("\\.", ".")
}

/// The glob in the case of the first path that differs in case only.
fn of_other_case(glob: &str, paths: &[SeenPath]) -> Option<Nearest> {
    let lower = Glob::new(&glob.to_lowercase()).ok()?;
    let matches = |path: &&SeenPath| lower.matches(&path.relative.to_lowercase(), path.is_directory);
    let path = paths.iter().find(matches)?;
    let cases = [glob.to_lowercase(), glob.to_uppercase()];
    let same = |glob: &String| first_match(std::slice::from_ref(glob), std::slice::from_ref(path)).is_some();
    let glob = cases.into_iter().find(same).unwrap_or_else(|| literal(path));
    Some(Nearest { globs: vec![glob], path: path.relative.clone() })
}

/// A name that differs from a glob without wildcards in one letter.
fn of_similar_name(glob: &str, paths: &[SeenPath]) -> Option<Nearest> {
    let name = glob.trim_end_matches('/').rsplit('/').next()?;
    if !is_literal(glob) || name.len() < SHORTEST_NAME {
        return None;
    }
    let path = paths.iter().find(|path| differ_in_one_letter(name, last_name(&path.relative)))?;
    Some(Nearest { globs: vec![literal(path)], path: path.relative.clone() })
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A glob that matches this path and none that differs from it.
fn literal(path: &SeenPath) -> String {
    let mut glob = String::from("/");
    for letter in path.relative.chars() {
        match letter {
            // On Windows `\` separates names.
            '[' | ']' | '{' | '}' if cfg!(windows) => glob.extend(['[', letter, ']']),
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' => glob.extend(['\\', letter]),
            _ => glob.push(letter),
        }
    }
    if path.is_directory {
        glob.push('/');
    }
    glob
}

/// True if one letter is missing, added, exchanged, or swapped with its neighbour.
fn differ_in_one_letter(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[same..], &other[same..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    match (&one[..one.len() - end], &other[..other.len() - end]) {
        ([] | [_], [_]) | ([_], []) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 10] = [
        "README.md",
        "a.js",
        "index.html",
        "lib/",
        "lib/dist/",
        "lib/dist/b.js",
        "node_modules/",
        "photo.jpg",
        "secret-keys.txt",
        "tmp",
    ];

    fn found(glob: &str) -> Option<String> {
        let seen = |path: &str| SeenPath {
            relative: path.trim_end_matches('/').to_owned(),
            is_directory: path.ends_with('/'),
        };
        let paths: Vec<SeenPath> = PATHS.iter().map(|path| seen(path)).collect();
        nearest(glob, &["/home/me/site/".into(), "../other".into()], &paths)
            .map(|Nearest { globs, path }| format!("{} matches {path}", globs.join(" ")))
    }

    #[test]
    fn the_nearest_globs_are_what_was_meant() {
        let table = [
            ("*.js,*.html", "*.js *.html matches a.js"),
            ("*.zzz; *.html", "*.zzz *.html matches index.html"),
            ("'*.js'", "*.js matches a.js"),
            ("lib\\dist", "lib/dist matches lib/dist"),
            ("/home/me/site/lib/dist/", "/lib/dist/ matches lib/dist"),
            ("site/a.js", "/a.js matches a.js"),
            ("../other/a.js", "/a.js matches a.js"),
            ("dist/**", "dist/ matches lib/dist"),
            ("/dist", "dist matches lib/dist"),
            ("dist/b.js", "**/dist/b.js matches lib/dist/b.js"),
            ("tmp/", "tmp matches tmp"),
            (".js", "*.js matches a.js"),
            ("html", "*html matches index.html"),
            ("secret", "*secret* matches secret-keys.txt"),
            ("^.*\\.js$", "*.js matches a.js"),
            ("*.JPG", "*.jpg matches photo.jpg"),
            ("readme.md", "/README.md matches README.md"),
            ("node_module/", "/node_modules/ matches node_modules"),
            ("indxe.html", "/index.html matches index.html"),
        ];
        // On Windows these match as they are.
        for (glob, expected) in table.into_iter().filter(|(glob, _)| !cfg!(windows) || !glob.contains('\\')) {
            assert_eq!(found(glob).as_deref(), Some(expected), "{glob}");
        }
        for none in ["*.zzz", "cache", "x", "/", "", "["] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn a_name_as_a_glob_matches_nothing_else() {
        let windows_has = |name: &&str| !cfg!(windows) || !name.contains(['*', '?', '\\']);
        for name in ["a[1]", "b{c,d}", "e]", "}f", "g*", "h?", "i\\j"].into_iter().filter(windows_has) {
            let glob = Glob::new(&literal(&SeenPath { relative: name.to_owned(), is_directory: false })).unwrap();
            assert!(glob.matches(name, false), "{name}");
            for other in ["a1", "bc", "e", "f", "gx", "hx", "ij"] {
                assert!(!glob.matches(other, false), "{name} {other}");
            }
        }
    }

    #[test]
    fn names_that_differ_in_one_letter_are_similar() {
        for (one, other) in [("dist", "dits"), ("dist", "dis"), ("dist", "dists"), ("dist", "gist")] {
            assert!(differ_in_one_letter(one, other), "{one} {other}");
        }
        for (one, other) in [("dist", "dist"), ("dist", "di"), ("dist", "tsid"), ("", "ab")] {
            assert!(!differ_in_one_letter(one, other), "{one} {other}");
        }
    }
}

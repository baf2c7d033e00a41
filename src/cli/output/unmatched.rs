//! The text of a warning about a rule that matched nothing.

use super::console::visible;
use crate::upload::source::{Nearest, Rule, UnmatchedRule};

/// The option of a rule.
pub(crate) fn option(rule: &Rule) -> &'static str {
    match rule {
        Rule::Include(_) => "--include",
        Rule::Exclude(_) => "--exclude",
    }
}

/// `--exclude '*.js,*.html' matches nothing; --exclude '*.js' --exclude '*.html' would match a.js`.
pub(crate) fn in_words(UnmatchedRule { rule, nearest }: &UnmatchedRule) -> String {
    let option = option(rule);
    let typed = |glob: &str| format!("{option} {}", shell_words::quote(glob));
    let instead = nearest.as_ref().map(|Nearest { globs, path }| {
        let globs: Vec<String> = globs.iter().map(|glob| typed(glob)).collect();
        format!("; {} would match {path}", globs.join(" "))
    });
    visible(&format!("{} matches nothing{}", typed(rule.glob()), instead.unwrap_or_default())).into_owned()
}

//! The text of a warning about a rule that matched nothing.

use super::console::visible;
use crate::language::{Message, message};
use crate::upload::source::{Nearest, Rule, UnmatchedRule};

/// The option of a rule.
pub(crate) fn option(rule: &Rule) -> &'static str {
    match rule {
        Rule::Include(_) => "--include",
        Rule::Exclude(_) => "--exclude",
    }
}

/// `--exclude '*.js,*.html' matches nothing; --exclude '*.js' --exclude '*.html' would match a.js`.
pub(crate) fn in_words(UnmatchedRule { rule, nearest }: &UnmatchedRule) -> Message {
    let option = option(rule);
    let typed = |glob: &str| format!("{option} {}", shell_words::quote(glob));
    let instead = nearest.as_ref().map(|Nearest { globs, path }| {
        let globs: Vec<String> = globs.iter().map(|glob| typed(glob)).collect();
        message!("; {globs} would match {path}", globs = globs.join(" "), path)
    });
    let text =
        message!("{glob} matches nothing{instead}", glob = typed(rule.glob()), instead = instead.unwrap_or_default());
    text.mapped(|text| visible(text).into_owned())
}

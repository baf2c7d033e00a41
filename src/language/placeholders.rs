//! Values in the place of their names.

use std::fmt::{Display, Write};

/// Writes a value wherever `{name}` stands for it; `{{` and `}}` are braces.
pub(super) fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16 * values.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = match brace(rest).or_else(|| value(rest, values, &mut filled)) {
            Some((Some(brace), after)) => {
                filled.push(brace);
                after
            }
            Some((None, after)) => after,
            None => {
                filled.push_str(&rest[..1]);
                &rest[1..]
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// A brace that is written twice, and what follows.
fn brace(text: &str) -> Option<(Option<char>, &str)> {
    let doubled = |pair, brace| text.strip_prefix(pair).map(|after| (Some(brace), after));
    doubled("{{", '{').or_else(|| doubled("}}", '}'))
}

/// Writes the value whose name stands here in braces. Returns what follows.
fn value<'a>(text: &'a str, values: &[(&str, &dyn Display)], filled: &mut String) -> Option<(Option<char>, &'a str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    let (_, value) = values.iter().find(|(of, _)| *of == name)?;
    write!(filled, "{value}").expect("a string takes all that is written");
    Some((None, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_names_stood() {
        let filled = |text| filled(text, &[("a", &1), ("long_name", &"{a}")]);
        assert_eq!(filled("无"), "无");
        assert_eq!(filled("{long_name}：{a}{a}。"), "{a}：11。");
        assert_eq!(filled("{{a}} {b} }{"), "{a} {b} }{");
    }
}

//! Names one after the other.

use std::fmt::{self, Display};

use super::choice::current;
use super::locale::Language;

/// Names or numbers, between which Chinese has another comma than between clauses.
pub struct Series<'a, T>(pub &'a [T]);

impl<T: Display> Display for Series<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = match current() {
            Language::English => ", ",
            Language::Chinese => "、",
        };
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(between)?;
            }
            name.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::chinese;

    #[test]
    fn names_have_the_comma_of_the_language_between_them() {
        let shown = |names: &[&str]| Series(names).to_string();
        assert_eq!([shown(&[]), shown(&["a"]), shown(&["a", "b", "c"])], ["", "a", "a, b, c"]);
        assert_eq!(chinese(|| shown(&["a", "b", "c"])), "a、b、c");
    }
}

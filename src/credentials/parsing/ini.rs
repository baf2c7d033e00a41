//! INI files, read as Python and Go read them: names are not case-sensitive.

use configparser::ini::Ini;
use zeroize::Zeroizing;

use super::file::malformed;
use crate::cos::CredentialsError;
use crate::language::{Message, message};

/// One section of a file.
pub(crate) struct Section(Vec<(String, Zeroizing<String>)>);

impl Section {
    /// Reads `section` of `text`, a file called `name` in messages; `None` if there is no such section.
    pub(crate) fn read(text: &str, section: &str, name: &Message) -> Result<Option<Self>, CredentialsError> {
        let mut ini = Ini::new();
        ini.set_inline_comment_symbols(Some(&[]));
        let mut sections = ini.read(text.to_owned()).map_err(|_| malformed(name, &message!("INI file"), None))?;
        let values = sections.remove(section).map(|values| {
            let value = |value: Option<String>| Zeroizing::new(value.unwrap_or_default());
            values.into_iter().map(|(key, text)| (key, value(text))).collect()
        });
        Ok(values.map(Self))
    }

    /// The value of the first of `keys` that has one, without a trailing comment.
    pub(crate) fn value(&self, keys: &[&str]) -> Option<Zeroizing<String>> {
        let value = |key: &&str| self.0.iter().find(|(name, _)| name == *key).map(|(_, value)| without_comment(value));
        keys.iter().filter_map(value).find(|value| !value.is_empty()).map(|value| Zeroizing::new(value.to_owned()))
    }
}

/// White space and `;` or `#` begin a comment: no ID, key or token contains them.
fn without_comment(value: &str) -> &str {
    let comment = value.match_indices([';', '#']).find(|(at, _)| value[..*at].ends_with([' ', '\t']));
    value[..comment.map_or(value.len(), |(at, _)| at)].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_section_and_key() {
        let text = "; c\n[other]\nkey = no\n[Common]\n# c\nKey = a=b:c;d#e ; comment\nempty =\nolder: x\n";
        let section = Section::read(text, "common", &"it".into()).unwrap().unwrap();
        assert_eq!(section.value(&["key"]).unwrap().as_str(), "a=b:c;d#e");
        assert_eq!(section.value(&["empty", "older"]).unwrap().as_str(), "x");
        assert!(section.value(&["empty", "missing"]).is_none());
        assert!(Section::read(text, "missing", &"it".into()).unwrap().is_none());
    }
}

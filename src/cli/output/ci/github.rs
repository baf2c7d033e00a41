//! The commands that GitHub Actions reads from the output of a step.

/// How serious an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Something failed.
    Error,
    /// A risk.
    Warning,
}

/// The beginning of collapsed lines.
pub(super) fn group(title: &str) -> String {
    format!("::group::{}", data(title))
}

/// The end of collapsed lines.
pub(super) const END_GROUP: &str = "::endgroup::";

/// A message that is shown on the page of the run.
pub(super) fn annotation(level: Level, title: &str, message: &str) -> String {
    let command = match level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    format!("::{command} title={}::{}", property(title), data(message))
}

/// A message: a percent sign and line ends are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: the characters that separate properties are escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_properties_are_escaped() {
        assert_eq!(
            annotation(Level::Error, "a: b, c", "100% of a::b,\r\nc"),
            "::error title=a%3A b%2C c::100%25 of a::b,%0D%0Ac"
        );
        assert_eq!(annotation(Level::Warning, "cosput", "%0A"), "::warning title=cosput::%250A");
        assert_eq!(group("a\n::error::b"), "::group::a%0A::error::b");
    }
}

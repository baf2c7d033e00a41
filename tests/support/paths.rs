//! Paths in output, in the same form on every platform.

use std::path::Path;

use serde_json::Value;

/// A text whose paths have `/` between names. On Windows cosput shows them with `\`. Characters that are spelled out keep
/// it: `\u{1b}`.
pub(crate) fn with_slashes(text: &str) -> String {
    if cfg!(windows) { text.replace('\\', "/").replace("/u{", "\\u{") } else { text.to_owned() }
}

/// A path as it is compared with the output.
pub(crate) fn shown_path(path: &Path) -> String {
    with_slashes(&path.display().to_string())
}

/// The text of lines in the same form. Lines of JSON stay as they are, because `\` has another meaning in them.
pub(crate) fn lines_with_slashes(text: &str) -> String {
    let line = |line: &str| if line.starts_with('{') { line.to_owned() } else { with_slashes(line) };
    text.split_inclusive('\n').map(line).collect()
}

/// The texts of an event in the same form.
pub(crate) fn event_with_slashes(event: Value) -> Value {
    match event {
        Value::String(text) => Value::String(with_slashes(&text)),
        Value::Array(values) => values.into_iter().map(event_with_slashes).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, event_with_slashes(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

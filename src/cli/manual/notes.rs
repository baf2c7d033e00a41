//! The text below the long help of a command: paragraphs and examples.

/// The beginning of the paragraph about variables, which the page has in a section of its own.
const VARIABLES: &str = "Every option";
const EXAMPLES: &str = "Examples:";

/// The parts of the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// What is to be said about the command.
    pub(super) paragraphs: Vec<String>,
    /// What is to be said about variables.
    pub(super) variables: Option<String>,
    /// The examples.
    pub(super) examples: Vec<Example>,
}

/// An example.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Example {
    /// What it does, if that is said.
    pub(super) about: Option<String>,
    /// Its commands, without the indentation that they share.
    pub(super) lines: Vec<String>,
}

impl Notes {
    /// Reads the text.
    pub(super) fn read(text: &str) -> Self {
        let mut notes = Self::default();
        for block in text.split("\n\n").map(str::trim_end).filter(|block| !block.is_empty()) {
            if let Some(examples) = block.strip_prefix(EXAMPLES) {
                notes.examples = self::examples(examples);
            } else if block.starts_with(VARIABLES) {
                notes.variables = Some(block.to_owned());
            } else {
                notes.paragraphs.push(block.to_owned());
            }
        }
        notes
    }
}

/// A line with two spaces that ends with a colon begins an example; the lines below it are its commands.
fn examples(block: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for line in block.lines().filter(|line| !line.is_empty()) {
        let line = line.strip_prefix("  ").unwrap_or(line);
        match line.strip_suffix(':') {
            Some(about) if !about.starts_with(' ') => {
                examples.push(Example { about: Some(about.to_owned()), lines: Vec::new() });
            }
            _ => {
                if examples.is_empty() {
                    examples.push(Example::default());
                }
                let last = examples.last_mut().expect("one was added if there was none");
                let indent = if last.about.is_some() { "  " } else { "" };
                last.lines.push(line.strip_prefix(indent).unwrap_or(line).to_owned());
            }
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_variables_and_examples_are_told_apart() {
        let text = "Examples:\n  Do it:\n    a \\\n      b\n  Again:\n    c\n\nMore.\n\nEvery option has a variable.";
        let example = |about: &str, lines: &[&str]| Example {
            about: Some(about.to_owned()),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert_eq!(
            Notes::read(text),
            Notes {
                paragraphs: vec!["More.".to_owned()],
                variables: Some("Every option has a variable.".to_owned()),
                examples: vec![example("Do it", &["a \\", "  b"]), example("Again", &["c"])],
            }
        );
    }

    #[test]
    fn commands_alone_are_one_example() {
        let notes = Notes::read("Examples:\n  a \\\n    b\n  c\n");
        assert_eq!(notes.examples.len(), 1);
        assert_eq!(notes.examples[0].lines, ["a \\", "  b", "c"]);
    }
}

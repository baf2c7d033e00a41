//! The language of man pages: text without surprises, paragraphs, tagged lists and examples.

use std::fmt::Write as _;

/// The longest line of a page's source, in bytes.
const LONGEST_LINE: usize = 80;

/// A page while it is written. Text is escaped, so it can hold any character.
#[derive(Default)]
pub(super) struct Roff(String);

impl Roff {
    /// The title line of a page in section 1. `date` and `source` stand in its footer.
    pub(super) fn title(name: &str, date: &str, source: &str) -> Self {
        let name = escaped(&name.to_uppercase());
        Self(format!(".TH {name} 1 \"{date}\" \"{}\" \"cosput manual\"\n", escaped(source)))
    }

    /// The heading of a section.
    pub(super) fn section(&mut self, heading: &str) {
        self.line(&format!(".SH {}", escaped(heading)));
    }

    /// The heading of a part of a section.
    pub(super) fn subsection(&mut self, heading: &str) {
        self.line(&format!(".SS {}", escaped(heading)));
    }

    /// Text that is filled. Each sentence begins a line of the source, as roff expects, and no line is long.
    pub(super) fn text(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace().map(whole) {
            if !line.is_empty() && (line.ends_with('.') || line.len() + word.len() >= LONGEST_LINE) {
                self.marked(&line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        self.marked(&line);
    }

    /// A line of text that is already escaped, such as the result of [`bold`].
    pub(super) fn marked(&mut self, text: &str) {
        let guard = if text.starts_with(['.', '\'']) { "\\&" } else { "" };
        self.line(&format!("{guard}{text}"));
    }

    /// The beginning of a paragraph.
    pub(super) fn paragraph(&mut self) {
        self.line(".PP");
    }

    /// A term, marked, and its description.
    pub(super) fn item(&mut self, term: &str, description: &str) {
        self.line(".TP");
        self.marked(term);
        self.text(description);
    }

    /// Lines that are shown as they are.
    pub(super) fn example(&mut self, lines: &[String]) {
        self.line(".RS 4");
        self.line(".EX");
        lines.iter().for_each(|line| self.marked(&escaped(line)));
        self.line(".EE");
        self.line(".RE");
    }

    /// The page.
    pub(super) fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.0, "{line}");
    }
}

/// A word that is not hyphenated if it is a name, such as that of an option.
fn whole(word: &str) -> String {
    let guard = if word.contains(['-', '_', '/', '.']) && word.len() > 8 { "\\%" } else { "" };
    format!("{guard}{}", escaped(word))
}

/// Text in bold, as what is typed as it stands.
pub(super) fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Text in italics, as what stands for something else.
pub(super) fn italic(text: &str) -> String {
    format!("\\fI{}\\fR", escaped(text))
}

/// Characters that mean something to roff, or that it would replace by others: options must be copied as they are.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '"' => escaped.push_str("\\(dq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_it_is_written() {
        let mut roff = Roff::default();
        roff.text(".map 'a' \\ --b ~/c \"d\". See --part-size.");
        assert_eq!(
            String::from_utf8(roff.finish()).unwrap(),
            "\\&.map \\(aqa\\(aq \\e \\-\\-b \\(ti/c \\(dqd\\(dq.\nSee \\%\\-\\-part\\-size.\n"
        );
    }
}

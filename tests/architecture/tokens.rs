//! A file of Rust as words and signs, without comments. The content of a string stands beside its sign.

/// A word, `::`, or a single sign, with the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub text: String,
    pub line: usize,
    /// What a string says.
    pub string: Option<String>,
}

/// Stands for a string or a character.
pub(crate) const LITERAL: &str = "\"";

/// Splits a file into tokens.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader { characters, position: 0, line: 1 };
    let mut found = Vec::new();
    while let Some(token) = reader.next() {
        found.push(token);
    }
    found
}

struct Reader {
    characters: Vec<char>,
    position: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.position + ahead).copied()
    }

    fn take(&mut self) -> Option<char> {
        let taken = self.peek(0)?;
        self.position += 1;
        self.line += usize::from(taken == '\n');
        Some(taken)
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, character)| self.peek(index) == Some(character))
    }

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let line = self.line;
        let token = |text: &str| Some(Token { text: text.to_owned(), line, string: None });
        let first = self.peek(0)?;
        if let Some(string) = self.string() {
            return Some(Token { text: LITERAL.to_owned(), line, string: Some(string) });
        }
        match first {
            '\'' => {
                self.skip_character_or_lifetime();
                token(LITERAL)
            }
            ':' if self.peek(1) == Some(':') => {
                self.position += 2;
                token("::")
            }
            _ if is_of_word(first) => token(&self.word()),
            _ => {
                self.take();
                token(&first.to_string())
            }
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            if self.starts_with("//") {
                while self.peek(0).is_some_and(|character| character != '\n') {
                    self.take();
                }
            } else if self.starts_with("/*") {
                self.skip_block_comment();
            } else if self.peek(0).is_some_and(char::is_whitespace) {
                self.take();
            } else {
                return;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        loop {
            if self.starts_with("/*") {
                depth += 1;
                self.position += 2;
            } else if self.starts_with("*/") {
                depth -= 1;
                self.position += 2;
            } else if self.take().is_none() {
                return;
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn word(&mut self) -> String {
        if self.starts_with("r#") {
            self.position += 2;
        }
        let mut word = String::new();
        while let Some(character) = self.peek(0).filter(|character| is_of_word(*character)) {
            word.push(character);
            self.position += 1;
        }
        word
    }

    /// Reads a string of any kind, if there is one here.
    fn string(&mut self) -> Option<String> {
        let prefix = (0..2).take_while(|ahead| self.peek(*ahead).is_some_and(|character| "bcr".contains(character)));
        let prefix = prefix.count();
        let raw = (0..prefix).any(|ahead| self.peek(ahead) == Some('r'));
        let hashes = if raw { (0..).take_while(|more| self.peek(prefix + more) == Some('#')).count() } else { 0 };
        if self.peek(prefix + hashes) != Some('"') {
            return None;
        }
        self.position += prefix + hashes + 1;
        let mut string = String::new();
        let end = format!("\"{}", "#".repeat(hashes));
        while !self.starts_with(&end) {
            match self.take() {
                Some('\\') if !raw => string.extend(self.escaped()),
                taken => string.push(taken?),
            }
        }
        self.position += end.len();
        Some(string)
    }

    /// What stands for itself after a backslash.
    fn escaped(&mut self) -> Option<char> {
        match self.take()? {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            '0' => Some('\0'),
            'u' => {
                let digits: String = std::iter::from_fn(|| self.take().filter(|taken| *taken != '}')).skip(1).collect();
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
            }
            'x' => {
                let digits: String = [self.take()?, self.take()?].into_iter().collect();
                Some(u8::from_str_radix(&digits, 16).ok()?.into())
            }
            '\n' => {
                while self.peek(0).is_some_and(char::is_whitespace) {
                    self.take();
                }
                None
            }
            itself => Some(itself),
        }
    }

    fn skip_character_or_lifetime(&mut self) {
        self.take();
        let is_character = self.peek(0) == Some('\\') || self.peek(1) == Some('\'');
        if !is_character {
            self.word();
            return;
        }
        while let Some(taken) = self.take() {
            if taken == '\\' {
                self.take();
            } else if taken == '\'' {
                return;
            }
        }
    }
}

fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_hold_no_words() {
        assert_eq!(texts("a // b\n/* c /* d */ e */ f /// g"), ["a", "f"]);
        assert_eq!(
            texts(r##"a "b \" c" r#"d " e"# b"f" 'g' '\'' b'h' i"##),
            ["a", "\"", "\"", "\"", "\"", "\"", "b", "\"", "i"]
        );
    }

    #[test]
    fn a_string_is_read_as_the_compiler_reads_it() {
        let text = r##" "a\"\n\u{4e2d}\x41 \
            b" r#"c\d"# 'e' "##;
        let strings: Vec<Option<String>> = tokens(text).into_iter().map(|token| token.string).collect();
        assert_eq!(strings, [Some("a\"\n中A b".to_owned()), Some("c\\d".to_owned()), None]);
    }

    #[test]
    fn a_lifetime_is_no_character() {
        assert_eq!(texts("&'a str, 'x'"), ["&", "\"", "str", ",", "\""]);
    }

    #[test]
    fn paths_and_lines_are_kept() {
        let lines: Vec<(String, usize)> =
            tokens("use a::r#type;\n\"\n\"\nb").into_iter().map(|token| (token.text, token.line)).collect();
        let expected = [("use", 1), ("a", 1), ("::", 1), ("type", 1), (";", 1), ("\"", 2), ("b", 4)];
        assert_eq!(lines, expected.map(|(text, line)| (text.to_owned(), line)));
    }
}

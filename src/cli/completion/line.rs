//! Where on the command line a word stands: it is a command, an option, the value of an option, or an argument.

use clap::{Arg, Command};

/// The words after the program's name, and the one to complete.
pub(super) struct Words {
    /// The words before it.
    pub(super) before: Vec<String>,
    /// The word itself, as far as it is typed.
    pub(super) current: String,
}

impl Words {
    /// Takes the word at `index` as the current one; there may be none yet.
    pub(super) fn new(words: Vec<String>, index: usize) -> Self {
        let mut before: Vec<String> = words.iter().take(index).cloned().collect();
        let mut current = words.get(index).cloned().unwrap_or_default();
        // bash takes --option=value for three words, the second of which is a word by itself.
        if current == "=" && before.last().is_some_and(|word| word.starts_with("--")) {
            current.clear();
        } else if before.last().is_some_and(|word| word == "=") {
            before.pop();
        }
        Self { before, current }
    }
}

/// What the current word is.
pub(super) enum Line<'a> {
    /// A command.
    Command(&'a Command),
    /// An option of a command.
    Option(&'a Command),
    /// The value of an option. The current word has this prefix before the value.
    Value(&'a Arg, String),
    /// An argument.
    Argument(&'a Arg),
    /// Nothing that the program knows.
    Unknown,
}

impl<'a> Line<'a> {
    /// Reads the words before the current one.
    pub(super) fn read(program: &'a Command, words: &Words) -> Self {
        let mut before = words.before.iter().skip_while(|word| word.starts_with('-'));
        let Some(name) = before.next() else {
            return if words.current.starts_with('-') { Self::Option(program) } else { Self::Command(program) };
        };
        if name == "help" {
            return Self::Command(program);
        }
        let Some(command) = program.get_subcommands().find(|command| command.get_name() == name) else {
            return Self::Unknown;
        };
        let mut reader = Reader { command, pending: None, arguments: 0, options_over: false };
        before.for_each(|word| reader.word(word));
        reader.current(&words.current)
    }
}

/// Follows the words of a command.
struct Reader<'a> {
    command: &'a Command,
    /// The option whose value comes next.
    pending: Option<&'a Arg>,
    /// How many arguments there were.
    arguments: usize,
    /// Whether `--` has been read.
    options_over: bool,
}

impl<'a> Reader<'a> {
    fn word(&mut self, word: &str) {
        if self.pending.take().is_some() {
            return;
        }
        match word.strip_prefix('-') {
            _ if self.options_over => self.arguments += 1,
            Some("-") => self.options_over = true,
            Some("") | None => self.arguments += 1,
            Some(rest) => {
                self.pending = match rest.strip_prefix('-') {
                    Some(long) => self.long(long).filter(|arg| takes_next_word(arg)),
                    None => self.last_of_cluster(rest),
                };
            }
        }
    }

    fn current(self, word: &str) -> Line<'a> {
        if let Some(arg) = self.pending {
            return Line::Value(arg, String::new());
        }
        if self.options_over || !word.starts_with('-') {
            return self.argument();
        }
        let Some((option, _)) = word.split_once('=').filter(|(option, _)| option.starts_with("--")) else {
            return Line::Option(self.command);
        };
        match self.long(&option[2..]) {
            Some(arg) => Line::Value(arg, format!("{option}=")),
            None => Line::Unknown,
        }
    }

    fn argument(&self) -> Line<'a> {
        let arguments: Vec<&Arg> = self.command.get_positionals().collect();
        let several = |arg: &&&Arg| arg.get_num_args().is_some_and(|range| range.max_values() > 1);
        let arg = arguments.get(self.arguments).or_else(|| arguments.last().filter(several));
        arg.map_or(Line::Unknown, |arg| Line::Argument(arg))
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
    }

    /// The option at the end of `-rb` whose value comes next; in `-bNAME` the value is there already.
    fn last_of_cluster(&self, letters: &str) -> Option<&'a Arg> {
        for (place, letter) in letters.char_indices() {
            let arg = self.command.get_arguments().find(|arg| arg.get_short() == Some(letter))?;
            if takes_next_word(arg) {
                return (place + letter.len_utf8() == letters.len()).then_some(arg);
            }
        }
        None
    }
}

fn takes_next_word(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.min_values() > 0)
}

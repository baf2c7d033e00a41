//! Which lines are kept together, and that none is after a failure: the last line may have lost its end, and the next one
//! would then be a part of it.

use crate::language::Message;

/// Makes a line, on the thread that writes it. `None` adds nothing.
pub(crate) type MakeLine = Box<dyn FnOnce() -> Option<String> + Send>;

/// Decides about the lines of one file.
#[derive(Debug, Default)]
pub(crate) struct KeptLines {
    failure: Option<Message>,
}

impl KeptLines {
    /// The text to keep next, if there is any.
    pub(crate) fn text(&self, lines: Vec<MakeLine>) -> Option<String> {
        if self.failure.is_some() {
            return None;
        }
        let text: String = lines.into_iter().filter_map(|line| line()).collect();
        (!text.is_empty()).then_some(text)
    }

    /// What became of it.
    pub(crate) fn note(&mut self, result: Result<(), Message>) {
        if self.failure.is_none() {
            self.failure = result.err();
        }
    }

    /// The first failure.
    pub(crate) fn failure(&self) -> Option<&Message> {
        self.failure.as_ref()
    }
}

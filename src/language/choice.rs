//! The language of this process, and the stretches that are English.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::locale::Language;

static CHINESE: AtomicBool = AtomicBool::new(false);

thread_local! {
    static IN_ENGLISH: Cell<bool> = const { Cell::new(false) };
    #[cfg(test)]
    static CHINESE_HERE: Cell<bool> = const { Cell::new(false) };
}

/// Makes this the language of all messages of the process that are written from now on.
pub fn choose(language: Language) {
    CHINESE.store(language == Language::Chinese, Ordering::Relaxed);
}

/// The language of the process.
pub fn chosen() -> Language {
    #[cfg(test)]
    if CHINESE_HERE.get() {
        return Language::Chinese;
    }
    if CHINESE.load(Ordering::Relaxed) { Language::Chinese } else { Language::English }
}

/// The language in which a message is shown here: the chosen one, unless this is for a program.
pub fn current() -> Language {
    if chosen() == Language::English || IN_ENGLISH.get() { Language::English } else { chosen() }
}

/// Runs something in which every message is shown in English.
pub fn english<T>(run: impl FnOnce() -> T) -> T {
    if chosen() == Language::English {
        return run();
    }
    let _outer = Outer(IN_ENGLISH.replace(true));
    run()
}

/// Runs something in which every message is shown in Chinese, if that is chosen, also where this is for a program.
pub(super) fn in_chinese<T>(run: impl FnOnce() -> Option<T>) -> Option<T> {
    if chosen() == Language::English {
        return None;
    }
    let _outer = Outer(IN_ENGLISH.replace(false));
    run()
}

/// Sets back what held outside, also after a panic.
struct Outer(bool);

impl Drop for Outer {
    fn drop(&mut self) {
        IN_ENGLISH.set(self.0);
    }
}

/// Runs something as if Chinese were chosen, on this thread only.
#[cfg(test)]
pub(crate) fn chinese<T>(run: impl FnOnce() -> T) -> T {
    let outer = CHINESE_HERE.replace(true);
    let result = run();
    CHINESE_HERE.set(outer);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_programs_is_english() {
        assert_eq!(current(), Language::English);
        chinese(|| {
            assert_eq!(current(), Language::Chinese);
            english(|| {
                assert_eq!((chosen(), current()), (Language::Chinese, Language::English));
                english(|| assert_eq!(current(), Language::English));
                assert_eq!(current(), Language::English);
            });
            assert_eq!(current(), Language::Chinese);
        });
        assert_eq!(current(), Language::English);
    }
}

//! Texts that strangers wrote, on their way to a terminal: it obeys control characters, so it gets them as JSON writes
//! them, `\u001b`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text without control characters but tabs and line ends.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c.is_control() && !matches!(c, '\t' | '\n'))
}

/// A name inside a line of ours: a line end in it would begin a line that is not ours.
pub fn printable_name(name: &str) -> Cow<'_, str> {
    escaped(name, char::is_control)
}

/// As [`printable`], for a text that has our own colours, which begin with an escape character.
pub fn printable_coloured(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c.is_control() && !matches!(c, '\t' | '\n' | '\u{1b}'))
}

fn escaped(text: &str, is_escaped: fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(is_escaped) {
        return text.into();
    }
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            // A `String` takes all that is written.
            let _always_written = write!(printable, "\\u{:04x}", u32::from(c));
        } else {
            printable.push(c);
        }
    }
    printable.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_nothing_to_obey() {
        let check = |text: &str, expected: &str| assert_eq!(printable(text), expected);
        check("\u{1b}[2J\u{9b}2J\r\u{7f}", "\\u001b[2J\\u009b2J\\u000d\\u007f");
        check("Ядро\t日本\n", "Ядро\t日本\n");
        assert_eq!(printable_name("a\nstored"), "a\\u000astored");
        assert_eq!(printable_coloured("\u{1b}[2ma\u{9b}"), "\u{1b}[2ma\\u009b");
    }
}

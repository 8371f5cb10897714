//! A log line by line: what of it is a secret, by the names in it and by what the lines before have left open.

use std::collections::HashSet;
use std::mem;

use super::name::{Notation, is_word, next_secret};
use super::nesting::{self, Nesting};
use crate::event::{NAMELESS_BYTES_MIN, ends_in_secret};
use crate::hook_log::tree::split_key;
use crate::verify::{Digest, is_fingerprint};

/// What the lines before have left open. A number is that of the spaces before the secret's name.
#[derive(Default)]
pub(super) enum Within {
    #[default]
    Open,
    /// A text or an array in `print_r`'s layout.
    Key(usize),
    /// A value that has not begun.
    Awaited(usize),
    /// A value in quotes or brackets that are not closed.
    Nested(Nesting, usize),
    /// A value that goes on where lines are indented further.
    Indented(usize),
    /// A value without a known end.
    Endless,
}

pub(super) struct Masking {
    pub out: Vec<u8>,
    pub secrets: HashSet<Vec<u8>>,
    pub within: Within,
}

impl Masking {
    pub fn line(&mut self, line: &[u8]) {
        let text = line.trim_ascii_start();
        let indent = line.len().saturating_sub(text.len());
        let key = text.strip_prefix(b"[").and_then(split_key);
        match mem::take(&mut self.within) {
            Within::Key(name) if key.is_none() || indent > name => {
                self.within = Within::Key(name);
                return self.secret(line);
            }
            Within::Indented(name) if text.is_empty() || indent > name => {
                self.within = Within::Indented(name);
                return self.secret(line);
            }
            Within::Awaited(name) if text.is_empty() => {
                self.within = Within::Awaited(name);
                return self.out.extend_from_slice(line);
            }
            Within::Awaited(name) => return self.value_and_words(line, Notation::Other, name),
            Within::Nested(nesting, name) => return self.nested(line, nesting, name),
            Within::Endless => {
                self.within = Within::Endless;
                return self.secret(line);
            }
            Within::Open | Within::Key(_) | Within::Indented(_) => {}
        }
        match key {
            Some((name, text)) if name.split(|byte| !is_word(*byte)).any(ends_in_secret) => {
                self.within = Within::Key(indent);
                self.out.extend_from_slice(line.get(..line.len().saturating_sub(text.len())).unwrap_or_default());
                self.secret(text);
            }
            Some(_) | None => self.words(line, indent),
        }
    }

    /// A line, or the rest of one, in which secrets stand behind their names.
    fn words(&mut self, line: &[u8], indent: usize) {
        let mut rest = line;
        while let Some((value_at, notation)) = next_secret(rest) {
            let (before, value) = rest.split_at_checked(value_at).unwrap_or((rest, &[]));
            self.out.extend_from_slice(before);
            rest = self.value(value, notation, indent);
        }
        self.out.extend_from_slice(rest);
    }

    fn value_and_words(&mut self, line: &[u8], notation: Notation, indent: usize) {
        let rest = self.value(line, notation, indent);
        self.words(rest, indent);
    }

    /// Masks a value that begins here, and gives the rest of the line.
    fn value<'l>(&mut self, value: &'l [u8], notation: Notation, indent: usize) -> &'l [u8] {
        if notation.is_empty(value) {
            self.out.extend_from_slice(value);
            self.within = Within::Awaited(indent);
            return &[];
        }
        let mut nesting = Nesting::default();
        if let Some(bytes) = notation.value_bytes(value, &mut nesting) {
            let (secret, rest) = value.split_at_checked(bytes).unwrap_or((value, &[]));
            self.secret(secret);
            return rest;
        }
        self.secret(value);
        let text = value.trim_ascii();
        self.within = if text.starts_with(b"<<") {
            Within::Endless
        } else if nesting.is_open() {
            Within::Nested(nesting, indent)
        } else if [&b"array"[..], b"object"].iter().any(|kind| ends_with(text, kind)) {
            Within::Awaited(indent)
        } else {
            Within::Indented(indent)
        };
        &[]
    }

    /// A line that begins in quotes or brackets.
    fn nested(&mut self, line: &[u8], mut nesting: Nesting, indent: usize) {
        let Some(bytes) = nesting.close(line) else {
            self.within = Within::Nested(nesting, indent);
            return self.secret(line);
        };
        let (secret, rest) = line.split_at_checked(bytes).unwrap_or((line, &[]));
        self.secret(secret);
        if nesting::is_end(rest) {
            self.words(rest, indent);
        } else if rest.trim_ascii().is_empty() {
            self.within = Within::Indented(indent);
        } else {
            self.value_and_words(rest, Notation::Doubt, indent);
        }
    }

    /// Writes a secret's digest, within the quotes around it.
    fn secret(&mut self, secret: &[u8]) {
        /// A shorter word beside others may be any word.
        const LONG_BYTES_MIN: usize = 16;
        let text = secret.trim_ascii();
        if matches!(text, b"" | b"(" | b")" | b"Array") {
            return self.out.extend_from_slice(secret);
        }
        let (quote, text) = unquoted(text).unwrap_or((b"", secret));
        self.out.extend_from_slice(quote);
        if is_fingerprint(text) {
            self.out.extend_from_slice(text);
        } else {
            self.out.extend_from_slice(Digest::of(text).fingerprint().as_bytes());
        }
        self.out.extend_from_slice(quote);
        let words = text.split(|byte| !is_word(*byte));
        let words = words.filter(|word| word.len() >= if *word == text { NAMELESS_BYTES_MIN } else { LONG_BYTES_MIN });
        self.secrets.extend(words.filter(|word| !ends_in_secret(word)).map(<[u8]>::to_vec));
    }
}

/// The quote, and the text in it, where there is nothing else.
fn unquoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (quote, rest) = text.split_at_checked(1).filter(|(quote, _)| matches!(quote, [b'"' | b'\'']))?;
    let text = rest.strip_suffix(quote)?;
    (!text.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\\'))).then_some((quote, text))
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    text.len().checked_sub(word.len()).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

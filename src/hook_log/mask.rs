//! Secrets in parts of a log that could not be read: by name, in whatever notation, and wherever else they stand.

use std::collections::HashSet;

use super::tree::split_key;
use crate::event::{is_client_id, is_secret};
use crate::verify::{Digest, is_fingerprint};

/// A shorter value could be many another text's too.
const REPEATED_BYTES_MIN: usize = 8;

/// The part with each secret's value replaced by `sha256:` and 8 hex digits.
///
/// A secret is what stands behind a secret's name: in `print_r` up to the next key, and where it is an array all texts in
/// it; in a form, in JSON or in code up to the next mark. The same word is replaced wherever it is repeated.
#[must_use]
pub fn mask(raw: &[u8]) -> Vec<u8> {
    let mut masking = Masking { out: Vec::with_capacity(raw.len()), secrets: HashSet::new(), within: Within::Open };
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        masking.line(text);
        masking.out.extend_from_slice(line.get(text.len()..).unwrap_or_default());
    }
    if masking.secrets.is_empty() { masking.out } else { without_words(&masking.out, &masking.secrets) }
}

/// What the lines before have left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Open,
    /// A secret text.
    Text,
    /// A secret array, with so many spaces before its key.
    Array(usize),
}

struct Masking {
    out: Vec<u8>,
    secrets: HashSet<Vec<u8>>,
    within: Within,
}

impl Masking {
    fn line(&mut self, line: &[u8]) {
        let indent = line.len().saturating_sub(line.trim_ascii_start().len());
        if !line.is_empty() && line.iter().all(|byte| *byte == b'-') {
            self.within = Within::Open;
        }
        let layout = layout(line);
        match (layout, self.within) {
            (None, Within::Open) => return self.words(line),
            (None, Within::Text | Within::Array(_)) => return self.secret(line),
            (Some(_), Within::Array(key)) if indent > key => {}
            (Some(_), Within::Open | Within::Text | Within::Array(_)) => self.within = Within::Open,
        }
        let Some(Some((name, text))) = layout else { return self.out.extend_from_slice(line) };
        let is_within = self.within != Within::Open;
        if !is_within && !is_secret(name) && !is_client_id(name) {
            return self.words(line);
        }
        self.words(line.get(..line.len().saturating_sub(text.len())).unwrap_or_default());
        match (text, is_within) {
            (b"Array", true) => self.out.extend_from_slice(text),
            (b"Array", false) => {
                self.out.extend_from_slice(text);
                self.within = Within::Array(indent);
            }
            (_, true) => self.secret(text),
            (_, false) => {
                self.secret(text);
                self.within = Within::Text;
            }
        }
    }

    /// A line that is no layout, or the beginning of one that is: secrets stand behind their names.
    fn words(&mut self, line: &[u8]) {
        let mut rest = line;
        while let Some((name, marks, value)) = next_name(rest) {
            let value_at = rest.len().saturating_sub(value.len());
            self.out.extend_from_slice(rest.get(..value_at).unwrap_or_default());
            rest = value;
            if is_assignment(marks) && (is_secret(name) || is_client_id(name)) {
                let bytes = value.iter().position(|byte| b" \t&\"'<>,;(){}[]\\".contains(byte)).unwrap_or(value.len());
                let (secret, after) = value.split_at_checked(bytes).unwrap_or((value, &[]));
                self.secret(secret);
                rest = after;
            }
        }
        self.out.extend_from_slice(rest);
    }

    fn secret(&mut self, secret: &[u8]) {
        if secret.is_empty() || is_fingerprint(secret) {
            return self.out.extend_from_slice(secret);
        }
        self.out.extend_from_slice(Digest::of(secret).fingerprint().as_bytes());
        if secret.len() >= REPEATED_BYTES_MIN && secret.iter().all(|byte| is_word(*byte)) {
            self.secrets.insert(secret.to_owned());
        }
    }
}

/// A key or a parenthesis, however far it is indented. Gives the key and the first line of its text.
#[expect(clippy::option_option, reason = "layout or not, and then with a key or without one")]
fn layout(line: &[u8]) -> Option<Option<(&[u8], &[u8])>> {
    match line.trim_ascii_start() {
        b"(" | b")" => Some(None),
        text => text.strip_prefix(b"[").and_then(split_key).map(Some),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The next name, the marks behind it, and the rest. An escape is a mark: names stand behind `%5B`, too.
fn next_name(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = line.get(marks_bytes(line)..)?;
    let name_bytes = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(name_bytes).filter(|(name, _)| !name.is_empty())?;
    let (marks, value) = rest.split_at_checked(marks_bytes(rest))?;
    Some((name, marks, value))
}

fn marks_bytes(text: &[u8]) -> usize {
    let mut bytes = 0;
    while let Some(rest) = text.get(bytes..) {
        bytes = match rest {
            [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => bytes.saturating_add(3),
            [mark, ..] if !is_word(*mark) => bytes.saturating_add(1),
            _ => break,
        };
    }
    bytes
}

fn is_assignment(marks: &[u8]) -> bool {
    marks.iter().any(|mark| b"=:>".contains(mark))
        || marks.windows(3).any(|mark| matches!(mark, b"%3D" | b"%3d" | b"%3A" | b"%3a"))
}

fn without_words(text: &[u8], secrets: &HashSet<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for word in text.chunk_by(|one, other| is_word(*one) == is_word(*other)) {
        if secrets.contains(word) {
            out.extend_from_slice(Digest::of(word).fingerprint().as_bytes());
        } else {
            out.extend_from_slice(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(String::from_utf8(mask(raw.as_bytes())).unwrap(), expected, "{raw}");
    }

    #[test]
    fn secrets_are_masked_in_any_notation() {
        check(
            "    [application_token] => x y\n    [ts] => 1\n",
            "    [application_token] => sha256:887fcea6\n    [ts] => 1\n",
        );
        check("a auth%5BAPPLICATION_token%5D=x&b=1", "a auth%5BAPPLICATION_token%5D=sha256:2d711642&b=1");
        check("{\"access_token\": \"x\"}\r\n", "{\"access_token\": \"sha256:2d711642\"}\r\n");
        check("'password' => 'x', <token>x</token>", "'password' => 'sha256:2d711642', <token>sha256:2d711642</token>");
        check("no token here, token_type=bearer", "no token here, token_type=bearer");
    }

    #[test]
    fn a_secret_array_and_a_secret_of_several_lines_are_masked_to_their_ends() {
        check(
            "    [token] => Array\n        (\n            [a] => x\n        )\n\n    [b] => x\n",
            "    [token] => Array\n        (\n            [a] => sha256:2d711642\n        )\n\n    [b] => x\n",
        );
        check("[password] => x\nx\n\n)\nx\n", "[password] => sha256:2d711642\nsha256:2d711642\n\n)\nx\n");
    }

    #[test]
    fn a_secret_is_masked_wherever_it_is_repeated_and_only_once() {
        check("u /abcdefgh/x\n[token] => abcdefgh", "u /sha256:9c56cc51/x\n[token] => sha256:9c56cc51");
        check("[token] => sha256:9c56cc51\n", "[token] => sha256:9c56cc51\n");
    }
}

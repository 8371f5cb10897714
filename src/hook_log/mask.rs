//! Secrets in parts of a log that could not be read: by name, in whatever notation, and wherever else they stand.

mod lines;
mod name;
mod nesting;

use std::collections::HashSet;
use std::mem;

use super::ENTRY_BYTES_MAX;
use crate::verify::Digest;
use lines::{Masking, Within};
use name::is_word;

/// The part with each secret's value replaced by `sha256:` and 8 hex digits.
///
/// A secret is what stands behind a secret's name: in `print_r` up to the next key that is indented no further, in quotes
/// and brackets up to the closing one, in a form up to `&`, else and wherever that is in doubt up to the end of the line,
/// with the lines that are indented further. The same word is replaced wherever it is repeated.
#[must_use]
pub fn mask(raw: &[u8]) -> Vec<u8> {
    Mask::default().part(raw)
}

/// Masks the parts of one log. A part that was cut off for its length may leave a secret open for the next one.
#[derive(Default)]
pub struct Mask(Within);

impl Mask {
    /// The next part, as [`mask`] does it.
    pub fn part(&mut self, raw: &[u8]) -> Vec<u8> {
        let within = mem::take(&mut self.0);
        let mut masking = Masking { out: Vec::with_capacity(raw.len()), secrets: HashSet::new(), within };
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            masking.line(text);
            masking.out.extend_from_slice(line.get(text.len()..).unwrap_or_default());
        }
        // Where the cut is within a line, even a secret's name may be cut.
        if raw.len() > ENTRY_BYTES_MAX {
            self.0 = if raw.ends_with(b"\n") { masking.within } else { Within::Endless };
        }
        if masking.secrets.is_empty() { masking.out } else { without_words(&masking.out, &masking.secrets) }
    }
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
mod tests;

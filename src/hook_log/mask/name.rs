//! A secret's name in a line, and by the notation around it where its value begins and ends.

use percent_encoding::percent_decode;

use super::nesting::{Nesting, closed_by, is_end};
use crate::event::ends_in_secret;

/// How a value is written, as far as its name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// `name=value&`
    Form,
    /// `<name>value<`
    Tag,
    /// `"name": value,` or `'name' => value,`
    Quoted,
    /// `name: value`
    Other,
    /// No sign is known between name and value.
    Doubt,
}

impl Notation {
    /// Is there no value yet in the rest of the line?
    pub fn is_empty(self, value: &[u8]) -> bool {
        let is_mark = |byte: &u8| b" \t\"'])>;,".contains(byte);
        if self == Self::Doubt { value.iter().all(is_mark) } else { value.trim_ascii().is_empty() }
    }

    /// The length of a value that ends in this line; else the quotes and brackets that the line leaves open.
    pub fn value_bytes(self, value: &[u8], nesting: &mut Nesting) -> Option<usize> {
        let blanks = value.len().saturating_sub(value.trim_ascii_start().len());
        let begins_nested = value.get(blanks).is_some_and(|byte| closed_by(*byte).is_some());
        // A number, `null` or the like, so far.
        let mut is_literal = true;
        let mut bytes = value.iter().enumerate().skip(blanks);
        while let Some((at, byte)) = bytes.next() {
            let rest = value.get(at..).unwrap_or_default();
            let is_open = nesting.is_open();
            match self {
                Self::Form if !is_open && *byte == b'&' && !is_entity(rest) => return Some(at),
                Self::Tag if !is_open && *byte == b'<' && at > blanks => return Some(at),
                Self::Quoted if is_literal && at > blanks && b",}]".contains(byte) => return Some(at),
                Self::Form | Self::Tag | Self::Quoted | Self::Other | Self::Doubt => {}
            }
            is_literal &= is_word(*byte) || b".+".contains(byte);
            if *byte == b'\\' {
                bytes.next();
                continue;
            }
            nesting.read(*byte);
            let is_closed = is_open && !nesting.is_open();
            let after = rest.get(1..).unwrap_or_default();
            let ends_nested = matches!(self, Self::Quoted | Self::Other) && begins_nested && is_closed;
            if ends_nested && is_end(after) {
                return Some(at.saturating_add(1));
            }
        }
        None
    }
}

/// `&quot;` or the like.
fn is_entity(text: &[u8]) -> bool {
    const BYTES_MAX: usize = 10;
    let name = text.iter().skip(1).take(BYTES_MAX).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#');
    name.is_some_and(|bytes| text.get(bytes.saturating_add(1)) == Some(&b';'))
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Where the value of the next secret begins, and how it is written.
pub(super) fn next_secret(line: &[u8]) -> Option<(usize, Notation)> {
    let mut at = 0;
    while at < line.len() {
        at = end(line, at, false);
        let name_at = at;
        at = end(line, at, true);
        let name = line.get(name_at..at)?;
        let is_named = ends_in_secret(name) || name.contains(&b'%') && ends_in_secret(&decoded(name));
        if !is_named || line.get(..name_at)?.ends_with(b"</") {
            continue;
        }
        let marks = line.get(at..end(line, at, false))?;
        let found = notation(marks, line.get(at..)?);
        if let Some((bytes, notation)) = found {
            return Some((at.saturating_add(bytes), notation));
        }
    }
    None
}

fn decoded(name: &[u8]) -> Vec<u8> {
    percent_decode(name).collect()
}

/// Where the word or the run of marks ends that begins here. An escape is what it stands for: names stand behind `%5B`.
fn end(line: &[u8], mut at: usize, of_word: bool) -> usize {
    while let Some(rest @ [byte, ..]) = line.get(at..) {
        let (byte, bytes) = match (rest, percent_decode(rest.get(..3).unwrap_or_default()).next()) {
            ([b'%', ..], Some(escaped)) if escaped != b'%' => (escaped, 3),
            _ => (*byte, 1),
        };
        if is_word(byte) != of_word {
            break;
        }
        at = at.saturating_add(bytes);
    }
    at
}

/// How a value is written behind a name and these marks, and where it begins; `None` where the name is a word of prose.
fn notation(marks: &[u8], rest: &[u8]) -> Option<(usize, Notation)> {
    let closing = if let Some(b"%5D" | b"%5d") = marks.get(..3) { 3 } else { usize::from(marks.starts_with(b"]")) };
    match marks.get(closing..)? {
        [b'=', ..] if !matches!(rest.get(closing.saturating_add(1)), None | Some(b' ' | b'\t' | b'=' | b'>')) => {
            return Some((closing.saturating_add(1), Notation::Form));
        }
        [b'%', b'3', b'D' | b'd', ..] => return Some((closing.saturating_add(3), Notation::Form)),
        _ => {}
    }
    let is_prose = marks.iter().all(|byte| b" ,.)!?".contains(byte));
    if is_prose && (marks.len() == rest.len() || marks.contains(&b' ')) {
        return None;
    }
    let Some(sign) = marks.iter().position(|byte| b"=:>".contains(byte)) else {
        return Some((usize::from(matches!(marks, [b'"' | b'\'', ..])), Notation::Doubt));
    };
    let signs = marks.iter().skip(sign).take_while(|byte| b"=:> \t".contains(byte)).count();
    let notation = match marks.get(..sign)?.trim_ascii_end() {
        b"" | b"\"" | b"'" if marks.get(sign) == Some(&b'>') => Notation::Tag,
        b"\"" | b"'" => Notation::Quoted,
        _ => Notation::Other,
    };
    Some((sign.saturating_add(signs), notation))
}

//! Text for JSON: PHP's way of replacing bytes that are not UTF-8.

use std::borrow::Cow;

/// The text with U+FFFD for what is not UTF-8, as PHP's `json_encode` puts it with
/// `JSON_INVALID_UTF8_SUBSTITUTE`.
///
/// PHP takes a lead byte together with what should have been its trail as one bad character, where
/// [`String::from_utf8_lossy`] may see several (`get_next_char` in `ext/standard/html.c`).
#[must_use]
pub fn php_lossy(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(replaced(bytes)),
    }
}

fn replaced(mut bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    while let Some(chunk) = bytes.utf8_chunks().next() {
        text.push_str(chunk.valid());
        let bad = bytes.get(chunk.valid().len()..).unwrap_or_default();
        if bad.is_empty() {
            break;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        bytes = bad.get(bad_character_bytes(bad)..).unwrap_or_default();
    }
    text
}

/// How many bytes the bad character at the start takes up.
fn bad_character_bytes(bad: &[u8]) -> usize {
    let whole = match bad.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    let trail = bad.iter().take(whole).skip(1);
    trail.take_while(|&&byte| !starts_character(byte)).count().saturating_add(1)
}

/// Whether a byte can begin a character. 0xC0, 0xC1 and those from 0xF5 on cannot, so a bad
/// character swallows them.
fn starts_character(byte: u8) -> bool {
    matches!(byte, 0x00..=0x7F | 0xC2..=0xF4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_text_is_borrowed() {
        assert!(matches!(php_lossy("Привет".as_bytes()), Cow::Borrowed("Привет")));
    }

    #[test]
    fn a_lead_byte_and_its_trail_are_one_bad_character() {
        for (bytes, text) in [
            (&b"\xED\xA0\x80"[..], "\u{FFFD}"),
            (b"\xF4\x90\x80\x80", "\u{FFFD}"),
            (b"\xE2\x82", "\u{FFFD}"),
            (b"\xC3\xFF", "\u{FFFD}"),
            (b"\xC3a", "\u{FFFD}a"),
            (b"\xC3\xC3\xA9", "\u{FFFD}é"),
            (b"\x80\x80", "\u{FFFD}\u{FFFD}"),
            (b"a\xFFb", "a\u{FFFD}b"),
        ] {
            assert_eq!(php_lossy(bytes), text, "{bytes:x?}");
        }
    }
}

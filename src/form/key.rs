//! Keys: which texts PHP takes for integers.

use std::borrow::Cow;

use super::lossy::php_lossy;

/// A key as PHP sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'f> {
    /// A canonical decimal within 64 bits: `0`, `7`, `-7`.
    Index(i64),
    /// Anything else, `08` and `-0` and `+7` included.
    Name(&'f [u8]),
}

impl<'f> Key<'f> {
    /// Reads a key; PHP makes no difference between `7` and `"7"`.
    #[must_use]
    pub fn new(text: &'f [u8]) -> Key<'f> {
        integer(text).map_or(Key::Name(text), Key::Index)
    }

    /// The key as JSON names it.
    #[must_use]
    pub fn to_text(self) -> Cow<'f, str> {
        match self {
            Key::Index(number) => Cow::Owned(itoa::Buffer::new().format(number).to_owned()),
            Key::Name(name) => php_lossy(name),
        }
    }
}

/// The integer that a text is the canonical decimal of (`ZEND_HANDLE_NUMERIC_STR` in
/// `Zend/zend_hash.h`).
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_decimals_are_integers() {
        for number in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            assert_eq!(Key::new(number.to_string().as_bytes()), Key::Index(number));
        }
    }

    #[test]
    fn other_texts_are_names() {
        let names = [
            "",
            "-",
            "08",
            "00",
            "-0",
            "-08",
            "+7",
            "1.5",
            "1e3",
            " 1",
            "1 ",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
            "٣",
        ];
        for name in names {
            assert_eq!(Key::new(name.as_bytes()), Key::Name(name.as_bytes()));
        }
    }

    #[test]
    fn a_key_reads_as_it_was_written() {
        for text in ["0", "-7", "name", "-0"] {
            assert_eq!(Key::new(text.as_bytes()).to_text(), text);
        }
    }
}

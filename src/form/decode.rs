//! Percent-encoding, the reading half: `+` and `%HH` to bytes.

use memchr::memchr2;

/// Appends what `raw` stands for: `+` is a space, `%HH` a byte, and any other `%` is itself
/// (`php_url_decode` in `ext/standard/url.c`).
pub fn decode(mut raw: &[u8], text: &mut Vec<u8>) {
    while let Some((plain, rest)) = memchr2(b'%', b'+', raw).and_then(|escape| raw.split_at_checked(escape)) {
        text.extend_from_slice(plain);
        raw = decode_escapes(rest, text);
    }
    text.extend_from_slice(raw);
}

/// Decodes the escapes at the start and returns what follows them. Escapes often come in rows:
/// a Cyrillic letter is two.
fn decode_escapes<'r>(mut raw: &'r [u8], text: &mut Vec<u8>) -> &'r [u8] {
    loop {
        let (byte, rest) = match raw {
            [b'+', rest @ ..] => (b' ', rest),
            [b'%', rest @ ..] => escaped(rest).unwrap_or((b'%', rest)),
            _ => return raw,
        };
        text.push(byte);
        raw = rest;
    }
}

/// The byte that two hexadecimal digits make, and what follows them.
fn escaped(raw: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], rest) = raw.split_first_chunk()?;
    Some((hex(high)? << 4 | hex(low)?, rest))
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 0x0F),
        b'A'..=b'F' | b'a'..=b'f' => Some((digit & 0x0F).wrapping_add(9)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_once_and_strays_stay() {
        for (raw, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("a+b%20c", "a b c"),
            ("%D0%BF%d0%bf", "пп"),
            ("%2541", "%41"),
            ("%%41", "%A"),
            ("%4%31", "%41"),
            ("%", "%"),
            ("%zz", "%zz"),
            ("%4", "%4"),
            ("%+", "% "),
        ] {
            let mut text = Vec::new();
            decode(raw.as_bytes(), &mut text);
            assert_eq!(text, expected.as_bytes(), "{raw}");
        }
    }

    #[test]
    fn every_digit_has_its_value() {
        for byte in 0..=u8::MAX {
            for raw in [format!("%{byte:02x}"), format!("%{byte:02X}")] {
                let mut text = Vec::new();
                decode(raw.as_bytes(), &mut text);
                assert_eq!(text, [byte]);
            }
        }
    }
}

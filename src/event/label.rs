//! Names that a stranger chose, made fit for a type, an object key and a log line: bounded, and without surprises.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Longer codes are cut here; the form itself is kept whole in the record.
const CODE_BYTES_MAX: usize = 100;
/// A DNS name has at most 253 bytes, but a file name must hold it beside an id and a code.
const DOMAIN_BYTES_MAX: usize = 100;

/// An event code: upper case, not empty, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// Makes a code of what `event` says; nothing where it says nothing.
    #[must_use]
    pub fn new(event: &str) -> Option<Self> {
        (!event.is_empty()).then(|| Self(plain(event, CODE_BYTES_MAX).to_ascii_uppercase()))
    }

    pub(super) fn fixed(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// The code as the record's `type` carries it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code for an object key or a log line: anything outside `[A-Z0-9_.-]` as `-`.
    #[must_use]
    pub fn label(&self) -> String {
        replace_others(&self.0, |c| matches!(c, 'A'..='Z' | '0'..='9' | '_' | '.' | '-'))
    }
}

/// A portal's domain as the form gives it, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Makes a domain of what `auth[domain]` says; nothing where it says nothing.
    #[must_use]
    pub fn new(domain: &str) -> Option<Self> {
        (!domain.is_empty()).then(|| Self(plain(domain, DOMAIN_BYTES_MAX).to_ascii_lowercase()))
    }

    /// The domain as a URL: what no host may contain is percent-encoded.
    #[must_use]
    pub fn url(&self) -> String {
        const HOST: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
        let host = |text| utf8_percent_encode(text, HOST);
        match self.0.split_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => format!("https://{}:{port}", host(name)),
            Some(_) | None => format!("https://{}", host(&self.0)),
        }
    }

    /// The domain for an object key or a log line: anything outside `[a-z0-9.-]` as `-`.
    #[must_use]
    pub fn label(&self) -> String {
        replace_others(&self.0, |c| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-'))
    }
}

/// The text, cut to a length, with U+FFFD for each character that a `CloudEvents` attribute may not have.
#[must_use]
pub fn plain(text: &str, bytes_max: usize) -> Cow<'_, str> {
    let text = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if is_plain(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// `CloudEvents` forbids control characters and noncharacters in an attribute
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system>).
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(u32::from(c), 0xFDD0..=0xFDEF) && u32::from(c) & 0xFFFE != 0xFFFE
}

fn replace_others(text: &str, keeps: impl Fn(char) -> bool) -> String {
    text.chars().map(|c| if keeps(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_upper_case_bounded_and_without_control_characters() {
        let code = |event: &str| Code::new(event).map(|code| code.as_str().to_owned());
        assert_eq!(code("onCrmDealAdd").as_deref(), Some("ONCRMDEALADD"));
        assert_eq!(code("a\u{0}b\nc\u{fffe}").as_deref(), Some("A\u{fffd}B\u{fffd}C\u{fffd}"));
        assert_eq!(code(""), None);
        assert_eq!(code(&"я".repeat(999)).map(|code| code.len()), Some(100));
    }

    #[test]
    fn a_label_cannot_leave_its_place_in_a_key() {
        assert_eq!(Code::new("../../x_1\\y").unwrap().label(), "..-..-X_1-Y");
        assert_eq!(Domain::new("../Evil_Host\r\n").unwrap().label(), "..-evil-host--");
    }

    #[test]
    fn a_domain_becomes_a_url() {
        assert_eq!(Domain::new("Portal.Example.com:8443").unwrap().url(), "https://portal.example.com:8443");
        assert_eq!(Domain::new("a/b c\u{7f}").unwrap().url(), "https://a%2Fb%20c%EF%BF%BD");
        assert_eq!(Domain::new("a:b").unwrap().url(), "https://a%3Ab");
    }
}

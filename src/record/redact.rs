//! A tree as JSON with its secrets replaced: `sha256:` and the first 8 hex digits of what stood there.

use std::borrow::Cow;

use memchr::memmem::Finder;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::event::{is_client_id, is_secret};
use crate::form::{self, Array, Form, Value, php_lossy};
use crate::verify::{Digest, Token};

/// A shorter text that was presented may be a plain word, as the first segment of a path often is.
const SEARCHED_BYTES_MIN: usize = 16;

/// What is a secret in one request: the names that always are, and the tokens that were presented, wherever else
/// in the form they stand.
#[derive(Debug)]
pub(super) struct Redaction<'t> {
    tokens: Vec<Finder<'t>>,
    client_id: bool,
}

impl<'t> Redaction<'t> {
    pub fn new(tokens: impl Iterator<Item = &'t Token<'t>>, query: &Form) -> Self {
        let searched = tokens.map(Token::reveal).filter(|token| token.len() >= SEARCHED_BYTES_MIN);
        Self { tokens: searched.map(Finder::new).collect(), client_id: has_client_id(query.root()) }
    }

    /// Is what stands under this name a secret here? `CLIENT_ID` is one where the query has it: a bot without an
    /// application carries its token there, and the payload repeats it.
    pub fn is_secret(&self, name: &[u8]) -> bool {
        is_secret(name) || self.client_id && is_client_id(name)
    }

    /// Does a presented token stand in these bytes?
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.tokens.iter().any(|token| token.find(bytes).is_some())
    }

    /// The text with each presented token in it replaced.
    pub fn text<'v>(&self, text: &'v str) -> Cow<'v, str> {
        if !self.is_in(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        let tokens = self.tokens.iter().filter_map(|token| std::str::from_utf8(token.needle()).ok());
        let redacted = tokens.fold(text.to_owned(), |text, token| text.replace(token, &fingerprint(token.as_bytes())));
        Cow::Owned(redacted)
    }
}

fn has_client_id(array: Array<'_>) -> bool {
    array.entries().any(|(name, value)| is_client_id(name) || value.as_array().is_some_and(has_client_id))
}

/// What is written in a secret's place.
pub(super) fn fingerprint(secret: &[u8]) -> String {
    format!("sha256:{}", Digest::of(secret).short())
}

/// Serialises a tree in PHP's `json_encode` shape, with its secrets replaced.
#[derive(Clone, Copy)]
pub(super) struct Redacted<'r> {
    value: Value<'r>,
    redaction: &'r Redaction<'r>,
}

impl<'r> Redacted<'r> {
    pub fn new(form: &'r Form, redaction: &'r Redaction<'r>) -> Self {
        Self { value: Value::Array(form.root()), redaction }
    }

    /// What an entry of a map is written as.
    pub fn entry(self, name: &'r [u8], value: Value<'r>) -> (Cow<'r, str>, Shown<'r>) {
        let shown = match value {
            Value::Text(secret) if self.redaction.is_secret(name) => Shown::Fingerprint(fingerprint(secret)),
            Value::Array(secret) if self.redaction.is_secret(name) => {
                Shown::Fingerprint(fingerprint(form::build_query(secret).as_bytes()))
            }
            Value::Text(_) | Value::Array(_) => Shown::Value(self.with(value)),
        };
        (self.text(name), shown)
    }

    /// A leaf or a name as text. Bytes that are not UTF-8 become U+FFFD, and a token can stand before or after them.
    pub fn text(self, bytes: &'r [u8]) -> Cow<'r, str> {
        match php_lossy(bytes) {
            Cow::Borrowed(text) => self.redaction.text(text),
            Cow::Owned(text) => Cow::Owned(self.redaction.text(&text).into_owned()),
        }
    }

    pub fn value(self) -> Value<'r> {
        self.value
    }

    /// Another value of the same request.
    pub fn with(self, value: Value<'r>) -> Self {
        Self { value, ..self }
    }
}

/// An entry's value as it is shown.
pub(super) enum Shown<'r> {
    Value(Redacted<'r>),
    Fingerprint(String),
}

impl Serialize for Redacted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Text(bytes) => serializer.serialize_str(&self.text(bytes)),
            Value::Array(array) if array.is_list() => {
                let mut seq = serializer.serialize_seq(Some(array.len()))?;
                for (_, value) in array.entries() {
                    seq.serialize_element(&self.with(value))?;
                }
                seq.end()
            }
            Value::Array(array) => {
                let mut map = serializer.serialize_map(Some(array.len()))?;
                for (name, value) in array.entries() {
                    let (name, shown) = self.entry(name, value);
                    map.serialize_entry(&name, &shown)?;
                }
                map.end()
            }
        }
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Value(value) => value.serialize(serializer),
            Shown::Fingerprint(text) => serializer.serialize_str(text),
        }
    }
}

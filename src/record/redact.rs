//! A tree as JSON with its secrets replaced: `sha256:` and the first 8 hex digits of what stood there.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

use memchr::memmem::Finder;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::{Forms, raw};
use crate::event::{NAMELESS_BYTES_MIN, is_client_id, is_secret, was_client_id, was_secret};
use crate::form::{self, Array, Form, Value, php_lossy};
use crate::verify::{Digest, Token, is_fingerprint};

/// What stands under a secret's name is looked for elsewhere only if it is as long as tokens are, and so many of them.
const REPEATED_BYTES_MIN: usize = 16;
const REPEATED_MAX: usize = 16;

/// What is a secret in one request: the names that always are, and the tokens that were presented and what stands under
/// secrets' names, wherever else in the form they stand.
#[derive(Debug)]
pub(super) struct Redaction<'t> {
    /// The longest first: one can be a part of another.
    tokens: Vec<Finder<'t>>,
    client_id: bool,
    nameless: HashSet<Vec<u8>>,
    /// The form may have been redacted before.
    keeps_fingerprints: bool,
}

impl<'t> Redaction<'t> {
    pub fn new(tokens: impl Iterator<Item = &'t Token<'t>>, forms: &Forms<'_>) -> Self {
        let searched = tokens.filter(|token| token.is_long()).map(Token::reveal);
        let mut redaction = Self {
            tokens: searched.map(Finder::new).collect(),
            client_id: has_client_id(forms.query.root()),
            nameless: HashSet::new(),
            keeps_fingerprints: false,
        };
        if !forms.request.is_lossless() {
            redaction.nameless = redaction.values_of_secrets(forms);
        }
        let mut repeated = Vec::new();
        redaction.secrets(forms.request.root(), &mut repeated);
        repeated.retain(|secret| redaction.tokens.iter().all(|token| token.needle() != *secret));
        redaction.tokens.extend(repeated.into_iter().map(|secret| Finder::new(secret).into_owned()));
        redaction.tokens.sort_by_key(|token| Reverse(token.needle().len()));
        redaction
    }

    /// What stands under secrets' names, and could be repeated elsewhere.
    fn secrets<'f>(&self, array: Array<'f>, found: &mut Vec<&'f [u8]>) {
        for (name, value) in array.entries() {
            match value {
                Value::Array(array) => self.secrets(array, found),
                Value::Text(text) => {
                    let is_token = text.len() >= REPEATED_BYTES_MIN && self.is_secret(name);
                    if is_token && found.len() < REPEATED_MAX {
                        found.push(text);
                    }
                }
            }
        }
    }

    /// For a form out of a log, which may be an export of ours: what stands in a secret's place there stays.
    pub fn of_log(tokens: impl Iterator<Item = &'t Token<'t>>, forms: &Forms<'_>) -> Self {
        let mut redaction = Self::new(tokens, forms);
        redaction.nameless.retain(|value| !is_fingerprint(value));
        Self { keeps_fingerprints: true, ..redaction }
    }

    /// What is written in the place of the text under a secret's name.
    pub fn fingerprint(&self, secret: &[u8]) -> String {
        match str::from_utf8(secret) {
            Ok(text) if self.keeps_fingerprints && is_fingerprint(secret) => text.to_owned(),
            Ok(_) | Err(_) => fingerprint(secret),
        }
    }

    /// What was sent under secrets' names, for a form whose names PHP changed or dropped.
    fn values_of_secrets(&self, forms: &Forms<'_>) -> HashSet<Vec<u8>> {
        let pairs = [forms.raw_query, forms.raw_body].into_iter().flat_map(raw::pairs);
        let secrets = pairs.filter(|(name, value)| value.len() >= NAMELESS_BYTES_MIN && self.was_secret(name));
        secrets.map(|(_, value)| value).collect()
    }

    /// Is what stands under this key a secret here? `CLIENT_ID` is one where the query has it: a bot without an
    /// application carries its token there, and the payload repeats it.
    pub fn is_secret(&self, key: &[u8]) -> bool {
        is_secret(key) || self.client_id && is_client_id(key)
    }

    /// Was this name a secret's, as it was sent?
    pub fn was_secret(&self, sent_name: &[u8]) -> bool {
        was_secret(sent_name) || self.client_id && was_client_id(sent_name)
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
    Digest::of(secret).fingerprint()
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
            Value::Text(secret) if self.redaction.is_secret(name) => {
                Shown::Fingerprint(self.redaction.fingerprint(secret))
            }
            Value::Array(secret) if self.redaction.is_secret(name) => {
                Shown::Fingerprint(fingerprint(form::build_query(secret).as_bytes()))
            }
            Value::Text(_) | Value::Array(_) => Shown::Value(self.with(value)),
        };
        (self.text(name), shown)
    }

    /// A leaf or a name as text. Bytes that are not UTF-8 become U+FFFD, and a token can stand before or after them.
    pub fn text(self, bytes: &'r [u8]) -> Cow<'r, str> {
        if self.redaction.nameless.contains(bytes) {
            return Cow::Owned(fingerprint(bytes));
        }
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

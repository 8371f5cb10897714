//! Views of a tree: what the rest of the program reads a form through.

use std::borrow::Cow;
use std::fmt;

use super::arena::{ArrayId, Entry, Form, ROOT, Slot};
use super::key::Key;
use super::lossy::php_lossy;

/// An ordered array of a form.
#[derive(Clone, Copy)]
pub struct Array<'f> {
    form: &'f Form,
    id: ArrayId,
    /// Whether the array stands in a contested entry, or below one.
    contested: bool,
}

/// What stands under a key: every leaf is a text, of any bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Value<'f> {
    /// A leaf.
    Text(&'f [u8]),
    /// Further keys.
    Array(Array<'f>),
}

impl Form {
    /// The top of the tree.
    #[must_use]
    pub fn root(&self) -> Array<'_> {
        Array { form: self, id: ROOT, contested: false }
    }

    /// Whether the tree says all that the form said.
    ///
    /// Not so when a field was dropped, a name was cut or changed, a value was replaced by another
    /// one, or bytes are not UTF-8. How the form was escaped, and whether an index was given or
    /// counted, is not part of what it said.
    #[must_use]
    pub fn is_lossless(&self) -> bool {
        self.lossless
    }
}

impl<'f> Array<'f> {
    /// The value under a key; an integer key is written in decimal.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'f>> {
        self.entry(key).map(|entry| self.value(entry))
    }

    /// The entries in PHP's order.
    pub fn iter(self) -> impl Iterator<Item = (Key<'f>, Value<'f>)> {
        self.entries().map(|(key, value)| (Key::new(key), value))
    }

    /// The entries in PHP's order, integer keys as their decimals.
    pub fn entries(self) -> impl Iterator<Item = (&'f [u8], Value<'f>)> {
        self.form.chain(self.id).map(move |entry| (self.form.bytes(entry.key), self.value(entry)))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.form.node(self.id).len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the keys are 0, 1, 2 … in this order (`array_is_list`).
    #[must_use]
    pub fn is_list(self) -> bool {
        self.form.node(self.id).is_list
    }

    /// Whether the form gave this entry, or an array that it is in, several different values.
    ///
    /// PHP takes the last one. Whoever must know what the sender meant, not what PHP makes of it,
    /// refuses such an entry.
    #[must_use]
    pub fn is_contested(self, key: &str) -> bool {
        self.entry(key).is_some_and(|entry| entry.contested || self.contested)
    }

    fn entry(self, key: &str) -> Option<&'f Entry> {
        let id = self.form.find(self.id, key.as_bytes())?;
        self.form.entry(id)
    }

    fn value(self, entry: &Entry) -> Value<'f> {
        match entry.slot {
            Slot::Text(span) => Value::Text(self.form.bytes(span)),
            Slot::Array(id) => {
                Value::Array(Array { form: self.form, id, contested: self.contested || entry.contested })
            }
        }
    }
}

impl<'f> Value<'f> {
    /// The bytes of a leaf.
    #[must_use]
    pub fn as_text(self) -> Option<&'f [u8]> {
        match self {
            Value::Text(text) => Some(text),
            Value::Array(_) => None,
        }
    }

    /// The text of a leaf, with U+FFFD for what is not UTF-8 (see [`php_lossy`]).
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'f, str>> {
        self.as_text().map(php_lossy)
    }

    /// The array that stands here.
    #[must_use]
    pub fn as_array(self) -> Option<Array<'f>> {
        match self {
            Value::Text(_) => None,
            Value::Array(array) => Some(array),
        }
    }
}

/// Equal when they have equal entries in the same order, whatever they were made from.
impl PartialEq for Array<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.entries().eq(other.entries())
    }
}

impl Eq for Array<'_> {}

// A form holds tokens, so what is printed for debugging are sizes only.

impl fmt::Debug for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Form({} bytes)", self.text.len())
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Array({} entries)", self.len())
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(out, "Text({} bytes)", text.len()),
            Value::Array(array) => array.fmt(out),
        }
    }
}

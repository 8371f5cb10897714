//! PHP's rules for arrays: insertion order, the next free index, what replaces what.
//!
//! Who makes the keys is left to the parser, the merge and the builder.

use super::FormError;
use super::arena::{ArrayId, EntryId, Form, Slot, Span};

impl Form {
    /// Puts a text under a key: the first position stays, the last value wins.
    pub(super) fn set_text(&mut self, array: ArrayId, key: &[u8], value: Span) -> Result<(), FormError> {
        let Some(found) = self.find(array, key) else {
            let key = self.keep(key)?;
            return self.insert(array, key, Slot::Text(value));
        };
        let same = match self.entry(found).map(|entry| entry.slot) {
            Some(Slot::Text(old)) => self.bytes(old) == self.bytes(value),
            Some(Slot::Array(_)) | None => false,
        };
        if !same {
            self.replace(found, Slot::Text(value));
        }
        Ok(())
    }

    /// Adds a text under the next free index, if there is one.
    pub(super) fn append_text(&mut self, array: ArrayId, value: Span) -> Result<(), FormError> {
        match self.next_key(array)? {
            Some(key) => self.insert(array, key, Slot::Text(value)),
            None => Ok(()),
        }
    }

    /// The array under a key, made when there is none: in place of a text, if need be.
    pub(super) fn enter(&mut self, array: ArrayId, key: &[u8]) -> Result<ArrayId, FormError> {
        let Some(found) = self.find(array, key) else {
            let key = self.keep(key)?;
            return self.insert_array(array, key);
        };
        if let Some(Slot::Array(there)) = self.entry(found).map(|entry| entry.slot) {
            return Ok(there);
        }
        let made = self.make_array(array)?;
        self.replace(found, Slot::Array(made));
        Ok(made)
    }

    /// Adds an array under the next free index, if there is one.
    pub(super) fn enter_next(&mut self, array: ArrayId) -> Result<Option<ArrayId>, FormError> {
        match self.next_key(array)? {
            Some(key) => self.insert_array(array, key).map(Some),
            None => Ok(None),
        }
    }

    /// Notes that an entry was given several different values.
    pub(super) fn contest(&mut self, array: ArrayId, key: &[u8]) {
        let found = self.find(array, key);
        if let Some(entry) = found.and_then(|found| self.entry_mut(found)) {
            entry.contested = true;
        }
    }

    /// The next free index. PHP drops what is appended to an array that has the greatest one
    /// (`_zend_hash_index_add_or_update_i` in `Zend/zend_hash.c`).
    fn next_key(&mut self, array: ArrayId) -> Result<Option<Span>, FormError> {
        let next = match self.node(array).next_index {
            i64::MIN => 0,
            next => next,
        };
        let mut buffer = itoa::Buffer::new();
        let key = buffer.format(next).as_bytes();
        if next == i64::MAX && self.find(array, key).is_some() {
            self.lossless = false;
            return Ok(None);
        }
        self.keep(key).map(Some)
    }

    fn insert_array(&mut self, parent: ArrayId, key: Span) -> Result<ArrayId, FormError> {
        let made = self.make_array(parent)?;
        self.insert(parent, key, Slot::Array(made))?;
        Ok(made)
    }

    /// Gives an entry another value than it had.
    fn replace(&mut self, id: EntryId, slot: Slot) {
        self.nodes = self.nodes.saturating_add(1);
        self.lossless = false;
        if let Some(entry) = self.entry_mut(id) {
            entry.slot = slot;
            entry.contested = true;
        }
    }
}

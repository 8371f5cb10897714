//! The arena that a form lives in: one buffer of text, one vector of entries, one of arrays.
//!
//! Owns how they are linked and found. What replaces what is left to `tree`.

use std::{iter, mem};

use super::index::{FullKey, Index};
use super::key::integer;
use super::{DEPTH_MAX, FormError};

/// Arrays up to this size are searched entry by entry, longer ones through the index.
const SEARCHED_MAX: u32 = 16;

/// The root of every tree.
pub(super) const ROOT: ArrayId = ArrayId(0);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ArrayId(u32);

/// An entry's place; [`END`] lies outside of every arena.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryId(u32);

const END: EntryId = EntryId(u32::MAX);

/// A piece of the text.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy)]
pub(super) enum Slot {
    Text(Span),
    Array(ArrayId),
}

#[derive(Clone)]
pub(super) struct Entry {
    /// Integer keys are kept as their canonical decimals, so one comparison serves all keys.
    pub key: Span,
    pub slot: Slot,
    pub parent: ArrayId,
    /// The entry that was added to the same array after this one.
    pub next: EntryId,
    /// Whether the form gave this entry several different values.
    pub contested: bool,
}

/// What is known of an array beside its entries.
#[derive(Clone)]
pub(super) struct Node {
    /// The next free index: `i64::MIN` while there is no integer key, and `i64::MAX` also when that
    /// one is taken.
    pub next_index: i64,
    pub first: EntryId,
    last: EntryId,
    pub len: u32,
    depth: u8,
    /// Whether the keys are 0, 1, 2 … in this order.
    pub is_list: bool,
}

const EMPTY: Node = Node { next_index: i64::MIN, first: END, last: END, len: 0, depth: 0, is_list: true };

/// A form as PHP's `$_REQUEST` holds it: ordered arrays whose leaves are texts.
///
/// It owns the decoded bytes in one buffer. Read it from its [`root`](Form::root).
#[derive(Clone)]
pub struct Form {
    pub(super) text: Vec<u8>,
    entries: Vec<Entry>,
    arrays: Vec<Node>,
    index: Index,
    /// Arrays and leaves ever made.
    pub(super) nodes: usize,
    pub(super) lossless: bool,
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Form {
        Form::with_capacity(0, 0)
    }

    pub(super) fn with_capacity(text_bytes: usize, entries: usize) -> Form {
        Form {
            text: Vec::with_capacity(text_bytes),
            entries: Vec::with_capacity(entries),
            arrays: vec![EMPTY],
            index: Index::default(),
            nodes: 0,
            lossless: true,
        }
    }

    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        slice(&self.text, span)
    }

    pub(super) fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }

    pub(super) fn entry_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.entries.get_mut(id.0 as usize)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of an array, in order.
    pub(super) fn chain(&self, array: ArrayId) -> impl Iterator<Item = &Entry> {
        iter::successors(self.entry(self.node(array).first), |entry| self.entry(entry.next))
    }

    pub(super) fn node(&self, id: ArrayId) -> &Node {
        self.arrays.get(id.0 as usize).unwrap_or(&EMPTY)
    }

    /// The text from `start` to the end of the buffer.
    pub(super) fn span_from(&self, start: usize) -> Result<Span, FormError> {
        Ok(Span { start: id(start)?, end: id(self.text.len())? })
    }

    pub(super) fn keep(&mut self, bytes: &[u8]) -> Result<Span, FormError> {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        self.span_from(start)
    }

    pub(super) fn find(&self, array: ArrayId, key: &[u8]) -> Option<EntryId> {
        let node = self.node(array);
        if node.len > SEARCHED_MAX {
            let key_of = |id| full_key(&self.entries, &self.text, id);
            return self.index.find((array, key), key_of);
        }
        let mut at = node.first;
        while let Some(entry) = self.entry(at) {
            if self.bytes(entry.key) == key {
                return Some(at);
            }
            at = entry.next;
        }
        None
    }

    pub(super) fn make_array(&mut self, parent: ArrayId) -> Result<ArrayId, FormError> {
        let depth = self.node(parent).depth.saturating_add(1);
        if usize::from(depth) > DEPTH_MAX {
            return Err(FormError::TooDeep { max: DEPTH_MAX });
        }
        let node = Node { depth, ..EMPTY };
        let made = ArrayId(id(self.arrays.len())?);
        push(&mut self.arrays, node);
        Ok(made)
    }

    /// Adds an entry whose key the array does not have yet.
    pub(super) fn insert(&mut self, parent: ArrayId, key: Span, slot: Slot) -> Result<(), FormError> {
        let made = EntryId(id(self.entries.len())?);
        let number = integer(self.bytes(key));
        push(&mut self.entries, Entry { key, slot, parent, next: END, contested: false });
        self.nodes = self.nodes.saturating_add(1);

        let Some(node) = self.arrays.get_mut(parent.0 as usize) else {
            return Ok(());
        };
        if let Some(number) = number.filter(|&number| number >= node.next_index) {
            node.next_index = number.saturating_add(1);
        }
        node.is_list &= number == Some(i64::from(node.len));
        node.len = node.len.saturating_add(1);
        let last = mem::replace(&mut node.last, made);
        if last == END {
            node.first = made;
        }
        let (first, len) = (node.first, node.len);
        if let Some(last) = self.entry_mut(last) {
            last.next = made;
        }
        match len.checked_sub(SEARCHED_MAX) {
            None | Some(0) => {}
            Some(1) => self.learn(first),
            Some(_) => self.learn(made),
        }
        Ok(())
    }

    /// Adds an entry and those after it in its array to the index.
    fn learn(&mut self, from: EntryId) {
        let (entries, text) = (&self.entries, &self.text);
        let mut at = from;
        while let Some(entry) = entries.get(at.0 as usize) {
            self.index.insert(at, |id| full_key(entries, text, id));
            at = entry.next;
        }
    }
}

impl Default for Form {
    fn default() -> Form {
        Form::new()
    }
}

fn slice(text: &[u8], span: Span) -> &[u8] {
    let range = span.start as usize..span.end as usize;
    text.get(range).unwrap_or_default()
}

fn full_key<'f>(entries: &[Entry], text: &'f [u8], id: EntryId) -> FullKey<'f> {
    match entries.get(id.0 as usize) {
        Some(entry) => (entry.parent, slice(text, entry.key)),
        None => (ROOT, &[]),
    }
}

fn id(position: usize) -> Result<u32, FormError> {
    u32::try_from(position).or(Err(FormError::TooLong))
}

/// Adds an item, making room by a quarter only: doubling would take twice the memory of what a
/// hostile form can fill.
fn push<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact((items.len() / 4).max(8));
    }
    items.push(item);
}

//! The keys of a selection, out of a listing: only the part of it that the times allow.

use super::Selection;
use crate::record::{EVENTS, EventKey};
use crate::store::{Pages, Store, StoreError};

/// The keys of a selection, oldest first, page by page: memory does not grow with their number.
#[derive(Debug)]
pub struct Keys {
    selection: Selection,
    pages: Pages,
    /// What the keys come before.
    end: Option<String>,
    is_over: bool,
}

/// A page of keys.
#[derive(Debug, Default)]
pub struct Page {
    /// Those that the selection allows.
    pub keys: Vec<EventKey>,
    /// Objects among the events whose key is no event's.
    pub strays: Vec<String>,
}

impl Selection {
    /// The keys that the selection allows, oldest first. The entity is not looked at.
    #[must_use]
    pub fn keys(&self, store: &Store) -> Keys {
        let start = self.since.map(EventKey::start).unwrap_or_default();
        let end = self.until.map(EventKey::start);
        let prefix = match &end {
            Some(end) if !start.is_empty() => shared(&start, end),
            Some(_) | None => EVENTS,
        };
        let is_over = end.as_ref().is_some_and(|end| *end <= start);
        Keys { selection: self.clone(), pages: store.pages(prefix, &start), end, is_over }
    }
}

impl Keys {
    /// The next page, which can be empty; nothing after the last one.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer.
    pub async fn next(&mut self) -> Result<Option<Page>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        let Some(listed) = self.pages.next().await? else {
            self.is_over = true;
            return Ok(None);
        };
        let mut page = Page::default();
        for key in listed {
            if self.end.as_ref().is_some_and(|end| key >= *end) {
                self.is_over = true;
                break;
            }
            match EventKey::read(&key) {
                Some(key) if self.selection.allows(&key) => page.keys.push(key),
                Some(_) => {}
                None => page.strays.push(key),
            }
        }
        Ok(Some(page))
    }
}

/// What both begin with, so that a listing can end with it.
fn shared<'k>(one: &'k str, other: &str) -> &'k str {
    let bytes = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    one.get(..bytes).unwrap_or(EVENTS)
}

//! Following a selection: what came since the last look.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Page, Selection};
use crate::record::EventKey;
use crate::store::{Store, StoreError};

/// Events are kept a moment after their ids were made, not always in their order, so each look goes back so far. One
/// that waited in the overflow for longer comes under its old key and is not noticed.
const LOOK_BACK: SignedDuration = SignedDuration::from_secs(60);

/// A selection that is looked at again and again.
#[derive(Debug)]
pub struct Follow {
    selection: Selection,
    /// What was given already, as far as the next look goes back.
    given: BTreeSet<EventKey>,
    strays: BTreeSet<String>,
    /// What the first look finds from before this moment was there already.
    start: Option<Timestamp>,
}

impl Follow {
    /// Follows from this moment on. The keys in `given` are known already; so are those
    /// before the newest that the first look finds.
    #[must_use]
    pub fn new(selection: &Selection, now: Timestamp, given: impl IntoIterator<Item = EventKey>) -> Self {
        let given: BTreeSet<_> = given.into_iter().collect();
        let last = given.last().map_or(now, |last| last.received().min(now));
        let since = last.checked_sub(LOOK_BACK).unwrap_or(last);
        let selection = Selection { since: selection.since.max(Some(since)), ..selection.clone() };
        Self { selection, given, strays: BTreeSet::new(), start: Some(last) }
    }

    /// The keys that came since the last look, oldest first. The entity is not looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer; the next look finds what this one did not.
    pub async fn look(&mut self, store: &Store) -> Result<Page, StoreError> {
        let mut new = Page::default();
        let mut keys = self.selection.keys(store);
        while let Some(page) = keys.next().await? {
            new.keys.extend(page.keys.into_iter().filter(|key| !self.given.contains(key)));
            new.strays.extend(page.strays.into_iter().filter(|key| !self.strays.contains(key)));
        }
        self.given.extend(new.keys.iter().cloned());
        if let Some(start) = self.start.take() {
            new.keys.retain(|key| key.received() >= start);
        }
        self.strays.extend(new.strays.iter().cloned());
        self.forget();
        Ok(new)
    }

    /// Moves on to shortly before the newest event.
    fn forget(&mut self) {
        let last = self.given.last().and_then(|last| last.received().checked_sub(LOOK_BACK).ok());
        if let Some(since) = last.filter(|since| Some(*since) > self.selection.since) {
            self.selection.since = Some(since);
            self.given.retain(|key| key.received() >= since);
        }
    }
}

//! The events of a selection: their objects, read side by side and given in order.

use futures_util::stream::{self, Stream, StreamExt as _};

use super::{Keys, Page, Selection};
use crate::record::{EventKey, Kept, Malformed};
use crate::store::{Store, StoreError};

/// So many objects are asked for at once, and so many are held.
const READ_AT_ONCE: usize = 16;

/// An event that was found.
#[derive(Debug)]
pub struct Found {
    /// Its key.
    pub key: EventKey,
    /// Its record.
    pub record: Kept,
    /// The record as it is kept.
    pub json: Vec<u8>,
}

/// What could not be read. The cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The listing broke off: what comes after it is missing.
    #[error("the events cannot be listed")]
    Listing(#[source] StoreError),
    /// The store does not give the object.
    #[error("{key} cannot be read")]
    Store {
        /// The object.
        key: String,
        /// The store's answer.
        source: StoreError,
    },
    /// It was listed, and is not there any more.
    #[error("{key} is gone: somebody removed it meanwhile")]
    Gone {
        /// The object.
        key: String,
    },
    /// An object that is no record.
    #[error("{key} is no event's record")]
    Broken {
        /// The object.
        key: String,
        /// What is wrong with it, and where.
        source: Malformed,
    },
    /// An object that has no event's key.
    #[error("{key} lies among the events, but is none: its name is not UUIDV7_DOMAIN_CODE.json")]
    Stray {
        /// The object.
        key: String,
    },
}

impl Selection {
    /// The events, oldest first. After [`Unread::Listing`] there are none; after any other error the next ones follow.
    pub fn events(&self, store: &Store) -> impl Stream<Item = Result<Found, Unread>> + use<> {
        let selection = self.clone();
        let store = store.clone();
        let keys = stream::unfold(Some(self.keys(&store)), next_page).flat_map(stream::iter);
        let events = keys.map(move |key| read_key(store.clone(), key)).buffered(READ_AT_ONCE);
        events.filter(move |found| {
            let wanted = found.as_ref().map_or(true, |found| selection.is_about(&found.record));
            std::future::ready(wanted)
        })
    }
}

/// Reads the objects under these keys, in this order.
pub fn read(store: &Store, keys: impl IntoIterator<Item = EventKey>) -> impl Stream<Item = Result<Found, Unread>> {
    let store = store.clone();
    stream::iter(keys).map(move |key| read_key(store.clone(), Ok(key))).buffered(READ_AT_ONCE)
}

async fn next_page(keys: Option<Keys>) -> Option<(Vec<Result<EventKey, Unread>>, Option<Keys>)> {
    let mut keys = keys?;
    match keys.next().await {
        Ok(None) => None,
        Ok(Some(Page { keys: page, strays })) => {
            let strays = strays.into_iter().map(|key| Err(Unread::Stray { key }));
            Some((strays.chain(page.into_iter().map(Ok)).collect(), Some(keys)))
        }
        Err(error) => Some((vec![Err(Unread::Listing(error))], None)),
    }
}

async fn read_key(store: Store, key: Result<EventKey, Unread>) -> Result<Found, Unread> {
    let key = key?;
    let named = || key.as_str().to_owned();
    let json = store.get(key.as_str()).await.map_err(|source| Unread::Store { key: named(), source })?;
    let json = json.ok_or_else(|| Unread::Gone { key: named() })?;
    let record = Kept::read(&json).map_err(|source| Unread::Broken { key: named(), source })?;
    Ok(Found { key, record, json })
}

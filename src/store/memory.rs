//! A store that lasts as long as its process.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::Put;

/// Objects in this process's memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<BTreeMap<String, Bytes>>>);

impl Memory {
    pub(super) fn put_new(&self, key: &str, bytes: Bytes) -> Put {
        match self.objects().entry(key.to_owned()) {
            Entry::Occupied(_) => Put::Existed,
            Entry::Vacant(place) => {
                place.insert(bytes);
                Put::New
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.objects().get(key).map(|bytes| bytes.to_vec())
    }

    pub(super) fn remove(&self, key: &str) {
        self.objects().remove(key);
    }

    pub(super) fn page(&self, prefix: &str, after: &str, most: usize) -> Vec<String> {
        let objects = self.objects();
        let keys = objects.range::<str, _>((Excluded(after), Unbounded)).map(|(key, _)| key);
        keys.filter(|key| key.starts_with(prefix)).take(most).cloned().collect()
    }

    /// No line that runs under the lock can leave the map half-changed.
    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

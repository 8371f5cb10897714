//! The index of long arrays: one hash table for all of them, so that many keys stay linear.
//!
//! Keys are chosen by whoever sends the form, so the hash is keyed (`SipHash`, as in `std`).

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use hashbrown::HashTable;

use super::arena::{ArrayId, EntryId};

/// A key with the array that it is in.
pub(super) type FullKey<'k> = (ArrayId, &'k [u8]);

#[derive(Clone, Default)]
pub(super) struct Index {
    table: HashTable<EntryId>,
    hasher: RandomState,
}

impl Index {
    pub(super) fn find<'k>(&self, sought: FullKey<'k>, key_of: impl Fn(EntryId) -> FullKey<'k>) -> Option<EntryId> {
        self.table.find(hash(&self.hasher, sought), |&id| key_of(id) == sought).copied()
    }

    /// Adds an entry that is not in the index yet.
    pub(super) fn insert<'k>(&mut self, id: EntryId, key_of: impl Fn(EntryId) -> FullKey<'k>) {
        let hash = |id: &EntryId| hash(&self.hasher, key_of(*id));
        self.table.insert_unique(hash(&id), id, hash);
    }
}

/// Whole keys are compared in the end, so the hash need not tell where one begins and ends.
fn hash(state: &RandomState, (array, key): FullKey) -> u64 {
    let mut hasher = state.build_hasher();
    array.hash(&mut hasher);
    hasher.write(key);
    hasher.finish()
}

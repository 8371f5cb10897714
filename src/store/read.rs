//! What only the command line does with a store: reading, listing and removing.

use super::{Pages, Store, StoreError, check};

impl Store {
    /// The bytes under a key; nothing where the key is not taken.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check(key)?;
        match self {
            Self::S3(s3) => s3.get(key).await,
            Self::Folder(folder) => folder.get(key),
            Self::Memory(memory) => Ok(memory.get(key)),
        }
    }

    /// Removes the object under a key; it is no error when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when it may still be there.
    pub async fn remove(&self, key: &str) -> Result<(), StoreError> {
        check(key)?;
        match self {
            Self::S3(s3) => s3.remove(key).await,
            Self::Folder(folder) => folder.remove(key),
            Self::Memory(memory) => {
                memory.remove(key);
                Ok(())
            }
        }
    }

    /// All keys that start with `prefix` and come after `after`, in order, page by page.
    #[must_use]
    pub fn pages(&self, prefix: &str, after: &str) -> Pages {
        Pages::new(self, prefix, after)
    }
}

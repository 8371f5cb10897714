//! Emptying an overflow folder. A queue is emptied by the `drain` function.

use crate::record::MEDIA_TYPE;
use crate::store::{Folder, Store, StoreError};

/// How far a folder was emptied.
#[derive(Debug, Default)]
pub struct Drained {
    /// Records that are in the store now.
    pub moved: usize,
    /// What stopped it; the rest waits on.
    pub stopped: Option<StoreError>,
}

/// Moves what waits in a folder into the store, oldest first, until one cannot be moved. A file that is no record's is
/// left where it is.
pub async fn drain(folder: &Folder, store: &Store) -> Drained {
    let mut drained = Drained::default();
    let waiting = Store::Folder(folder.clone());
    let mut pages = waiting.pages("events/", "");
    let moved = async {
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match move_one(key, &waiting, store).await {
                    Ok(()) => drained.moved = drained.moved.saturating_add(1),
                    Err(StoreError::Key) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    };
    drained.stopped = moved.await.err();
    drained
}

async fn move_one(key: &str, waiting: &Store, store: &Store) -> Result<(), StoreError> {
    if let Some(json) = waiting.get(key).await? {
        store.put_new(key, json.into(), MEDIA_TYPE).await?;
        waiting.remove(key).await?;
    }
    Ok(())
}

//! Where a record waits when the store fails: an SQS queue, or a folder.
//!
//! It waits under the key that it will have in the store, so that a record which arrives there twice is one object.

mod message;
mod sqs;

use crate::record::{MEDIA_TYPE, Record};
use crate::store::{Folder, Store, StoreError};
pub use message::{Message, MessageError};
pub use sqs::{Sqs, sqs_settings};

/// A place for records that the store did not take.
#[derive(Clone, Debug)]
pub enum Overflow {
    /// A queue, which the `drain` function empties.
    Sqs(Sqs),
    /// A folder, which `hooklog serve` empties.
    Folder(Folder),
}

/// Why a record cannot wait.
#[derive(Debug, thiserror::Error)]
pub enum OverflowError {
    /// The overflow did not answer in time.
    #[error("the overflow did not answer in time")]
    TimedOut,
    /// No message can hold it.
    #[error("the record does not fit into a message")]
    Message(#[from] MessageError),
    /// The queue did not take it.
    #[error("SQS did not take the record")]
    Sqs(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The folder did not take it.
    #[error("the overflow folder did not take the record")]
    Folder(#[from] StoreError),
}

/// How far a folder was emptied.
#[derive(Debug, Default)]
pub struct Drained {
    /// Records that are in the store now.
    pub moved: usize,
    /// What stopped it; the rest waits on.
    pub stopped: Option<StoreError>,
}

impl Overflow {
    /// Lets a record wait. When it returns, the record is durable.
    ///
    /// # Errors
    /// [`OverflowError`] when it is not sure that it is.
    pub async fn put(&self, record: &Record) -> Result<(), OverflowError> {
        match self {
            Self::Sqs(queue) => queue.send(Message::of(record)?).await,
            Self::Folder(folder) => {
                let store = Store::Folder(folder.clone());
                store.put_new(record.key.as_str(), record.json.clone(), MEDIA_TYPE).await?;
                Ok(())
            }
        }
    }
}

/// Moves what waits in a folder into the store, oldest first, until one cannot be moved. A file that is no record's is
/// left where it is.
pub async fn drain(folder: &Folder, store: &Store) -> Drained {
    const PAGE: usize = 1000;
    let mut drained = Drained::default();
    let waiting = Store::Folder(folder.clone());
    let mut after = String::new();
    let moved = async {
        loop {
            let keys = waiting.list("events/", &after, PAGE).await?;
            let Some(last) = keys.last() else { return Ok(()) };
            after.clone_from(last);
            for key in &keys {
                match move_one(key, &waiting, store).await {
                    Ok(()) => drained.moved = drained.moved.saturating_add(1),
                    Err(StoreError::Key) => {}
                    Err(error) => return Err(error),
                }
            }
        }
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

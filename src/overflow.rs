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

/// Moves what waits in a folder into the store, oldest first, until one cannot be moved.
pub async fn drain(folder: &Folder, store: &Store) -> Drained {
    const PAGE: usize = 1000;
    let mut drained = Drained::default();
    let waiting = Store::Folder(folder.clone());
    let moved = async {
        for key in waiting.list("", "", PAGE).await? {
            if let Some(json) = waiting.get(&key).await? {
                store.put_new(&key, json.into(), MEDIA_TYPE).await?;
                waiting.remove(&key).await?;
                drained.moved = drained.moved.saturating_add(1);
            }
        }
        Ok(())
    };
    drained.stopped = moved.await.err();
    drained
}

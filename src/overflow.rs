//! Where a record waits when the store fails: an SQS queue, or a folder.
//!
//! It waits under the key that it will have in the store, so that a record which arrives there twice is one object.

#[cfg(feature = "cli")]
mod drain;
mod message;
mod sqs;

use crate::aws::AwsError;
use crate::record::{MEDIA_TYPE, Record};
use crate::store::{Folder, Store, StoreError};
#[cfg(feature = "cli")]
pub use drain::{Drained, drain};
pub use message::{Message, MessageError};
pub use sqs::Sqs;

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
    Sqs(#[source] AwsError),
    /// The folder did not take it.
    #[error("the overflow folder did not take the record")]
    Folder(#[from] StoreError),
}

impl Overflow {
    /// Lets a record wait. When it returns, the record is durable.
    ///
    /// # Errors
    /// [`OverflowError`] when it is not sure that it is.
    pub async fn put(&self, record: &Record) -> Result<(), OverflowError> {
        match self {
            Self::Sqs(queue) => queue.send(&Message::of(record)?).await,
            Self::Folder(folder) => {
                let store = Store::Folder(folder.clone());
                store.put_new(record.key.as_str(), record.json.clone(), MEDIA_TYPE).await?;
                Ok(())
            }
        }
    }
}

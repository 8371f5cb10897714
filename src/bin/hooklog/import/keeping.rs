//! Records on their way into the store, several at once.

use std::time::Duration;

use anyhow::{Context as _, Result};
use hooklog::record::{MEDIA_TYPE, Record};
use hooklog::store::{Put, Store, StoreError};
use tokio::task::JoinSet;

/// Each waits for the disk or the network.
const AT_ONCE_MAX: usize = 32;
/// Nobody waits for an answer here, so a store may rest a while.
const WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// What is being kept, and what was.
pub struct Keeping {
    /// None where nothing is to be written.
    store: Option<Store>,
    puts: JoinSet<Result<Put>>,
    pub new: u64,
    pub existed: u64,
}

impl Keeping {
    pub fn new(store: Option<Store>) -> Self {
        Self { store, puts: JoinSet::new(), new: 0, existed: 0 }
    }

    /// Begins to keep a record, when there is room.
    pub async fn keep(&mut self, record: Record, origin: String) -> Result<()> {
        let Some(store) = self.store.clone() else { return Ok(()) };
        if self.puts.len() >= AT_ONCE_MAX {
            self.count_one().await?;
        }
        self.puts.spawn(async move {
            let put = put_patiently(&store, &record).await;
            put.with_context(|| format!("{origin} was not kept; import again, nothing will be kept twice"))
        });
        Ok(())
    }

    /// Waits for all of them.
    pub async fn finish(&mut self) -> Result<()> {
        while !self.puts.is_empty() {
            self.count_one().await?;
        }
        Ok(())
    }

    async fn count_one(&mut self) -> Result<()> {
        let count = match self.puts.join_next().await.transpose()?.transpose()? {
            None => return Ok(()),
            Some(Put::New) => &mut self.new,
            Some(Put::Existed) => &mut self.existed,
        };
        *count = count.saturating_add(1);
        Ok(())
    }
}

async fn put_patiently(store: &Store, record: &Record) -> Result<Put, StoreError> {
    let put = async || store.put_new(record.key.as_str(), record.json.clone(), MEDIA_TYPE).await;
    for wait in WAITS {
        match put().await {
            Err(StoreError::TimedOut | StoreError::S3 { .. }) => tokio::time::sleep(wait).await,
            done => return done,
        }
    }
    put().await
}

//! Rejected requests, looked at again: one whose token is accepted by now becomes an event.

use hooklog::record::{MEDIA_TYPE, Record, Requeued};
use hooklog::store::{Store, StoreError};
use hooklog::telemetry::with_causes;
use hooklog::verify::Tokens;
use serde::Serialize;

/// What became of those that were looked at.
#[derive(Default, Serialize)]
pub struct Requeueing {
    /// So many are events now.
    pub moved: u64,
    /// So many have no accepted token.
    pub left: u64,
    /// So many were too large to be kept whole.
    pub truncated: u64,
    /// What is no rejected request, and why.
    pub unreadable: Vec<String>,
}

impl Requeueing {
    /// Looks at one; gives the key of the event that it is now. One that is gone meanwhile is nothing.
    pub async fn look_again(
        &mut self,
        store: &Store,
        key: &str,
        tokens: &Tokens,
    ) -> Result<Option<String>, StoreError> {
        let Some(json) = store.get(key).await? else { return Ok(None) };
        match Record::requeue(key, &json, tokens) {
            Err(error) => self.unreadable.push(format!("{key}: {}", with_causes(&error))),
            Ok(Requeued::NotAccepted) => self.left = self.left.saturating_add(1),
            Ok(Requeued::Truncated) => self.truncated = self.truncated.saturating_add(1),
            Ok(Requeued::Accepted(record)) => {
                store.put_new(record.key.as_str(), record.json, MEDIA_TYPE).await?;
                store.remove(key).await?;
                self.moved = self.moved.saturating_add(1);
                return Ok(Some(record.key.to_string()));
            }
        }
        Ok(None)
    }
}

//! The time budget: an answer within 4 s whatever the store does, because Bitrix24 slows down for slow receivers.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::Loss;
use crate::overflow::{Overflow, OverflowError};
use crate::record::{MEDIA_TYPE, Record};
use crate::store::{Store, StoreError};

/// The store's attempts together.
const STORE_MAX: Duration = Duration::from_millis(2500);
/// The overflow's attempts together.
const OVERFLOW_MAX: Duration = Duration::from_millis(1200);
/// What the answer itself needs of an invocation's time.
const ANSWER: Duration = Duration::from_millis(200);

/// How an event was kept.
#[derive(Debug)]
pub enum Kept {
    /// In the store.
    Stored,
    /// In the overflow, because the store failed.
    Overflowed(StoreError),
}

/// Keeps the record in the store, else in the overflow.
///
/// # Errors
/// [`Loss`] when it is in neither.
pub(super) async fn keep(
    record: &Record,
    store: &Store,
    overflow: Option<&Overflow>,
    deadline: Option<Instant>,
) -> Result<Kept, Loss> {
    let [store_wait, overflow_wait] =
        waits(deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())));
    let put = store.put_new(record.key.as_str(), record.json.clone(), MEDIA_TYPE);
    let failed = match timeout(store_wait, put).await {
        Ok(Ok(_new_or_kept_by_our_own_first_try)) => return Ok(Kept::Stored),
        Ok(Err(error)) => error,
        Err(_elapsed) => StoreError::TimedOut,
    };
    let Some(overflow) = overflow else { return Err(Loss::Store(failed)) };
    match timeout(overflow_wait, overflow.put(record)).await.unwrap_or(Err(OverflowError::TimedOut)) {
        Ok(()) => Ok(Kept::Overflowed(failed)),
        Err(overflow) => Err(Loss::Both { store: failed, overflow }),
    }
}

/// How long to wait for the store and for the overflow, when so much is left of the invocation. Where it is little, the
/// overflow has a third of it.
fn waits(left: Option<Duration>) -> [Duration; 2] {
    let all = STORE_MAX.saturating_add(OVERFLOW_MAX);
    let left = left.map_or(all, |left| left.saturating_sub(ANSWER).min(all));
    let overflow = OVERFLOW_MAX.min(left.checked_div(3).unwrap_or_default());
    [STORE_MAX.min(left.saturating_sub(overflow)), overflow]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_and_overflow_share_what_is_left() {
        let waits = |left| waits(left).map(|wait| wait.as_millis());
        assert_eq!(waits(None), [2500, 1200]);
        assert_eq!(waits(Some(Duration::from_secs(10))), [2500, 1200]);
        assert_eq!(waits(Some(Duration::from_millis(1700))), [1000, 500]);
        assert_eq!(waits(Some(Duration::from_millis(100))), [0, 0]);
    }
}

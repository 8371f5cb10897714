//! The store as any verb sees it: readable, writable, its newest event, and whether the test event came.

use std::pin::pin;
use std::time::Duration;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::record::{EventKey, Kept};
use hooklog::select::{Selection, Unread, read};
use hooklog::store::{Store, StoreError};
use hooklog::telemetry::with_causes;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Finding, Report, TEST_CODE};
use crate::figures::rough;
use crate::setup;

/// So many are looked at to find one that is no test event of ours, and as many again before them.
const NEWEST: usize = 16;
const PUT_WAIT_MAX: Duration = Duration::from_secs(10);
/// A portal that is so late has a queue that does not keep up.
const LAG_MAX_S: i64 = 600;

pub async fn examine(store: &Store, test_event: Option<Uuid>, report: &mut Report) -> Result<()> {
    let now = setup::now();
    report.add(&match newest(store, now).await {
        Err(error) => not_listed(&error),
        Ok(None) => Finding::hint("newest", "there is no event", "has the portal an outgoing webhook with this URL?"),
        Ok(Some(key)) => opened(store, key, now).await,
    })?;
    if let Some(id) = test_event {
        report.add(&arrived(store, id).await)?;
    }
    report.add(&writable(store).await?)
}

/// The newest event that is none of our own.
async fn newest(store: &Store, now: Timestamp) -> Result<Option<EventKey>, StoreError> {
    let mut selection = Selection::default();
    loop {
        let newest = selection.newest(store, NEWEST, now).await;
        let first = newest.keys.front().map(EventKey::received);
        if let Some(key) = newest.keys.into_iter().rfind(|key| key.code() != TEST_CODE) {
            return Ok(Some(key));
        }
        for unread in newest.unread {
            if let Unread::Listing(error) = unread {
                return Err(error);
            }
        }
        let Some(first) = first else { return Ok(None) };
        selection.until = Some(first);
    }
}

async fn opened(store: &Store, key: EventKey, now: Timestamp) -> Finding {
    const CHECK: &str = "newest";
    let name = key.as_str().to_owned();
    match pin!(read(store, [key])).next().await {
        Some(Ok(found)) => describe(&found.record, now),
        Some(Err(error @ Unread::Broken { .. })) => {
            Finding::broken(CHECK, with_causes(&error), "who else writes into this store?")
        }
        Some(Err(_)) | None => {
            Finding::unknown(CHECK, format!("{name}, which this caller cannot read"), "attach ReaderPolicy")
        }
    }
}

fn describe(record: &Kept, now: Timestamp) -> Finding {
    const CHECK: &str = "newest";
    let (code, source, lag) = (record.code(), &record.source, record.lag().as_secs());
    let age = rough(now.duration_since(record.receivedtime).as_secs());
    let says = format!("{code} from {source}, {age} ago; it came {lag} s after the portal made it");
    if lag > LAG_MAX_S {
        Finding::hint(CHECK, says, "the portal's own queue is behind, or it sends less because answers were slow")
    } else {
        Finding::ok(CHECK, says)
    }
}

/// The receiver said 200: the test event is in its store or in its overflow.
async fn arrived(store: &Store, id: Uuid) -> Finding {
    const CHECK: &str = "arrived";
    let mut keys = Selection::default().around(id).keys(store);
    loop {
        match keys.next().await {
            Err(error) => {
                return Finding::unknown(CHECK, with_causes(&error), "attach ReaderPolicy to see whether it came");
            }
            Ok(None) => {
                return Finding::broken(
                    CHECK,
                    "the test event is not in this store",
                    "is it the receiver's own store? If it is, S3 failed and the event waits in the overflow queue: read the log",
                );
            }
            Ok(Some(page)) => {
                if let Some(key) = page.keys.iter().find(|key| key.id() == id) {
                    return Finding::ok(CHECK, format!("the test event is in the store: {}", key.as_str()));
                }
            }
        }
    }
}

/// Puts an object of our own and removes it.
async fn writable(store: &Store) -> Result<Finding> {
    const CHECK: &str = "writable";
    let key = format!("doctor/{}.txt", setup::receipt()?.id);
    let put = store.put_new(&key, "hooklog doctor was here\n".into(), "text/plain");
    Ok(match tokio::time::timeout(PUT_WAIT_MAX, put).await {
        Err(_) => Finding::broken(CHECK, "an object was not kept within 10 s", "is the store up?"),
        Ok(Err(error)) if is_denied(&error) => Finding::unknown(
            CHECK,
            "this caller may not write, as readers should not",
            "a token tells whether the receiver may",
        ),
        Ok(Err(error)) => Finding::broken(CHECK, with_causes(&error), "repair what it says"),
        Ok(Ok(_)) => match store.remove(&key).await {
            Ok(()) => Finding::ok(CHECK, "an object was kept and removed again"),
            Err(_) => {
                Finding::hint(CHECK, "an object was kept, and this caller may not remove it", format!("remove {key}"))
            }
        },
    })
}

fn not_listed(error: &StoreError) -> Finding {
    const CHECK: &str = "newest";
    if is_denied(error) {
        Finding::unknown(CHECK, "this caller may not list events", "attach ReaderPolicy, an output of the stack")
    } else {
        Finding::broken(CHECK, with_causes(error), "is this the right store, and is it up?")
    }
}

fn is_denied(error: &StoreError) -> bool {
    matches!(error, StoreError::S3 { code: Some(code), .. } if code == "AccessDenied")
}

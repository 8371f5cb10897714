//! The store as any verb sees it: readable, writable, its newest event, and whether the test event came.

use std::time::Duration;

use anyhow::Result;
use hooklog::record::Receipt;
use hooklog::store::{Store, StoreError};
use hooklog::telemetry::with_causes;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Finding, Report};
use crate::setup;

/// Looks this far back for the newest event, the near past first, so that only few keys are listed.
const LOOK_BACK_S: [i64; 5] = [600, 3600, 86_400, 7 * 86_400, 365 * 86_400];
/// The end of our own test events' keys.
const TEST_EVENT: &str = "_HOOKLOGDOCTOR.json";
const PUT_WAIT_MAX: Duration = Duration::from_secs(10);
/// A portal that is so late has a queue that does not keep up.
const LAG_MAX_S: i64 = 600;

pub async fn examine(store: &Store, test_event: Option<&str>, report: &mut Report) -> Result<()> {
    let now = setup::now();
    match newest(store, now).await {
        Err(error) => report.add(&not_listed(&error))?,
        Ok(None) => report.add(&Finding::hint(
            "newest",
            "there is no event of the last year",
            "has the portal an outgoing webhook with this URL?",
        ))?,
        Ok(Some(key)) => report.add(&describe(store, &key, now).await)?,
    }
    if let Some(id) = test_event {
        report.add(&arrived(store, id, now).await)?;
    }
    report.add(&writable(store).await?)
}

async fn newest(store: &Store, now: Timestamp) -> Result<Option<String>, StoreError> {
    for seconds in LOOK_BACK_S {
        let after = key_at(now.saturating_sub(SignedDuration::from_secs(seconds)).unwrap_or(now));
        let keys = store.list("events/", &after, usize::MAX).await?;
        if let Some(newest) = keys.into_iter().rfind(|key| !key.ends_with(TEST_EVENT)) {
            return Ok(Some(newest));
        }
    }
    Ok(None)
}

/// Where the keys of this moment begin.
fn key_at(moment: Timestamp) -> String {
    let date = Offset::UTC.to_datetime(moment).date();
    format!("events/date={date}/{}", Receipt::new(moment, [0; 10]).id)
}

async fn describe(store: &Store, key: &str, now: Timestamp) -> Finding {
    const CHECK: &str = "newest";
    let record: Value = match store.get(key).await {
        Ok(Some(json)) => serde_json::from_slice(&json).unwrap_or_default(),
        Ok(None) | Err(_) => {
            return Finding::unknown(CHECK, format!("{key}, which this caller cannot read"), "attach ReaderPolicy");
        }
    };
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let moment = |name: &str| text(name).parse::<Timestamp>().ok();
    let (Some(received), Some(sent)) = (moment("receivedtime"), moment("time")) else {
        return Finding::broken(CHECK, format!("{key} is no record"), "who else writes into this store?");
    };
    let (age, lag) = (now.duration_since(received).as_secs(), received.duration_since(sent).as_secs());
    let code = text("type").strip_prefix("bitrix24.").unwrap_or_default();
    let says = format!("{code} from {}, {} ago; it came {lag} s after the portal made it", text("source"), span(age));
    if lag > LAG_MAX_S {
        Finding::hint(CHECK, says, "the portal's own queue is behind, or it sends less because answers were slow")
    } else {
        Finding::ok(CHECK, says)
    }
}

fn span(seconds: i64) -> String {
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7200..172_800 => format!("{} h", seconds / 3600),
        120..7200 => format!("{} min", seconds / 60),
        ..120 => format!("{seconds} s"),
    }
}

/// The receiver said 200: the test event is in its store or in its overflow.
async fn arrived(store: &Store, id: &str, now: Timestamp) -> Finding {
    const CHECK: &str = "arrived";
    let after = key_at(now.saturating_sub(SignedDuration::from_mins(10)).unwrap_or(now));
    match store.list("events/", &after, usize::MAX).await {
        Err(error) => Finding::unknown(CHECK, with_causes(&error), "attach ReaderPolicy to see whether it came"),
        Ok(keys) => match keys.into_iter().find(|key| key.contains(id)) {
            Some(key) => Finding::ok(CHECK, format!("the test event is in the store: {key}")),
            None => Finding::broken(
                CHECK,
                "the test event is not in this store",
                "is it the receiver's own store? If it is, S3 failed and the event waits in the overflow queue: read the log",
            ),
        },
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

//! `hooklog requeue`: rejected requests whose token is accepted by now become events.

use std::process::ExitCode;

use anyhow::Result;
use hooklog::record::{EventKey, Kept, MEDIA_TYPE, Record, Requeued};
use hooklog::select::Selection;
use hooklog::telemetry::with_causes;
use serde_json::json;

use crate::args::Requeue;
use crate::chosen::Chosen;
use crate::{output, setup};

pub async fn run(args: &Requeue) -> Result<ExitCode> {
    let config = setup::config()?;
    let tokens = config.tokens()?;
    let Chosen { store, selection, .. } = Chosen::open(&args.choice).await?;
    let store = store.patient();
    let (mut moved, mut left, mut truncated, mut unreadable) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut pages = store.pages("rejected/", "");
    while let Some(keys) = pages.next().await? {
        for key in keys.iter().filter(|key| allows(&selection, key)) {
            let Some(json) = store.get(key).await? else { continue };
            if selection.subject.is_some() && !Kept::read(&json).is_ok_and(|kept| selection.is_about(&kept)) {
                continue;
            }
            match Record::requeue(key, &json, &tokens) {
                Err(error) => {
                    output::complain(&format!("{key}: {}", with_causes(&error)));
                    unreadable = unreadable.saturating_add(1);
                }
                Ok(Requeued::Accepted(record)) => {
                    store.put_new(record.key.as_str(), record.json, MEDIA_TYPE).await?;
                    store.remove(key).await?;
                    output::say(&if args.choice.json {
                        json!({ "key": record.key.as_str(), "from": key }).to_string()
                    } else {
                        record.key.as_str().to_owned()
                    })?;
                    moved = moved.saturating_add(1);
                }
                Ok(Requeued::NotAccepted) => left = left.saturating_add(1),
                Ok(Requeued::Truncated) => truncated = truncated.saturating_add(1),
            }
        }
    }
    output::complain(&format!(
        "{moved} rejected requests are events now; {left} have no accepted token; {truncated} were too large to be kept whole."
    ));
    Ok(if unreadable == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Would the event that it becomes be selected? What can become none is told, and not left out.
fn allows(selection: &Selection, key: &str) -> bool {
    let event = key.strip_prefix("rejected/").and_then(|rest| EventKey::read(&format!("events/{rest}")));
    event.is_none_or(|event| selection.allows(&event))
}

//! `hooklog requeue`: rejected requests whose token is accepted by now become events.

use std::process::ExitCode;

use anyhow::Result;
use hooklog::record::{EventKey, Kept, REJECTED};
use hooklog::select::Selection;
use serde_json::json;

use crate::args::Requeue;
use crate::chosen::Chosen;
use crate::requeueing::Requeueing;
use crate::{output, setup};

pub async fn run(args: &Requeue) -> Result<ExitCode> {
    let tokens = setup::config()?.tokens()?;
    let Chosen { store, selection, .. } = Chosen::open(&args.choice).await?;
    let store = store.patient();
    let mut requeueing = Requeueing::default();
    let mut pages = store.pages(REJECTED, "");
    while let Some(keys) = pages.next().await? {
        for key in keys.iter().filter(|key| allows(&selection, key)) {
            if selection.subject.is_some() {
                let Some(json) = store.get(key).await? else { continue };
                if !Kept::read(&json).is_ok_and(|kept| selection.is_about(&kept)) {
                    continue;
                }
            }
            if let Some(event) = requeueing.look_again(&store, key, &tokens).await? {
                let line = || json!({ "key": event, "from": key }).to_string();
                output::say(&if args.choice.json { line() } else { event.clone() })?;
            }
        }
    }
    let Requeueing { moved, left, truncated, unreadable } = &requeueing;
    for reason in unreadable {
        output::complain(reason);
    }
    output::complain(&format!(
        "{moved} rejected requests are events now; {left} have no accepted token; {truncated} were too large to be kept whole."
    ));
    Ok(if unreadable.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Would the event that it becomes be selected? What can become none is told, and not left out.
fn allows(selection: &Selection, key: &str) -> bool {
    EventKey::of_rejected(key).is_none_or(|event| selection.allows(&event))
}

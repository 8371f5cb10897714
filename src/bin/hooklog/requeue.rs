//! `hooklog requeue`: rejected requests whose token is accepted by now become events.

use std::process::ExitCode;

use anyhow::Result;
use hooklog::record::{MEDIA_TYPE, Record, Requeued};
use hooklog::telemetry::with_causes;

use crate::args::Requeue;
use crate::{output, setup};

pub async fn run(args: &Requeue) -> Result<ExitCode> {
    let config = setup::config()?;
    let tokens = config.tokens()?;
    let (_, store) = setup::store(args.store.as_ref(), &config).await?;
    let store = store.patient();
    let (mut moved, mut left, mut truncated, mut unreadable) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut pages = store.pages("rejected/", "");
    while let Some(keys) = pages.next().await? {
        for key in &keys {
            let Some(json) = store.get(key).await? else { continue };
            match Record::requeue(key, &json, &tokens) {
                Err(error) => {
                    output::complain(&format!("{key}: {}", with_causes(&error)));
                    unreadable = unreadable.saturating_add(1);
                }
                Ok(Requeued::Accepted(record)) => {
                    store.put_new(record.key.as_str(), record.json, MEDIA_TYPE).await?;
                    store.remove(key).await?;
                    output::say(record.key.as_str())?;
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

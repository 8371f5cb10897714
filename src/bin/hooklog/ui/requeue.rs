//! Rejected requests become events where their token is accepted by now; what waits in the overflow goes into the store.

use anyhow::{Context as _, Result, bail};
use hooklog::overflow::drain;
use hooklog::record::REJECTED;
use hooklog::store::Store;
use hooklog::telemetry::with_causes;

use super::Looking;
use super::question::Question;
use super::room::Room;
use crate::requeueing::Requeueing;

/// Those that are named, or all.
pub async fn move_on(looking: &Looking, question: &Question) -> Result<Requeueing> {
    match question.room {
        Room::Events => bail!("events are where they belong"),
        Room::Rejected => look_again(looking, question).await,
        Room::Overflow => empty(looking).await,
    }
}

async fn look_again(looking: &Looking, question: &Question) -> Result<Requeueing> {
    let tokens = looking.tokens.as_ref();
    let tokens =
        tokens.context("no token is accepted here: start hooklog ui with HOOKLOG_TOKENS, as the receiver has it")?;
    let mut requeueing = Requeueing::default();
    for key in &question.keys {
        requeueing.look_again(&looking.store, &question.room.object(key), tokens).await?;
    }
    if question.keys.is_empty() {
        let mut pages = looking.store.pages(REJECTED, "");
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                requeueing.look_again(&looking.store, key, tokens).await?;
            }
        }
    }
    Ok(requeueing)
}

async fn empty(looking: &Looking) -> Result<Requeueing> {
    let Store::Folder(folder) = Room::Overflow.store(looking)? else { bail!("the overflow is no folder") };
    let drained = drain(folder, &looking.store).await;
    let unreadable = drained.stopped.iter().map(|error| with_causes(error)).collect();
    Ok(Requeueing { moved: drained.moved as u64, unreadable, ..Requeueing::default() })
}

//! What comes while somebody looks, as server-sent events.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use hooklog::select::Follow;
use hooklog::telemetry::with_causes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Looking;
use super::lines::{Gone, Lines};
use super::list;
use super::question::Question;
use super::row::{self, Row};
use crate::pause::Pause;
use crate::setup;

/// The first look goes back so far, so that nothing is missed between the list and it; the page knows what it has.
const LOOK_BACK: SignedDuration = SignedDuration::from_secs(60);

#[derive(Serialize)]
struct New {
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Trouble {
    error: String,
}

#[derive(Serialize)]
struct Looked {
    /// Seconds until the next look.
    pause: u64,
}

/// Looks again and again, as `tail -f` does, until nobody listens.
pub async fn write(
    looking: Arc<Looking>,
    question: Question,
    heard: Option<Timestamp>,
    lines: Lines,
) -> Result<(), Gone> {
    let store = match question.room.store(&looking) {
        Ok(store) => store.clone(),
        Err(error) => return lines.tell("trouble", 0, &Trouble { error: format!("{error:#}") }).await,
    };
    let start = heard.unwrap_or(question.now).checked_sub(LOOK_BACK).unwrap_or(question.now);
    let mut follow = Follow::new(&question.of_keys(), start, []);
    let mut pause = Pause::shortest();
    loop {
        let now = setup::now().as_millisecond();
        match follow.look(&store).await {
            Err(error) => lines.tell("trouble", now, &Trouble { error: with_causes(&error) }).await?,
            Ok(page) => {
                if !page.keys.is_empty() {
                    pause = Pause::shortest();
                }
                let mut rows = Vec::new();
                let mut read = pin!(row::read(&store, question.room, page.keys));
                while let Some((row, json)) = read.next().await {
                    if list::matches(&question, &row, &json) {
                        rows.push(row);
                    }
                }
                if !rows.is_empty() {
                    lines.tell("new", now, &New { rows }).await?;
                }
            }
        }
        let wait = pause.next();
        lines.tell("looked", now, &Looked { pause: wait.as_secs() }).await?;
        tokio::select! {
            () = lines.closed() => return Err(Gone),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

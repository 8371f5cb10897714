//! The chart and the portals, from the listing alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use hooklog::select::{Selection, Unread};
use hooklog::telemetry::with_causes;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Looking;
use super::lines::{Gone, Lines};
use super::question::Question;
use super::room::Room;
use super::tally::{Column, Portal, Tally, Unit};

/// A chart is made of so many events; more are not counted, and the page says so.
const EVENTS_MAX: u64 = 2_000_000;
/// How often it says how far it is.
const PAGES_STEP: usize = 10;

/// A line of the answer.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'t> {
    Counted(u64),
    Error(String),
    Summary(Summary<'t>),
}

#[derive(Serialize)]
struct Summary<'t> {
    unit: Unit,
    total: u64,
    complete: bool,
    codes: &'t [(String, u64)],
    columns: Vec<Column>,
    portals: BTreeMap<&'t str, Heard<'t>>,
}

#[derive(Serialize)]
struct Heard<'t> {
    #[serde(flatten)]
    portal: &'t Portal,
    silent: bool,
}

/// Counts all events of the time that is asked for: all portals are told, whichever is looked at.
pub async fn write(looking: Arc<Looking>, question: Question, lines: Lines) -> Result<(), Gone> {
    if question.room != Room::Events {
        return lines.say(&Line::Error("only events are counted".to_owned())).await;
    }
    let wanted = question.of_keys();
    let heard = Selection { since: wanted.since, until: wanted.until, ..Selection::default() };
    let (mut tally, mut complete) = (Tally::default(), true);
    let mut keys = heard.keys(&looking.store);
    let (mut pages, mut count) = (0_usize, 0_u64);
    loop {
        match keys.next().await {
            Ok(None) => break,
            Ok(Some(page)) => {
                page.keys.iter().for_each(|key| tally.hear(key));
                page.keys.iter().filter(|key| wanted.allows(key)).for_each(|key| tally.count(key));
                pages = pages.saturating_add(1);
                count = count.saturating_add(page.keys.len() as u64);
                if pages.is_multiple_of(PAGES_STEP) {
                    lines.say(&Line::Counted(count)).await?;
                }
                if count >= EVENTS_MAX {
                    complete = false;
                    break;
                }
            }
            Err(error) => {
                lines.say(&Line::Error(with_causes(&Unread::Listing(error)))).await?;
                complete = false;
                break;
            }
        }
    }
    lines.say(&Line::Summary(summary(&tally, complete, &question, &question.zone))).await
}

fn summary<'t>(tally: &'t Tally, complete: bool, question: &Question, zone: &TimeZone) -> Summary<'t> {
    let unit = tally.unit();
    let is_present = question.selection.until.is_none_or(|until| until >= question.now);
    let portals = tally.portals.iter().map(|(name, portal)| {
        let silent = is_present && complete && portal.is_silent(question.now);
        (name.as_str(), Heard { portal, silent })
    });
    Summary {
        unit,
        total: tally.total,
        complete,
        codes: tally.codes(),
        columns: tally.columns(unit, zone),
        portals: portals.collect(),
    }
}

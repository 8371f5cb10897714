//! `hooklog show`: one event, whole.

use std::pin::pin;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use futures_util::StreamExt as _;
use hooklog::record::EventKey;
use hooklog::select::{Unread, read};
use uuid::Uuid;

use crate::args::{Format, Show};
use crate::chosen::{Chosen, Complaints};
use crate::columns::Columns;
use crate::print::{EventPrinter, local};
use crate::{output, paint};

/// Of an end that many events share, so many are listed.
const LISTED_MAX: usize = 20;

pub async fn run(args: &Show) -> Result<ExitCode> {
    let mut chosen = Chosen::open(&args.choice).await?;
    if let Ok(id) = args.id.parse::<Uuid>() {
        chosen.selection = chosen.selection.around(id);
    }
    let mut complaints = Complaints::default();
    let mut keys = ending(&args.id, &chosen, &mut complaints).await;
    if chosen.selection.subject.is_some() {
        keys = about(keys, &chosen, &mut complaints).await;
    }
    let end = &args.id;
    match &keys[..] {
        [] => bail!("no event's id ends in {end}: look with hooklog tail, or at another --store"),
        [key] => {
            let format = if args.choice.json { Format::Json } else { args.format };
            let found = pin!(read(&chosen.store, [key.clone()])).next().await.context("nothing was read")??;
            EventPrinter::new(format, chosen.zone).print_whole(&found, &mut complaints)?;
            Ok(complaints.code())
        }
        several => {
            output::complain(&format!("{} events' ids end in {end}. Give more of it:", several.len()));
            list(several, &chosen);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Those with this end, with hyphens or without.
async fn ending(end: &str, chosen: &Chosen, complaints: &mut Complaints) -> Vec<EventKey> {
    let end = end.replace('-', "");
    let mut found = Vec::new();
    let mut keys = chosen.selection.keys(&chosen.store);
    let spinner = output::spinner("keys looked at");
    loop {
        match keys.next().await {
            Ok(None) => break,
            Ok(Some(page)) => {
                spinner.inc(page.keys.len() as u64);
                let mut buffer = Uuid::encode_buffer();
                found.extend(
                    page.keys.into_iter().filter(|key| key.id().simple().encode_lower(&mut buffer).ends_with(&end)),
                );
            }
            Err(error) => {
                complaints.tell(&Unread::Listing(error));
                break;
            }
        }
    }
    spinner.finish_and_clear();
    found
}

/// Those about the entity that is asked for.
async fn about(keys: Vec<EventKey>, chosen: &Chosen, complaints: &mut Complaints) -> Vec<EventKey> {
    let mut events = pin!(read(&chosen.store, keys));
    let mut about = Vec::new();
    while let Some(found) = events.next().await {
        match found {
            Ok(found) if chosen.selection.is_about(&found.record) => about.push(found.key),
            Ok(_) => {}
            Err(unread) => complaints.tell(&unread),
        }
    }
    about
}

fn list(keys: &[EventKey], chosen: &Chosen) {
    let ids: Vec<_> = keys
        .iter()
        .take(LISTED_MAX)
        .map(|key| (key, key.id().to_string(), local(&chosen.zone, key.received())))
        .collect();
    let rows = ids.iter().map(|(key, id, time)| [&**time, key.code(), key.portal(), id]);
    let mut columns = Columns::new(rows, [false; 4], None);
    for (key, id, time) in &ids {
        let row = [&**time, key.code(), key.portal(), id].map(|text| (text, paint::PLAIN));
        output::complain(&columns.line(row));
    }
    if keys.len() > LISTED_MAX {
        output::complain("…");
    }
}

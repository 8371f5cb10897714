//! `hooklog stats`: how many events, of what, from where, and when.

mod report;
mod tally;

use std::pin::pin;
use std::process::ExitCode;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::select::Unread;

use crate::args::Stats;
use crate::chosen::{Chosen, Complaints};
use crate::output;
use tally::Tally;

pub async fn run(args: &Stats) -> Result<ExitCode> {
    let chosen = Chosen::open(&args.choice).await?;
    let mut complaints = Complaints::default();
    let reads_objects = args.lag || chosen.selection.subject.is_some();
    let tally = if reads_objects {
        count_events(&chosen, &mut complaints).await
    } else {
        count_keys(&chosen, &mut complaints).await
    };
    if args.choice.json {
        report::print_json(tally)?;
    } else if tally.all.is_some() {
        report::print(tally, &chosen)?;
    } else if complaints.code() == ExitCode::SUCCESS {
        output::complain("No event is like this.");
    }
    Ok(complaints.code())
}

/// Counts from the listing alone.
async fn count_keys(chosen: &Chosen, complaints: &mut Complaints) -> Tally {
    let mut tally = Tally::default();
    let mut keys = chosen.selection.keys(&chosen.store);
    let spinner = output::spinner("events");
    loop {
        match keys.next().await {
            Ok(None) => break,
            Ok(Some(page)) => {
                page.keys.iter().for_each(|key| tally.count(key, &chosen.zone));
                page.strays.into_iter().for_each(|key| complaints.tell(&Unread::Stray { key }));
                spinner.inc(page.keys.len() as u64);
            }
            Err(error) => {
                complaints.tell(&Unread::Listing(error));
                break;
            }
        }
    }
    spinner.finish_and_clear();
    tally
}

async fn count_events(chosen: &Chosen, complaints: &mut Complaints) -> Tally {
    let mut tally = Tally::default();
    let mut events = pin!(chosen.selection.events(&chosen.store));
    let spinner = output::spinner("events read");
    while let Some(found) = events.next().await {
        match found {
            Ok(found) => {
                tally.count(&found.key, &chosen.zone);
                tally.count_lag(&found.record);
            }
            Err(unread) => complaints.tell(&unread),
        }
        spinner.inc(1);
    }
    spinner.finish_and_clear();
    tally
}

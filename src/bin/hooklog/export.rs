//! `hooklog export`: events out of the store, in order.

mod csv;

use std::pin::pin;
use std::process::ExitCode;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::hook_log::write_entry;
use hooklog::record::Kept;
use hooklog::select::Found;
use jiff::tz::TimeZone;

use crate::args::{Export, ExportFormat};
use crate::chosen::{Chosen, Complaints};
use crate::{output, print, setup};

/// So much is printed at once.
const PRINTED_BYTES: usize = 64 * 1024;

pub async fn run(args: &Export) -> Result<ExitCode> {
    let chosen = Chosen::open(&args.choice).await?;
    let zone = match args.format {
        ExportFormat::HookLog => setup::log_zone(args.tz.as_ref(), output::complain)?,
        ExportFormat::Jsonl | ExportFormat::Csv => TimeZone::UTC,
    };
    let mut complaints = Complaints::default();
    let mut out = Vec::new();
    if args.format == ExportFormat::Csv {
        csv::write_header(&mut out)?;
    }
    let mut events = pin!(chosen.selection.events(&chosen.store));
    while let Some(found) = events.next().await {
        match found {
            Err(unread) => complaints.tell(&unread),
            Ok(found) => {
                if let Err(error) = write(&found, args.format, &zone, &mut out) {
                    complaints.say(&format!("{}: {error:#}", found.key.as_str()));
                }
            }
        }
        if out.len() >= PRINTED_BYTES {
            output::say_bytes(&out)?;
            out.clear();
        }
    }
    output::say_bytes(&out)?;
    Ok(complaints.code())
}

/// Appends an event.
fn write(found: &Found, format: ExportFormat, zone: &TimeZone, out: &mut Vec<u8>) -> Result<()> {
    match format {
        ExportFormat::Jsonl => {
            out.extend_from_slice(print::one_line(&found.json)?.as_bytes());
            out.push(b'\n');
        }
        ExportFormat::HookLog => {
            let record = &found.record;
            write_entry(zone.to_datetime(record.receivedtime), title(record), record.request()?.root(), out);
        }
        ExportFormat::Csv => csv::write(&found.record, out)?,
    }
    Ok(())
}

/// What the tutorial's script calls every request, unless the event comes from a log that called it something else.
fn title(record: &Kept) -> &str {
    match (&record.logtitle, &record.importedfrom) {
        (Some(title), _) => title,
        (None, Some(_)) => "",
        (None, None) => "incoming",
    }
}

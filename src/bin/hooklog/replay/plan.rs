//! `--dry-run`: what would be posted. The tokens are not put in, so that none is printed.

use std::collections::HashSet;
use std::pin::pin;
use std::process::ExitCode;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::record::Resend;
use hooklog::select::Found;
use serde::Serialize;
use uuid::Uuid;

use super::formless;
use crate::args::{Format, Replay};
use crate::chosen::{Chosen, Complaints};
use crate::print::EventPrinter;
use crate::printable::printable_name;
use crate::sender::Sender;
use crate::{output, paint};

/// A line of `--dry-run --json`: `schema/replay.schema.json`.
#[derive(Serialize)]
struct Planned<'p> {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'p str>,
    body: &'p str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    redacted: &'p [String],
}

pub async fn print(args: &Replay, chosen: &Chosen, sender: &Sender, done: &HashSet<Uuid>) -> Result<ExitCode> {
    let mut complaints = Complaints::default();
    let mut printer = EventPrinter::new(Format::Pretty, chosen.zone.clone());
    let (mut planned, mut left_out, mut redacted) = (0_u64, 0_u64, 0_u64);
    let mut events = pin!(chosen.selection.events(&chosen.store));
    while let Some(found) = events.next().await {
        match found {
            Err(unread) => complaints.tell(&unread),
            Ok(found) if done.contains(&found.record.id) => left_out = left_out.saturating_add(1),
            Ok(found) => {
                let forms = found.record.resend(&args.token).and_then(|form| Ok((form, found.record.resend(&[])?)));
                let (stays, shown) = match forms {
                    Ok((form, shown)) => (form.redacted, shown),
                    Err(error) => {
                        complaints.say(&formless(&found, &error));
                        continue;
                    }
                };
                planned = planned.saturating_add(1);
                redacted = redacted.saturating_add(u64::from(!stays.is_empty()));
                if args.choice.json {
                    print_json(&found, &shown, &stays)?;
                } else {
                    printer.print(&found, &mut complaints)?;
                    print_form(&shown, &stays)?;
                }
            }
        }
    }
    output::complain(&format!(
        "Dry run: {} for {}, {left_out} answered before and left out; {redacted} with secrets that cannot be put back.",
        output::events(planned),
        sender.origin()
    ));
    Ok(complaints.code())
}

fn print_form(form: &Resend, stays: &[String]) -> Result<()> {
    if let Some(query) = &form.query {
        output::say(&format!("  ?{query}"))?;
    }
    output::say(&format!("  {}", form.body))?;
    if !stays.is_empty() {
        let (dim, names) = (paint::DIM, stays.join(", "));
        output::show(&format!("  {dim}posted as a digest: {}{dim:#}", printable_name(&names)))?;
    }
    Ok(())
}

fn print_json(found: &Found, form: &Resend, stays: &[String]) -> Result<()> {
    let query = form.query.as_deref();
    let planned = Planned { id: found.record.id, query, body: &form.body, redacted: stays };
    Ok(output::say(&serde_json::to_string(&planned)?)?)
}

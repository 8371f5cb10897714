//! `hooklog replay`: post kept events again, in their order, one after another.

mod ledger;
mod plan;
mod summary;

use std::collections::HashSet;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::form::FormError;
use hooklog::select::Found;
use hooklog::telemetry::with_causes;

use crate::args::Replay;
use crate::chosen::{Chosen, Complaints};
use crate::output;
use crate::pace::Pace;
use crate::sender::{FORM, Post, Sender};
use ledger::{Entry, Ledger};
use summary::Summary;

pub async fn run(args: &Replay) -> Result<ExitCode> {
    let chosen = Chosen::open(&args.choice).await?;
    let sender = Sender::new(&args.to)?;
    let path = args.ledger.clone().unwrap_or_else(|| default_ledger(&sender));
    // Before it is read: nobody else adds to it then.
    let ledger = if args.dry_run { None } else { Some(Ledger::open(&path)?) };
    let done = if args.resume { ledger::answered(&path, &sender.digest())? } else { HashSet::new() };
    if args.resume && done.is_empty() {
        output::complain(&format!("no event in {} was answered 2xx by this URL: nothing is left out", path.display()));
    }
    let Some(ledger) = ledger else { return plan::print(args, &chosen, &sender, &done).await };
    let mut replay = Replaying { args, sender, ledger, pace: Pace::new(args.rate), summary: Summary::default() };
    let mut complaints = Complaints::default();
    let progress = output::progress(0);
    if !progress.is_hidden() {
        progress.set_length(count(&chosen).await);
    }
    let mut events = pin!(chosen.selection.events(&chosen.store));
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        // An interruption waits for the answer that is under way, so that the ledger knows it.
        let found = tokio::select! {
            biased;
            _ = &mut interrupted => { replay.summary.interrupted = true; break }
            found = events.next() => found,
        };
        match found {
            None => break,
            Some(Err(unread)) => progress.suspend(|| complaints.tell(&unread)),
            Some(Ok(found)) if done.contains(&found.record.id) => replay.summary.leave_out(),
            Some(Ok(found)) => {
                if let Some(failure) = replay.post(&found).await? {
                    progress.suspend(|| complaints.say(&failure));
                }
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    replay.summary.print(&replay.sender.origin(), &path);
    if replay.summary.interrupted {
        complaints.say("interrupted: the same command with --resume goes on");
    }
    Ok(complaints.code())
}

struct Replaying<'a> {
    args: &'a Replay,
    sender: Sender,
    ledger: Ledger,
    pace: Pace,
    summary: Summary,
}

impl Replaying<'_> {
    /// Posts an event and writes down what came back. Gives what went wrong.
    async fn post(&mut self, found: &Found) -> Result<Option<String>> {
        let (id, code) = (found.record.id, found.record.code());
        let form = match found.record.resend(&self.args.token) {
            Ok(form) => form,
            Err(error) => {
                self.summary.count_formless();
                return Ok(Some(formless(found, &error)));
            }
        };
        self.pace.wait().await;
        let post = Post { query: form.query.as_deref(), content_type: FORM, body: form.body.as_bytes() };
        let answer = self.sender.post(&post).await;
        let (status, ms) = answer.as_ref().ok().map(|answer| (answer.status, answer.ms())).unzip();
        self.summary.count(answer.as_ref().ok().map(|answer| (answer.status, answer.took)), &form.redacted);
        let entry = Entry { id, to: self.sender.digest(), status, ms, redacted: form.redacted };
        self.ledger.write(&entry)?;
        if self.args.choice.json {
            output::say(&serde_json::to_string(&entry)?)?;
        }
        Ok(match answer {
            Ok(answer) if (200..300).contains(&answer.status) => None,
            Ok(answer) => Some(format!("{id} {code}: answered {}", answer.status)),
            Err(error) => Some(format!("{id} {code}: {error:#}")),
        })
    }
}

/// What is told of an event that cannot be posted.
fn formless(found: &Found, error: &FormError) -> String {
    format!("{} {}: it makes no form: {}", found.record.id, found.record.code(), with_causes(error))
}

/// How many events there are at most, for the bar.
async fn count(chosen: &Chosen) -> u64 {
    let mut keys = chosen.selection.keys(&chosen.store);
    let mut count = 0_u64;
    // What is wrong with the store, the reading will tell.
    while let Ok(Some(page)) = keys.next().await {
        count = count.saturating_add(page.keys.len() as u64);
    }
    count
}

/// One ledger for each receiver. The URL may hold a token, so that only its digest tells two of one host apart.
fn default_ledger(sender: &Sender) -> PathBuf {
    let host = sender.authority().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
    format!("replay-{host}-{}.jsonl", sender.digest()).into()
}

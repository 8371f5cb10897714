//! What is typed after the verbs that look into a store.

#![expect(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};
use hooklog::config::Place;
use hooklog::select::{CodePattern, Moment, PortalPattern};

/// Which events, and where they are.
#[derive(Args)]
#[command(next_help_heading = "Which events")]
pub struct Choice {
    /// Where the events are: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE, else ./hooklog-data]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
    /// Received since then: 15m, 2h, 7d ago, a date (local), or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub since: Option<Moment>,
    /// Received before then; a date is in as a whole
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,
    /// From this portal; * and ? stand for any text and any character
    #[arg(long, value_name = "DOMAIN")]
    pub portal: Vec<PortalPattern>,
    /// With this event code; * and ? stand for any text and any character
    #[arg(long, value_name = "CODE")]
    pub event: Vec<CodePattern>,
    /// About this entity: the ID of a deal or a task, or a document such as DEAL_7 (reads the objects)
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,
    /// Print one JSON value a line, for programs; schema/ says what is in it
    #[arg(long)]
    pub json: bool,
}

/// How an event is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Pretty,
    /// The record as it is kept, on one line
    Json,
    /// What PHP's print_r($_REQUEST, true) prints
    #[value(name = "print_r")]
    PrintR,
    /// The form as one body, as it was posted, secrets masked
    Form,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog tail
  hooklog tail -f --event 'ONCRM*' --store s3://BUCKET
  hooklog tail -n 100 --since 2h --subject 4325 --format print_r")]
pub struct Tail {
    /// How many
    #[arg(short = 'n', long = "lines", value_name = "N", default_value_t = 20)]
    pub most: usize,
    /// Go on with what comes, until interrupted
    #[arg(short, long)]
    pub follow: bool,
    /// How to print each
    #[arg(long, value_enum, default_value_t = Format::Pretty, conflicts_with = "json")]
    pub format: Format,
    #[command(flatten)]
    pub choice: Choice,
}

#[derive(Parser)]
#[command(after_help = "\
An end of an id must be the end of one event's only; tail prints one behind each event.

Examples:
  hooklog show 0092e0cd
  hooklog show 01a20cf8-5bb6-756a-b899-fa0092e0cdd7 --format form")]
pub struct Show {
    /// The event's id, or the end of one
    #[arg(value_name = "ID", value_parser = id_end)]
    pub id: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Pretty, conflicts_with = "json")]
    pub format: Format,
    #[command(flatten)]
    pub choice: Choice,
}

#[derive(Parser)]
#[command(after_help = "\
Counts come from the listing alone: no object is read, unless --lag or --subject needs it. Days are local ones.

Examples:
  hooklog stats --since 7d
  hooklog stats --since 2026-11-01 --portal example.bitrix24.ru --lag")]
pub struct Stats {
    /// Read the events to tell how long they were on their way
    #[arg(long)]
    pub lag: bool,
    #[command(flatten)]
    pub choice: Choice,
}

#[derive(Parser)]
#[command(after_help = "\
Fields, order and values are those of the event. The application token, which is not kept, comes from --token; \
other secrets cannot be put back, and events that carry some are named. Answers go into a ledger as they come, so \
that --resume goes on after the last one; an event whose answer was cut off is posted again.

Examples:
  hooklog replay --to http://127.0.0.1:8000/hook.php --since 2h --event ONTASKADD --dry-run
  hooklog replay --to https://example.com/hook.php --token TOKEN --since 2026-11-20
  hooklog replay --to https://example.com/hook.php --token TOKEN --since 2026-11-20 --resume")]
pub struct Replay {
    /// Where to post
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// The application token to put back. With several, each event gets the one that it came with, else the first
    #[arg(long, value_name = "TOKEN", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub token: Vec<String>,
    /// At most this many a second
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
    /// Print what would be posted, and post nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out what the ledger says this URL answered with 2xx
    #[arg(long)]
    pub resume: bool,
    /// Where the answers are written: JSON lines of id, to, status, ms [default: replay-HOST-….jsonl, one for each URL]
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
}

fn id_end(text: &str) -> Result<String, &'static str> {
    let is_end = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') && text.contains(|c| c != '-');
    if is_end { Ok(text.to_ascii_lowercase()) } else { Err("an id, or the end of one, is of 0-9, a-f and -") }
}

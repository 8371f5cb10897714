//! What is typed to move an old log in, and to give events back out.

#![expect(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use hooklog::config::Place;
use jiff::tz::TimeZone;

use super::Choice;

/// How a file to be imported is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// The PHP script's log: dashes, a date, a title, print_r
    #[value(name = "hook.log")]
    HookLog,
    /// One record a line, as hooklog export --format jsonl prints them
    Jsonl,
}

#[derive(Parser)]
#[command(after_help = "\
Each entry of the log becomes an event in the store, without its secrets. Importing twice makes no doubles: equal \
entries of two files are one event, those of one file are all kept; another --tz makes other events. An entry counts \
as verified only where HOOKLOG_TOKENS accepts the token in it. What has no reading, or more than one, is told with \
its line and put into FILE.unread, secrets masked; then the exit code is 1.

JSON lines are what hooklog export printed: the records are kept as they are, and whoever wrote them is believed. \
A line with a member twice, or with one that hooklog does not write, is left over.

Examples:
  hooklog import hook.log --tz Europe/Moscow --dry-run
  hooklog import hook.log hook.log.1 --tz Europe/Moscow --store s3://BUCKET
  hooklog export --store ./hooklog-data | hooklog import - --store s3://BUCKET")]
pub struct Import {
    /// The logs; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Where to keep events: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE, else ./hooklog-data]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
    /// The time zone of the server that wrote the log, such as Europe/Moscow [default: this machine's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub tz: Option<TimeZone>,
    /// What the files are [default: by their first byte]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<LogFormat>,
    /// Where to put what cannot be read [default: FILE.unread in this folder]
    #[arg(long, value_name = "FILE")]
    pub leftover: Option<PathBuf>,
    /// Read and tell, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON value a line: what could not be read, and the sums
    #[arg(long)]
    pub json: bool,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One record a line, as it is kept
    Jsonl,
    /// What the PHP script would have written
    #[value(name = "hook.log")]
    HookLog,
    /// One event a row, in fixed columns (RFC 4180)
    Csv,
}

#[derive(Parser)]
#[command(after_help = "\
Only jsonl says all that was kept, and comes back with hooklog import as it was. In hook.log, secrets are digests, which \
an import leaves as they are; but it makes new events, with ids of their own. In csv, data is JSON, and what a \
spreadsheet would take for a formula (= + - @ where a cell begins, also one behind ; or a tab) has ' before it.

Examples:
  hooklog export > events.jsonl
  hooklog export --format hook.log --tz Europe/Moscow --since 7d > hook.log
  hooklog export --format csv --event 'ONCRM*' --portal example.bitrix24.ru > events.csv")]
pub struct Export {
    #[command(flatten)]
    pub choice: Choice,
    /// How to write each event
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExportFormat::Jsonl, conflicts_with = "json")]
    pub format: ExportFormat,
    /// The time zone of the dates in hook.log, such as Europe/Moscow [default: this machine's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub tz: Option<TimeZone>,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_unknown| "give a name such as Europe/Moscow or UTC (and install tzdata)".to_owned())
}

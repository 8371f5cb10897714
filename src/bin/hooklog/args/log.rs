//! What is typed to move an old log in, and to give events back out.

#![expect(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use hooklog::config::Place;
use jiff::tz::TimeZone;

/// How an import's file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// The PHP script's log: dashes, a date, a title, print_r
    #[value(name = "hook.log")]
    HookLog,
    /// One record a line, as hooklog export --format jsonl prints them
    Jsonl,
}

/// Each entry of the log becomes an event in the store, without its secrets. Importing twice makes no doubles. An entry
/// counts as verified only where HOOKLOG_TOKENS accepts the token in it. What has no reading, or more than one, is told
/// with its line, goes into FILE.unread with its secrets masked, and makes the exit code 1.
///
/// JSON lines are records that hooklog export printed: they are kept as they are, and whoever wrote them is believed.
///
/// Examples:
///   hooklog import hook.log --tz Europe/Moscow --dry-run
///   hooklog import hook.log hook.log.1 --tz Europe/Moscow --store s3://BUCKET
///   hooklog export --store ./hooklog-data | hooklog import - --store s3://BUCKET
#[derive(Parser)]
#[command(verbatim_doc_comment)]
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

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_unknown| "give a name such as Europe/Moscow or UTC (and install tzdata)".to_owned())
}

//! What is typed.

#![expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

mod doctor;
mod log;
mod look;
mod send;
mod ui;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use hooklog::config::Place;

pub use doctor::Doctor;
pub use log::{Export, ExportFormat, Import, LogFormat};
pub use look::{Choice, Format, Replay, Show, Stats, Tail};
pub use send::Send;
pub use ui::Ui;

/// Keeps every event that a Bitrix24 portal sends.
#[derive(Parser)]
#[command(version, about)]
pub struct Args {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Receive events over HTTP, without AWS
    Serve(Serve),
    /// See the whole journey on this machine: serve, send the samples, show what was kept
    Demo(Demo),
    /// Say what is wrong with a deployment, and what to do about it
    Doctor(Doctor),
    /// Post sample events as Bitrix24 would
    Send(Send),
    /// Show the newest events, and follow what comes
    Tail(Tail),
    /// Show one event, whole
    Show(Show),
    /// Look at events in a browser
    Ui(Ui),
    /// Count events by code, portal and day
    Stats(Stats),
    /// Post kept events again as the forms that they were
    Replay(Replay),
    /// Move an old hook.log, or an export, into the store
    Import(Import),
    /// Write events as JSON lines, as a hook.log, or as CSV
    Export(Export),
    /// Turn rejected requests whose token is accepted by now into events
    Requeue(Requeue),
    /// Make a token, or the digest of one
    Token(Token),
    /// Print the $_REQUEST that PHP would make of a form on standard input
    Decode(Decode),
    /// Print what a shell needs to complete commands of hooklog
    Completions(Completions),
    /// Print the manual page, or write one for each verb into a folder
    Man(Man),
}

#[derive(Parser)]
#[command(after_help = "\
Settings come from the environment: HOOKLOG_STORE, HOOKLOG_TOKENS, HOOKLOG_OVERFLOW, HOOKLOG_BODY_MAX, and AWS's own.

Examples:
  hooklog serve
  HOOKLOG_TOKENS=portal=TOKEN hooklog serve --listen 0.0.0.0:9000 --store s3://BUCKET")]
pub struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,
    /// Where to keep events: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE, else ./hooklog-data]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
    /// Print the log as JSON lines, as the Lambda function does
    #[arg(long)]
    pub json: bool,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog demo
  hooklog demo --keep ./hooklog-data")]
pub struct Demo {
    /// Keep the events in this folder instead of one that is gone afterwards
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,
}

#[derive(Parser)]
#[command(after_help = "\
The accepted tokens come from HOOKLOG_TOKENS. Options choose among the rejected requests as they do among events.

Examples:
  HOOKLOG_TOKENS=portal=TOKEN hooklog requeue --store s3://BUCKET
  HOOKLOG_TOKENS=portal=TOKEN hooklog requeue --since 2h --portal example.bitrix24.ru --json")]
pub struct Requeue {
    #[command(flatten)]
    pub choice: Choice,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog token new
  echo TOKEN | hooklog token digest")]
pub struct Token {
    #[command(subcommand)]
    pub verb: TokenVerb,
}

#[derive(Subcommand)]
pub enum TokenVerb {
    /// Print a new token
    New,
    /// Print the digest of the token on standard input, for HOOKLOG_TOKENS
    Digest,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  echo -n 'data[FIELDS][ID]=7' | hooklog decode
  hooklog decode --query 'token=x' < form.txt")]
pub struct Decode {
    /// The URL's query, without the question mark
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub query: String,
    /// Read lines of {"id","query","body"} and print lines of {"id","request"}
    #[arg(long, conflicts_with = "query")]
    pub jsonl: bool,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog completions bash > /etc/bash_completion.d/hooklog
  hooklog completions zsh > ~/.zfunc/_hooklog")]
pub struct Completions {
    pub shell: clap_complete::Shell,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog man | man -l -
  hooklog man /usr/local/share/man/man1")]
pub struct Man {
    /// Where to write the pages; one that is there already is written anew
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

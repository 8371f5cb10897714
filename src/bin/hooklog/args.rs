//! What is typed.

#![expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use hooklog::config::Place;

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
    /// Turn rejected requests whose token is accepted by now into events
    Requeue(Requeue),
    /// Make a token, or the digest of one
    Token(Token),
    /// Print the $_REQUEST that PHP would make of a form on standard input
    Decode(Decode),
}

/// Settings come from the environment: HOOKLOG_STORE, HOOKLOG_TOKENS, HOOKLOG_OVERFLOW, HOOKLOG_BODY_MAX, and AWS's own.
#[derive(Parser)]
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
pub struct Demo {
    /// Keep the events in this folder instead of one that is gone afterwards
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,
}

/// Examples:
///   hooklog doctor --url https://….lambda-url.eu-central-1.on.aws/ --store s3://BUCKET
///   hooklog doctor --url https://….lambda-url.eu-central-1.on.aws/URLTOKEN --store s3://BUCKET
///
/// It posts a form without a token, which must be refused. Only with a token, in the URL's path or from --token, it also
/// posts an event, with the code HOOKLOGDOCTOR, which is kept as any other. In the store it writes one object below
/// doctor/ and removes it again.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
pub struct Doctor {
    /// The receiver's URL, with the URL token as its path where that is to be tried
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Where events are kept: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
    /// The application token to try
    #[arg(long, value_name = "TOKEN", requires = "url")]
    pub token: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Examples:
///   hooklog send --to http://127.0.0.1:9000/URLTOKEN --all
///   hooklog send --to https://….lambda-url.eu-central-1.on.aws/ --token TOKEN --event ONTASKADD
///   hooklog send --to http://127.0.0.1:9000/ --token TOKEN --event ROBOT --count 1000 --rate 50
#[derive(Parser)]
#[command(verbatim_doc_comment)]
pub struct Send {
    /// The receiver's URL, with the URL token as its path where one is wanted
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// The application token to put into each form that has one
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Samples with this event code; ROBOT, ACTIVITY and REQUEST are codes too
    #[arg(long, value_name = "CODE", group = "what")]
    pub event: Vec<String>,
    /// Every sample
    #[arg(long, group = "what")]
    pub all: bool,
    /// A form as it would be posted
    #[arg(value_name = "FILE", group = "what")]
    pub file: Option<PathBuf>,
    /// How many times each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// At most this many a second
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
}

/// The accepted tokens come from HOOKLOG_TOKENS.
#[derive(Parser)]
pub struct Requeue {
    /// Where the requests are: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE, else ./hooklog-data]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
}

#[derive(Parser)]
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
pub struct Decode {
    /// The URL's query, without the question mark
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub query: String,
    /// Read lines of {"id","query","body"} and print lines of {"id","request"}
    #[arg(long, conflicts_with = "query")]
    pub jsonl: bool,
}

//! What is typed after `send`.

use std::path::PathBuf;

use clap::{ArgGroup, Parser};

#[derive(Parser)]
#[command(after_help = "\
Speaks for the portal: the form of any event, with the head that Bitrix24's queue servers send. `ts` is now.

Examples:
  hooklog send --to http://127.0.0.1:9000/URLTOKEN --all
  hooklog send --to https://….lambda-url.eu-central-1.on.aws/ --token TOKEN --event ONTASKADD
  hooklog send --to http://127.0.0.1:9000/ --token TOKEN --event ROBOT --count 1000 --rate 50 --at-once 4
  hooklog send --to http://127.0.0.1:9000/URLTOKEN --all --json
  hooklog send --codes", group = ArgGroup::new("what").required(true))]
pub struct Send {
    /// The receiver's URL, with the URL token as its path where one is wanted
    #[arg(long, value_name = "URL", required_unless_present = "codes")]
    pub to: Option<String>,
    /// The application token to put into each form that has one
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Events with this code; ROBOT, ACTIVITY and REQUEST are codes too
    #[arg(long, value_name = "CODE", group = "what")]
    pub event: Vec<String>,
    /// Every sample, also those that a receiver must refuse
    #[arg(long, group = "what")]
    pub all: bool,
    /// A form as it would be posted
    #[arg(value_name = "FILE", group = "what")]
    pub file: Option<PathBuf>,
    /// List the event codes that --event takes
    #[arg(long, group = "what")]
    pub codes: bool,
    /// How many times each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// At most this many a second
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
    /// How many wait for their answers at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub at_once: u16,
    /// Print one JSON object a line for each answer, for programs; schema/ says what is in it
    #[arg(long, conflicts_with = "codes")]
    pub json: bool,
}

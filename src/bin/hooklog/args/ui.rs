//! What is typed after the verb ui.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use hooklog::config::Place;

#[derive(Parser)]
#[command(after_help = "\
The printed URL opens the page until hooklog ui ends; whoever has it reads every event, so keep it to yourself. Another \
address than this machine's own needs a password, from HOOKLOG_UI_PASSWORD or a file, and TLS in front.

Rejected requests become events with the tokens in HOOKLOG_TOKENS; HOOKLOG_OVERFLOW, where it is a folder, is shown too.

Examples:
  hooklog ui
  hooklog ui --store s3://BUCKET
  hooklog ui --listen 0.0.0.0:9001 --password-file ./password --host events.example.com")]
pub struct Ui {
    /// Where the events are: s3://BUCKET[/PREFIX] or a folder [default: HOOKLOG_STORE, else ./hooklog-data]
    #[arg(long, value_name = "PLACE")]
    pub store: Option<Place>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9001")]
    pub listen: SocketAddr,
    /// The password that is asked for, alone in a file [default: HOOKLOG_UI_PASSWORD]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// A name that browsers know the page by, such as that of a reverse proxy in front
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
}

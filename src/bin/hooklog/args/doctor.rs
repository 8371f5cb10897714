//! What is typed after `doctor`.

use clap::Parser;
use hooklog::config::Place;

/// It posts a form without a token, which must be refused. Only with a token, in the URL's path or from --token, it also
/// posts an event, with the code HOOKLOGDOCTOR, which is kept as any other. In the store it writes one object below
/// doctor/ and removes it again.
#[derive(Parser)]
#[command(after_help = "\
Examples:
  hooklog doctor --url https://….lambda-url.eu-central-1.on.aws/ --store s3://BUCKET
  hooklog doctor --url https://….lambda-url.eu-central-1.on.aws/URLTOKEN --store s3://BUCKET")]
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

//! What the verbs start from: the environment, the clock, randomness, and a store out of a place.

use std::io;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_config::{BehaviorVersion, SdkConfig};
use hooklog::config::{Config, OverflowPlace, Place};
use hooklog::overflow::{Overflow, Sqs, sqs_settings};
use hooklog::record::Receipt;
use hooklog::store::{Folder, Roots, S3, Store, http_client, s3_settings};
use jiff::Timestamp;
use rustix::process::{Resource, Rlimit};
use tokio::runtime::{Builder, Runtime};

const DEFAULT_FOLDER: &str = "./hooklog-data";

pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

#[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment")]
pub fn config() -> Result<Config> {
    Ok(Config::read(std::env::vars_os())?)
}

#[expect(clippy::disallowed_methods, reason = "this is the door that reads the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

pub fn receipt<'r>() -> Result<Receipt<'r>> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    Ok(Receipt::new(now(), random))
}

/// 32 characters of a-z 0-9, as Bitrix24's own tokens: 160 random bits and more.
pub fn new_token() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0; 32];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    Ok(random.into_iter().filter_map(letter).collect())
}

/// The store that a verb works on: the place given, else `HOOKLOG_STORE`, else the default folder.
pub async fn store(place: Option<&Place>, config: &Config) -> (Place, Store) {
    let place = place.or(config.store.as_ref()).cloned();
    let place = place.unwrap_or_else(|| Place::Folder(DEFAULT_FOLDER.into()));
    let store = match place.clone() {
        Place::Folder(path) => Store::Folder(Folder::new(path)),
        Place::S3 { bucket, prefix } => {
            let aws = aws().await;
            let mut settings = s3_settings(config.aws.s3_endpoint.as_deref().or(aws.endpoint_url()), Roots::System);
            settings.set_region(aws.region().cloned()).set_credentials_provider(aws.credentials_provider());
            Store::S3(S3::new(settings, bucket, prefix))
        }
    };
    (place, store)
}

/// The overflow that `HOOKLOG_OVERFLOW` names.
pub async fn overflow(config: &Config) -> Option<Overflow> {
    Some(match config.overflow.clone()? {
        OverflowPlace::Folder(path) => Overflow::Folder(Folder::new(path)),
        OverflowPlace::Queue(url) => {
            let aws = aws().await;
            let mut settings = sqs_settings(config.aws.sqs_endpoint.as_deref().or(aws.endpoint_url()), Roots::System);
            settings.set_region(aws.region().cloned()).set_credentials_provider(aws.credentials_provider());
            Overflow::Sqs(Sqs::new(settings, url))
        }
    })
}

/// What every AWS tool goes by: environment, profile files, and the machine's own role.
async fn aws() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).http_client(http_client(Roots::System)).load().await
}

/// Lets the process open as many files as the system allows it: each connection is one.
pub fn raise_file_limit() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // With the old limit fewer clients are served at once, and the others wait.
    let _as_before = rustix::process::setrlimit(Resource::Nofile, raised);
}

/// The value below which this part of the sorted values lies; zero where there is none.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last.saturating_mul(percent) / 100).copied().unwrap_or_default()
}

//! What the verbs start from: the environment, the clock, randomness, and a store out of a place.

use std::io;
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};
use aws_config::BehaviorVersion;
use hooklog::aws::{Access, Network, Roots, sdk_http_client};
use hooklog::config::{ANY_REGION, Config, OverflowPlace, Place};
use hooklog::overflow::Overflow;
use hooklog::record::Receipt;
use hooklog::store::{Folder, Store};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::process::{Resource, Rlimit};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OnceCell;

const DEFAULT_FOLDER: &str = "./hooklog-data";
const UI_PASSWORD: &str = "HOOKLOG_UI_PASSWORD";

pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

#[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment")]
pub fn config() -> Result<Config> {
    Ok(Config::read(std::env::vars_os().filter(|(name, _)| name != UI_PASSWORD))?)
}

/// The password of `hooklog ui`, which no receiver knows.
#[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment")]
pub fn ui_password() -> Result<Option<String>> {
    let password = std::env::var_os(UI_PASSWORD).filter(|password| !password.is_empty());
    password.map(|password| password.into_string().ok().context("HOOKLOG_UI_PASSWORD is not UTF-8")).transpose()
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

/// The places that the settings name, as stores. Who asks AWS is found out when something of AWS's is asked first.
pub struct Stores<'c> {
    config: &'c Config,
    access: OnceCell<(Access, Config)>,
}

impl<'c> Stores<'c> {
    pub fn new(config: &'c Config) -> Self {
        Self { config, access: OnceCell::new() }
    }

    /// The store that a verb works on: the place given, else `HOOKLOG_STORE`, else the default folder.
    pub async fn at(&self, place: Option<&Place>) -> Result<(Place, Store)> {
        let place = place.or(self.config.store.as_ref()).cloned();
        let place = place.unwrap_or_else(|| Place::Folder(DEFAULT_FOLDER.into()));
        let store = match &place {
            Place::Folder(path) => Store::Folder(Folder::new(path)),
            Place::S3 { .. } => {
                let (access, config) = self.access().await?;
                config.open_store(place.clone(), access)
            }
        };
        Ok((place, store))
    }

    /// The overflow that `HOOKLOG_OVERFLOW` names.
    pub async fn overflow(&self) -> Result<Option<Overflow>> {
        Ok(match &self.config.overflow {
            None => None,
            Some(OverflowPlace::Folder(path)) => Some(Overflow::Folder(Folder::new(path))),
            Some(OverflowPlace::Queue(_)) => {
                let (access, config) = self.access().await?;
                config.open_overflow(access)
            }
        })
    }

    async fn access(&self) -> Result<&(Access, Config)> {
        self.access.get_or_try_init(|| access(self.config)).await
    }
}

/// Who asks AWS, and the settings with AWS's own endpoints in them.
async fn access(config: &Config) -> Result<(Access, Config)> {
    let (mut access, any_endpoint) = aws().await?;
    let mut config = config.clone();
    for endpoint in [&mut config.aws.s3_endpoint, &mut config.aws.sqs_endpoint] {
        *endpoint = endpoint.take().or_else(|| any_endpoint.clone());
    }
    let is_elsewhere = config.aws.s3_endpoint.is_some() || config.aws.sqs_endpoint.is_some();
    access.region = access.region.or_else(|| is_elsewhere.then(|| ANY_REGION.to_owned()));
    ensure!(access.region.is_some(), "no region is set: give AWS_REGION, or a profile with a region");
    Ok((access, config))
}

/// Who asks AWS, and at what endpoint for all services, if at one.
#[expect(clippy::disallowed_methods, reason = "this is the door that hands in the clock")]
pub async fn aws() -> Result<(Access, Option<String>)> {
    // What every AWS tool goes by: environment, profile files, and the machine's own role.
    let aws = aws_config::defaults(BehaviorVersion::latest()).http_client(sdk_http_client()).load().await;
    let access = Access {
        region: aws.region().map(ToString::to_string),
        credentials: aws.credentials_provider(),
        network: Network::new(Roots::System).context("TLS cannot be set up")?,
        clock: SystemTime::now,
    };
    Ok((access, aws.endpoint_url().map(str::to_owned)))
}

/// Lets the process open as many files as the system allows it: each connection is one.
pub fn raise_file_limit() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // With the old limit fewer clients are served at once, and the others wait.
    let _as_before = rustix::process::setrlimit(Resource::Nofile, raised);
}

/// The time zone of a log's dates; where it is this machine's for want of a better one, `say` is told so.
pub fn log_zone(tz: Option<&TimeZone>, say: impl FnOnce(&str)) -> Result<TimeZone> {
    if let Some(zone) = tz {
        return Ok(zone.clone());
    }
    let zone = TimeZone::try_system().context("this machine has no time zone: give the log's with --tz")?;
    let name = zone.iana_name().unwrap_or("a time zone without a name");
    say(&format!("the log's dates are in {name}, which is this machine's time zone; --tz names another"));
    Ok(zone)
}

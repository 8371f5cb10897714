//! The settings: the only room that knows a variable's name.

mod connect;
mod place;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use http::Uri;
use http::uri::Authority;

use crate::record::RECORDABLE_BODY_BYTES_MAX;
use crate::verify::{TokenError, Tokens};
pub use connect::ANY_REGION;
pub use place::{Place, PlaceError};

/// Where records wait when the store fails, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverflowPlace {
    /// An SQS queue's URL.
    Queue(String),
    /// A folder.
    Folder(PathBuf),
}

/// The largest body where `HOOKLOG_BODY_MAX` says nothing: what a function URL takes.
pub const BODY_BYTES_MAX: usize = 6 * 1024 * 1024;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// `HOOKLOG_STORE`: where events are kept.
    pub store: Option<Place>,
    /// `HOOKLOG_OVERFLOW`: where records wait when the store fails.
    pub overflow: Option<OverflowPlace>,
    /// `HOOKLOG_TOKENS`: whom to believe.
    pub tokens: Option<Tokens>,
    /// `HOOKLOG_BODY_MAX`: the largest body in bytes.
    pub body_bytes_max: usize,
    /// What concerns AWS.
    pub aws: Aws,
    /// `AWS_LAMBDA_LOG_LEVEL`, as it is written there.
    pub log_level: Option<String>,
}

/// The part of AWS's own variables that `bootstrap` reads by itself, to be spared the profile files.
#[derive(Clone, Debug, Default)]
pub struct Aws {
    /// `AWS_REGION`.
    pub region: Option<String>,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials: Option<Credentials>,
    /// `AWS_ENDPOINT_URL_S3`, else `AWS_ENDPOINT_URL`: an S3-compatible store, addressed path-style.
    pub s3_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`, else `AWS_ENDPOINT_URL`: another queue service.
    pub sqs_endpoint: Option<String>,
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR`: the system's roots are others than Amazon's.
    pub has_own_roots: bool,
    /// `AWS_LAMBDA_FUNCTION_NAME`: the one dimension of the metrics.
    pub function_name: Option<String>,
    /// `AWS_LAMBDA_RUNTIME_API`: where events are taken from.
    pub runtime_api: Option<String>,
}

/// What is wrong with a setting, and what to do about it. Values are never repeated: one could be a token.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A misspelt or outdated name.
    #[error("{name} is no setting: there are HOOKLOG_STORE, HOOKLOG_TOKENS, HOOKLOG_OVERFLOW and HOOKLOG_BODY_MAX")]
    Unknown {
        /// The variable.
        name: String,
    },
    /// Bytes that are not UTF-8.
    #[error("{name} is not UTF-8")]
    NotUtf8 {
        /// The variable.
        name: String,
    },
    /// No usable place.
    #[error("HOOKLOG_STORE is no place to keep events: {0}")]
    Store(PlaceError),
    /// No usable overflow.
    #[error("HOOKLOG_OVERFLOW is neither the URL of an SQS queue nor a folder")]
    Overflow,
    /// The overflow would be emptied into itself.
    #[error("HOOKLOG_OVERFLOW and the store are one folder, or one in the other: give them folders of their own")]
    SameFolder,
    /// No usable tokens.
    #[error("HOOKLOG_TOKENS cannot be read: {0}")]
    Tokens(TokenError),
    /// No number.
    #[error("HOOKLOG_BODY_MAX is not a number of bytes between 1 and {}", RECORDABLE_BODY_BYTES_MAX)]
    BodyMax,
    /// No address of a service.
    #[error("{name} is not http:// or https://, a host, and perhaps a port and a path")]
    Endpoint {
        /// The variable.
        name: String,
    },
    /// What no request can carry.
    #[error("{name} has characters that no credentials have, such as a line break at its end")]
    Credentials {
        /// The variable.
        name: String,
    },
    /// Requests are signed for a region.
    #[error("AWS_REGION is not set: S3 and SQS are asked in a region")]
    NoRegion,
    /// The library for TLS refuses.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The receiver must have a store.
    #[error("HOOKLOG_STORE is not set: give it s3://BUCKET[/PREFIX] or a folder")]
    NoStore,
    /// A function must be one of Lambda's.
    #[error("AWS_LAMBDA_RUNTIME_API is not set, as Lambda sets it: on a machine of your own, run `hooklog serve`")]
    NoRuntimeApi,
}

impl Config {
    /// Reads the settings out of an environment. A variable that is empty counts as not set.
    ///
    /// # Errors
    /// [`ConfigError`] for the first setting that is unknown or malformed.
    pub fn read(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let mut config = Self {
            store: None,
            overflow: None,
            tokens: None,
            body_bytes_max: BODY_BYTES_MAX,
            aws: Aws::default(),
            log_level: None,
        };
        let (mut any_endpoint, mut key, mut secret, mut session) = (None, None, None, None);
        for (name, value) in environment {
            let Some(name) = name.to_str() else { continue };
            if !["HOOKLOG_", "AWS_", "SSL_CERT_"].iter().any(|ours| name.starts_with(ours)) || value.is_empty() {
                continue;
            }
            let value = value.into_string().or(Err(ConfigError::NotUtf8 { name: name.to_owned() }))?;
            match name {
                "HOOKLOG_STORE" => config.store = Some(value.parse().map_err(ConfigError::Store)?),
                "HOOKLOG_TOKENS" => config.tokens = Some(value.parse().map_err(ConfigError::Tokens)?),
                "HOOKLOG_OVERFLOW" => config.overflow = Some(waiting(&value)?),
                "HOOKLOG_BODY_MAX" => config.body_bytes_max = body_bytes_max(&value)?,
                "AWS_REGION" => config.aws.region = Some(value),
                "AWS_ACCESS_KEY_ID" => key = Some(printable(name, value)?),
                "AWS_SECRET_ACCESS_KEY" => secret = Some(printable(name, value)?),
                "AWS_SESSION_TOKEN" => session = Some(printable(name, value)?),
                "AWS_ENDPOINT_URL_S3" => config.aws.s3_endpoint = Some(endpoint(name, value)?),
                "AWS_ENDPOINT_URL_SQS" => config.aws.sqs_endpoint = Some(endpoint(name, value)?),
                "AWS_ENDPOINT_URL" => any_endpoint = Some(endpoint(name, value)?),
                "SSL_CERT_FILE" | "SSL_CERT_DIR" => config.aws.has_own_roots = true,
                "AWS_LAMBDA_FUNCTION_NAME" => config.aws.function_name = Some(value),
                "AWS_LAMBDA_RUNTIME_API" => config.aws.runtime_api = Some(value),
                "AWS_LAMBDA_LOG_LEVEL" => config.log_level = Some(value),
                _ if name.starts_with("HOOKLOG_") => return Err(ConfigError::Unknown { name: name.to_owned() }),
                _ => {}
            }
        }
        let credentials = |(key, secret)| Credentials::new(key, secret, session, None, "environment");
        config.aws.credentials = key.zip(secret).map(credentials);
        config.aws.s3_endpoint = config.aws.s3_endpoint.or_else(|| any_endpoint.clone());
        config.aws.sqs_endpoint = config.aws.sqs_endpoint.or(any_endpoint);
        Ok(config)
    }

    /// The accepted tokens.
    ///
    /// # Errors
    /// [`ConfigError::Tokens`] where there are none: then nothing could ever be accepted.
    pub fn tokens(&self) -> Result<Tokens, ConfigError> {
        self.tokens.clone().ok_or(ConfigError::Tokens(TokenError::None))
    }

    /// Where events are kept.
    ///
    /// # Errors
    /// [`ConfigError::NoStore`] where no place is set.
    pub fn store(&self) -> Result<Place, ConfigError> {
        self.store.clone().ok_or(ConfigError::NoStore)
    }

    /// Where a function takes its events from: a host and a port.
    ///
    /// # Errors
    /// [`ConfigError::NoRuntimeApi`] outside Lambda.
    pub fn runtime_api(&self) -> Result<String, ConfigError> {
        self.aws.runtime_api.clone().ok_or(ConfigError::NoRuntimeApi)
    }
}

/// Makes sure that the overflow is not emptied into itself.
///
/// # Errors
/// [`ConfigError::SameFolder`] where store and overflow are one folder, or one is in the other.
pub fn check_apart(store: &Place, overflow: Option<&OverflowPlace>) -> Result<(), ConfigError> {
    let (Place::Folder(store), Some(OverflowPlace::Folder(overflow))) = (store, overflow) else { return Ok(()) };
    let resolved = |path: &Path| path.canonicalize().or_else(|_not_there_yet| std::path::absolute(path));
    match (resolved(store), resolved(overflow)) {
        (Ok(store), Ok(overflow)) if !store.starts_with(&overflow) && !overflow.starts_with(&store) => Ok(()),
        _ => Err(ConfigError::SameFolder),
    }
}

fn waiting(value: &str) -> Result<OverflowPlace, ConfigError> {
    if value.starts_with("https://") || value.starts_with("http://") {
        return Ok(OverflowPlace::Queue(value.to_owned()));
    }
    match value.parse() {
        Ok(Place::Folder(folder)) => Ok(OverflowPlace::Folder(folder)),
        Ok(Place::S3 { .. }) | Err(_) => Err(ConfigError::Overflow),
    }
}

fn printable(name: &str, value: String) -> Result<String, ConfigError> {
    let is_printable = value.bytes().all(|byte| byte.is_ascii_graphic());
    if is_printable { Ok(value) } else { Err(ConfigError::Credentials { name: name.to_owned() }) }
}

/// An address that paths can be put behind.
fn endpoint(name: &str, value: String) -> Result<String, ConfigError> {
    let is_port = |authority: &Authority| authority.port_u16().is_some() || authority.as_str() == authority.host();
    let is_host = |authority: &Authority| !authority.host().is_empty() && !authority.as_str().contains('@');
    let is_endpoint = value.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| is_port(authority) && is_host(authority))
            && uri.query().is_none()
    });
    if is_endpoint { Ok(value) } else { Err(ConfigError::Endpoint { name: name.to_owned() }) }
}

fn body_bytes_max(value: &str) -> Result<usize, ConfigError> {
    value.parse().ok().filter(|max| (1..=RECORDABLE_BODY_BYTES_MAX).contains(max)).ok_or(ConfigError::BodyMax)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn the_settings_have_their_defaults() {
        let config = read(&[("PATH", "/bin"), ("AWS_PROFILE", "x"), ("HOOKLOG_STORE", "")]).unwrap();
        assert_eq!(config.body_bytes_max, 6_291_456);
        assert_eq!(config.store(), Err(ConfigError::NoStore));
        assert!(matches!(config.tokens(), Err(ConfigError::Tokens(TokenError::None))));
    }

    #[test]
    fn the_settings_are_read() {
        let config = read(&[
            ("HOOKLOG_STORE", "s3://bucket/a/b/"),
            ("HOOKLOG_TOKENS", "a=b"),
            ("HOOKLOG_BODY_MAX", "1000"),
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_S3", "http://s3"),
        ])
        .unwrap();
        assert_eq!(config.store(), Ok(Place::S3 { bucket: "bucket".into(), prefix: "a/b/".into() }));
        assert_eq!(config.body_bytes_max, 1000);
        assert_eq!(config.aws.s3_endpoint.as_deref(), Some("http://s3"));
        assert!(config.tokens().is_ok());
    }

    #[test]
    fn store_and_overflow_have_folders_of_their_own() {
        let check = |store: &str, overflow: &str| {
            check_apart(&Place::Folder(store.into()), Some(&OverflowPlace::Folder(overflow.into())))
        };
        assert_eq!(check("/x/store", "/x/overflow"), Ok(()));
        for (store, overflow) in
            [("/x/a", "/x/a"), ("/x/a", "/x/a/b"), ("/x/a/b", "/x/a"), ("x", "./x"), ("x", "x/../x")]
        {
            assert_eq!(check(store, overflow), Err(ConfigError::SameFolder), "{store} {overflow}");
        }
    }

    #[test]
    fn what_is_unknown_or_malformed_stops_the_start_and_is_not_repeated() {
        for (name, value) in [
            ("HOOKLOG_TOKEN", "SECRET"),
            ("HOOKLOG_TOKENS", "SECRET=="),
            ("HOOKLOG_STORE", "ftp://SECRET"),
            ("HOOKLOG_OVERFLOW", "s3://SECRET"),
            ("HOOKLOG_OVERFLOW", "ftp://SECRET"),
            ("AWS_ENDPOINT_URL_S3", "127.0.0.1:9000/SECRET"),
            ("AWS_ENDPOINT_URL_S3", "ftp://SECRET"),
            ("AWS_ENDPOINT_URL_S3", "http://SECRET:99999"),
            ("AWS_ENDPOINT_URL_SQS", "http://user:SECRET@host"),
            ("AWS_ENDPOINT_URL", "https://host/?SECRET"),
            ("AWS_SESSION_TOKEN", "SECRET\n"),
            ("HOOKLOG_BODY_MAX", "6MSECRET"),
            ("HOOKLOG_BODY_MAX", "0"),
            ("HOOKLOG_BODY_MAX", "16777217"),
            ("HOOKLOG_BODY_MAX", "-1"),
        ] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("SECRET"), "{error}");
        }
    }
}

//! An S3 bucket, or anything that speaks S3, as a store.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction, RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Config};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::tls::{Roots, http_client};
use super::{Put, StoreError};

/// One attempt at keeping an object.
const ATTEMPT_MAX: Duration = Duration::from_secs(1);
const CONNECT_MAX: Duration = Duration::from_millis(600);
/// Whoever waits for an object to be kept waits for less than that; this bounds the tries, not the time.
const ATTEMPTS_MAX: u32 = 6;
const READ_ATTEMPT_MAX: Duration = Duration::from_secs(20);
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_millis(400);

/// What every client for S3 starts from; the caller adds region and credentials. An endpoint of the caller's own is
/// addressed path-style, as S3-compatible stores want it.
#[must_use]
pub fn s3_settings(endpoint: Option<&str>, roots: Roots) -> Builder {
    let mut settings = Config::builder().behavior_version(BehaviorVersion::latest());
    settings.set_endpoint_url(endpoint.map(str::to_owned)).set_force_path_style(Some(endpoint.is_some()));
    settings.http_client(http_client(roots))
}

/// A bucket, and the prefix of all of our keys in it.
#[derive(Clone, Debug)]
pub struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
}

impl S3 {
    /// The bucket through a client that is made of these settings. `prefix` is empty or ends in `/`.
    #[must_use]
    pub fn new(settings: Builder, bucket: String, prefix: String) -> Self {
        Self { client: Client::from_conf(with_limits(settings)), bucket, prefix }
    }

    /// Asks for the bucket, so that the first object finds an open connection. Any answer will do, and none.
    pub(super) async fn connect(&self) {
        let timeouts = TimeoutConfig::builder().operation_timeout(ATTEMPT_MAX).build();
        let once = Config::builder().timeout_config(timeouts).retry_config(RetryConfig::disabled());
        let bucket = self.client.head_bucket().bucket(&self.bucket).customize().config_override(once);
        let _any_answer_will_do = bucket.send().await;
    }

    pub(super) async fn put_new(&self, key: &str, bytes: Bytes, media_type: &str) -> Result<Put, StoreError> {
        let put = self.client.put_object().bucket(&self.bucket).key(self.key(key)).content_type(media_type);
        match put.if_none_match("*").body(ByteStream::from(bytes)).send().await {
            Ok(_) => Ok(Put::New),
            // Only our own first try can have made an object with a name that holds a fresh id.
            Err(error) if status(&error) == Some(412) => Ok(Put::Existed),
            Err(error) => Err(failed("keep an object", error)),
        }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const ACTION: &str = "read an object";
        let object = self.client.get_object().bucket(&self.bucket).key(self.key(key));
        let object = match object.customize().config_override(reading()).send().await {
            Ok(object) => object,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(failed(ACTION, error)),
        };
        match object.body.collect().await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(source) => Err(StoreError::S3 { action: ACTION, code: None, source: source.into() }),
        }
    }

    pub(super) async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let removed = self.client.delete_object().bucket(&self.bucket).key(self.key(key)).send().await;
        removed.map(drop).map_err(|error| failed("remove an object", error))
    }

    /// The next page of keys, at most 1000, and whether there are more.
    pub(super) async fn page(&self, prefix: &str, after: &str) -> Result<(Vec<String>, bool), StoreError> {
        let page = self.client.list_objects_v2().bucket(&self.bucket).prefix(self.key(prefix));
        let page = page.start_after(self.key(after)).customize().config_override(reading()).send().await;
        let page = page.map_err(|error| failed("list objects", error))?;
        let names = page.contents().iter().filter_map(|object| object.key()?.strip_prefix(&self.prefix));
        Ok((names.map(str::to_owned).collect(), page.is_truncated() == Some(true)))
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

fn with_limits(settings: Builder) -> Config {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_MAX).connect_timeout(CONNECT_MAX);
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS_MAX)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(BACKOFF_MAX);
    // The SDK asks less often after many failures. Our tries are bounded by time already.
    let partition = RetryPartition::custom("hooklog").token_bucket(TokenBucket::unlimited()).build();
    settings
        .timeout_config(timeouts.build())
        .retry_config(retries)
        .retry_classifier(Passing)
        .retry_partition(partition)
        .build()
}

/// Somebody who reads has more patience than Bitrix24, and pages and objects can be large.
fn reading() -> Builder {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(READ_ATTEMPT_MAX).build();
    Config::builder().timeout_config(timeouts)
}

/// What is asked again beyond what the SDK asks again by itself. 409 is S3's answer when two conditional puts of one key
/// race: an attempt of ours that timed out is still under way, and the next one learns how it ended
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>). 403 and 404 can pass too, while
/// credentials or a bucket are being changed, and an event has one chance.
#[derive(Debug)]
struct Passing;

impl ClassifyRetry for Passing {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(403 | 404 | 409) => RetryAction::server_error(),
            Some(_) | None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "answers that can pass"
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn failed<E>(action: &'static str, error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    StoreError::S3 { action, code, source: error.into() }
}

//! An SQS queue as an overflow. Its client is made when the first record comes: a healthy function never pays for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Config};

use super::OverflowError;
use crate::store::{Roots, http_client};

/// One attempt; all of them together are bounded by whoever waits.
const ATTEMPT_MAX: Duration = Duration::from_millis(550);
const CONNECT_MAX: Duration = Duration::from_millis(400);
const ATTEMPTS_MAX: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(30);

/// What every client for SQS starts from; the caller adds region and credentials.
#[must_use]
pub fn sqs_settings(endpoint: Option<&str>, roots: Roots) -> Builder {
    let mut settings = Config::builder().behavior_version(BehaviorVersion::latest());
    settings.set_endpoint_url(endpoint.map(str::to_owned));
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_MAX).connect_timeout(CONNECT_MAX);
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX).with_initial_backoff(FIRST_BACKOFF);
    settings.http_client(http_client(roots)).timeout_config(timeouts.build()).retry_config(retries)
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Sqs(Arc<Queue>);

#[derive(Debug)]
struct Queue {
    url: String,
    settings: Builder,
    client: OnceLock<Client>,
}

impl Sqs {
    /// The queue with this URL, through a client that will be made of these settings.
    #[must_use]
    pub fn new(settings: Builder, url: String) -> Self {
        Self(Arc::new(Queue { url, settings, client: OnceLock::new() }))
    }

    pub(super) async fn send(&self, message: String) -> Result<(), OverflowError> {
        let client = self.0.client.get_or_init(|| Client::from_conf(self.0.settings.clone().build()));
        match client.send_message().queue_url(&self.0.url).message_body(message).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(OverflowError::Sqs(error.into())),
        }
    }
}

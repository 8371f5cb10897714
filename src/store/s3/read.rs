//! What only the command line does with a bucket: reading, listing and removing, by AWS's SDK.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Config, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::S3;
use crate::aws::{Access, sdk_http_client};
use crate::store::StoreError;

/// Somebody who reads has more patience than Bitrix24, and pages and objects can be large.
const ATTEMPT_MAX: Duration = Duration::from_secs(20);

/// The SDK's client, made when something is read.
#[derive(Clone, Debug)]
pub struct Reader(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    bucket: String,
    settings: Builder,
    client: OnceLock<Client>,
}

impl Reader {
    pub fn new(access: &Access, endpoint: Option<&str>, bucket: &str) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_MAX).build();
        let mut settings = Config::builder().behavior_version(BehaviorVersion::latest()).timeout_config(timeouts);
        settings.set_endpoint_url(endpoint.map(str::to_owned)).set_force_path_style(Some(endpoint.is_some()));
        settings.set_region(access.region.clone().map(Region::new));
        settings.set_credentials_provider(access.credentials.clone());
        Self(Arc::new(Lazy { bucket: bucket.to_owned(), settings, client: OnceLock::new() }))
    }

    fn client(&self) -> &Client {
        let make = || Client::from_conf(self.0.settings.clone().http_client(sdk_http_client()).build());
        self.0.client.get_or_init(make)
    }
}

impl S3 {
    /// The SDK's client at this bucket's endpoint, with a reader's time limits.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.reader.client()
    }

    pub(in crate::store) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const ACTION: &str = "read an object";
        let Lazy { bucket, .. } = &*self.reader.0;
        let object = self.reader.client().get_object().bucket(bucket).key(self.key(key));
        let object = match object.send().await {
            Ok(object) => object,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(failed(ACTION, error)),
        };
        match object.body.collect().await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(source) => Err(StoreError::S3 { action: ACTION, code: None, source: source.into() }),
        }
    }

    pub(in crate::store) async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let Lazy { bucket, .. } = &*self.reader.0;
        let removed = self.reader.client().delete_object().bucket(bucket).key(self.key(key)).send().await;
        removed.map(drop).map_err(|error| failed("remove an object", error))
    }

    /// The next page of keys, at most 1000, and whether there are more.
    pub(in crate::store) async fn page(&self, prefix: &str, after: &str) -> Result<(Vec<String>, bool), StoreError> {
        let Lazy { bucket, .. } = &*self.reader.0;
        let page = self.reader.client().list_objects_v2().bucket(bucket).prefix(self.key(prefix));
        let page = page.start_after(self.key(after)).send().await.map_err(|error| failed("list objects", error))?;
        let names = page.contents().iter().filter_map(|object| object.key()?.strip_prefix(&self.prefix));
        Ok((names.map(str::to_owned).collect(), page.is_truncated() == Some(true)))
    }
}

fn failed<E>(action: &'static str, error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    StoreError::S3 { action, code, source: error.into() }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::aws::{Network, Roots};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test is a door")]
    fn whoever_reads_does_not_wait_for_ever() {
        let network = Network::new(Roots::Amazon).unwrap();
        let access = Access { region: None, credentials: None, network, clock: SystemTime::now };
        let s3 = S3::new(access, Some("http://127.0.0.1:1"), "bucket", String::new());
        let limits = s3.client().config().timeout_config().unwrap();
        assert_eq!(limits.operation_attempt_timeout(), Some(ATTEMPT_MAX));
    }
}

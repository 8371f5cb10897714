//! The settings as stores: what the Lambda functions work on. Everything comes out of the environment; no profile file
//! is looked for.

use std::time::SystemTime;

use aws_credential_types::provider::SharedCredentialsProvider;

use super::{Config, ConfigError, OverflowPlace, Place, check_apart};
use crate::aws::{Access, Network, Roots};
use crate::overflow::{Overflow, Sqs};
use crate::store::{Folder, S3, Store};

/// What other services than AWS's are told where nobody names a region.
pub const ANY_REGION: &str = "us-east-1";

impl Config {
    /// The store that `HOOKLOG_STORE` names, and the overflow that `HOOKLOG_OVERFLOW` names.
    ///
    /// # Errors
    /// [`ConfigError`] where there is no store, or none that goes with this overflow.
    pub fn open(&self, clock: fn() -> SystemTime) -> Result<(Store, Option<Overflow>), ConfigError> {
        let place = self.store()?;
        check_apart(&place, self.overflow.as_ref())?;
        if self.aws.region.is_none() && self.needs_region(&place) {
            return Err(ConfigError::NoRegion);
        }
        let access = Access {
            region: self.aws.region.clone().or_else(|| Some(ANY_REGION.to_owned())),
            credentials: self.aws.credentials.clone().map(SharedCredentialsProvider::new),
            network: Network::new(self.roots()).map_err(ConfigError::Tls)?,
            clock,
        };
        Ok((self.open_store(place, &access), self.open_overflow(&access)))
    }

    /// Is one of AWS's own endpoints asked, which are one for each region?
    fn needs_region(&self, place: &Place) -> bool {
        let is_aws_store = matches!(place, Place::S3 { .. }) && self.aws.s3_endpoint.is_none();
        let is_aws_queue = matches!(self.overflow, Some(OverflowPlace::Queue(_))) && self.aws.sqs_endpoint.is_none();
        is_aws_store || is_aws_queue
    }

    /// The store at a place.
    #[must_use]
    pub fn open_store(&self, place: Place, access: &Access) -> Store {
        match place {
            Place::Folder(path) => Store::Folder(Folder::new(path)),
            Place::S3 { bucket, prefix } => {
                Store::S3(S3::new(access.clone(), self.aws.s3_endpoint.as_deref(), &bucket, prefix))
            }
        }
    }

    /// The overflow that `HOOKLOG_OVERFLOW` names.
    #[must_use]
    pub fn open_overflow(&self, access: &Access) -> Option<Overflow> {
        Some(match self.overflow.clone()? {
            OverflowPlace::Folder(path) => Overflow::Folder(Folder::new(path)),
            OverflowPlace::Queue(url) => Overflow::Sqs(Sqs::new(access.clone(), self.aws.sqs_endpoint.as_deref(), url)),
        })
    }

    /// Amazon's roots are enough for AWS's own endpoints, and for plain HTTP. China's endpoints, other services and an
    /// `SSL_CERT_FILE` that somebody set have the system's.
    fn roots(&self) -> Roots {
        let is_china = self.aws.region.as_deref().is_some_and(|region| region.starts_with("cn-"));
        let endpoints = [&self.aws.s3_endpoint, &self.aws.sqs_endpoint].into_iter().flatten();
        let is_own = endpoints.into_iter().any(|endpoint| !endpoint.starts_with("http://"));
        if is_china || is_own || self.aws.has_own_roots { Roots::System } else { Roots::Amazon }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_roots_are_read_only_where_amazons_are_not_enough() {
        let check = |variables: &[(&str, &str)], roots: Roots| {
            let config = Config::read(variables.iter().map(|(name, value)| (name.into(), value.into()))).unwrap();
            assert_eq!(config.roots(), roots, "{variables:?}");
        };
        check(&[("AWS_REGION", "eu-central-1")], Roots::Amazon);
        check(&[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")], Roots::Amazon);
        check(&[("AWS_ENDPOINT_URL_S3", "https://s3.example.com")], Roots::System);
        check(&[("AWS_ENDPOINT_URL", "https://s3.example.com")], Roots::System);
        check(&[("AWS_ENDPOINT_URL_SQS", "https://sqs.example.com")], Roots::System);
        check(&[("AWS_REGION", "cn-north-1")], Roots::System);
        check(&[("SSL_CERT_FILE", "/x.pem")], Roots::System);
        check(&[("SSL_CERT_DIR", "/x")], Roots::System);
    }
}

//! The settings as stores: what the Lambda functions work on. Everything comes out of the environment; no profile file
//! is looked for.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_s3::config::Region;

use super::{Config, ConfigError, OverflowPlace, Place, check_apart};
use crate::overflow::{Overflow, Sqs, sqs_settings};
use crate::store::{Folder, Roots, S3, Store, s3_settings};

impl Config {
    /// The store that `HOOKLOG_STORE` names.
    ///
    /// # Errors
    /// [`ConfigError::NoStore`] where it names none.
    pub fn open_store(&self) -> Result<Store, ConfigError> {
        let place = self.store()?;
        check_apart(&place, self.overflow.as_ref())?;
        Ok(match place {
            Place::Folder(path) => Store::Folder(Folder::new(path)),
            Place::S3 { bucket, prefix } => {
                let endpoint = self.aws.s3_endpoint.as_deref();
                let settings = s3_settings(endpoint, self.roots(endpoint)).region(self.region());
                let settings = settings.credentials_provider(EnvironmentVariableCredentialsProvider::new());
                Store::S3(S3::new(settings, bucket, prefix))
            }
        })
    }

    /// The overflow that `HOOKLOG_OVERFLOW` names.
    #[must_use]
    pub fn open_overflow(&self) -> Option<Overflow> {
        Some(match self.overflow.clone()? {
            OverflowPlace::Folder(path) => Overflow::Folder(Folder::new(path)),
            OverflowPlace::Queue(url) => {
                let endpoint = self.aws.sqs_endpoint.as_deref();
                let settings = sqs_settings(endpoint, self.roots(endpoint)).region(self.region());
                let settings = settings.credentials_provider(EnvironmentVariableCredentialsProvider::new());
                Overflow::Sqs(Sqs::new(settings, url))
            }
        })
    }

    /// Amazon's roots are enough for AWS's own endpoints, and for plain HTTP. China's endpoints, other services and an
    /// `SSL_CERT_FILE` that somebody set have the system's.
    fn roots(&self, endpoint: Option<&str>) -> Roots {
        let is_china = self.aws.region.as_deref().is_some_and(|region| region.starts_with("cn-"));
        let is_own = endpoint.is_some_and(|endpoint| !endpoint.starts_with("http://"));
        if is_china || is_own || self.aws.has_own_roots { Roots::System } else { Roots::Amazon }
    }

    fn region(&self) -> Option<Region> {
        self.aws.region.clone().map(Region::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_roots_are_read_only_where_amazons_are_not_enough() {
        let check = |variables: &[(&str, &str)], roots: Roots| {
            let config = Config::read(variables.iter().map(|(name, value)| (name.into(), value.into()))).unwrap();
            assert_eq!(config.roots(config.aws.s3_endpoint.as_deref()), roots, "{variables:?}");
        };
        check(&[("AWS_REGION", "eu-central-1")], Roots::Amazon);
        check(&[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")], Roots::Amazon);
        check(&[("AWS_ENDPOINT_URL_S3", "https://s3.example.com")], Roots::System);
        check(&[("AWS_ENDPOINT_URL", "https://s3.example.com")], Roots::System);
        check(&[("AWS_REGION", "cn-north-1")], Roots::System);
        check(&[("SSL_CERT_FILE", "/x.pem")], Roots::System);
        check(&[("SSL_CERT_DIR", "/x")], Roots::System);
    }
}

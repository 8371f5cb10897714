//! Who asks: credentials, kept until they are about to expire.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};

use super::AwsError;

/// New credentials are asked for this long before the old ones expire.
const EARLY: Duration = Duration::from_mins(5);

#[derive(Debug)]
pub struct Credentials {
    provider: Option<SharedCredentialsProvider>,
    kept: Mutex<Option<aws_credential_types::Credentials>>,
}

impl Credentials {
    pub fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self { provider, kept: Mutex::default() }
    }

    /// Credentials that are good at this moment. Old ones serve until they expire where new ones cannot be had.
    pub async fn at(&self, now: SystemTime) -> Result<aws_credential_types::Credentials, AwsError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lasts = |until: SystemTime| {
            move |kept: &aws_credential_types::Credentials| kept.expiry().is_none_or(|expiry| expiry > until)
        };
        if let Some(fresh) = kept.clone().filter(lasts(now.checked_add(EARLY).unwrap_or(now))) {
            return Ok(fresh);
        }
        let provider = self.provider.as_ref().ok_or(AwsError::NoCredentials)?;
        match (provider.provide_credentials().await, kept.filter(lasts(now))) {
            (Ok(new), _) => {
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(new.clone());
                Ok(new)
            }
            (Err(_), Some(old)) => Ok(old),
            (Err(error), None) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_credential_types::credential_fn::provide_credentials_fn;
    use aws_credential_types::provider::error::CredentialsError;

    use super::*;

    /// Gives credentials that last until 12:00, then others that last until 13:00, and then no more.
    fn provider() -> SharedCredentialsProvider {
        let given = std::sync::Arc::new(AtomicU64::new(0));
        SharedCredentialsProvider::new(provide_credentials_fn(move || {
            let nth = given.fetch_add(1, Ordering::Relaxed);
            async move {
                let expiry = at(if nth == 0 { "12:00" } else { "13:00" });
                let key = nth.to_string();
                let new = || aws_credential_types::Credentials::new(key, "secret", None, Some(expiry), "test");
                (nth < 2).then(new).ok_or_else(|| CredentialsError::provider_error("gone"))
            }
        }))
    }

    fn at(time: &str) -> SystemTime {
        format!("2026-01-24T{time}Z").parse::<jiff::Timestamp>().unwrap().try_into().unwrap()
    }

    #[tokio::test]
    async fn credentials_are_kept_until_they_are_about_to_expire() {
        let credentials = Credentials::new(Some(provider()));
        for (time, key) in [("11:00", "0"), ("11:54", "0"), ("11:56", "1"), ("12:54", "1"), ("12:59", "1")] {
            assert_eq!(credentials.at(at(time)).await.unwrap().access_key_id(), key, "{time}");
        }
        assert!(matches!(credentials.at(at("13:00")).await, Err(AwsError::Credentials(_))));
    }

    #[tokio::test]
    async fn without_a_provider_there_is_a_clear_error() {
        let error = Credentials::new(None).at(at("11:00")).await.unwrap_err().to_string();
        assert!(error.contains("AWS_ACCESS_KEY_ID"), "{error}");
    }
}

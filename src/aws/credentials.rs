//! Who asks: credentials, kept until they are about to expire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::AwsError;

/// New credentials are asked for this long before the old ones expire.
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// Whoever signs in may have to be asked, or a program run.
const FETCH_MAX: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct Credentials(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    provider: Option<SharedCredentialsProvider>,
    kept: Mutex<Option<Keys>>,
    /// Whose turn it is to ask the provider.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Credentials {
    pub fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self(Arc::new(Shared { provider, kept: Mutex::default(), turn: Arc::default() }))
    }

    /// Credentials that are good at this moment. One request asks the provider, in a task that outlives the attempt
    /// whose time is up; the others wait for it, or go on with the old ones until these expire.
    pub async fn at(&self, now: Timestamp) -> Result<Keys, AwsError> {
        let shared = &self.0;
        if let Some(fresh) = shared.kept(now.checked_add(EARLY).unwrap_or(now)) {
            return Ok(fresh);
        }
        let fetch = Arc::clone(&shared.turn).try_lock_owned().map(|turn| tokio::spawn(Arc::clone(shared).fetch(turn)));
        match (shared.kept(now), fetch) {
            (Some(old), _) => Ok(old),
            (None, Ok(fetch)) => fetch.await.unwrap_or(Err(AwsError::NoCredentialsYet)),
            (None, Err(_somebody_fetches)) => {
                drop(shared.turn.lock().await);
                shared.kept(now).ok_or(AwsError::NoCredentialsYet)
            }
        }
    }

    /// Asks anew the next time: these were refused.
    pub fn forget(&self) {
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Shared {
    /// What is kept, where it lasts beyond this moment.
    fn kept(&self, until: Timestamp) -> Option<Keys> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let expiry = |keys: &Keys| keys.expiry().and_then(|expiry| Timestamp::try_from(expiry).ok());
        kept.filter(|keys| expiry(keys).is_none_or(|expiry| expiry > until))
    }

    async fn fetch(self: Arc<Self>, _turn: OwnedMutexGuard<()>) -> Result<Keys, AwsError> {
        let provider = self.provider.as_ref().ok_or(AwsError::NoCredentials)?;
        let too_late = |_elapsed| Err(CredentialsError::provider_timed_out(FETCH_MAX));
        let keys = timeout(FETCH_MAX, provider.provide_credentials()).await.unwrap_or_else(too_late)?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_credential_types::credential_fn::provide_credentials_fn;
    use tokio::sync::Notify;

    use super::*;

    /// Gives credentials that last until 12:00 when it is let, then others that last until 13:00, and then no more.
    fn provider(let_first: Arc<Notify>) -> SharedCredentialsProvider {
        let given = Arc::new(AtomicU64::new(0));
        SharedCredentialsProvider::new(provide_credentials_fn(move || {
            let nth = given.fetch_add(1, Ordering::Relaxed);
            let let_first = Arc::clone(&let_first);
            async move {
                match nth {
                    0 => let_first.notified().await,
                    1 => {}
                    _ => std::future::pending().await,
                }
                Ok(keys(&nth.to_string(), if nth == 0 { "12:00" } else { "13:00" }))
            }
        }))
    }

    fn ready() -> Arc<Notify> {
        let ready = Arc::new(Notify::new());
        ready.notify_one();
        ready
    }

    fn at(time: &str) -> Timestamp {
        format!("2026-01-24T{time}Z").parse().unwrap()
    }

    fn keys(id: &str, until: &str) -> Keys {
        Keys::new(id, "secret", None, Some(at(until).try_into().unwrap()), "test")
    }

    #[tokio::test]
    async fn old_credentials_serve_while_new_ones_are_fetched_and_while_these_do_not_come() {
        let credentials = Credentials::new(Some(provider(ready())));
        for (time, key) in
            [("11:00", "0"), ("11:54", "0"), ("11:56", "0"), ("11:57", "1"), ("12:56", "1"), ("12:59", "1")]
        {
            assert_eq!(credentials.at(at(time)).await.unwrap().access_key_id(), key, "{time}");
            tokio::task::yield_now().await;
        }
        assert!(timeout(Duration::from_millis(10), credentials.at(at("13:00"))).await.is_err());
    }

    #[tokio::test]
    async fn credentials_that_come_late_serve_the_next_attempt() {
        let late = Arc::new(Notify::new());
        let credentials = Credentials::new(Some(provider(Arc::clone(&late))));
        assert!(timeout(Duration::from_millis(10), credentials.at(at("11:00"))).await.is_err());
        late.notify_one();
        assert_eq!(credentials.at(at("11:00")).await.unwrap().access_key_id(), "0");
        credentials.forget();
        assert_eq!(credentials.at(at("11:00")).await.unwrap().access_key_id(), "1");
    }

    #[tokio::test]
    async fn without_a_provider_there_is_a_clear_error() {
        let error = Credentials::new(None).at(at("11:00")).await.unwrap_err().to_string();
        assert!(error.contains("give a key and its secret"), "{error}");
    }
}

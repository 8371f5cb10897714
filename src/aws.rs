//! Requests to an AWS service: signed, sent within limits, and sent again where that can help.
//!
//! This is all of AWS that the functions link: a request is signed here and sent by hyper, and no client of a
//! service is configured, resolved and intercepted around it for each event. What reads a store back is the command
//! line's, and uses the SDK.

mod credentials;
mod error;
mod host;
mod network;
#[cfg(feature = "cli")]
mod sdk;
mod sign;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use bytes::Bytes;
use http::header::{DATE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, Uri};
use http_body_util::{BodyExt as _, Limited};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use crate::verify::Digest;
use credentials::Credentials;
pub use error::AwsError;
pub use host::host;
use network::Http;
pub use network::{Network, Roots, tls_config};
#[cfg(feature = "cli")]
pub use sdk::sdk_http_client;
use sign::Signer;

/// More of an answer is not read: a put's has no body, and an error's is short.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A clock that is further off than this makes signatures that AWS does not take.
const SKEW_MAX: i64 = 4 * 60;

/// Who asks, and by what way.
#[derive(Clone, Debug)]
pub struct Access {
    /// The region that requests are signed for.
    pub region: Option<String>,
    /// Whose requests they are.
    pub credentials: Option<SharedCredentialsProvider>,
    /// How they are sent.
    pub network: Network,
    /// What time it is.
    pub clock: fn() -> SystemTime,
}

/// How long and how often a service is asked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// One attempt, from its signature to the last byte of the answer.
    pub attempt_max: Duration,
    /// At most so many attempts.
    pub attempts_max: u32,
    /// The longest wait before the second attempt; it doubles from attempt to attempt.
    pub backoff_first: Duration,
    /// The longest wait before any attempt.
    pub backoff_max: Duration,
}

/// One request, before it is signed.
#[derive(Debug)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    digest: Digest,
}

impl Request {
    /// A request without headers of its own.
    #[must_use]
    pub fn new(method: Method, uri: Uri, body: Bytes) -> Self {
        Self { method, uri, headers: Vec::new(), digest: Digest::of(&body), body }
    }

    /// The request with one more header, which will be signed.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The body's digest, which is signed.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

/// A service of AWS, or of something that speaks like it.
#[derive(Clone, Debug)]
pub struct Service {
    asking: Arc<Asking>,
    limits: Limits,
}

#[derive(Debug)]
struct Asking {
    signer: Signer,
    credentials: Credentials,
    network: Network,
    clock: fn() -> SystemTime,
    /// How many seconds the service's clock is ahead of ours, where that is too much for a signature.
    skew: AtomicI64,
}

impl Service {
    /// The service with this name in signatures.
    #[must_use]
    pub fn new(name: &'static str, access: Access, limits: Limits) -> Self {
        let Access { region, credentials, network, clock } = access;
        let credentials = Credentials::new(credentials);
        let signer = Signer::new(name, region);
        let asking = Asking { signer, credentials, network, clock, skew: AtomicI64::default() };
        Self { asking: Arc::new(asking), limits }
    }

    /// The same service, asked within other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sends a request until an answer is not worth another try. Gives a good answer.
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn send(&self, request: &Request) -> Result<Response<Bytes>, AwsError> {
        let network = &self.asking.network;
        let mut failed = match self.attempt(&network.kept, request).await {
            Err(error) if error.can_pass() => error,
            answer => return answer,
        };
        for again in 1..self.limits.attempts_max {
            sleep(self.backoff(again)).await;
            failed = match self.attempt(&network.anew, request).await {
                Err(error) if error.can_pass() => error,
                answer => return answer,
            };
        }
        Err(failed)
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// What it met.
    pub async fn send_once(&self, request: &Request) -> Result<Response<Bytes>, AwsError> {
        self.attempt(&self.asking.network.kept, request).await
    }

    async fn attempt(&self, http: &Http, request: &Request) -> Result<Response<Bytes>, AwsError> {
        timeout(self.limits.attempt_max, self.asking.exchange(http, request)).await.unwrap_or(Err(AwsError::TimedOut))
    }

    /// How long to wait before trying again: between half and all of a time that doubles, so that many functions that
    /// failed together do not come back together. What lies between is taken from the clock's last digits.
    fn backoff(&self, again: u32) -> Duration {
        let doubled = 1_u32.checked_shl(again.saturating_sub(1)).unwrap_or(u32::MAX);
        let longest = self.limits.backoff_first.saturating_mul(doubled).min(self.limits.backoff_max);
        let nanos = (self.asking.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        longest.mul_f64(f64::from(nanos % 1000) / 2000.0 + 0.5)
    }
}

impl Asking {
    async fn exchange(&self, http: &Http, request: &Request) -> Result<Response<Bytes>, AwsError> {
        let now = self.now();
        let credentials = self.credentials.at(now).await?;
        let signed = self.signer.sign(request, &credentials, now)?;
        let (head, body) = http.request(signed).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(AwsError::Broken)?.to_bytes();
        if head.status.is_success() {
            return Ok(Response::from_parts(head, body));
        }
        self.mind_the_clock(&head.headers);
        let refused = AwsError::answered(head.status, &body);
        if refused.is_about_credentials() {
            self.credentials.forget();
        }
        Err(refused)
    }

    /// What time it is by the service's clock, where ours is far off.
    fn now(&self) -> Timestamp {
        let now = Timestamp::try_from((self.clock)()).unwrap_or_default();
        let skew = SignedDuration::from_secs(self.skew.load(Ordering::Relaxed));
        now.checked_add(skew).unwrap_or(now)
    }

    /// A signature is only good for some minutes: goes by the service's clock where ours is further off.
    fn mind_the_clock(&self, answer: &HeaderMap) {
        let date = answer.get(DATE).and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok());
        let ours = Timestamp::try_from((self.clock)());
        if let (Some(theirs), Ok(ours)) = (date, ours) {
            let skew = theirs.timestamp().as_second().saturating_sub(ours.as_second());
            self.skew.store(if skew.abs() > SKEW_MAX { skew } else { 0 }, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(clock: fn() -> SystemTime) -> Service {
        let limits = Limits {
            attempt_max: Duration::from_secs(1),
            attempts_max: 6,
            backoff_first: Duration::from_millis(50),
            backoff_max: Duration::from_millis(400),
        };
        let network = Network::new(Roots::Amazon).unwrap();
        let access = Access { region: None, credentials: None, network, clock };
        Service::new("s3", access, limits)
    }

    fn at(time: &str) -> SystemTime {
        format!("2026-01-24T{time}Z").parse::<Timestamp>().unwrap().try_into().unwrap()
    }

    #[test]
    fn a_clock_that_is_far_off_is_not_gone_by() {
        let check = |clock: fn() -> SystemTime, date: &'static str, right: &str| {
            let Service { asking, .. } = service(clock);
            asking.mind_the_clock(&HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]));
            assert_eq!(SystemTime::try_from(asking.now()).unwrap(), at(right));
        };
        check(|| at("11:00:00"), "Sat, 24 Jan 2026 12:00:00 GMT", "12:00:00");
        check(|| at("13:00:00"), "Sat, 24 Jan 2026 12:00:00 GMT", "12:00:00");
        check(|| at("12:03:00"), "Sat, 24 Jan 2026 12:00:00 GMT", "12:03:00");
        check(|| at("13:00:00"), "no date", "13:00:00");
    }

    #[test]
    fn the_waits_between_attempts_double_up_to_a_limit() {
        let waits = |clock| {
            let service = service(clock);
            [1, 2, 3, 4, 5, 99].map(|again| service.backoff(again).as_millis())
        };
        assert_eq!(waits(|| at("12:00:00")), [25, 50, 100, 200, 200, 200]);
        assert_eq!(waits(|| at("12:00:00.000000999")), [49, 99, 199, 399, 399, 399]);
    }
}

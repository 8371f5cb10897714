//! An SQS queue as an overflow, in SQS's JSON protocol
//! (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::{MessageError, OverflowError};
use crate::aws::{Access, AwsError, Limits, Request, Service};

/// All attempts together are bounded by whoever waits.
const LIMITS: Limits = Limits {
    attempt_max: Duration::from_millis(550),
    attempts_max: 3,
    backoff_first: Duration::from_millis(30),
    backoff_max: Duration::from_millis(200),
};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// A queue.
#[derive(Clone, Debug)]
pub struct Sqs {
    service: Service,
    /// The service's address.
    address: String,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'m> {
    queue_url: &'m str,
    message_body: &'m str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    message_id: String,
}

impl Sqs {
    /// The queue with this URL, at the address that the URL names, or at an endpoint.
    #[must_use]
    pub fn new(access: Access, endpoint: Option<&str>, url: String) -> Self {
        let address = endpoint.unwrap_or_else(|| origin(&url)).to_owned();
        Self { service: Service::new("sqs", access, LIMITS), address, url }
    }

    pub(super) async fn send(&self, message: &str) -> Result<(), OverflowError> {
        let body = serde_json::to_vec(&SendMessage { queue_url: &self.url, message_body: message });
        let body = body.map_err(MessageError::from)?;
        self.post(body.into()).await.map_err(OverflowError::Sqs)
    }

    async fn post(&self, body: Bytes) -> Result<(), AwsError> {
        let address = self.address.parse().map_err(http::Error::from)?;
        let send = Request::new(Method::POST, address, body)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"))
            .header(TARGET, HeaderValue::from_static("AmazonSQS.SendMessage"));
        let answer = self.service.send(&send).await?;
        // Only SQS gives a message an id; a page that says 200 to everything does not.
        let made = serde_json::from_slice::<Sent>(answer.body()).or(Err(AwsError::Strange))?;
        if made.message_id.is_empty() { Err(AwsError::Strange) } else { Ok(()) }
    }
}

/// The part of a URL before its path.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |scheme| scheme.saturating_add(3));
    let path = url.get(host..).and_then(|rest| rest.find('/')).map(|path| path.saturating_add(host));
    path.and_then(|path| url.get(..path)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_asked_for_at_its_own_host() {
        let queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/overflow";
        assert_eq!(origin(queue), "https://sqs.eu-central-1.amazonaws.com");
        assert_eq!(origin("http://127.0.0.1:5000/123456789012/x"), "http://127.0.0.1:5000");
        assert_eq!(origin("http://127.0.0.1:5000"), "http://127.0.0.1:5000");
    }
}

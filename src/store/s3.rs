//! An S3 bucket, or anything that speaks S3, as a store.

#[cfg(feature = "cli")]
mod read;

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH};
use http::{Method, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Put, StoreError};
use crate::aws::{Access, AwsError, Limits, Request, Service, host};

/// Whoever waits for an object to be kept waits for less than all of that; the number bounds the tries, not the time.
const LIMITS: Limits = Limits {
    attempt_max: Duration::from_secs(1),
    attempts_max: 6,
    backoff_first: Duration::from_millis(50),
    backoff_max: Duration::from_millis(400),
};
/// For whoever has no sender waiting.
const PATIENT: Limits = Limits { attempt_max: Duration::from_secs(30), ..LIMITS };
/// S3 compares it with what came, and keeps it with the object.
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-checksum-sha256");
/// What S3 wants encoded in a key.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A bucket, and the prefix of all of our keys in it.
#[derive(Clone, Debug)]
pub struct S3 {
    service: Service,
    /// The bucket's address, without a slash at its end.
    url: String,
    prefix: String,
    #[cfg(feature = "cli")]
    reader: read::Reader,
}

impl S3 {
    /// The bucket at AWS, or at an endpoint, which is addressed path-style, as S3-compatible stores want it. `prefix`
    /// is empty or ends in `/`.
    #[must_use]
    pub fn new(access: Access, endpoint: Option<&str>, bucket: &str, prefix: String) -> Self {
        Self {
            url: url(endpoint, bucket, access.region.as_deref().unwrap_or_default()),
            #[cfg(feature = "cli")]
            reader: read::Reader::new(&access, endpoint, bucket),
            service: Service::new("s3", access, LIMITS),
            prefix,
        }
    }

    pub(super) fn patient(self) -> Self {
        Self { service: self.service.within(PATIENT), ..self }
    }

    /// Asks for the bucket, so that the first object finds an open connection. Any answer will do, and none.
    pub(super) async fn connect(&self) {
        if let Ok(uri) = self.url.parse() {
            let _any_answer_will_do = self.service.send_once(&Request::new(Method::HEAD, uri, Bytes::new())).await;
        }
    }

    pub(super) async fn put_new(&self, key: &str, bytes: Bytes, media_type: &str) -> Result<Put, StoreError> {
        match self.put(key, bytes, media_type).await {
            // Only S3 gives an object a tag; a page that says 200 to everything does not.
            Ok(answer) if answer.headers().contains_key(ETAG) => Ok(Put::New),
            Ok(_) => Err(failed(AwsError::Strange)),
            // Only our own first try can have made an object with a name that holds a fresh id.
            Err(error) if error.is_precondition_failed() => Ok(Put::Existed),
            Err(error) => Err(failed(error)),
        }
    }

    async fn put(&self, key: &str, bytes: Bytes, media_type: &str) -> Result<Response<Bytes>, AwsError> {
        let uri = format!("{}/{}", self.url, utf8_percent_encode(&self.key(key), KEY));
        let put = Request::new(Method::PUT, uri.parse().map_err(http::Error::from)?, bytes);
        let checksum = HeaderValue::try_from(put.digest().base64()).map_err(http::Error::from)?;
        let put = put
            .header(CONTENT_TYPE, HeaderValue::try_from(media_type).map_err(http::Error::from)?)
            .header(IF_NONE_MATCH, HeaderValue::from_static("*"))
            .header(CHECKSUM, checksum);
        self.service.send(&put).await
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

fn failed(error: AwsError) -> StoreError {
    let code = error.code().map(str::to_owned);
    StoreError::S3 { action: "keep an object", code, source: error.into() }
}

/// The bucket's address: the bucket is a part of the host's name where that can be, and of the path where the name is
/// ours to take as it is, or where the bucket's own dots would not go with AWS's certificate
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).
fn url(endpoint: Option<&str>, bucket: &str, region: &str) -> String {
    match endpoint {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        None if bucket.contains('.') => format!("https://{}/{bucket}", host("s3", region)),
        None => format!("https://{bucket}.{}", host("s3", region)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_the_address_that_aws_gives_it() {
        let check = |endpoint, bucket, region, address| assert_eq!(url(endpoint, bucket, region), address);
        check(None, "events", "eu-central-1", "https://events.s3.eu-central-1.amazonaws.com");
        check(None, "my.events", "eu-central-1", "https://s3.eu-central-1.amazonaws.com/my.events");
        check(Some("http://127.0.0.1:9000/"), "events", "x", "http://127.0.0.1:9000/events");
    }
}

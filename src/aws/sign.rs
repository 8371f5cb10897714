//! Signatures, version 4 (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>),
//! for what is sent here: requests without a query, whose body is signed, and all of whose headers are.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_credential_types::Credentials;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, USER_AGENT};
use http_body_util::Full;
use jiff::Timestamp;
use sha2::Sha256;

use super::{AwsError, Request};
use crate::verify::Digest;

const US: HeaderValue = HeaderValue::from_static(concat!("hooklog/", env!("CARGO_PKG_VERSION")));

const BODY_DIGEST: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const TIME: HeaderName = HeaderName::from_static("x-amz-date");
const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last part of every scope and every key.
const LAST: &str = "aws4_request";

/// Signs requests to one service in one region.
#[derive(Debug)]
pub struct Signer {
    service: &'static str,
    region: Option<String>,
    kept: Mutex<Option<Key>>,
}

/// A key to sign with, which is good for a day and therefore made once a day.
#[derive(Clone)]
struct Key {
    /// The secret access key and the day that it is made of.
    of: (String, String),
    bytes: [u8; 32],
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Signer {
    pub fn new(service: &'static str, region: Option<String>) -> Self {
        Self { service, region, kept: Mutex::default() }
    }

    /// The request as it is sent: with a signature over its head and its body.
    pub fn sign(
        &self,
        request: &Request,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<http::Request<Full<Bytes>>, AwsError> {
        let region = self.region.as_deref().ok_or(AwsError::NoRegion)?;
        let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let (day, _) = time.split_once('T').unwrap_or_default();
        let digest = request.digest.hex();
        let headers = headers(request, credentials, &time, &digest)?;
        let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");

        let scope = [day, region, self.service, LAST].join("/");
        let canonical = Digest::of(canonical(request, &headers, &names, &digest).as_bytes()).hex();
        let to_sign = [ALGORITHM, &time, &scope, &canonical].join("\n");
        let signature = Digest::from(hmac(&self.key(credentials, day, region)?.bytes, &to_sign)?).hex();
        let key_id = credentials.access_key_id();
        let authorization =
            format!("{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}");

        let signed = http::Request::builder().method(&request.method).uri(&request.uri).header(USER_AGENT, US);
        let signed = headers.into_iter().fold(signed, |signed, (name, value)| signed.header(name, value));
        Ok(signed.header(AUTHORIZATION, authorization).body(Full::new(request.body.clone()))?)
    }

    fn key(&self, credentials: &Credentials, day: &str, region: &str) -> Result<Key, AwsError> {
        let secret = credentials.secret_access_key();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = kept.as_ref().filter(|key| key.of.0 == secret && key.of.1 == day) {
            return Ok(key.clone());
        }
        let mut bytes = hmac(format!("AWS4{secret}").as_bytes(), day)?;
        for part in [region, self.service, LAST] {
            bytes = hmac(&bytes, part)?;
        }
        let key = Key { of: (secret.to_owned(), day.to_owned()), bytes };
        Ok(kept.insert(key).clone())
    }
}

/// The headers that are signed, in the order of their names.
fn headers<'h>(
    request: &'h Request,
    credentials: &'h Credentials,
    time: &'h str,
    digest: &'h str,
) -> Result<Vec<(HeaderName, &'h str)>, AwsError> {
    let host = request.uri.authority().map_or("", |authority| authority.as_str());
    let mut headers = vec![(HOST, host), (BODY_DIGEST, digest), (TIME, time)];
    headers.extend(credentials.session_token().map(|token| (SESSION_TOKEN, token)));
    for (name, value) in &request.headers {
        headers.push((name.clone(), value.to_str().or(Err(AwsError::Unsignable))?));
    }
    headers.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    Ok(headers)
}

/// The request as the signature sees it. The path is signed as it is sent, which is S3's own rule; what the other
/// services are sent goes to plain paths.
fn canonical(request: &Request, headers: &[(HeaderName, &str)], names: &str, digest: &str) -> String {
    let mut canonical = [request.method.as_str(), request.uri.path(), "", ""].join("\n");
    for (name, value) in headers {
        canonical.extend([name.as_str(), ":", value, "\n"]);
    }
    canonical.extend(["\n", names, "\n", digest]);
    canonical
}

fn hmac(key: &[u8], text: &str) -> Result<[u8; 32], AwsError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).or(Err(AwsError::Unsignable))?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use http::Method;
    use http::header::DATE;

    use super::*;

    const PUT: &str = "https://examplebucket.s3.amazonaws.com/test%24file.text";

    fn sign(signer: &Signer, credentials: &Credentials, time: &str) -> String {
        let body = Bytes::from_static(b"Welcome to Amazon S3.");
        let request = Request::new(Method::PUT, PUT.parse().unwrap(), body)
            .header(HeaderName::from_static("x-amz-storage-class"), "REDUCED_REDUNDANCY".parse().unwrap())
            .header(DATE, "Fri, 24 May 2013 00:00:00 GMT".parse().unwrap());
        let sent = signer.sign(&request, credentials, time.parse().unwrap()).unwrap();
        sent.headers()["authorization"].to_str().unwrap().to_owned()
    }

    fn credentials(secret: &str) -> Credentials {
        Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "documents")
    }

    /// The example of a put in S3's documents
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
    #[test]
    fn a_signature_is_what_s3_documents() {
        let signer = Signer::new("s3", Some("us-east-1".into()));
        let documented = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
             Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
        let ours = credentials("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        assert_eq!(sign(&signer, &ours, "2013-05-24T00:00:00Z"), documented);
        assert_ne!(sign(&signer, &ours, "2013-05-25T00:00:00Z"), documented);
        assert_ne!(sign(&signer, &credentials("another"), "2013-05-24T00:00:00Z"), documented);
        assert_eq!(sign(&signer, &ours, "2013-05-24T00:00:00Z"), documented, "after other days and keys");
    }

    #[test]
    fn a_key_is_never_printed() {
        let signer = Signer::new("s3", Some("us-east-1".into()));
        sign(&signer, &credentials("secret"), "2013-05-24T00:00:00Z");
        assert!(format!("{signer:?}").contains("Key(..)"));
    }

    #[test]
    fn without_a_region_nothing_is_signed() {
        let request = Request::new(Method::PUT, PUT.parse().unwrap(), Bytes::new());
        let signed = Signer::new("s3", None).sign(&request, &credentials("secret"), Timestamp::UNIX_EPOCH);
        assert!(matches!(signed, Err(AwsError::NoRegion)));
    }
}

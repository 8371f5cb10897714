//! Signatures, version 4 (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign as signature,
};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::header::{HeaderValue, USER_AGENT};
use http_body_util::Full;

use super::{AwsError, Request};

const US: HeaderValue = HeaderValue::from_static(concat!("hooklog/", env!("CARGO_PKG_VERSION")));

/// The request as it is sent: with a signature over its head and its body.
pub fn sign(
    request: &Request,
    service: &str,
    region: &str,
    credentials: Credentials,
    now: SystemTime,
) -> Result<http::Request<Full<Bytes>>, AwsError> {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    // The path is signed as it is sent, which is S3's own rule; the other services' paths are `/`.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let identity = credentials.into();
    let params = SigningParams::builder().identity(&identity).region(region).name(service).time(now);
    let params = params.settings(settings).build().map_err(|error| AwsError::Signing(error.into()))?.into();

    let headers = request.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Precomputed(request.digest.hex());
    let signable = SignableRequest::new(request.method.as_str(), request.uri.to_string(), headers, body);
    let signed = signable.and_then(|signable| signature(signable, &params));
    let (signed, _signature) = signed.map_err(|error| AwsError::Signing(error.into()))?.into_parts();

    let mut sent = http::Request::builder().method(&request.method).uri(&request.uri).header(USER_AGENT, US);
    for (name, value) in &request.headers {
        sent = sent.header(name, value);
    }
    for (name, value) in signed.headers() {
        sent = sent.header(name, value);
    }
    Ok(sent.body(Full::new(request.body.clone()))?)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    /// The example of a put in S3's documents
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
    #[test]
    fn a_signature_is_what_s3_documents() {
        let mut request = Request::new(
            Method::PUT,
            "https://examplebucket.s3.amazonaws.com/test%24file.text".parse().unwrap(),
            Bytes::from_static(b"Welcome to Amazon S3."),
        );
        request = request.header("date", "Fri, 24 May 2013 00:00:00 GMT".parse().unwrap());
        request = request.header("x-amz-storage-class", "REDUCED_REDUNDANCY".parse().unwrap());
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "documents",
        );
        let now = "2013-05-24T00:00:00Z".parse::<jiff::Timestamp>().unwrap().try_into().unwrap();
        let signed = sign(&request, "s3", "us-east-1", credentials, now).unwrap();
        assert_eq!(
            signed.headers()["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
             Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
    }
}

//! TLS for the stores: rustls and ring, and whom they trust.

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

/// The roots of all of AWS's endpoints outside China (<https://www.amazontrust.com/repository/>), good until 2037.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Whose certificates are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// What the system trusts, or the file that `SSL_CERT_FILE` names.
    System,
    /// Amazon's own roots. Nothing is read from the disk: a cold start is spared some hundred files.
    Amazon,
}

/// An HTTP client for a store. Ring is smaller than the SDK's own choice, and builds without CMake.
#[must_use]
pub fn http_client(roots: Roots) -> SharedHttpClient {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let amazon =
        || TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)).build();
    match roots {
        Roots::System => client.build_https(),
        // Should the context not be made, the system's roots are as right.
        Roots::Amazon => match amazon() {
            Ok(context) => client.tls_context(context).build_https(),
            Err(_) => client.build_https(),
        },
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::AMAZON_ROOTS;
    use crate::verify::Digest;

    /// The fingerprints that Amazon publishes.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_roots_are_amazons() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        let certificates = text.split("-----BEGIN CERTIFICATE-----").skip(1);
        let fingerprints = certificates.map(|pem| {
            let base64 = pem.split("-----END").next().unwrap().replace(char::is_whitespace, "");
            Digest::of(&BASE64_STANDARD.decode(base64).unwrap()).hex()
        });
        assert_eq!(fingerprints.collect::<Vec<_>>(), FINGERPRINTS);
    }
}

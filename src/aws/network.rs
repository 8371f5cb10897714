//! Connections: HTTP, or TLS by rustls and ring, and whom they trust.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// The roots of all of AWS's endpoints outside China (<https://www.amazontrust.com/repository/>), good until 2037. In
/// DER, because decoding PEM was a tenth of a cold start's instructions.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-g2.der"),
];

/// A connection's first part; TLS and the rest are bounded by the attempt's time.
const CONNECT_MAX: Duration = Duration::from_millis(600);

/// Whose certificates are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// What the system trusts, or the file that `SSL_CERT_FILE` names.
    System,
    /// Amazon's own roots. Nothing is read from the disk: a cold start is spared some hundred files.
    Amazon,
}

/// The connections to all services.
#[derive(Clone, Debug)]
pub struct Network {
    /// Goes over a connection that is kept open.
    pub(super) kept: Http,
    /// Opens a connection for each request: whatever was wrong with an old one is left behind.
    pub(super) anew: Http,
}

pub type Http = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

impl Network {
    /// Connections that trust these roots.
    ///
    /// # Errors
    /// As [`tls_config`].
    pub fn new(roots: Roots) -> Result<Self, rustls::Error> {
        let tls = tls_config(roots)?;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT_MAX));
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http);
        let mut client = Client::builder(TokioExecutor::new());
        Ok(Self { kept: client.build(connector.clone()), anew: client.pool_max_idle_per_host(0).build(connector) })
    }
}

/// TLS that trusts these roots. Ring is smaller than rustls's own choice, and builds without CMake.
///
/// # Errors
/// Whatever keeps rustls from being set up.
pub fn tls_config(roots: Roots) -> Result<ClientConfig, rustls::Error> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Roots::System => trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        Roots::Amazon => trusted.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from)),
    };
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(tls.with_safe_default_protocol_versions()?.with_root_certificates(trusted).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(AMAZON_ROOTS.map(|der| Digest::of(der).hex()), FINGERPRINTS);
    }

    #[test]
    fn every_root_is_one_that_rustls_reads() {
        let mut trusted = RootCertStore::empty();
        assert_eq!(trusted.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from)), (5, 0));
    }
}

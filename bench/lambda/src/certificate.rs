//! A certificate authority of this run's own, and the certificate of the S3 stand-in.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// What the server and its clients need.
pub struct Tls {
    pub server: Arc<ServerConfig>,
    authority: PathBuf,
}

impl Tls {
    pub fn new() -> Result<Self> {
        let mut params = named("hooklog bench authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let own = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let mut params = named("hooklog bench S3");
        params.subject_alt_names = vec![SanType::IpAddress(Ipv4Addr::LOCALHOST.into())];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let server = ServerConfig::builder().with_no_client_auth();
        let server = server.with_single_cert(vec![certificate.der().clone()], key)?;

        let authority = std::env::temp_dir().join(format!("hooklog-bench-{}.pem", std::process::id()));
        std::fs::write(&authority, own.pem())?;
        Ok(Self { server: Arc::new(server), authority })
    }

    /// How each runtime is told whom to trust: Rust, Python's SDK and Node.js.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].into_iter().map(|name| (name, &*self.authority))
    }
}

/// OpenSSL takes a certificate whose issuer has its own name for a self-signed one.
fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_file(&self.authority);
    }
}

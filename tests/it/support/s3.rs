//! A real S3 server (s3s-fs) in the test's own process, over HTTP, on a temporary folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use hooklog::aws::{Access, Network, Roots};
use hooklog::store::{S3, Store};
use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::S3 as S3Calls;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub const BUCKET: &str = "events-bucket";
pub const ACCESS_KEY: &str = "AKIDEXAMPLE";
pub const SECRET_KEY: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

/// The S3 server itself, without a socket.
pub fn service(folder: &Path) -> S3Service {
    with_keys(s3s_fs::FileSystem::new(folder).unwrap())
}

/// What answers S3's calls, behind S3's own signatures.
pub fn with_keys(s3: impl S3Calls) -> S3Service {
    let mut builder = S3ServiceBuilder::new(s3);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.build()
}

/// Who asks in the tests, by plain HTTP.
#[expect(clippy::disallowed_methods, reason = "a test is a door")]
pub fn access(keys: Credentials) -> Access {
    Access {
        region: Some("eu-central-1".into()),
        credentials: Some(SharedCredentialsProvider::new(keys)),
        network: Network::new(Roots::Amazon).unwrap(),
        clock: SystemTime::now,
    }
}

pub fn keys() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test")
}

/// A store at this endpoint.
pub fn store(endpoint: &str) -> Store {
    store_with(endpoint, keys(), "")
}

pub fn store_with(endpoint: &str, keys: Credentials, prefix: &str) -> Store {
    Store::S3(S3::new(access(keys), Some(endpoint), BUCKET, prefix.into()))
}

/// Serves on the runtime of the test until that ends; gives the endpoint.
pub async fn listen(service: S3Service, tls: Option<TlsAcceptor>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let endpoint = if tls.is_some() { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (service, tls) = (service.clone(), tls.clone());
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _client_has_gone = match tls {
                    None => server.serve_connection(TokioIo::new(stream), service).await,
                    Some(tls) => {
                        let Ok(stream) = tls.accept(stream).await else { return };
                        server.serve_connection(TokioIo::new(stream), service).await
                    }
                };
            });
        }
    });
    endpoint
}

/// What a client at this endpoint has in its environment.
pub fn environment(endpoint: &str) -> [(&'static str, String); 4] {
    [
        ("AWS_ENDPOINT_URL_S3", endpoint.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
    ]
}

pub struct S3Server {
    pub endpoint: String,
    folder: tempfile::TempDir,
}

impl S3Server {
    /// Serves on the runtime of the test until that ends.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Serves over TLS, with a certificate that it signed itself; gives that as PEM.
    pub async fn start_tls() -> (Self, String) {
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key).unwrap();
        (Self::start_with(Some(TlsAcceptor::from(Arc::new(config)))).await, own.cert.pem())
    }

    async fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let endpoint = listen(service(folder.path()), tls).await;
        Self { endpoint, folder }
    }

    pub fn bucket_folder(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    pub fn environment(&self) -> [(&'static str, String); 4] {
        environment(&self.endpoint)
    }
}

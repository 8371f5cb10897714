//! A stand-in for S3: it keeps what is put, by the rule of `If-None-Match`, and checks no signature.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http;

/// Objects by their path: `/BUCKET/KEY`, decoded.
pub type Objects = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<Objects>>);

/// A bucket, and where it is served.
pub struct S3 {
    pub endpoint: String,
    bucket: Bucket,
}

impl S3 {
    /// Serves over TLS where it is given a server's settings.
    pub fn start(tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let bucket = Bucket::default();
        let served = bucket.clone();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = http::listen(move |stream| match tls.clone() {
            None => served.serve(stream),
            Some(tls) => {
                let session = ServerConnection::new(tls).map_err(io::Error::other)?;
                served.serve(StreamOwned::new(session, stream))
            }
        })?;
        Ok(Self { endpoint: format!("{scheme}://{address}"), bucket })
    }

    pub fn objects(&self) -> Objects {
        self.bucket.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Bucket {
    fn serve(&self, stream: impl Read + Write) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = http::read(&mut stream)? {
            let (status, headers) = match request.method.as_str() {
                "PUT" => self.put(request)?,
                _ => ("200 OK", ""),
            };
            http::answer(stream.get_mut(), status, headers, b"")?;
        }
        Ok(())
    }

    /// Keeps the object; gives the status and the headers of the answer.
    fn put(&self, request: http::Request) -> io::Result<(&'static str, &'static str)> {
        let path = request.path.split('?').next().unwrap_or_default().replace("%3D", "=");
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if request.is_conditional && objects.contains_key(&path) {
            return Ok(("412 Precondition Failed", ""));
        }
        let is_chunked = request.is_aws_chunked;
        let object = if is_chunked { http::chunks(&mut request.body.as_slice())? } else { request.body };
        objects.insert(path, object);
        Ok(("200 OK", "ETag: \"0\"\r\n"))
    }
}

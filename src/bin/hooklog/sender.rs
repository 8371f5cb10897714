//! Posting as Bitrix24's queue servers do: HTTP/1.1, one connection a request, the head that was captured from them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hooklog::aws::{Roots, tls_config};
use hooklog::verify::Digest;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{HeaderMap, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const AGENT: &str = "Bitrix24 Webhook Engine";
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The content type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// What is posted.
pub struct Post<'p> {
    /// Goes behind the receiver's own query.
    pub query: Option<&'p str>,
    pub content_type: &'p str,
    pub body: &'p [u8],
}

/// Posts to one receiver.
pub struct Sender {
    /// `host[:port]`, as it was given.
    authority: String,
    host: String,
    port: u16,
    path: String,
    query: Option<String>,
    tls: Option<TlsConnector>,
}

/// What came back.
pub struct Delivery {
    pub status: u16,
    pub took: Duration,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Delivery {
    /// How many milliseconds it took.
    pub fn ms(&self) -> u64 {
        u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Sender {
    pub fn new(to: &str) -> Result<Self> {
        // The URL may hold a token, so it is not repeated.
        let to: Uri = to.parse().context("the receiver's URL is malformed")?;
        let tls = match to.scheme_str() {
            Some("http") => None,
            Some("https") => {
                Some(TlsConnector::from(Arc::new(tls_config(Roots::System).context("TLS cannot be set up")?)))
            }
            Some(_) | None => bail!("the receiver's URL starts neither with http:// nor with https://"),
        };
        let host = to.host().context("the receiver's URL has no host")?;
        let (port, authority) = port(&to, host, if tls.is_some() { 443 } else { 80 })?;
        let (path, query) = (to.path().to_owned(), to.query().map(str::to_owned));
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self { authority, host, port, path, query, tls })
    }

    /// The receiver without what may be secret in its URL.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.authority)
    }

    /// Tells the receiver from others, however its URL was written, without what may be secret in it.
    pub fn digest(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let host = self.host.to_ascii_lowercase();
        Digest::of(format!("{scheme}://{host}:{}{}", self.port, self.target(None)).as_bytes()).short()
    }

    /// The receiver's host, with the port where one was given.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Posts, and waits for the answer.
    pub async fn post(&self, post: &Post<'_>) -> Result<Delivery> {
        self.deliver(self.request(post)?).await
    }

    /// Asks whether the receiver is up.
    pub async fn get(&self) -> Result<Delivery> {
        let request = Request::get(self.target(None)).header(HOST, &self.authority).header(CONNECTION, "close");
        self.deliver(request.body(Full::default()).context("the query is malformed")?).await
    }

    async fn deliver(&self, request: Request<Full<Bytes>>) -> Result<Delivery> {
        let started = Instant::now();
        let answer = tokio::time::timeout(ANSWER_WAIT_MAX, self.exchange(request)).await;
        let answer = answer.ok().with_context(|| format!("{} gives no answer in time", self.origin()))?;
        let (head, body) = answer?.into_parts();
        Ok(Delivery { status: head.status.as_u16(), took: started.elapsed(), headers: head.headers, body })
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>> {
        let unreachable = || format!("{} does not answer", self.origin());
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.with_context(unreachable)?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => answer(stream, request).await,
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone()).context("the receiver's URL has no host's name")?;
                answer(tls.connect(name, stream).await.with_context(unreachable)?, request).await
            }
        }
        .with_context(unreachable)
    }

    /// The path, and the receiver's own query with another behind it.
    fn target(&self, query: Option<&str>) -> String {
        let queries = [self.query.as_deref(), query].into_iter().flatten().filter(|query| !query.is_empty());
        let query = queries.collect::<Vec<_>>().join("&");
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The head in the order in which it was captured.
    fn request(&self, post: &Post<'_>) -> Result<Request<Full<Bytes>>> {
        let request = Request::post(self.target(post.query))
            .header(HOST, &self.authority)
            .header(USER_AGENT, AGENT)
            .header(CONTENT_LENGTH, post.body.len())
            .header(CONTENT_TYPE, post.content_type)
            .header(ACCEPT_ENCODING, "gzip")
            .header(CONNECTION, "close");
        request.body(Full::new(Bytes::copy_from_slice(post.body))).context("the query is malformed")
    }
}

async fn answer<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Bytes>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        http1::Builder::new().title_case_headers(true).handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let (head, body) = answer.into_parts();
    // The whole answer is waited for, because Bitrix24 does.
    let read = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
    connection.abort();
    let body = read.map_err(|error| anyhow::anyhow!(error)).context("the answer broke off")?.to_bytes();
    Ok(Response::from_parts(head, body))
}

/// The port, and `host[:port]` as it was given. `http` takes a port that is no number below 65536 for none.
fn port(to: &Uri, host: &str, default: u16) -> Result<(u16, String)> {
    let behind_host = to.authority().and_then(|authority| authority.as_str().rsplit_once(host)).map(|(_, rest)| rest);
    match (to.port_u16(), behind_host) {
        (Some(port), _) => Ok((port, format!("{host}:{port}"))),
        (None, Some("")) => Ok((default, host.to_owned())),
        (None, _) => bail!("the receiver's URL has a port that is none: give 1 to 65535"),
    }
}

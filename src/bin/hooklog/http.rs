//! The receiver behind a socket: HTTP/1.1, with a limit on everything that a client can make us wait for or hold.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use hooklog::receive::{Answer, Loss, Outcome, Received, Receiver, Refusal, Request};
use hooklog::record::Receipt;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::accept::accept;
use crate::setup;

/// A client has this long for the head of a request, also for its first byte.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(10);
/// And this long for the body.
const BODY_WAIT_MAX: Duration = Duration::from_secs(15);
/// How much more than the largest body is read before the connection is closed.
const DROPPED_BYTES_MAX: usize = 8 << 20;
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;
const CONNECTIONS_MAX: usize = 2048;
/// Bodies up to this length are read at once, and the largest believable event fits.
const SMALL_BODY_BYTES_MAX: usize = 128 * 1024;
/// The longer ones share so much memory, which each takes before it is read, and wait so long for it.
const LARGE_BODIES_BYTES_MAX: usize = 96 << 20;
const MEMORY_WAIT_MAX: Duration = Duration::from_secs(3);
/// When told to stop, requests that are under way have this long.
const STOP_WAIT_MAX: Duration = Duration::from_secs(10);

/// Told of each request when its answer is ready.
pub type Observer = dyn Fn(&Received, &Receipt<'_>, Duration) + Send + Sync;

/// Serves until `stop` ends, and then what is under way.
pub async fn serve(listener: TcpListener, receiver: Receiver, observer: Box<Observer>, stop: impl Future<Output = ()>) {
    let memory = Arc::new(Semaphore::new(LARGE_BODIES_BYTES_MAX.max(receiver.body_bytes_max)));
    let door = Arc::new(Door { receiver, observer, memory });
    let graceful = GracefulShutdown::new();
    accept(&listener, CONNECTIONS_MAX, stop, |stream, peer| {
        graceful.watch(connection(Arc::clone(&door), stream, peer))
    })
    .await;
    drop(listener);
    let _some_are_still_busy = tokio::time::timeout(STOP_WAIT_MAX, graceful.shutdown()).await;
}

struct Door {
    receiver: Receiver,
    observer: Box<Observer>,
    memory: Arc<Semaphore>,
}

fn connection(
    door: Arc<Door>,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    let answer = service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { door.answer(request, peer).await }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // Bitrix24 sends one request a connection. A client that never reads its answers then holds none.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer)
}

impl Door {
    /// Answers every request, unless the system gives no random bytes for an id: then the connection is closed.
    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<Full<Bytes>>, anyhow::Error> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let text = |name: HeaderName| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let body = if head.method == Method::POST { self.read(body).await } else { Ok(Body::default()) };
        let mut receipt = setup::receipt()?;
        receipt.source_ip = Some(peer.ip().to_string().into());
        receipt.user_agent = text(USER_AGENT);
        let content_type = text(CONTENT_TYPE);
        let received = match body {
            Ok(body) => {
                let request = Request {
                    method: head.method.as_str(),
                    path: head.uri.path(),
                    query: head.uri.query().unwrap_or_default().as_bytes(),
                    content_type: content_type.as_deref(),
                    body: &body.bytes,
                };
                self.receiver.receive(&request, &receipt).await
            }
            Err(outcome) => Received::unread(outcome),
        };
        (self.observer)(&received, &receipt, started.elapsed());
        Ok(response(Answer::from(&received.outcome)))
    }

    async fn read(&self, body: Incoming) -> Result<Body, Outcome> {
        let read = async {
            // A body that does not say how long it is may be as long as any.
            let length = body.size_hint().upper().and_then(|length| usize::try_from(length).ok());
            let memory = self.reserve(length.unwrap_or(usize::MAX)).await?;
            let bytes = self.collect(body).await.map_err(Outcome::Refused)?;
            Ok(Body { bytes, _memory: memory })
        };
        tokio::time::timeout(BODY_WAIT_MAX, read).await.unwrap_or(Err(Outcome::Refused(Refusal::TooSlow)))
    }

    /// Takes the whole of a large body's memory at once: bodies that held a part and waited for more would wait for
    /// each other.
    async fn reserve(&self, length: usize) -> Result<Option<OwnedSemaphorePermit>, Outcome> {
        if length <= SMALL_BODY_BYTES_MAX {
            return Ok(None);
        }
        let bytes = u32::try_from(length.min(self.receiver.body_bytes_max)).unwrap_or(u32::MAX);
        let memory = Arc::clone(&self.memory).acquire_many_owned(bytes);
        match tokio::time::timeout(MEMORY_WAIT_MAX, memory).await {
            Ok(Ok(memory)) => Ok(Some(memory)),
            Ok(Err(_)) | Err(_) => Err(Outcome::Lost(Loss::Busy)),
        }
    }

    /// The whole body. Some of what is too much is read and dropped, so that a client that does not listen while it
    /// sends hears the refusal.
    async fn collect(&self, mut body: Incoming) -> Result<BytesMut, Refusal> {
        let max = self.receiver.body_bytes_max;
        let (mut bytes, mut dropped) = (BytesMut::new(), 0);
        while let Some(frame) = body.frame().await {
            let data = frame.or(Err(Refusal::BrokenOff))?.into_data().unwrap_or_default();
            if data.len() <= max.saturating_sub(bytes.len()) && dropped == 0 {
                bytes.extend_from_slice(&data);
            } else if dropped <= DROPPED_BYTES_MAX {
                bytes = BytesMut::new();
                dropped = data.len().saturating_add(dropped);
            } else {
                break;
            }
        }
        if dropped == 0 { Ok(bytes) } else { Err(Refusal::TooManyBytes { max }) }
    }
}

/// A body, and its part of the memory that all large bodies share.
#[derive(Default)]
struct Body {
    bytes: BytesMut,
    _memory: Option<OwnedSemaphorePermit>,
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer.body));
    // The table of answers has no other status; should it ever, the client must not take it for a success.
    *response.status_mut() = answer.status.try_into().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.media_type));
    if let Some((name, value)) = answer.header {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

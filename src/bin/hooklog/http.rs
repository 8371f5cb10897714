//! The receiver behind a socket: HTTP/1.1, with a limit on everything that a client can make us wait for or hold.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use hooklog::receive::{Answer, Received, Receiver, Refusal, Request};
use hooklog::record::Receipt;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::setup;

/// A client has this long for the head of a request, also for its first byte.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(10);
/// And this long for the body.
const BODY_WAIT_MAX: Duration = Duration::from_secs(30);
/// How much more than the largest body is read before the connection is closed.
const DROPPED_BYTES_MAX: usize = 8 << 20;
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;
const CONNECTIONS_MAX: usize = 4096;
/// Bodies up to this length are read at once. The longer ones share so much memory.
const SMALL_BODY_BYTES_MAX: usize = 16 * 1024;
const LARGE_BODIES_BYTES_MAX: usize = 64 << 20;
/// When told to stop, requests that are under way have this long.
const STOP_WAIT_MAX: Duration = Duration::from_secs(10);
/// After a failed `accept`, such as with too many open files, others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Told of each request when its answer is ready.
pub type Observer = dyn Fn(&Received, &Receipt<'_>, Duration) + Send + Sync;

/// Serves until `stop` ends, and then what is under way.
pub async fn serve(listener: TcpListener, receiver: Receiver, observer: Box<Observer>, stop: impl Future<Output = ()>) {
    let memory = Arc::new(Semaphore::new(LARGE_BODIES_BYTES_MAX.max(receiver.body_bytes_max)));
    let door = Arc::new(Door { receiver, observer, memory });
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&connections).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            () = &mut stop => break,
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let connection = graceful.watch(connection(Arc::clone(&door), stream, peer));
                    tokio::spawn(async move {
                        // A connection that breaks is its client's affair; a request that was read is answered in full.
                        let _broken = connection.await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
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
        .serve_connection(TokioIo::new(stream), answer)
}

/// Why a request gets no answer: the connection is closed.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("the body did not come in time")]
    TooSlow,
    #[error("the body broke off")]
    BrokenOff,
    #[error("the system gives no random bytes")]
    NoRandomness,
}

impl Door {
    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<Full<Bytes>>, NoAnswer> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let text = |name: HeaderName| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let body = if head.method == Method::POST { self.read(body).await? } else { Some(Body::default()) };
        let mut receipt = setup::receipt().or(Err(NoAnswer::NoRandomness))?;
        receipt.source_ip = Some(peer.ip().to_string().into());
        receipt.user_agent = text(USER_AGENT);
        let content_type = text(CONTENT_TYPE);
        let received = match body {
            Some(body) => {
                let request = Request {
                    method: head.method.as_str(),
                    path: head.uri.path(),
                    query: head.uri.query().unwrap_or_default().as_bytes(),
                    content_type: content_type.as_deref(),
                    body: &body.bytes,
                };
                self.receiver.receive(&request, &receipt).await
            }
            None => Received::refused(Refusal::TooManyBytes { max: self.receiver.body_bytes_max }),
        };
        (self.observer)(&received, &receipt, started.elapsed());
        Ok(response(Answer::from(&received.outcome)))
    }

    /// The whole body; nothing where it is longer than is taken. Some of what is too much is read and dropped, so that
    /// a client that does not listen while it sends hears the refusal.
    async fn read(&self, body: Incoming) -> Result<Option<Body>, NoAnswer> {
        let limit = self.receiver.body_bytes_max;
        let read = async {
            let (mut incoming, mut body, mut dropped) = (body, Body::default(), 0);
            while let Some(frame) = incoming.frame().await {
                let data = frame.or(Err(NoAnswer::BrokenOff))?.into_data().unwrap_or_default();
                if data.len() <= limit.saturating_sub(body.bytes.len()) && dropped == 0 {
                    body.extend(&data, &self.memory).await;
                } else if dropped <= DROPPED_BYTES_MAX {
                    body = Body::default();
                    dropped = data.len().saturating_add(dropped);
                } else {
                    break;
                }
            }
            Ok((dropped == 0).then_some(body))
        };
        tokio::time::timeout(BODY_WAIT_MAX, read).await.unwrap_or(Err(NoAnswer::TooSlow))
    }
}

/// A body, and its part of the memory that all large bodies share.
#[derive(Default)]
struct Body {
    bytes: BytesMut,
    memory: Option<OwnedSemaphorePermit>,
}

impl Body {
    /// Takes more bytes; those of a large body wait until others have been answered.
    async fn extend(&mut self, data: &[u8], memory: &Arc<Semaphore>) {
        if self.bytes.len().saturating_add(data.len()) > SMALL_BODY_BYTES_MAX {
            let wanted = u32::try_from(data.len()).unwrap_or(u32::MAX);
            match (Arc::clone(memory).acquire_many_owned(wanted).await, &mut self.memory) {
                (Ok(more), Some(memory)) => memory.merge(more),
                (Ok(more), memory @ None) => *memory = Some(more),
                // Nobody closes the semaphore.
                (Err(_closed), _) => {}
            }
        }
        self.bytes.extend_from_slice(data);
    }
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

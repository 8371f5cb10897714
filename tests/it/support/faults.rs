//! A server with faults to order, in front of a real S3 server (s3s-fs).

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use s3s::service::S3Service;
use tokio::net::{TcpListener, TcpStream};

use super::s3::{BUCKET, service};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens.
    Refused,
    /// The connection is reset before the request is looked at.
    ResetBefore,
    /// The object is there, and the connection is reset instead of an answer.
    ResetAfterCommit,
    /// An error with this status and code.
    Answer(u16, &'static str),
    /// The object is there, and the answer comes 10 s later.
    Slow,
    /// The object is there, and the answer comes a byte a second.
    Trickle,
    /// The object is there, and the answer breaks off.
    Broken,
}

pub const ALL: [(&str, Fault); 12] = [
    ("connection refused", Fault::Refused),
    ("reset before the request", Fault::ResetBefore),
    ("reset after the commit", Fault::ResetAfterCommit),
    ("500", Fault::Answer(500, "InternalError")),
    ("503 SlowDown", Fault::Answer(503, "SlowDown")),
    ("403", Fault::Answer(403, "AccessDenied")),
    ("404 no such bucket", Fault::Answer(404, "NoSuchBucket")),
    ("409 conflict", Fault::Answer(409, "ConditionalRequestConflict")),
    ("slow, 10 s", Fault::Slow),
    ("trickle", Fault::Trickle),
    ("200, broken body", Fault::Broken),
    ("clock skew", Fault::Answer(403, "RequestTimeTooSkewed")),
];

/// How often it goes wrong before all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    Once,
    ForEver,
}

/// S3 repeats the credentials' session token in some errors.
pub const SESSION_TOKEN: &str = "session-token-that-s3-repeats";

type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

pub struct FaultyS3 {
    pub endpoint: String,
    order: Arc<Mutex<Option<(Fault, Times)>>>,
    folder: tempfile::TempDir,
}

impl FaultyS3 {
    /// Starts with this fault on order.
    pub async fn start(order: Option<(Fault, Times)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let s3 = service(folder.path());
        let server = Self { endpoint: format!("http://{address}"), order: Arc::new(Mutex::new(order)), folder };
        let orders = Arc::clone(&server.order);
        tokio::spawn(async move {
            let mut listener = Some(listener);
            match order {
                Some((Fault::Refused, Times::ForEver)) => return,
                Some((Fault::Refused, Times::Once)) => {
                    listener = None;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Some(_) | None => {}
            }
            let listener = match listener {
                Some(listener) => listener,
                None => TcpListener::bind(address).await.unwrap(),
            };
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(stream, Arc::clone(&orders), s3.clone()));
            }
        });
        server
    }

    pub fn order(&self, order: Option<(Fault, Times)>) {
        *self.order.lock().unwrap() = order;
    }

    pub fn bucket_folder(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }
}

async fn connection(stream: TcpStream, orders: Arc<Mutex<Option<(Fault, Times)>>>, s3: S3Service) {
    stream.set_zero_linger().unwrap();
    let answer = service_fn(move |request| answer(request, take(&orders), s3.clone()));
    let _broken_on_purpose =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

/// The fault of the next request.
fn take(orders: &Mutex<Option<(Fault, Times)>>) -> Option<Fault> {
    let mut order = orders.lock().unwrap();
    let (fault, times) = (*order)?;
    if times == Times::Once {
        *order = None;
    }
    Some(fault)
}

async fn answer(
    request: Request<Incoming>,
    fault: Option<Fault>,
    s3: S3Service,
) -> Result<Response<Body>, &'static str> {
    match fault {
        Some(Fault::Refused) | None => Ok(forward(request, &s3).await),
        Some(Fault::ResetBefore) => Err("reset"),
        Some(Fault::ResetAfterCommit) => {
            forward(request, &s3).await;
            Err("reset")
        }
        Some(Fault::Answer(status, code)) => {
            let _body = request.into_body().collect().await;
            let xml = format!(
                "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>made up</Message>\
                 <Token-0>{SESSION_TOKEN}</Token-0><CanonicalRequest>{SESSION_TOKEN}</CanonicalRequest></Error>"
            );
            let mut response = Response::new(full(xml));
            *response.status_mut() = status.try_into().unwrap();
            Ok(response)
        }
        Some(Fault::Slow) => {
            let response = forward(request, &s3).await;
            tokio::time::sleep(Duration::from_secs(10)).await;
            Ok(response)
        }
        Some(Fault::Trickle) => {
            forward(request, &s3).await;
            Ok(drip(100, Duration::from_secs(1)))
        }
        Some(Fault::Broken) => {
            forward(request, &s3).await;
            Ok(drip(3, Duration::ZERO))
        }
    }
}

async fn forward(request: Request<Incoming>, s3: &S3Service) -> Response<Body> {
    let response = s3.call(request.map(s3s::Body::from)).await.unwrap_or_else(|_| panic!("the S3 server failed"));
    response.map(|body| body.map_err(Into::into).boxed_unsync())
}

fn full(text: String) -> Body {
    Full::from(text).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A body of 100 bytes, of which this many come, one after each pause.
fn drip(bytes: usize, pause: Duration) -> Response<Body> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        for _ in 0..bytes {
            tokio::time::sleep(pause).await;
            if sender.send(Ok(Frame::data(Bytes::from_static(b" ")))).await.is_err() {
                return;
            }
        }
        let _client_has_gone = sender.send(Err("broken off".into())).await;
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|frame| (frame, receiver))
    });
    let mut response = Response::new(BodyExt::boxed_unsync(StreamBody::new(stream)));
    response.headers_mut().insert("content-length", 100.into());
    response
}

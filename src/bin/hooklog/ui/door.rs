//! The page behind a socket.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::{Looking, routes};
use crate::accept::accept;

const HEAD_WAIT_MAX: Duration = Duration::from_secs(30);
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A browser opens six at most; so many tabs and people can look at once.
const CONNECTIONS_MAX: usize = 128;

/// Serves until `stop` ends. What is under way then is cut off: it can be asked for again.
pub async fn serve(listener: TcpListener, looking: Arc<Looking>, stop: impl Future<Output = ()>) {
    accept(&listener, CONNECTIONS_MAX, stop, |stream, _| connection(Arc::clone(&looking), stream)).await;
}

async fn connection(looking: Arc<Looking>, stream: TcpStream) -> hyper::Result<()> {
    let answer = service_fn(move |request| {
        let looking = Arc::clone(&looking);
        async move { Ok::<_, Infallible>(routes::answer(looking, request).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answer)
        .await
}

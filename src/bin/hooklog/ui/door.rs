//! The page behind a socket.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::{Looking, routes};

const HEAD_WAIT_MAX: Duration = Duration::from_secs(30);
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A browser opens six at most; so many tabs and people can look at once.
const CONNECTIONS_MAX: usize = 128;
/// After a failed `accept`, such as with too many open files, others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends. What is under way then is cut off: it can be asked for again.
pub async fn serve(listener: TcpListener, looking: Arc<Looking>, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&connections).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            () = &mut stop => break,
            (place, accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    let connection = connection(Arc::clone(&looking), stream);
                    tokio::spawn(async move {
                        // A connection that breaks is its client's affair.
                        let _broken = connection.await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
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

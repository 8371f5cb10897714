//! Taking connections: so many at once, until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// After a failed `accept`, such as with too many open files, others get time to close theirs.
const PAUSE: Duration = Duration::from_millis(100);

/// Gives each connection a task of its own, until `stop` ends. Tasks that are under way then go on.
pub async fn accept<C>(
    listener: &TcpListener,
    most: usize,
    stop: impl Future<Output = ()>,
    mut connection: impl FnMut(TcpStream, SocketAddr) -> C,
) where
    C: Future<Output: Send> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(most));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            () = &mut stop => return,
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let connection = connection(stream, peer);
                    tokio::spawn(async move {
                        // A connection that breaks is its client's affair; a request that was read is answered in full.
                        let _broken = connection.await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
        }
    }
}

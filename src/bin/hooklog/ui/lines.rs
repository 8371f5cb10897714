//! An answer that grows: a line of JSON, or an event of `text/event-stream`, at a time.

use std::convert::Infallible;

use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::mpsc::{self, Sender};

use super::answer::{self, Body};

/// So many wait for a reader that is slow; then whoever writes them waits too.
const WAITING_MAX: usize = 16;

/// Nobody reads on.
#[derive(Debug)]
pub struct Gone;

#[derive(Clone)]
pub struct Lines(Sender<Bytes>);

impl Lines {
    /// Writes a value on a line of its own.
    pub async fn say(&self, value: &impl Serialize) -> Result<(), Gone> {
        self.send(format!("{}\n", serde_json::to_string(value).unwrap_or_default())).await
    }

    /// Writes a server-sent event. A browser that comes back says the last id it heard.
    pub async fn tell(&self, name: &str, id: i64, value: &impl Serialize) -> Result<(), Gone> {
        let json = serde_json::to_string(value).unwrap_or_default();
        self.send(format!("event: {name}\nid: {id}\ndata: {json}\n\n")).await
    }

    /// Ends when nobody reads any more.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    async fn send(&self, text: String) -> Result<(), Gone> {
        self.0.send(text.into()).await.or(Err(Gone))
    }
}

/// Answers with what `write` writes, until it ends or nobody reads.
pub fn answer<W>(media_type: &'static str, write: impl FnOnce(Lines) -> W) -> Response<Body>
where
    W: Future<Output = Result<(), Gone>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    tokio::spawn(write(Lines(sender)));
    let frames = stream::unfold(receiver, |mut receiver| async move {
        let bytes = receiver.recv().await?;
        Some((Ok::<_, Infallible>(Frame::data(bytes)), receiver))
    });
    answer::with_body(StatusCode::OK, media_type, StreamBody::new(frames).boxed_unsync())
}

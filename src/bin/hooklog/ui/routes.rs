//! Which path answers what.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{self, Body, trouble};
use super::guard::Guard;
use super::question::{self, Question};
use super::row::Row;
use super::{Looking, assets, entrance, event, lines, list, live, replay, requeue, row, summary};

const BODY_BYTES_MAX: usize = 64 * 1024;
const STREAM: &str = "text/event-stream";
const LINES: &str = "application/x-ndjson";

/// What the page looks at.
#[derive(Serialize)]
struct About<'a> {
    version: &'static str,
    place: &'a str,
    has_overflow: bool,
    has_tokens: bool,
}

pub async fn answer(looking: Arc<Looking>, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let guard = &looking.guard;
    if !guard.is_asked(&head.headers) {
        return trouble(StatusCode::MISDIRECTED_REQUEST, "this page is not known by that name: see --host");
    }
    if head.uri.path() == "/" {
        return match head.method {
            Method::GET | Method::HEAD => entrance::answer(guard, &head, body).await,
            Method::POST if Guard::is_own(&head.method, &head.headers) => entrance::answer(guard, &head, body).await,
            _ => trouble(StatusCode::FORBIDDEN, "only this page itself may ask that"),
        };
    }
    if !Guard::is_own(&head.method, &head.headers) {
        return trouble(StatusCode::FORBIDDEN, "only this page itself may ask that");
    }
    if let Some(file) = Some(head.uri.path()).filter(|_| head.method == Method::GET).and_then(assets::file) {
        return file;
    }
    if !guard.knows(&head.headers) {
        return trouble(StatusCode::UNAUTHORIZED, "open the URL that hooklog ui printed");
    }
    match Question::read(head.uri.query().unwrap_or_default()) {
        Ok(question) => api(looking, &head, question, body).await,
        Err(error) => trouble(StatusCode::BAD_REQUEST, &format!("{error:#}")),
    }
}

async fn api(looking: Arc<Looking>, head: &Parts, question: Question, body: Incoming) -> Response<Body> {
    match (head.method.as_str(), head.uri.path()) {
        ("GET", "/api/about") => answer::json(Ok(about(&looking))),
        ("GET", "/api/event") => answer::json(event::read(&looking, &question).await),
        ("GET", "/api/list") => lines::answer(LINES, |lines| list::write(looking, question, lines)),
        ("GET", "/api/live") => {
            let last = last_heard(head);
            lines::answer(STREAM, |lines| live::write(looking, question, last, lines))
        }
        ("GET", "/api/rows") => answer::json(rows(&looking, question).await),
        ("GET", "/api/summary") => lines::answer(LINES, |lines| summary::write(looking, question, lines)),
        ("POST", "/api/replay") => answer::json(replay(&looking, &question, body).await),
        ("POST", "/api/requeue") => answer::json(requeue::move_on(&looking, &question).await),
        _ => trouble(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}

fn about(looking: &Looking) -> About<'_> {
    About {
        version: env!("CARGO_PKG_VERSION"),
        place: &looking.place,
        has_overflow: looking.overflow.is_some(),
        has_tokens: looking.tokens.is_some(),
    }
}

async fn rows(looking: &Looking, question: Question) -> Result<Vec<Row>> {
    let store = question.room.store(looking)?;
    Ok(row::read(store, question.room, question.keys).map(|(row, _)| row).collect().await)
}

async fn replay(looking: &Looking, question: &Question, body: Incoming) -> Result<replay::Answered> {
    replay::post(looking, question, &order(body).await?).await
}

async fn order<T: DeserializeOwned>(body: Incoming) -> Result<T> {
    serde_json::from_slice(&read(body).await?).context("the order cannot be read")
}

/// The body of a request.
pub async fn read(body: Incoming) -> Result<Bytes> {
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    Ok(body.map_err(|error| anyhow::anyhow!(error)).context("the request cannot be read")?.to_bytes())
}

/// When a browser that comes back heard something last: after a broken connection it says so by itself.
fn last_heard(head: &Parts) -> Option<Timestamp> {
    let id = head.headers.get("last-event-id").and_then(|id| id.to_str().ok().map(str::to_owned));
    let id = id.or_else(|| question::value(head.uri.query().unwrap_or_default(), "heard"))?;
    Timestamp::from_millisecond(id.parse().ok()?).ok()
}

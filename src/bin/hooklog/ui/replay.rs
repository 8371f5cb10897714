//! Posting one event again, and showing what came back.

use anyhow::{Context as _, Result};
use hooklog::record::Kept;
use hyper::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

use super::event;
use super::question::Question;
use super::{Looking, room::Room};
use crate::sender::{FORM, Post, Sender};

const SHOWN_BYTES_MAX: usize = 64 * 1024;

/// What is asked for.
#[derive(Deserialize)]
pub struct Order {
    to: String,
    /// The application token to put back; nothing of it is kept.
    #[serde(default)]
    token: String,
}

/// What came back.
#[derive(Serialize)]
pub struct Answered {
    status: u16,
    ms: u64,
    media_type: Option<String>,
    body: String,
    cut: bool,
    redacted: Vec<String>,
}

pub async fn post(looking: &Looking, question: &Question, order: &Order) -> Result<Answered> {
    let (_, json) = event::object(looking, question).await?;
    let kept = Kept::read(&json).context("it has no form to post")?;
    // What nobody proved is not posted as if somebody had.
    let tokens: Vec<_> = Some(order.token.clone())
        .filter(|token| !token.is_empty() && question.room != Room::Rejected)
        .into_iter()
        .collect();
    let form = kept.resend(&tokens).context("it makes no form")?;
    let sender = Sender::new(order.to.trim())?;
    let post = Post { query: form.query.as_deref(), content_type: FORM, body: form.body.as_bytes() };
    let answer = sender.post(&post).await?;
    let shown = answer.body.get(..SHOWN_BYTES_MAX.min(answer.body.len())).unwrap_or_default();
    Ok(Answered {
        status: answer.status,
        ms: answer.ms(),
        media_type: answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned),
        body: String::from_utf8_lossy(shown).into_owned(),
        cut: shown.len() < answer.body.len(),
        redacted: form.redacted,
    })
}

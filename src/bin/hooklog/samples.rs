//! The sample deliveries: one request for each thing that Bitrix24 sends, with made-up secrets.

use anyhow::{Context as _, Result};
use hooklog::event::Event;
use hooklog::form::{Form, Limits, decode};
use hooklog::verify::Claim;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde::Deserialize;

use crate::sender::{FORM, Post};

const LINES: &str = include_str!("../../../data/samples.jsonl");

/// One delivery.
#[derive(Clone, Deserialize)]
pub struct Sample {
    pub name: String,
    pub path_and_query: String,
    pub content_type: String,
    pub body: String,
}

pub fn all() -> Result<Vec<Sample>> {
    LINES.lines().map(|line| serde_json::from_str(line).context("a sample is no JSON object")).collect()
}

impl Sample {
    /// A form that somebody wrote.
    pub fn of_form(name: String, body: String) -> Self {
        Self { name, path_and_query: String::new(), content_type: FORM.to_owned(), body }
    }

    /// The event code as the record's type would say it; nothing for what is no form.
    pub fn code(&self) -> Option<String> {
        self.read(|form| Event::read(form, |_| false).code.as_str().to_owned())
    }

    /// The application token that the sample carries.
    pub fn application_token(&self) -> Option<String> {
        self.read(|form| {
            let token = Claim::read(form, None).application_token?;
            String::from_utf8(token.reveal().to_vec()).ok()
        })?
    }

    /// The query, percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.path_and_query.split_once('?').map(|(_, query)| query)
    }

    /// The sample as it is posted.
    pub fn post(&self) -> Post<'_> {
        Post { query: self.query(), content_type: &self.content_type, body: self.body.as_bytes() }
    }

    /// Is it one that no portal sends? Such samples try a receiver's patience.
    pub fn is_malformed(&self) -> bool {
        self.name.starts_with("edge-")
    }

    /// Says that the portal made the event now; where the form has no `ts`, it stays without.
    pub fn made_at(mut self, now: Timestamp) -> Self {
        let ts = format!("ts={}", now.as_second());
        let field = |field: &str| if field.starts_with("ts=") { ts.clone() } else { field.to_owned() };
        self.body = self.body.split('&').map(field).collect::<Vec<_>>().join("&");
        self
    }

    /// Puts another application token in the place of the sample's; where it has none, it stays without.
    pub fn with_token(mut self, token: &str) -> Self {
        let token = percent_encode(token.as_bytes(), NON_ALPHANUMERIC);
        let fields = self.body.split('&').map(|field| {
            let name = field.split('=').next().unwrap_or_default();
            let mut decoded = Vec::new();
            decode(name.as_bytes(), &mut decoded);
            if decoded == b"auth[application_token]" { format!("{name}={token}") } else { field.to_owned() }
        });
        self.body = fields.collect::<Vec<_>>().join("&");
        self
    }

    fn read<T>(&self, read: impl FnOnce(&Form) -> T) -> Option<T> {
        let is_form = self.content_type.starts_with(FORM);
        let form = Form::parse(self.body.as_bytes(), &Limits::default()).ok()?;
        is_form.then(|| read(&form))
    }
}

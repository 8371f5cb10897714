//! The events that are given: a task that was added in the project's own sample portal, each time another task.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// The application token of the sample, and its digest as the settings take it.
pub const TOKEN: &str = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
pub const TOKENS: &str = "portal-1=sha256:186574d83ca85dfd4ddfb76fc2d8b935cf59f1ce8e2521c5d07b8399939acc78";

const TASK: &str = "data%5BFIELDS_AFTER%5D%5BID%5D=";

/// A function URL's event with a form in it.
pub struct Sample {
    event: Value,
    form: String,
}

impl Sample {
    pub fn read() -> Result<Self> {
        let mut event: Value = serde_json::from_str(include_str!("../../../events/webhook.json"))?;
        let form = BASE64_STANDARD.decode(event["body"].take().as_str().context("the sample has no body")?)?;
        Ok(Self { event, form: String::from_utf8(form)? })
    }

    /// The event of the task with this number.
    pub fn event(&self, task: u64) -> Vec<u8> {
        let form = self.form.replacen(&format!("{TASK}9&"), &format!("{TASK}{task}&"), 1);
        let mut event = self.event.clone();
        event["body"] = BASE64_STANDARD.encode(form).into();
        event.to_string().into_bytes()
    }
}

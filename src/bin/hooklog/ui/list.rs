//! The list, newest first: a page of keys, or, where a text or an entity is asked for, the objects that have it.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use hooklog::record::EventKey;
use hooklog::store::Store;
use hooklog::telemetry::with_causes;
use serde::Serialize;

use super::Looking;
use super::lines::{Gone, Lines};
use super::page_of_keys::{self, PageOfKeys};
use super::question::Question;
use super::row::{self, Row};

/// So many keys are a page: more than any screen shows, and one LIST of S3 mostly.
const PAGE: usize = 500;
/// A search reads so many objects, and finds so many, before it asks whether to go on.
const LOOKED_MAX: usize = 5000;
const FOUND_MAX: usize = 200;
/// How often it says how far it is.
const LOOKED_STEP: usize = 100;

/// A line of the answer.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Keys(Vec<String>),
    Found(Row),
    Looked { count: usize, at: i64 },
    Error(String),
    End { more: bool, before: Option<String> },
}

pub async fn write(looking: Arc<Looking>, question: Question, lines: Lines) -> Result<(), Gone> {
    let store = match question.room.store(&looking) {
        Ok(store) => store.clone(),
        Err(error) => return lines.say(&Line::Error(format!("{error:#}"))).await,
    };
    if question.reads_objects() {
        return search(&store, &question, &lines).await;
    }
    let page = page_of_keys::read(&store, &question, question.before.as_ref(), PAGE).await;
    tell(&page, &lines).await?;
    let keys: Vec<_> = page.keys.iter().map(|key| question.room.object(key)).collect();
    let before = keys.last().cloned();
    lines.say(&Line::Keys(keys)).await?;
    lines.say(&Line::End { more: page.is_more, before }).await
}

async fn search(store: &Store, question: &Question, lines: &Lines) -> Result<(), Gone> {
    let (mut looked, mut found) = (0_usize, 0_usize);
    let mut before = question.before.clone();
    loop {
        let page = page_of_keys::read(store, question, before.as_ref(), PAGE).await;
        tell(&page, lines).await?;
        let mut rows = pin!(row::read(store, question.room, page.keys.clone()));
        let mut keys = page.keys.into_iter();
        while let (Some((row, json)), Some(key)) = (rows.next().await, keys.next()) {
            looked = looked.saturating_add(1);
            if looked.is_multiple_of(LOOKED_STEP) {
                lines.say(&Line::Looked { count: looked, at: key.received().as_millisecond() }).await?;
            }
            if matches(question, &row, &json) {
                found = found.saturating_add(1);
                lines.say(&Line::Found(row)).await?;
            }
            before = Some(key);
            if found >= FOUND_MAX || looked >= LOOKED_MAX {
                break;
            }
        }
        let is_over = keys.len() == 0 && !page.is_more;
        if is_over || found >= FOUND_MAX || looked >= LOOKED_MAX {
            let at = before.as_ref().map_or(0, |key: &EventKey| key.received().as_millisecond());
            lines.say(&Line::Looked { count: looked, at }).await?;
            let before = before.map(|key| question.room.object(&key));
            return lines.say(&Line::End { more: !is_over, before }).await;
        }
    }
}

/// Has the object what is asked for? One that cannot be read is shown, so that somebody sees it.
pub fn matches(question: &Question, row: &Row, json: &[u8]) -> bool {
    let is_about = question.selection.subject.is_none() || question.selection.subject == row.members.subject;
    let has_text = question.text.as_ref().is_none_or(|text| has_text(json, text));
    row.error.is_some() || is_about && has_text
}

/// The text is looked for as JSON writes it: quotes and backslashes have one before them.
fn has_text(json: &[u8], text: &str) -> bool {
    let quoted = serde_json::Value::from(text.to_lowercase()).to_string();
    String::from_utf8_lossy(json).to_lowercase().contains(quoted.trim_matches('"'))
}

async fn tell(page: &PageOfKeys, lines: &Lines) -> Result<(), Gone> {
    for unread in &page.unread {
        lines.say(&Line::Error(with_causes(unread))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_it_was_written() {
        let json = r#"{"a":"say \"Привет\"\n<b>"}"#.as_bytes();
        for text in ["привет", "ПРИВЕТ", "say \"", "<B>", "\"привет\"\n"] {
            assert!(has_text(json, text), "{text}");
        }
        assert!(!has_text(json, "прощай"));
    }
}

//! A row of the list: what an object says in one line.

use futures_util::stream::{self, Stream, StreamExt as _};
use hooklog::record::EventKey;
use hooklog::store::Store;
use hooklog::telemetry::with_causes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::room::Room;

/// So many objects are asked for at once.
const READ_AT_ONCE: usize = 16;
const PREVIEW_CHARACTERS_MAX: usize = 200;
/// What every event says, or the columns say already.
const NOT_PREVIEWED: [&str; 5] = ["event", "event_handler_id", "auth", "ts", "event_id"];

/// What the page shows of an object in its list.
#[derive(Debug, Default, Serialize)]
pub struct Row {
    pub key: String,
    #[serde(flatten)]
    pub members: Members,
    pub bytes: usize,
    pub preview: String,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The record's members that the list shows, as they are kept.
#[derive(Debug, Default, Serialize)]
pub struct Members {
    pub subject: Option<String>,
    time: Option<String>,
    contenthash: Option<String>,
    tokenname: Option<String>,
    reason: Option<String>,
}

/// Reads these objects, in this order, and gives each with its bytes.
pub fn read(store: &Store, room: Room, keys: Vec<EventKey>) -> impl Stream<Item = (Row, Vec<u8>)> + use<> {
    let store = store.clone();
    stream::iter(keys).map(move |key| read_one(store.clone(), room.object(&key))).buffered(READ_AT_ONCE)
}

async fn read_one(store: Store, key: String) -> (Row, Vec<u8>) {
    let json = match store.get(&key).await {
        Ok(Some(json)) => json,
        Ok(None) => return (Row::broken(key, "it is gone: somebody removed it meanwhile".to_owned()), Vec::new()),
        Err(error) => return (Row::broken(key, with_causes(&error)), Vec::new()),
    };
    let row = match serde_json::from_slice::<Map<String, Value>>(&json) {
        Ok(record) => Row::new(key, &record, json.len()),
        Err(error) => Row::broken(key, format!("it is no record: {error}")),
    };
    (row, json)
}

impl Row {
    fn new(key: String, record: &Map<String, Value>, bytes: usize) -> Self {
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let members = Members {
            subject: text("subject"),
            time: text("time"),
            contenthash: text("contenthash"),
            tokenname: text("tokenname"),
            reason: text("reason"),
        };
        let mut preview = Preview::default();
        if let Some(Value::Object(data)) = record.get("data") {
            let told = data.iter().filter(|(name, _)| !NOT_PREVIEWED.contains(&name.as_str()));
            told.for_each(|(name, value)| preview.put(name, value, name == "data"));
        }
        Self { key, members, bytes, preview: preview.text, error: None }
    }

    fn broken(key: String, error: String) -> Self {
        Self { key, error: Some(error), ..Self::default() }
    }
}

/// The leaves of a tree on one line, as far as they fit.
#[derive(Default)]
struct Preview {
    text: String,
    characters: usize,
}

impl Preview {
    /// Bitrix24 puts what matters below `data`, so that this name says nothing.
    fn put(&mut self, name: &str, value: &Value, is_top: bool) {
        if self.characters >= PREVIEW_CHARACTERS_MAX {
            return;
        }
        let below = |key: &str| if is_top { key.to_owned() } else { format!("{name}.{key}") };
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| self.put(&below(key), value, false)),
            Value::Array(items) => {
                (0_usize..).zip(items).for_each(|(index, value)| self.put(&below(&index.to_string()), value, false));
            }
            Value::String(text) => self.push(&format!("{name}={text}")),
            Value::Null | Value::Bool(_) | Value::Number(_) => self.push(&format!("{name}={value}")),
        }
    }

    fn push(&mut self, leaf: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let left = PREVIEW_CHARACTERS_MAX.saturating_sub(self.characters);
        self.text.extend(leaf.chars().map(|c| if c.is_control() { ' ' } else { c }).take(left));
        self.characters = self.text.chars().count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_matters_on_one_line() {
        let record = r#"{"subject":"9","time":"2026-11-24T09:22:44Z","data":{"event":"ONTASKADD","auth":{"x":"y"},
            "data":{"FIELDS":{"ID":"9","TAGS":["a","b\nc"]}},"ts":"1"}}"#;
        let row = Row::new(String::new(), &serde_json::from_str(record).unwrap(), 1);
        assert_eq!(row.preview, "FIELDS.ID=9 FIELDS.TAGS.0=a FIELDS.TAGS.1=b c");
        assert_eq!(row.members.subject.as_deref(), Some("9"));
    }

    #[test]
    fn a_long_payload_is_cut() {
        let record = serde_json::json!({"data": {"a": "я".repeat(500), "b": "1"}});
        let row = Row::new(String::new(), record.as_object().unwrap(), 1);
        assert_eq!(row.preview.chars().count(), PREVIEW_CHARACTERS_MAX);
    }
}

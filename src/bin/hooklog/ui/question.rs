//! What the page asks for, out of a query.

use anyhow::{Context as _, Result};
use hooklog::record::EventKey;
use hooklog::select::{Moment, Selection};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::form_urlencoded;

use super::room::Room;
use crate::setup;

/// A part of a room's events.
#[derive(Debug)]
pub struct Question {
    pub room: Room,
    pub selection: Selection,
    /// Stands in the record, in any letter case.
    pub text: Option<String>,
    /// The list goes on before this one.
    pub before: Option<EventKey>,
    /// The objects that are asked for.
    pub keys: Vec<EventKey>,
    pub zone: TimeZone,
    pub now: Timestamp,
}

impl Question {
    pub fn read(query: &str) -> Result<Self> {
        let now = setup::now();
        let values = |name| values(query, name);
        let value = |name| value(query, name);
        let zone = value("zone").and_then(|zone| TimeZone::get(&zone).ok()).unwrap_or_else(TimeZone::system);
        let room = Room::read(&value("room").unwrap_or_default())?;
        let moment = |name| value(name).map(|text| text.parse::<Moment>().with_context(|| format!("{name}={text}")));
        let since = moment("since").transpose()?.map(|since| since.start(now, &zone)).transpose()?;
        let until = moment("until").transpose()?.map(|until| until.end(now, &zone)).transpose()?;
        let portals = values("portal").flat_map(|text| list(&text)).filter_map(|text| text.parse().ok()).collect();
        let codes = values("code").flat_map(|text| list(&text)).filter_map(|text| text.parse().ok()).collect();
        Ok(Self {
            room,
            selection: Selection { since, until, portals, codes, subject: value("subject") },
            text: value("text"),
            before: value("before").map(|key| room.key(&key)).transpose()?,
            keys: values("key").map(|key| room.key(&key)).collect::<Result<_>>()?,
            zone,
            now,
        })
    }

    /// Must objects be read to tell which are meant?
    pub fn reads_objects(&self) -> bool {
        self.text.is_some() || self.selection.subject.is_some()
    }

    /// What the keys alone can tell.
    pub fn of_keys(&self) -> Selection {
        Selection { subject: None, ..self.selection.clone() }
    }
}

/// The first value that a query has under this name.
pub fn value(query: &str, name: &'static str) -> Option<String> {
    values(query, name).next()
}

fn values(query: &str, name: &'static str) -> impl Iterator<Item = String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.filter(move |(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}

fn list(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "01a20cdd-6647-7832-8707-070707070707_a.example_ONTASKADD.json";

    #[test]
    fn a_query_says_what_is_meant() {
        let query =
            "portal=a.example,b.example&code=ONTASK*&since=2026-11-24&until=2026-11-24&zone=Europe/Moscow&text=%D1%8F";
        let found = Question::read(query).unwrap();
        assert_eq!(found.selection.since.unwrap().to_string(), "2026-11-23T21:00:00Z");
        assert_eq!(found.selection.until.unwrap().to_string(), "2026-11-24T21:00:00Z");
        let key = EventKey::read(&format!("events/date=2026-11-24/{KEY}")).unwrap();
        assert!(found.selection.allows(&key) && found.reads_objects());
        assert_eq!(found.text.as_deref(), Some("я"));
    }

    #[test]
    fn a_key_of_another_room_is_none() {
        let read = |room: &str, key: &str| Question::read(&format!("room={room}&key={key}")).is_ok();
        assert!(read("events", &format!("events/date=2026-11-24/{KEY}")));
        assert!(read("rejected", &format!("rejected/date=2026-11-24/{KEY}")));
        assert!(!read("events", &format!("rejected/date=2026-11-24/{KEY}")));
        assert!(!read("events", "../secret") && !read("elsewhere", ""));
        assert!(Question::read("since=soon").is_err());
    }
}

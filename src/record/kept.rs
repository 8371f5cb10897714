//! A record as it is read back out of the store.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use super::Malformed;
use crate::form::{Form, FormError, Limits};

/// A record that was kept. What the members mean stands in `schema/event.schema.json`.
#[derive(Debug, Deserialize)]
pub struct Kept {
    /// UUIDv7, made at receipt.
    pub id: Uuid,
    /// `https://` and the portal's domain.
    pub source: String,
    /// `bitrix24.` and the event code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The entity.
    pub subject: Option<String>,
    /// When the portal made the event.
    #[serde(deserialize_with = "timestamp")]
    pub time: Timestamp,
    /// `$_REQUEST`, redacted: ordered, as PHP had it.
    pub data: Form,
    /// When the request came.
    #[serde(deserialize_with = "timestamp")]
    pub receivedtime: Timestamp,
    /// The portal's lasting name.
    pub memberid: Option<String>,
    /// The token that proved the event.
    pub tokenname: Option<String>,
    /// Equal for equal events.
    pub contenthash: Option<String>,
    /// Who sent the request.
    pub sourceip: Option<String>,
    /// The `User-Agent` header.
    pub useragent: Option<String>,
    /// AWS's name for the invocation.
    pub requestid: Option<String>,
    /// The query as sent, beside `rawform`.
    pub rawquery: Option<String>,
    /// The body as sent, where `data` cannot say all that it said.
    pub rawform: Option<String>,
    /// `FILE:LINE` of the log that the event was imported from.
    pub importedfrom: Option<String>,
    /// The title that it had there.
    pub logtitle: Option<String>,
}

impl Kept {
    /// Reads a record's JSON.
    ///
    /// # Errors
    /// What is missing or malformed, and where.
    pub fn read(json: &[u8]) -> Result<Self, Malformed> {
        Ok(serde_json::from_slice(json)?)
    }

    /// The event code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.kind.strip_prefix("bitrix24.").unwrap_or(&self.kind)
    }

    /// The portal's domain.
    #[must_use]
    pub fn portal(&self) -> &str {
        self.source.strip_prefix("https://").unwrap_or(&self.source)
    }

    /// How long the event was on its way, less than zero where the portal's clock is ahead.
    #[must_use]
    pub fn lag(&self) -> SignedDuration {
        self.receivedtime.duration_since(self.time)
    }

    /// `$_REQUEST` with every byte that was kept: out of the raw form where there is one.
    ///
    /// # Errors
    /// [`FormError`] where the raw form is none.
    pub fn request(&self) -> Result<Form, FormError> {
        if self.rawquery.is_none() && self.rawform.is_none() {
            return Ok(self.data.clone());
        }
        let parse =
            |raw: &Option<String>| Form::parse(raw.as_deref().unwrap_or_default().as_bytes(), &Limits::default());
        Form::merge(parse(&self.rawquery)?, &parse(&self.rawform)?)
    }
}

fn timestamp<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::form::print_r;

    fn kept(members: &str) -> Kept {
        let json = format!(
            r#"{{"specversion":"1.0","id":"01a20cdd-6647-7832-8707-070707070707","source":"https://a.example",
            "type":"bitrix24.ONTASKADD","time":"2026-11-24T09:22:44Z","receivedtime":"2026-11-24T09:22:45.959Z",{members}}}"#
        );
        Kept::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_record_is_read_back() {
        let kept = kept(r#""data":{"b":["x"],"a":{"5":"y"}},"subject":"7","futuremember":"z""#);
        assert_eq!((kept.code(), kept.portal(), kept.subject.as_deref()), ("ONTASKADD", "a.example", Some("7")));
        assert_eq!(kept.lag(), SignedDuration::from_millis(1959));
        assert_eq!(serde_json::to_string(&kept.request().unwrap()).unwrap(), r#"{"b":["x"],"a":{"5":"y"}}"#);
    }

    #[test]
    fn every_member_of_the_schema_is_read_back() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../schema/event.schema.json")).unwrap();
        let schema = schema["properties"].as_object().unwrap().keys().map(String::as_str);
        let read = kept(
            r#""data":{},"subject":"1","memberid":"1","tokenname":"1","contenthash":"1","sourceip":"1",
            "useragent":"1","requestid":"1","rawquery":"1","rawform":"1","importedfrom":"1","logtitle":"1""#,
        );
        // Whatever is added must be named here.
        let Kept {
            id: _,
            source: _,
            kind: _,
            time: _,
            data: _,
            receivedtime: _,
            subject,
            memberid,
            tokenname,
            contenthash,
            sourceip,
            useragent,
            requestid,
            rawquery,
            rawform,
            importedfrom,
            logtitle,
        } = read;
        let mut members: BTreeSet<_> = ["id", "source", "type", "time", "data", "receivedtime"].into();
        // What every record has.
        members.extend(["specversion", "datacontenttype"]);
        for (name, value) in [
            ("subject", subject),
            ("memberid", memberid),
            ("tokenname", tokenname),
            ("contenthash", contenthash),
            ("sourceip", sourceip),
            ("useragent", useragent),
            ("requestid", requestid),
            ("rawquery", rawquery),
            ("rawform", rawform),
            ("importedfrom", importedfrom),
            ("logtitle", logtitle),
        ] {
            assert_eq!(value.as_deref(), Some("1"), "{name}");
            members.insert(name);
        }
        assert_eq!(schema.collect::<BTreeSet<_>>(), members);
    }

    #[test]
    fn the_raw_form_gives_the_bytes_that_json_cannot() {
        let kept = kept(r#""data":{"a":"\ufffd"},"rawquery":"q=1","rawform":"a=%FF""#);
        let printed = print_r(kept.request().unwrap().root());
        assert_eq!(printed, b"Array\n(\n    [q] => 1\n    [a] => \xFF\n)\n");
    }
}

//! A record that comes back as a line of an export: kept again under the key that it had.

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{Kept, Malformed, ObjectKey, Record, id_millis, members, raw};
use crate::event::{Code, Domain, is_secret, was_secret};
use crate::form::{Array, Value};
use crate::verify::is_fingerprint;

/// Why a line is no record that hooklog kept.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// No JSON, or a member that is missing or malformed.
    #[error("this is no event's record")]
    Record(#[source] Malformed),
    /// A member that the key cannot be made of.
    #[error("this is no event's record: {member} is not what hooklog writes")]
    Member {
        /// The member's name.
        member: &'static str,
    },
    /// Of two, a reader sees one.
    #[error("a member stands in it twice")]
    Twice,
    /// A secret may be in it, which nobody would see.
    #[error("a member in it is none that hooklog writes")]
    Unknown,
    /// Somebody else wrote it.
    #[error("a secret in it was not replaced by its digest")]
    Secret,
}

impl Record {
    /// Takes a record's JSON as it is. Who wrote it is not asked.
    ///
    /// # Errors
    /// [`NotExported`] where hooklog cannot have written it.
    pub fn exported(json: &[u8]) -> Result<Self, NotExported> {
        let kept = Kept::read(json).map_err(NotExported::Record)?;
        if !members::are_single(json) {
            return Err(NotExported::Twice);
        }
        if !members::are_known(json) {
            return Err(NotExported::Unknown);
        }
        let domain = kept.source.strip_prefix("https://").filter(|domain| !domain.is_empty());
        let domain = domain.ok_or(NotExported::Member { member: "source" })?;
        let domain = Domain::new(&percent_decode_str(domain).decode_utf8_lossy());
        let code = kept.kind.strip_prefix("bitrix24.").and_then(Code::new);
        let code = code.ok_or(NotExported::Member { member: "type" })?;
        if kept.id.get_version_num() != 7 || id_millis(kept.id) != kept.receivedtime.as_millisecond() {
            return Err(NotExported::Member { member: "id" });
        }
        let forms = [&kept.rawquery, &kept.rawform].into_iter().flatten();
        let shows_secret = forms.flat_map(|form| raw::pairs(form.as_bytes()));
        let mut shows_secret = shows_secret.map(|(name, value)| was_secret(&name) && !is_fingerprint(&value));
        if has_secret(kept.data.root()) || shows_secret.any(|shows| shows) {
            return Err(NotExported::Secret);
        }
        let key = ObjectKey::made(kept.receivedtime, kept.id, domain.as_ref(), &code);
        Ok(Self { key, json: Bytes::copy_from_slice(json) })
    }
}

/// Is there a secret that is more than a digest?
fn has_secret(array: Array<'_>) -> bool {
    array.entries().any(|(name, value)| match value {
        Value::Text(text) => is_secret(name) && !is_fingerprint(text),
        Value::Array(below) => is_secret(name) || has_secret(below),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(source: &str, kind: &str, id: &str, data: &str) -> String {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"{kind}","time":"2026-11-24T09:22:44Z",
            "data":{data},"receivedtime":"2026-11-24T09:22:45.959Z"}}"#
        )
    }

    const ID: &str = "01a20cdd-6647-7832-8707-070707070707";

    #[test]
    fn a_record_goes_back_to_its_key() {
        for (source, kind, key) in [
            ("https://a.example", "bitrix24.ONTASKADD", "a.example_ONTASKADD"),
            ("https://unknown", "bitrix24.REQUEST", "unknown_REQUEST"),
            ("https://a%20b:8443", "bitrix24.A B", "a-b-8443_A-B"),
        ] {
            let json = record(source, kind, ID, r#"{"token":"sha256:2d711642"}"#);
            let record = Record::exported(json.as_bytes()).unwrap();
            assert_eq!(record.key.as_str(), format!("events/date=2026-11-24/{ID}_{key}.json"));
            assert_eq!(record.json, json);
        }
    }

    #[test]
    fn what_hooklog_cannot_have_written_is_refused() {
        let check = |json: String, message: &str| {
            assert_eq!(Record::exported(json.as_bytes()).unwrap_err().to_string(), message, "{json}");
        };
        check("{".into(), "this is no event's record");
        check(
            record("http://a", "bitrix24.X", ID, "{}"),
            "this is no event's record: source is not what hooklog writes",
        );
        check(record("https://a", "X", ID, "{}"), "this is no event's record: type is not what hooklog writes");
        let other = ID.replace("6647", "6648");
        check(
            record("https://a", "bitrix24.X", &other, "{}"),
            "this is no event's record: id is not what hooklog writes",
        );
        let secret = "a secret in it was not replaced by its digest";
        check(record("https://a", "bitrix24.X", ID, r#"{"a":[{"token":"x"}]}"#), secret);
        check(record("https://a", "bitrix24.X", ID, r#"{"token":["sha256:2d711642"]}"#), secret);
        let data = r#"{"token":"SECRET","token":"sha256:2d711642"}"#;
        check(record("https://a", "bitrix24.X", ID, data), "a member stands in it twice");
        for member in [r#""access_token":"SECRET""#, r#""specversion":"SECRET""#, r#""datacontenttype":"SECRET""#] {
            let json = record("https://a", "bitrix24.X", ID, "{}").replace(r#""specversion":"1.0""#, member);
            check(json, "a member in it is none that hooklog writes");
        }
    }
}

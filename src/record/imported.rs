//! The record of an event out of an old log. Nobody verified it when it came, and its record shows that: `importedfrom`
//! tells where it stood, and `tokenname` is there only where the token in it is accepted today.

use std::collections::HashMap;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{CloudEvent, Forms, ObjectKey, Receipt, Record, Redaction, attribute};
use crate::event::is_client_id;
use crate::form::{Form, FormError, build_query};
use crate::verify::{Claim, Verified};

/// What a log tells of an event.
#[derive(Debug)]
pub struct Logged<'r> {
    /// `$_REQUEST`: it does not tell what came in the query.
    pub request: &'r Form,
    /// When it was written.
    pub received: Timestamp,
    /// What the script called it.
    pub title: &'r str,
    /// `FILE:LINE`
    pub origin: &'r str,
}

/// The entries of one log that were met so far, to tell equal ones apart.
///
/// They are told by 64 bits of a digest: two that share them by chance get different ids as well.
#[derive(Debug, Default)]
pub struct Twins(HashMap<u64, u32>);

impl Twins {
    /// How many equal entries came before this one.
    fn count(&mut self, twin: u64) -> u32 {
        let count = self.0.entry(twin).or_default();
        let before = *count;
        *count = count.saturating_add(1);
        before
    }
}

/// Why a log's entry did not become a record.
#[derive(Debug, thiserror::Error)]
#[error("the entry cannot be written as a record")]
pub struct NotImported(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Record {
    /// Makes the record of a log's entry; with `verified` where the claim's token is accepted.
    ///
    /// The same entry of the same log always gets the same id and key, so that importing twice makes no doubles.
    ///
    /// # Errors
    /// As [`Record::new`], and where a form is longer than any.
    pub fn imported(
        claim: &Claim<'_>,
        verified: Option<Verified<'_>>,
        logged: &Logged<'_>,
        twins: &mut Twins,
    ) -> Result<Self, NotImported> {
        let query = possible_query(logged.request).map_err(|error| NotImported(error.into()))?;
        let body = if logged.request.is_lossless() { String::new() } else { build_query(logged.request.root()) };
        let forms = Forms { raw_query: b"", raw_body: body.as_bytes(), query: &query, request: logged.request };
        let redaction = Redaction::of_log(claim.tokens(), &forms);
        let receipt = Receipt::new(logged.received, [0; 10]);
        let event = CloudEvent::new(claim, &forms, &receipt, &redaction).map_err(|error| NotImported(error.into()))?;
        let id = id(logged.received, &event.contenthash, twins);
        let event = CloudEvent {
            id,
            tokenname: verified.as_ref().map(Verified::token_name),
            importedfrom: attribute(logged.origin, &redaction),
            logtitle: attribute(logged.title, &redaction),
            ..event
        };
        let json = serde_json::to_vec(&event).map_err(|error| NotImported(error.into()))?.into();
        let receipt = Receipt { id, ..receipt.clone() };
        Ok(Self { key: ObjectKey::event(&receipt, &claim.event), json })
    }
}

/// A `UUIDv7` of the moment and of what the entry says: a log has no other name for it.
fn id(received: Timestamp, content_hash: &str, twins: &mut Twins) -> Uuid {
    let millis = u64::try_from(received.as_millisecond()).unwrap_or(0);
    let entry = Sha256::new().chain_update(millis.to_be_bytes()).chain_update(content_hash);
    let twin = entry.clone().finalize().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let digest = entry.chain_update(twins.count(twin).to_be_bytes()).finalize();
    let random = digest.first_chunk().unwrap_or(&[0; 10]);
    uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid()
}

/// What may have come in the query, as far as it is a secret only there.
fn possible_query(request: &Form) -> Result<Form, FormError> {
    let mut query = Form::new();
    for (name, _) in request.root().entries().filter(|(name, _)| is_client_id(name)) {
        query.root_mut().insert_text(name, "")?;
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Limits;
    use crate::verify::Tokens;

    const TOKEN: &str = "1sv6hyc1xqschcvz0jd272vrh872xu8e";

    fn imported(body: &str, tokens: &str, twins: &mut Twins) -> serde_json::Value {
        let request = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
        let tokens: Tokens = tokens.parse().unwrap();
        let claim = Claim::read(&request, None);
        let logged = Logged {
            request: &request,
            received: "2022-12-04T18:38:52Z".parse().unwrap(),
            title: "incoming",
            origin: "hook.log:2",
        };
        let record = Record::imported(&claim, tokens.verify(&claim).ok(), &logged, twins).unwrap();
        let mut json: serde_json::Value = serde_json::from_slice(&record.json).unwrap();
        assert!(record.key.as_str().contains(json["id"].as_str().unwrap()));
        json["key"] = record.key.as_str().into();
        json
    }

    #[test]
    fn an_entry_is_an_event_whose_record_says_where_it_came_from() {
        let body = format!(
            "event=ONTASKADD&data[ID]=9&ts=1670179131&auth[domain]=a.example&auth[member_id]=m1&auth[application_token]={TOKEN}"
        );
        let record = imported(&body, "other=x", &mut Twins::default());
        let expected = serde_json::json!({
            "specversion": "1.0",
            "id": record["id"],
            "source": "https://a.example",
            "type": "bitrix24.ONTASKADD",
            "subject": "9",
            "time": "2022-12-04T18:38:51Z",
            "datacontenttype": "application/json",
            "data": {
                "event": "ONTASKADD", "data": {"ID": "9"}, "ts": "1670179131",
                "auth": {"domain": "a.example", "member_id": "m1", "application_token": "sha256:186574d8"},
            },
            "receivedtime": "2022-12-04T18:38:52.000Z",
            "memberid": "m1",
            "contenthash": record["contenthash"],
            "importedfrom": "hook.log:2",
            "logtitle": "incoming",
            "key": format!("events/date=2022-12-04/{}_a.example_ONTASKADD.json", record["id"].as_str().unwrap()),
        });
        assert_eq!(record, expected);
        assert!(record["id"].as_str().unwrap().starts_with("0184de6f-1260-7"), "{}", record["id"]);
        assert_eq!(imported(&body, &format!("hook={TOKEN}"), &mut Twins::default())["tokenname"], "hook");
    }

    #[test]
    fn equal_entries_are_told_apart_in_a_log_and_known_again_in_its_copy() {
        let ids = || {
            let mut twins = Twins::default();
            ["a=1", "a=1", "a=2", "a=1"].map(|body| imported(body, "x", &mut twins)["id"].clone())
        };
        let once = ids();
        assert_eq!(once, ids());
        assert_eq!(once.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }

    #[test]
    fn what_was_redacted_before_is_left_as_it_is() {
        let once = imported("auth[application_token]=x&password=x&a[client_id]=1", "y", &mut Twins::default());
        assert_eq!(once["data"]["auth"]["application_token"], "sha256:2d711642");
        let again = "auth[application_token]=sha256:2d711642&password=sha256:2d711642&a[client_id]=1";
        let again = imported(again, "y", &mut Twins::default());
        assert_eq!((&again["data"], &again["id"]), (&once["data"], &once["id"]));
        let odd = imported("password=sha256:2d711642&a=%FF", "y", &mut Twins::default());
        assert_eq!(odd["rawform"], "password=sha256%3A2d711642&a=%FF");
    }

    #[test]
    fn a_client_id_at_the_top_may_have_been_the_querys() {
        let record = imported("CLIENT_ID=x&data[client_id]=x", "y", &mut Twins::default());
        assert_eq!(record["data"]["data"]["client_id"], "sha256:2d711642");
        assert_eq!(record["data"]["CLIENT_ID"], "sha256:2d711642");
    }
}

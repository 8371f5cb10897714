//! What a form means to Bitrix24: its kind, event code, portal, entity and time, and which of its names are secrets.
//!
//! Everything here is read from the body's own tree. Whether the portal really sent it is [`verify`](crate::verify)'s
//! question; until then these are only claims.

mod envelope;
mod kind;
mod label;
mod secret;

use std::borrow::Cow;

use jiff::Timestamp;

use crate::form::{Array, Form, Value};
use envelope::Envelope;
pub use kind::Kind;
pub use label::{Code, Domain, plain};
pub use secret::{NAMELESS_BYTES_MIN, ends_in_secret, is_client_id, is_secret, was_client_id, was_secret};

/// What one form says happened.
#[derive(Debug)]
pub struct Event<'f> {
    /// Which of Bitrix24's senders made the form.
    pub kind: Kind,
    /// The event code in upper case, or the word that stands for one.
    pub code: Code,
    /// `auth[domain]`.
    pub domain: Option<Domain>,
    /// `auth[member_id]`, the portal's lasting name: 32 hex digits, public.
    pub member_id: Option<Cow<'f, str>>,
    /// The entity that the event is about.
    pub subject: Option<Cow<'f, str>>,
    /// `ts`: when the portal made the event, in whole seconds.
    pub sent: Option<Timestamp>,
}

impl<'f> Event<'f> {
    /// Reads the event out of a body's tree. Any tree is some event; nothing here refuses. Names go into keys and log
    /// lines, so one that `shows` a secret counts as absent.
    pub fn read(body: &'f Form, shows: impl Fn(&str) -> bool) -> Self {
        let root = body.root();
        let envelope = Envelope::read(root);
        let kind = Kind::of(&envelope);
        let auth = envelope.auth.unwrap_or_default();
        let name = |text: Option<Cow<'f, str>>| text.filter(|text| !text.is_empty() && !shows(text));
        Self {
            kind,
            code: name(envelope.event).as_deref().and_then(Code::new).unwrap_or_else(|| kind.code()),
            domain: name(auth.domain).as_deref().and_then(Domain::new),
            member_id: name(auth.member_id),
            subject: name(subject(root)),
            sent: envelope.ts.as_deref().and_then(timestamp),
        }
    }
}

/// `data[FIELDS][ID]`, `data[FIELDS_AFTER][ID]`, `data[ID]`, the calendar's `data[id]`, a scalar `data`,
/// or `document_id[2]`: the first that is a text and not empty.
fn subject(root: Array<'_>) -> Option<Cow<'_, str>> {
    const PLACES: [&[&str]; 6] = [
        &["data", "FIELDS", "ID"],
        &["data", "FIELDS_AFTER", "ID"],
        &["data", "ID"],
        &["data", "id"],
        &["data"],
        &["document_id", "2"],
    ];
    PLACES.iter().filter_map(|path| text_at(root, path)).find(|text| !text.is_empty())
}

fn text_at<'f>(root: Array<'f>, path: &[&str]) -> Option<Cow<'f, str>> {
    path.iter().try_fold(Value::Array(root), |value, name| value.as_array()?.get(name))?.as_str()
}

/// A `ts` of whole seconds since 1970. What is not a number, or no date that RFC 3339 can write, is no time.
fn timestamp(ts: &str) -> Option<Timestamp> {
    let second = ts.parse().ok().filter(|second| *second > 0)?;
    Timestamp::from_second(second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Limits;

    fn form(body: &str) -> Form {
        Form::parse(body.as_bytes(), &Limits::default()).unwrap()
    }

    fn check_subject(body: &str, subject: Option<&str>) {
        assert_eq!(Event::read(&form(body), |_| false).subject.as_deref(), subject, "{body}");
    }

    #[test]
    fn the_subject_is_the_entity() {
        check_subject("data[FIELDS][ID]=7", Some("7"));
        check_subject("data[FIELDS_BEFORE]=undefined&data[FIELDS_AFTER][ID]=9", Some("9"));
        check_subject("data[ID]=5&data[id]=6", Some("5"));
        check_subject("data[id]=6", Some("6"));
        check_subject("data=107", Some("107"));
        check_subject("document_id[]=crm&document_id[]=CCrmDocumentDeal&document_id[]=DEAL_1", Some("DEAL_1"));
        check_subject("data[FIELDS][ID][]=7", None);
        check_subject("data[FIELDS][ID]=", None);
        check_subject("event=X", None);
    }

    #[test]
    fn the_time_is_the_senders_or_none() {
        let sent = |body: &str| Event::read(&form(body), |_| false).sent.map(|at| at.to_string());
        assert_eq!(sent("ts=1670179131").as_deref(), Some("2022-12-04T18:38:51Z"));
        for odd in ["ts=", "ts=-1", "ts=0", "ts=1e9", "ts=99999999999999999", "ts[]=1670179131", "x=1"] {
            assert_eq!(sent(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_form_whose_parts_have_odd_shapes_is_still_an_event() {
        let odd = form("event[]=ONTASKADD&auth=text&data[FIELDS]=1&document_id=5");
        let event = Event::read(&odd, |_| false);
        assert_eq!(event.kind, Kind::Other);
        assert_eq!(event.code.as_str(), "REQUEST");
        assert!(event.domain.is_none() && event.member_id.is_none() && event.subject.is_none());
    }
}

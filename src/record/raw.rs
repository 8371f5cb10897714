//! The form as it was sent, for the events whose tree cannot say all of it: percent-encoded, with its secrets masked.

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

use super::redact::Redaction;
use crate::form::decode;

/// Everything that is not printable ASCII. What the sender encoded stays as the sender encoded it.
const UNPRINTABLE: &AsciiSet = &CONTROLS.add(b' ');

pub(super) fn mask(form: &[u8], redaction: &Redaction<'_>) -> String {
    let fields = form.split(|byte| *byte == b'&').map(|field| mask_field(field, redaction));
    fields.collect::<Vec<_>>().join("&")
}

/// The decoded names and values of a form, as they were sent.
pub(super) fn pairs(form: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let pairs = form.split(|byte| *byte == b'&').map(halves);
    pairs.filter_map(|(name, value)| Some((decoded(name), decoded(value?))))
}

fn mask_field(field: &[u8], redaction: &Redaction<'_>) -> String {
    let (name, value) = halves(field);
    let masked = |bytes: &[u8]| redaction.fingerprint(bytes).replace(':', "%3A");
    let sent_name = decoded(name);
    let shown_name = if redaction.is_in(&sent_name) { masked(&sent_name) } else { encode(name) };
    let Some(value) = value else { return shown_name };
    let sent_value = decoded(value);
    if redaction.was_secret(&sent_name) || redaction.is_in(&sent_value) {
        format!("{shown_name}={}", masked(&sent_value))
    } else {
        format!("{shown_name}={}", encode(value))
    }
}

/// Name and value, which the first `=` parts.
fn halves(field: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut halves = field.splitn(2, |byte| *byte == b'=');
    (halves.next().unwrap_or_default(), halves.next())
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, UNPRINTABLE).to_string()
}

fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    decode(bytes, &mut text);
    text
}

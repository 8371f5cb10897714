//! The form as it was sent, for the events whose tree cannot say all of it: percent-encoded, with its secrets masked.

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

use super::redact::{Redaction, fingerprint};
use crate::form::decode;

/// Everything that is not printable ASCII. What the sender encoded stays as the sender encoded it.
const UNPRINTABLE: &AsciiSet = &CONTROLS.add(b' ');

pub(super) fn mask(form: &[u8], redaction: &Redaction<'_>) -> String {
    let fields = form.split(|byte| *byte == b'&').map(|field| mask_field(field, redaction));
    fields.collect::<Vec<_>>().join("&")
}

fn mask_field(field: &[u8], redaction: &Redaction<'_>) -> String {
    let mut halves = field.splitn(2, |byte| *byte == b'=');
    let (name, value) = (halves.next().unwrap_or_default(), halves.next());
    let masked = |bytes: &[u8]| fingerprint(bytes).replace(':', "%3A");
    let shown_name = match decoded(name) {
        name if redaction.is_in(&name) => masked(&name),
        _ => encode(name),
    };
    match value {
        None => shown_name,
        Some(value) if names_a_secret(&decoded(name), redaction) || redaction.is_in(&decoded(value)) => {
            format!("{shown_name}={}", masked(&decoded(value)))
        }
        Some(value) => format!("{shown_name}={}", encode(value)),
    }
}

/// Any part of a name counts, also of one that PHP cuts, drops or rewrites.
fn names_a_secret(name: &[u8], redaction: &Redaction<'_>) -> bool {
    name.split(|byte| matches!(byte, b'[' | b']' | b'.' | b' ' | 0)).any(|part| redaction.is_secret(part))
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, UNPRINTABLE).to_string()
}

fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    decode(bytes, &mut text);
    text
}

//! The content hash: equal for equal events, whatever the order of their fields.
//!
//! It is the SHA-256 of `data` written as JSON without white space, with the names of each object sorted by code
//! point and everything unescaped that may be: in Python,
//! `json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.

use std::io::{self, BufWriter};

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use sha2::{Digest as _, Sha256};

use super::redact::{Redacted, Shown};
use crate::form::Value;
use crate::verify::Digest;

pub(super) fn hash(data: Redacted<'_>) -> Result<Digest, serde_json::Error> {
    // JSON comes in pieces of a few bytes, and each update of a hash costs more than that.
    let mut written = BufWriter::with_capacity(1024, Hasher(Sha256::new()));
    serde_json::to_writer(&mut written, &Canonical(data))?;
    let hasher = written.into_inner().map_err(|error| serde_json::Error::io(error.into_error()))?;
    Ok(Digest::from(hasher.0))
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Canonical<'r>(Redacted<'r>);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.value() {
            Value::Text(_) => self.0.serialize(serializer),
            Value::Array(array) if array.is_list() => {
                let mut seq = serializer.serialize_seq(Some(array.len()))?;
                for (_, value) in array.entries() {
                    seq.serialize_element(&Canonical(self.0.with(value)))?;
                }
                seq.end()
            }
            Value::Array(array) => {
                let mut entries: Vec<_> = array.entries().map(|(name, value)| self.0.entry(name, value)).collect();
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, shown) in entries {
                    match shown {
                        Shown::Value(value) => map.serialize_entry(&name, &Canonical(value))?,
                        Shown::Fingerprint(text) => map.serialize_entry(&name, &text)?,
                    }
                }
                map.end()
            }
        }
    }
}

//! The members of a record that somebody brings: each one that hooklog writes, and each once. What no reader looks at
//! would be kept unseen, and of two members of one name a reader sees one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Those of `schema/event.schema.json`.
const MEMBERS: [&str; 19] = [
    "contenthash",
    "data",
    "datacontenttype",
    "id",
    "importedfrom",
    "logtitle",
    "memberid",
    "rawform",
    "rawquery",
    "receivedtime",
    "requestid",
    "source",
    "sourceip",
    "specversion",
    "subject",
    "time",
    "tokenname",
    "type",
    "useragent",
];

/// Does the record have only members that hooklog writes?
pub(super) fn are_known(json: &[u8]) -> bool {
    let members: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_slice(json);
    members.is_ok_and(|members| {
        members.iter().all(|(name, value)| match name.as_str() {
            "specversion" => value.get() == r#""1.0""#,
            "datacontenttype" => value.get() == r#""application/json""#,
            name => MEMBERS.contains(&name),
        })
    })
}

/// Does no object in it, at any depth, have two members of one name?
pub(super) fn are_single(json: &[u8]) -> bool {
    serde_json::from_slice::<Single>(json).is_ok()
}

/// Any JSON value whose members are single.
struct Single;

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Single {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Self)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_those_of_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../schema/event.schema.json")).unwrap();
        let names: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(MEMBERS));
    }

    #[test]
    fn a_member_that_stands_twice_is_seen_at_any_depth() {
        assert!(are_single(br#"{"a":[{"b":1},{"b":-1.5}],"c":{"b":null,"a":true}}"#));
        assert!(!are_single(br#"{"a":[{"b":1,"c":2,"b":1}]}"#));
        assert!(!are_single(br#"{"a":1,"\u0061":1}"#));
    }
}

//! A tree as JSON and back, in the shape of PHP's `json_encode`.
//!
//! A list is an array, anything else an object with integer keys in decimal; every leaf is a
//! string. With `serde_json` the bytes are those of `json_encode` with the flags
//! `JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_LINE_TERMINATORS |
//! JSON_INVALID_UTF8_SUBSTITUTE`.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::arena::Form;
use super::build::ArrayMut;
use super::lossy::php_lossy;
use super::view::{Array, Value};

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.root().serialize(serializer)
    }
}

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_list() {
            serializer.collect_seq(self.entries().map(|(_, value)| value))
        } else {
            serializer.collect_map(self.entries().map(|(key, value)| (php_lossy(key), value)))
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => serializer.serialize_str(&php_lossy(text)),
            Value::Array(array) => array.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    /// Reads a tree back, in order. Anything but strings, arrays and objects is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Form, D::Error> {
        let mut form = Form::new();
        deserializer.deserialize_any(Fill(form.root_mut()))?;
        Ok(form)
    }
}

/// An array that takes in the JSON array or object it is given.
struct Fill<'f>(ArrayMut<'f>);

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut buffer = itoa::Buffer::new();
        for index in 0_u32.. {
            let key = buffer.format(index);
            let array = &mut self.0;
            if items.next_element_seed(Put { array, key })?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            let array = &mut self.0;
            members.next_value_seed(Put { array, key: &key })?;
        }
        Ok(())
    }
}

/// A place in an array that takes in the JSON value it is given.
struct Put<'a, 'f> {
    array: &'a mut ArrayMut<'f>,
    key: &'a str,
}

impl<'de> DeserializeSeed<'de> for Put<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Put<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string, an array or an object")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.array.insert_text(self.key, text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let below = self.array.insert_array(self.key).map_err(de::Error::custom)?;
        Fill(below).visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let below = self.array.insert_array(self.key).map_err(de::Error::custom)?;
        Fill(below).visit_map(members)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;

    #[track_caller]
    fn check(input: &str, json: &str) {
        let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(serde_json::to_string(&form).unwrap(), json);
        let again: Form = serde_json::from_str(json).unwrap();
        assert_eq!(again.root(), form.root());
    }

    #[test]
    fn a_list_is_an_array_and_anything_else_an_object() {
        check("", "[]");
        check("0=a&1=b", r#"["a","b"]"#);
        check("a[1]=x&a[0]=y", r#"{"a":{"1":"x","0":"y"}}"#);
        check("a[]=x&a[b][]=y&a[08]=z", r#"{"a":{"0":"x","b":["y"],"08":"z"}}"#);
    }

    #[test]
    fn only_what_json_must_have_escaped_is() {
        check("a=%22/\\%0A%E2%80%A8%7F", "{\"a\":\"\\\"/\\\\\\n\u{2028}\u{7F}\"}");
    }

    #[test]
    fn an_index_in_an_object_is_an_index() {
        let form: Form = serde_json::from_str(r#"{"0":"a","1":"b"}"#).unwrap();
        assert!(form.root().is_list());
    }

    #[track_caller]
    fn check_error(json: &str, error: &str) {
        let found = serde_json::from_str::<Form>(json).unwrap_err().to_string();
        assert!(found.starts_with(error), "{found}");
    }

    #[test]
    fn anything_but_strings_is_refused() {
        check_error(r#"{"a":1}"#, "invalid type: integer `1`, expected a string");
        check_error(r#"{"a":[null]}"#, "invalid type: null, expected a string");
        check_error(r#""a""#, "invalid type: string \"a\", expected an array or");
    }

    #[test]
    fn a_tree_that_is_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth + 1), "]".repeat(depth + 1));
        assert!(serde_json::from_str::<Form>(&nested(64)).is_ok());
        check_error(&nested(65), "more than 64 levels of arrays");
    }
}

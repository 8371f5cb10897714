//! Typed views: a tree as a serde data format.
//!
//! Texts are borrowed from the form where they are UTF-8. Forms know texts only, so a number or a
//! truth value is read from its text where the target asks for one. What a text means beyond that
//! (`Y`, an empty number) is for the target's own `deserialize_with`.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::lossy::php_lossy;
use super::shape_error::ShapeError;
use super::view::{Array, Value};

impl<'f> Value<'f> {
    fn visit<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match self {
            Value::Text(text) => match php_lossy(text) {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Value::Array(array) if array.is_list() => array.visit_list(visitor),
            Value::Array(array) => array.visit_map(visitor),
        }
    }

    /// Reads what is not a text from one.
    fn parse<T: FromStr>(self) -> Option<T> {
        str::from_utf8(self.as_text()?).ok()?.parse().ok()
    }
}

impl<'f> Array<'f> {
    /// Reads a type from the array, texts borrowed from the form.
    ///
    /// # Errors
    ///
    /// When the array is not of the shape that the type asks for.
    pub fn view<T: Deserialize<'f>>(self) -> Result<T, ShapeError> {
        T::deserialize(Value::Array(self))
    }

    fn visit_list<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        let items = self.entries().map(|(_, value)| value);
        SeqDeserializer::new(items).deserialize_any(visitor)
    }

    fn visit_map<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        let members = self.entries().map(|(key, value)| (Value::Text(key), value));
        MapDeserializer::new(members).deserialize_any(visitor)
    }
}

/// A number where the text is one; where it is not, the visitor says that it wanted one.
macro_rules! deserialize_numbers {
    ($($method:ident: $number:ty => $visit:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
            match self.parse::<$number>() {
                Some(number) => visitor.$visit(number),
                None => self.visit(visitor),
            }
        }
    )*};
}

impl<'f> Deserializer<'f> for Value<'f> {
    type Error = ShapeError;

    fn deserialize_any<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        self.visit(visitor)
    }

    deserialize_numbers! {
        deserialize_i8: i8 => visit_i8,
        deserialize_i16: i16 => visit_i16,
        deserialize_i32: i32 => visit_i32,
        deserialize_i64: i64 => visit_i64,
        deserialize_u8: u8 => visit_u8,
        deserialize_u16: u16 => visit_u16,
        deserialize_u32: u32 => visit_u32,
        deserialize_u64: u64 => visit_u64,
        deserialize_f32: f32 => visit_f32,
        deserialize_f64: f64 => visit_f64,
    }

    /// `1` and `0` as PHP writes them, `true` and `false` as others do.
    fn deserialize_bool<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match self {
            Value::Text(b"1" | b"true") => visitor.visit_bool(true),
            Value::Text(b"0" | b"false") => visitor.visit_bool(false),
            Value::Text(_) | Value::Array(_) => self.visit(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match self {
            Value::Text(text) => visitor.visit_borrowed_bytes(text),
            Value::Array(_) => self.visit(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        self.deserialize_bytes(visitor)
    }

    /// What is there is something: an absent key is what makes a `None`.
    fn deserialize_option<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'f>>(self, _: &'static str, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_newtype_struct(self)
    }

    /// Lists too: an empty array has no names, and a list must not fill a struct by position.
    fn deserialize_map<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match self {
            Value::Text(_) => self.visit(visitor),
            Value::Array(array) => array.visit_map(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'f>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'f>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        match self {
            Value::Text(text) => visitor.visit_enum(php_lossy(text).into_deserializer()),
            Value::Array(_) => self.visit(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'f>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'f>>
        char str string i128 u128 unit unit_struct seq tuple tuple_struct identifier
    }
}

impl<'f> IntoDeserializer<'f, ShapeError> for Value<'f> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::{DeserializeOwned, IgnoredAny};

    use super::super::{Form, Limits};
    use super::*;

    fn parse(input: &str) -> Form {
        Form::parse(input.as_bytes(), &Limits::default()).unwrap()
    }

    fn read<T: DeserializeOwned>(input: &str) -> Result<T, ShapeError> {
        parse(input).root().view()
    }

    /// Reads the value of `v`.
    fn value<T: DeserializeOwned>(input: &str) -> Result<T, String> {
        let mut fields: BTreeMap<String, T> = read(input).map_err(|error| error.to_string())?;
        Ok(fields.remove("v").unwrap())
    }

    #[derive(Deserialize, PartialEq, Debug)]
    struct Envelope<'f> {
        event: &'f str,
        ts: Option<i64>,
        #[serde(borrow, default)]
        auth: Auth<'f>,
    }

    #[derive(Deserialize, PartialEq, Debug, Default)]
    #[serde(default)]
    struct Auth<'f> {
        domain: Option<&'f str>,
        scopes: Vec<&'f str>,
    }

    #[test]
    fn a_view_borrows_from_the_form() {
        let form = parse("event=E&x=1&auth[scopes][]=a&auth[scopes][]=b&auth[domain]=d&ts=5");
        let envelope = form.root().view::<Envelope>().unwrap();
        let auth = Auth { domain: Some("d"), scopes: vec!["a", "b"] };
        assert_eq!(envelope, Envelope { event: "E", ts: Some(5), auth });
    }

    #[test]
    fn what_is_absent_is_none() {
        let form = parse("event=E");
        let envelope = form.root().view::<Envelope>().unwrap();
        assert_eq!((envelope.ts, envelope.auth), (None, Auth::default()));
    }

    #[test]
    fn numbers_and_truth_values_are_read_from_texts() {
        assert_eq!(value("v=-7"), Ok(-7_i8));
        assert_eq!(value("v=18446744073709551615"), Ok(u64::MAX));
        assert_eq!(value("v=1.5"), Ok(1.5_f64));
        assert_eq!(value("v[]=1&v[]=false"), Ok([true, false]));
        assert_eq!(value("v[-3]=a&v[4]=b"), Ok(BTreeMap::from([(-3, 'a'), (4, 'b')])));
        let error = "a text instead of u8".to_owned();
        assert_eq!(value::<u8>("v=256"), Err(error));
    }

    #[test]
    fn a_list_is_a_sequence_and_any_array_a_map() {
        assert_eq!(value("v[]=a&v[]=b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(value("v[]=a"), Ok(BTreeMap::from([("0".to_owned(), 'a')])));
        assert_eq!(value("v[__Host-x]"), Ok(Vec::<String>::new()));
        assert_eq!(value("v[__Host-x]"), Ok(BTreeMap::<String, String>::new()));
        assert!(value::<Vec<String>>("v[1]=a").is_err());
        assert!(value::<[char; 1]>("v[]=a&v[]=b").is_err());
    }

    #[test]
    fn a_list_does_not_fill_a_struct_by_position() {
        let form = parse("event=E&auth[]=domain");
        let envelope = form.root().view::<Envelope>().unwrap();
        assert_eq!(envelope.auth, Auth::default());
    }

    #[test]
    fn a_newtype_a_variant_and_anything_are_read() {
        #[derive(Deserialize, PartialEq, Debug)]
        struct Id(u32);
        #[derive(Deserialize, PartialEq, Debug)]
        enum Kind {
            Robot,
        }
        assert_eq!(value("v=5"), Ok(Id(5)));
        assert_eq!(value("v=Robot"), Ok(Kind::Robot));
        assert_eq!(value("v[a][]=1"), Ok(IgnoredAny));
        let error = "a text that is none of Robot".to_owned();
        assert_eq!(value::<Kind>("v=secret"), Err(error));
        assert!(value::<Kind>("v[Robot]=1").is_err());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_in_strings() {
        assert_eq!(value("v=%FF"), Ok("\u{FFFD}".to_owned()));
    }

    #[test]
    fn an_error_names_the_target_and_nothing_that_was_sent() {
        #[derive(Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        struct Strict {
            #[expect(dead_code, reason = "only the error is looked at")]
            known: String,
        }
        for (input, error) in [
            ("known[secret]=1", "an array instead of a string"),
            ("known[]=secret", "a list instead of a string"),
            ("secret=1", "a key that is none of known"),
            ("", "missing field `known`"),
        ] {
            assert_eq!(read::<Strict>(input).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn a_field_that_fails_can_be_made_up_for() {
        #[expect(clippy::unnecessary_wraps, reason = "what `deserialize_with` asks for")]
        fn lenient<'f, D: Deserializer<'f>>(from: D) -> Result<Option<i64>, D::Error> {
            Ok(i64::deserialize(from).ok())
        }
        #[derive(Deserialize)]
        struct Lenient {
            #[serde(deserialize_with = "lenient")]
            ts: Option<i64>,
            last: String,
        }
        for input in ["ts=x&last=1", "ts[a]=1&last=1", "ts[]=1&ts[]=2&last=1"] {
            let view: Lenient = read(input).unwrap();
            assert_eq!((view.ts, view.last.as_str()), (None, "1"));
        }
    }
}

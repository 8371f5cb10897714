//! Bytes to a tree: splits a form into fields and puts each where PHP puts it.
//!
//! Follows `php_std_post_handler` in `main/php_variables.c`. What a name means is left to `name`
//! and `walk`, what an array does to `tree`.

use std::iter;

use memchr::{memchr, memchr_iter};

use super::arena::{ArrayId, Form, Slot};
use super::decode::decode;
use super::name::{Name, Step};
use super::sibling::Siblings;
use super::{DEPTH_MAX, FormError, Limits};

/// At first, room is made for one entry in so many bytes: shorter fields are rare, and `&&&&` is
/// none.
const FIELD_BYTES: usize = 8;

/// Room for a name at first; the buffer grows for longer ones.
const NAME_BYTES: usize = 128;

impl Form {
    /// Reads a query or a body as PHP does.
    ///
    /// # Errors
    ///
    /// Above a limit the form is refused, where PHP would cut it or delete what is nested too deep.
    pub fn parse(input: &[u8], limits: &Limits) -> Result<Form, FormError> {
        let separators = memchr_iter(b'&', input).count();
        let entries = separators.saturating_add(1).min(input.len() / FIELD_BYTES);
        let mut reader = Reader {
            form: Form::with_capacity(input.len(), entries),
            depth_max: limits.depth_max.min(DEPTH_MAX),
            decoded_name: Vec::with_capacity(NAME_BYTES),
            siblings: None,
        };
        for (before, field) in fields(input).enumerate() {
            if before >= limits.fields_max {
                let max = limits.fields_max;
                return Err(FormError::TooManyFields { max });
            }
            reader.read_field(field)?;
            if reader.form.nodes > limits.nodes_max {
                let max = limits.nodes_max;
                return Err(FormError::TooManyNodes { max });
            }
        }
        let mut form = reader.form;
        form.lossless &= form.is_utf8();
        Ok(form)
    }

    /// Puts a value at the end of a way.
    fn put(&mut self, array: ArrayId, step: Step, raw_value: &[u8]) -> Result<(), FormError> {
        let start = self.text.len();
        decode(raw_value, &mut self.text);
        let value = self.span_from(start)?;
        match step {
            Step::Key(key) => self.set_text(array, key, value),
            Step::Append => self.append_text(array, value),
        }
    }

    fn is_utf8(&self) -> bool {
        let is_utf8 = |span| str::from_utf8(self.bytes(span)).is_ok();
        self.text.is_ascii()
            || self.entries().iter().all(|entry| {
                is_utf8(entry.key)
                    && match entry.slot {
                        Slot::Text(value) => is_utf8(value),
                        Slot::Array(_) => true,
                    }
            })
    }
}

/// What goes from one field to the next.
struct Reader<'i> {
    form: Form,
    depth_max: usize,
    /// The last name that was decoded; kept for its memory.
    decoded_name: Vec<u8>,
    /// Where the last field stands, if others can be put beside it.
    siblings: Option<Siblings<'i>>,
}

impl<'i> Reader<'i> {
    /// Reads `name=value` or a bare name.
    fn read_field(&mut self, field: &'i [u8]) -> Result<(), FormError> {
        let name_end = memchr(b'=', field).unwrap_or(field.len());
        let (raw_name, raw_value) = field.split_at_checked(name_end).unwrap_or_default();
        let raw_value = raw_value.strip_prefix(b"=").unwrap_or_default();
        if let Some(siblings) = self.siblings
            && let Some(key) = siblings.key_of(raw_name)
        {
            return self.form.put(siblings.array, Step::Key(key), raw_value);
        }
        self.siblings = None;
        self.decoded_name.clear();
        decode(raw_name, &mut self.decoded_name);
        let place = match Name::read(&mut self.decoded_name) {
            Some(name) => self.form.walk(&name, self.depth_max)?,
            None => None,
        };
        let Some(place) = place else {
            self.form.lossless = false;
            return Ok(());
        };
        self.form.lossless &= place.is_whole;
        self.form.put(place.array, place.step, raw_value)?;
        if let Step::Key(key) = place.step
            && place.is_whole
            && place.is_by_keys
        {
            self.siblings = Siblings::of(raw_name, key, place.array);
        }
        Ok(())
    }
}

/// The pieces between `&` that are not empty.
fn fields(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr_iter(b'&', input)
        .chain(iter::once(input.len()))
        .filter_map(move |end| {
            let field = input.get(start..end);
            start = end.saturating_add(1);
            field
        })
        .filter(|field| !field.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    const FEW: Limits = Limits { fields_max: 3, nodes_max: 5, depth_max: 2 };

    #[track_caller]
    fn check(input: &str, error: Option<FormError>) {
        assert_eq!(Form::parse(input.as_bytes(), &FEW).err(), error);
    }

    #[test]
    fn empty_pieces_are_no_fields() {
        check("&&a&&b&c&&", None);
        check("a&b&c&d", Some(FormError::TooManyFields { max: 3 }));
        check("a&=&=&=", Some(FormError::TooManyFields { max: 3 }));
    }

    #[test]
    fn arrays_and_leaves_are_counted() {
        check("a[][]&b[]", None);
        check("a[][]&b[][]", Some(FormError::TooManyNodes { max: 5 }));
    }

    #[test]
    fn a_name_that_is_too_deep_is_refused_also_where_it_is_not_closed() {
        check("a[b][c]d[e]", None);
        check("a[b][c][d]", Some(FormError::TooDeep { max: 2 }));
        check("a[b][c][d", Some(FormError::TooDeep { max: 2 }));
    }

    #[test]
    fn the_depth_has_a_ceiling_of_its_own() {
        let limits = Limits { depth_max: usize::MAX, ..Limits::default() };
        let parse = |groups| Form::parse(format!("a{}", "[x]".repeat(groups)).as_bytes(), &limits);
        assert!(parse(DEPTH_MAX).is_ok());
        let max = DEPTH_MAX;
        assert_eq!(parse(DEPTH_MAX + 1).err(), Some(FormError::TooDeep { max }));
    }

    #[test]
    fn a_field_that_follows_a_sibling_goes_where_its_name_leads() {
        for (input, request) in [
            ("a[b]=1&a[c]=2&a[b]=3", r#"{"a":{"b":"3","c":"2"}}"#),
            ("a[b]=1&a=2&a[c]=3", r#"{"a":{"c":"3"}}"#),
            ("a[b]=1&+a=2&a[c]=3", r#"{"a":{"c":"3"}}"#),
            ("a[b][c]=1&a[b]=2&a[b][d]=3", r#"{"a":{"b":{"d":"3"}}}"#),
            ("a[][b]=1&a[][c]=2", r#"{"a":[{"b":"1"},{"c":"2"}]}"#),
            ("a[b]x[b]=1&a[b]x[c]=2", r#"{"a":{"b":"2"}}"#),
            ("a[b]%00[b]=1&a[b]%00[c]=2", r#"{"a":{"b":"2"}}"#),
            ("a[%30]=1&a[%3A]=2", r#"{"a":{"0":"1",":":"2"}}"#),
        ] {
            let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(serde_json::to_string(&form).unwrap(), request, "{input}");
        }
    }

    #[track_caller]
    fn check_lossless(input: &str, lossless: bool) {
        let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(form.is_lossless(), lossless, "{input}");
    }

    #[test]
    fn a_form_that_the_tree_repeats_is_lossless() {
        for input in ["", "&&", "a", "a=1&b=2", "a%5B+b%5D=%5b+c%20d&", "a=1&a=1", "a[]=x&a[]=y", "a=%D0%BF", "a=%00"] {
            check_lossless(input, true);
        }
    }

    #[test]
    fn a_dropped_field_is_a_loss() {
        for input in [
            "=1",
            "[a]=1",
            "+=1",
            "..Host-a=1",
            "a[__Host-b]=1",
            "__Secure-a[__Host-b]=1",
            "a[9223372036854775807]&a[]",
            "a[9223372036854775807]&a[][b]",
        ] {
            check_lossless(input, false);
        }
    }

    #[test]
    fn a_name_that_is_cut_or_changed_is_a_loss() {
        for input in ["a%00b=1", "a[b]c=1", "a[b][c=1", "a[b=1", "a.b=1", "+a=1"] {
            check_lossless(input, false);
        }
    }

    #[test]
    fn a_value_that_another_replaces_is_a_loss() {
        for input in ["a=1&a=2", "a=1&a[b]=1", "a[b]=1&a=1", "a=&a[]="] {
            check_lossless(input, false);
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_a_loss() {
        for input in ["a=%FF", "%FF=a", "a[%FF]=a", "a=%D0&%BF=a"] {
            check_lossless(input, false);
        }
    }

    #[track_caller]
    fn check_contested(input: &str, contested: bool) {
        let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
        let auth = form.root().get("auth").and_then(Value::as_array);
        let token = auth.is_some_and(|auth| auth.is_contested("token"));
        assert_eq!(form.root().is_contested("auth") || token, contested, "{input}");
    }

    #[test]
    fn different_values_contest_an_entry() {
        for input in [
            "auth[token]=A&auth[token]=B",
            "auth[token]=A&auth%5btoken%5d=B",
            "auth[token]=A&+auth[token]x=B",
            "auth[token]=A&auth=x&auth[token]=A",
            "auth=x&auth[token]=A",
            "auth[token]=A&auth=x",
            "auth[token][]=A&auth[token]=B",
            "auth[token]=A&auth[token][]=B",
        ] {
            check_contested(input, true);
        }
    }

    #[test]
    fn the_same_value_again_and_other_keys_contest_nothing() {
        for input in [
            "auth[token]=A&auth[token]=%41",
            "auth[token]=A&auth[other]=B&auth[]=C",
            "auth[a]=1&auth[a]=2&auth[token]=A&x=1&x=2",
            "auth[other]=A",
        ] {
            check_contested(input, false);
        }
    }

    #[test]
    fn an_entry_in_a_contested_array_is_contested_itself() {
        let form = Form::parse(b"auth=x&auth[a][token]=A", &Limits::default()).unwrap();
        let auth = form.root().get("auth").and_then(Value::as_array).unwrap();
        let below = auth.get("a").and_then(Value::as_array).unwrap();
        assert!(auth.is_contested("a") && below.is_contested("token"));
        assert!(!below.is_contested("absent"));
    }
}

//! Forms as the rest of the program meets them: PHP's recorded answers, and ways there and back.

mod php;
mod trees;

use base64::{Engine, prelude::BASE64_STANDARD};
use hooklog::form::{Array, ArrayMut, Form, FormError, Limits, Value, build_query, print_r};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

fn parse(input: &[u8]) -> Result<Form, FormError> {
    Form::parse(input, &Limits::default())
}

fn json(form: &Form) -> String {
    serde_json::to_string(form).unwrap()
}

/// A line of PHP's recorded answers. Input that is not UTF-8 is in the field in base64.
#[derive(Deserialize)]
struct Recorded<'l> {
    id: &'l str,
    query: Option<String>,
    query_b64: Option<String>,
    body: Option<String>,
    body_b64: Option<String>,
    #[serde(borrow)]
    expected: &'l RawValue,
    expected_latin1: Option<Form>,
    php_warning: Option<&'l str>,
}

impl Recorded<'_> {
    fn request(&self) -> Result<Form, FormError> {
        let query = input(self.query.as_deref(), self.query_b64.as_deref());
        let body = input(self.body.as_deref(), self.body_b64.as_deref());
        Form::merge(parse(&query)?, &parse(&body)?)
    }
}

fn input(text: Option<&str>, base64: Option<&str>) -> Vec<u8> {
    match base64 {
        Some(base64) => BASE64_STANDARD.decode(base64).unwrap(),
        None => text.unwrap().into(),
    }
}

#[test]
fn every_recorded_answer_of_php_is_repeated() {
    let (mut equal, mut bytes_equal, mut refused) = (0, 0, 0);
    for line in include_str!("../../data/conformance.jsonl").lines() {
        let recorded: Recorded = serde_json::from_str(line).unwrap();
        let request = recorded.request();
        if recorded.php_warning == Some("nesting") {
            assert_eq!(request.err(), Some(FormError::TooDeep { max: 64 }));
            refused += 1;
            continue;
        }
        let request = request.unwrap();
        assert_eq!(json(&request), recorded.expected.get(), "{}", recorded.id);
        equal += 1;
        if let Some(expected) = recorded.expected_latin1 {
            let mut latin1 = Form::new();
            copy_as_latin1(request.root(), latin1.root_mut());
            assert_eq!(json(&latin1), json(&expected), "{}", recorded.id);
            bytes_equal += 1;
        }
    }
    assert_eq!((equal, bytes_equal, refused), (1734, 122, 5));
}

/// Copies a tree with each byte as the character of its number, so that JSON can hold any bytes.
fn copy_as_latin1(from: Array, mut to: ArrayMut) {
    let latin1 = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
    for (key, value) in from.entries() {
        let key = latin1(key);
        match value {
            Value::Text(text) => to.insert_text(key, latin1(text)).unwrap(),
            Value::Array(below) => copy_as_latin1(below, to.insert_array(key).unwrap()),
        }
    }
}

/// A sample request and what PHP made of its body and its query.
#[derive(Deserialize)]
struct Sample {
    name: String,
    path_and_query: String,
    body: String,
    php_parse_str: Option<Form>,
    php_query: Option<Form>,
}

#[test]
fn every_sample_is_read_as_php_reads_it() {
    let mut compared = 0;
    for line in include_str!("../../data/samples.jsonl").lines() {
        let sample: Sample = serde_json::from_str(line).unwrap();
        let query = sample.path_and_query.split_once('?').map_or("", |(_, query)| query);
        for (input, expected) in [(&*sample.body, sample.php_parse_str), (query, sample.php_query)] {
            if let Some(expected) = expected {
                assert_eq!(json(&parse(input.as_bytes()).unwrap()), json(&expected), "{}", sample.name);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 108);
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_written(input: Vec<u8>) {
        let form = parse(&input).unwrap();
        let again: Form = serde_json::from_str(&json(&form)).unwrap();
        prop_assert_eq!(build_query(again.root()).is_empty(), build_query(form.root()).is_empty());
        prop_assert!(print_r(form.root()).starts_with(b"Array\n(\n"));
    }

    #[test]
    fn a_form_that_is_written_is_read_as_it_was(tree in trees::writable()) {
        let form = tree.form();
        let again = parse(build_query(form.root()).as_bytes()).unwrap();
        prop_assert_eq!(json(&again), json(&form));
        prop_assert!(again.root() == form.root() && again.is_lossless());
    }

    #[test]
    fn what_serde_qs_writes_is_read_as_it_was(tree in trees::writable()) {
        let mut form = tree.form();
        form.root_mut().insert_text("event", "E").unwrap();
        let encoder = serde_qs::Config::new().max_depth(64).use_form_encoding(true);
        let query = encoder.serialize_string(&form).unwrap();
        let query = query.replace("%20", "+").replace('*', "%2A");
        prop_assert!(parse(query.as_bytes()).unwrap().root() == form.root(), "{}", query);
        prop_assert_eq!(query, build_query(form.root()));
    }

    #[test]
    fn a_tree_that_is_kept_as_json_is_read_back(tree in trees::any_text()) {
        let form = tree.form();
        let again: Form = serde_json::from_str(&json(&form)).unwrap();
        prop_assert!(again.root() == form.root() && again.is_lossless());
    }
}

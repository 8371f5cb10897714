//! What must hold for every record.

use std::sync::LazyLock;

use serde_json::Value;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../../schema/event.schema.json")).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

/// Reads a kept object, after checking it against our schema, the rules of `CloudEvents` 1.0 and its own key.
pub fn check(key: &str, json: &[u8]) -> Value {
    let record: Value = serde_json::from_slice(json).unwrap();
    let errors: Vec<_> =
        SCHEMA.iter_errors(&record).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{key}: {errors:?}");
    check_cloudevents(&record);
    check_key(key, &record);
    record
}

/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>: names are lower-case letters and digits,
/// values of attributes are texts without control characters and noncharacters, and the required ones are not empty.
fn check_cloudevents(record: &Value) {
    for (name, value) in record.as_object().unwrap() {
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{name}");
        assert!(name.len() <= 20, "{name}");
        if name != "data" {
            let is_noncharacter = |c: u32| (0xFDD0..=0xFDEF).contains(&c) || c & 0xFFFE == 0xFFFE;
            let text = value.as_str().unwrap();
            assert!(!text.chars().any(|c| c.is_control() || is_noncharacter(u32::from(c))), "{name}");
        }
    }
    for name in ["id", "source", "specversion", "type"] {
        assert!(!record[name].as_str().unwrap().is_empty(), "{name}");
    }
}

/// `events/date=YYYY-MM-DD/UUIDV7_DOMAIN_CODE.json`
fn check_key(key: &str, record: &Value) {
    let parts: Vec<_> = key.split('/').collect();
    let [folder, date, file] = parts[..] else { panic!("{key} has not three parts") };
    assert_eq!(folder, "events");
    assert_eq!(date.strip_prefix("date=").unwrap(), &record["receivedtime"].as_str().unwrap()[..10]);
    let mut names = file.strip_suffix(".json").unwrap().splitn(3, '_');
    assert_eq!(names.next().unwrap(), record["id"].as_str().unwrap());
    let domain = names.next().unwrap();
    assert!(domain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b)), "{key}");
    let code = names.next().unwrap();
    let is_label = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_.-".contains(&b);
    assert!(code.bytes().all(is_label), "{key}");
    assert!(file.len() <= 255 && key.len() <= 1024, "{key}");
}

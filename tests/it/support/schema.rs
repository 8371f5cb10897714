//! Lines of JSON, checked against the schemas in `schema/`.

use serde_json::Value;

/// The lines as JSON, when each is as the schema of this verb says.
#[track_caller]
pub fn check_lines(verb: &str, lines: &str) -> Vec<Value> {
    let path = format!("{}/schema/{verb}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        schema.validate(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    lines
}

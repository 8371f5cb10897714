//! What is wrong with the JSON of a record or a message, and where. Nothing out of it is repeated, as serde's own
//! message would: it may be a secret.

use serde_json::error::Category;

/// JSON that is not what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{what} at line {line}, column {column}")]
pub struct Malformed {
    what: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        let what = match error.classify() {
            Category::Io => "it could not be read",
            Category::Syntax => "it is no JSON",
            Category::Data => "a member is missing or malformed",
            Category::Eof => "it ends too early",
        };
        Self { what, line: error.line(), column: error.column() }
    }
}

#[cfg(test)]
mod tests {
    use crate::record::Kept;

    #[test]
    fn the_place_is_told_and_no_value() {
        let check = |json: &str, told: &str| assert_eq!(Kept::read(json.as_bytes()).unwrap_err().to_string(), told);
        check(r#"{"data":"auth[access_token]=SECRET"}"#, "a member is missing or malformed at line 1, column 35");
        check("{\n\"id\": nonsense", "it is no JSON at line 2, column 8");
        check("{", "it ends too early at line 1, column 1");
    }
}

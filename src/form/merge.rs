//! Query and body to `$_REQUEST`: `php_autoglobal_merge` in `main/php_variables.c`.

use super::FormError;
use super::arena::{ArrayId, Form, ROOT, Slot};

impl Form {
    /// Merges `$_GET` and `$_POST` to `$_REQUEST` (`request_order=GP`): arrays are merged key by
    /// key, integer keys too; of anything else the body's replaces the query's.
    ///
    /// The result is lossless when both were and the body replaced nothing.
    ///
    /// # Errors
    ///
    /// When both hold 4 GiB of text together.
    pub fn merge(query: Form, body: &Form) -> Result<Form, FormError> {
        if query.root().is_empty() && query.lossless {
            return Ok(body.clone());
        }
        let mut request = query;
        request.text.reserve(body.text.len());
        request.lossless &= body.lossless;
        request.merge_array(ROOT, body, ROOT)?;
        Ok(request)
    }

    /// Recursion is bounded by `DEPTH_MAX`, as no deeper tree can be made.
    fn merge_array(&mut self, into: ArrayId, body: &Form, from: ArrayId) -> Result<(), FormError> {
        for entry in body.chain(from) {
            let key = body.bytes(entry.key);
            match entry.slot {
                Slot::Text(value) => {
                    let value = self.keep(body.bytes(value))?;
                    self.set_text(into, key, value)?;
                }
                Slot::Array(below) => {
                    let there = self.enter(into, key)?;
                    self.merge_array(there, body, below)?;
                }
            }
            if entry.contested {
                self.contest(into, key);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;

    fn parse(input: &str) -> Form {
        Form::parse(input.as_bytes(), &Limits::default()).unwrap()
    }

    #[track_caller]
    fn check(query: &str, body: &str, request: &str) -> Form {
        let merged = Form::merge(parse(query), &parse(body)).unwrap();
        assert_eq!(serde_json::to_string(&merged).unwrap(), request);
        merged
    }

    #[test]
    fn the_body_wins_in_the_place_of_the_query() {
        check("a=1&b=2", "b=4&a=3&c=5", r#"{"a":"3","b":"4","c":"5"}"#);
        check("a[]=1", "a[]=2", r#"{"a":["2"]}"#);
        check("a[x]=1", "a[y]=2", r#"{"a":{"x":"1","y":"2"}}"#);
        check("a[x]=1", "a=2", r#"{"a":"2"}"#);
        check("a=1", "a[x]=2", r#"{"a":{"x":"2"}}"#);
        check("a=1", "a[__Host-x]=2", r#"{"a":[]}"#);
        check("", "a[]=2", r#"{"a":["2"]}"#);
        check("a[]=2", "", r#"{"a":["2"]}"#);
    }

    #[test]
    fn what_the_body_replaces_is_a_loss() {
        assert!(check("a=1", "a=1&b=2", r#"{"a":"1","b":"2"}"#).is_lossless());
        assert!(!check("a=1", "a=2", r#"{"a":"2"}"#).is_lossless());
        assert!(!check("=1", "a=2", r#"{"a":"2"}"#).is_lossless());
        assert!(!check("a=1", "=2", r#"{"a":"1"}"#).is_lossless());
    }

    #[test]
    fn what_was_contested_stays_so() {
        for (query, body) in [("a=1&a=2", "b="), ("", "a=1&a=2"), ("b=", "a=1&a[]=2"), ("a=1", "a=2")] {
            let merged = Form::merge(parse(query), &parse(body)).unwrap();
            assert!(merged.root().is_contested("a"), "{query} {body}");
            assert!(!merged.root().is_contested("b"), "{query} {body}");
        }
    }
}

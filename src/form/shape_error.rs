//! What is said when a form is not of the shape that a typed view asks for.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why a form is not of the shape that was asked for.
///
/// The message names what was expected, and fields by the names that the target gave them, but
/// nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ShapeError(String);

impl de::Error for ShapeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ShapeError(message.to_string())
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        let found = if found == Unexpected::Seq {
            "a list"
        } else if found == Unexpected::Map {
            "an array"
        } else {
            "a text"
        };
        ShapeError(format!("{found} instead of {expected}"))
    }

    fn invalid_value(_: Unexpected, expected: &dyn Expected) -> Self {
        ShapeError(format!("a text that is not {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        ShapeError(format!("a text that is none of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        ShapeError(format!("a key that is none of {}", expected.join(", ")))
    }
}

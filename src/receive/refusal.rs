//! What is wrong with a request that no event could come in.

use crate::form::FormError;

/// Why a request was not read. It is the sender's fault, and names limits and never input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither POST, GET nor HEAD.
    #[error("the method is not POST")]
    Method,
    /// A path that does not start with `/`, or has a `%` without two hex digits.
    #[error("the path is malformed")]
    Path,
    /// A body that is said to be base64 and is not.
    #[error("the body's base64 is malformed")]
    Base64,
    /// An invocation that is no function URL's.
    #[error("the invocation is not a function URL's request")]
    Invocation,
    /// Another content type.
    #[error("the content type is not application/x-www-form-urlencoded")]
    NotAForm,
    /// A longer body than is taken.
    #[error("more than {max} bytes of body")]
    TooManyBytes {
        /// The limit.
        max: usize,
    },
    /// The body did not come in time.
    #[error("the body did not come in time")]
    TooSlow,
    /// The connection ended before the body.
    #[error("the body broke off")]
    BrokenOff,
    /// A larger tree than is taken.
    #[error("the form is over a limit")]
    Form(#[from] FormError),
}

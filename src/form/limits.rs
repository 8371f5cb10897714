//! How much of a form is taken: the limits, and the one error that says which was passed.

/// The deepest a tree may be, whatever made it: PHP's `max_input_nesting_level`. It also bounds
/// every recursion over a tree.
pub const DEPTH_MAX: usize = 64;

/// What [`Form::parse`](super::Form::parse) accepts. Above any of them a form is refused, never
/// cut.
///
/// The size in bytes is the caller's to limit, before it reads the body.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fields: the pieces between `&` that are not empty, whether or not PHP's rules keep them.
    pub fields_max: usize,
    /// Nodes: arrays and leaves made, those that a later field replaced included.
    pub nodes_max: usize,
    /// `[…]` groups in one name; [`DEPTH_MAX`] where it is more than that.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { fields_max: 100_000, nodes_max: 200_000, depth_max: DEPTH_MAX }
    }
}

/// Why a tree was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// [`Limits::fields_max`] was passed.
    #[error("more than {max} fields")]
    TooManyFields {
        /// The limit.
        max: usize,
    },
    /// [`Limits::nodes_max`] was passed.
    #[error("more than {max} arrays and values")]
    TooManyNodes {
        /// The limit.
        max: usize,
    },
    /// [`Limits::depth_max`], or [`DEPTH_MAX`], was passed.
    #[error("more than {max} levels of arrays")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// The text of one tree must be addressable with 32 bits.
    #[error("4 GiB of text or more")]
    TooLong,
}

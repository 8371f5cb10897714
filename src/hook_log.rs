//! The tutorial's `hook.log`: bytes to entries, and entries to bytes. What an entry means is left to other rooms.
//!
//! The script that everybody copied appends for each request
//!
//! ```text
//!
//! ------------------------
//! 2022.12.04 18:38:52
//! incoming
//! Array
//! (
//!     [event] => ONTASKADD
//!     [data] => Array
//!         (
//!             [ID] => 9
//!         )
//!
//! )
//!
//! ------------------------
//! ```
//!
//! where the date is `date("Y.m.d G:i:s")` in the server's time zone, and the rest `print_r($_REQUEST, 1)`.
//!
//! `print_r` escapes nothing, so nobody can tell for certain what was printed. An entry is read when
//!
//! - it begins with a line of dashes, a date and a title, and ends with `)`, an empty line and a line of dashes;
//! - no other such beginning stands in it: it could be cut off there, or quote a log;
//! - its lines are the keys and parentheses that `print_r` would set at this depth, and what is none of them goes on
//!   with the text above. Such a line that would be a key or a parenthesis at another depth, or that begins a key and
//!   does not end it, has two readings. The keys are those of `$_REQUEST`: `] => ` in a line ends one;
//! - the tree that was read prints as the same bytes: so no key stands twice in an array.
//!
//! Everything else comes out as it is, with its line and the reason ([`Unread`]). So does every entry before the end of
//! one that has no beginning, as far back as an entry can be long: they could all be one entry with a log in a text. What
//! is left is a text that imitates `print_r` and the script to the last space, with its parentheses in pairs and each
//! beginning ended: its bytes are those of other data, and every reader is deceived.

mod date;
mod doubt;
mod entry;
mod mask;
mod parts;
mod tree;

pub use date::{local_time, parse_date};
pub use doubt::Reader;
pub use entry::{Entry, Reason, Unread, write_entry};
pub use mask::{Mask, mask};

/// As much as PHP takes in a request (`post_max_size`) where nobody changed that. It also bounds the reader's memory,
/// whatever the log's size.
pub const ENTRY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a log consists of.
#[derive(Debug)]
pub enum Part {
    /// An entry that has one reading.
    Entry(Entry),
    /// Anything else.
    Unread(Unread),
}

#[cfg(test)]
mod tests;

//! hooklog keeps every event that a Bitrix24 portal sends.
//!
//! A request flows one way through the rooms, and a room names only the rooms above it in this list:
//!
//! | room | owns |
//! |---|---|
//! | [`form`] | bytes to a tree by PHP's rules, and back |
//! | [`event`] | what the tree means to Bitrix24, and which names in it are secrets |
//! | [`verify`] | accepted tokens, and the proof that the portal sent the form |
//! | [`record`] | the JSON that is kept, and its object key |
//! | [`aws`] | requests to AWS's services: signed, within limits, and again where that helps |
//! | [`hook_log`] | the log of the PHP script that went before: entries out of bytes, and back |
//! | [`store`] | bytes under keys: S3, a folder, memory |
//! | [`overflow`] | where a record waits when the store fails |
//! | [`receive`] | the whole way, and the table from outcomes to answers |
//! | [`config`] | the names and the meaning of the settings |
//! | [`telemetry`] | the log line of a request and its metrics |
//! | [`lambda`] | events from Lambda's Runtime API, and their answers to it |
//! | `select` | finding kept events again: by time, portal, code and entity (only with the feature `cli`) |
//!
//! The clock, the environment, randomness, printing, and every socket but those to AWS and to Lambda live in the doors,
//! `src/bin`.

pub mod aws;
pub mod config;
pub mod event;
pub mod form;
pub mod hook_log;
pub mod lambda;
pub mod overflow;
pub mod receive;
pub mod record;
#[cfg(feature = "cli")]
pub mod select;
pub mod store;
pub mod telemetry;
pub mod verify;

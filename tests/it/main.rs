//! hooklog through its public doors only: the library's functions, the binaries, HTTP and Lambda's runtime.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::needless_for_each,
    clippy::similar_names,
    clippy::wildcard_enum_match_arm,
    reason = "a test may stop at whatever is wrong"
)]

mod bootstrap;
mod cli;
mod crash;
mod doctor;
mod drain;
mod export;
mod faults;
mod form;
mod hostile;
mod hostile_logs;
mod import;
mod limits;
mod look;
mod measure;
mod rejected;
mod replay;
mod samples;
mod secrets;
mod select;
mod send;
mod serve;
mod soak;
mod store;
mod support;
mod terminal;
mod ui;

//! hooklog through its public doors only: the library's functions, the binaries, HTTP and Lambda's runtime.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_collect,
    clippy::wildcard_enum_match_arm,
    reason = "a test may stop at whatever is wrong"
)]

mod bootstrap;
mod cli;
mod form;
mod hostile;
mod samples;
mod serve;
mod store;
mod support;

//! `hooklog completions`: what a shell needs to complete commands.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory as _;

use crate::args::{Args, Completions};
use crate::output;

pub fn run(args: &Completions) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "hooklog", &mut script);
    output::say_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}

//! `hooklog`: run the receiver without AWS, try it, and look into it.

mod args;
mod decode;
mod demo;
mod doctor;
mod http;
mod output;
mod requeue;
mod samples;
mod send;
mod sender;
mod serve;
mod setup;
mod token;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use args::{Args, Verb};

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("hooklog: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode> {
    match args.verb {
        Verb::Decode(args) => decode::run(&args),
        Verb::Demo(args) => setup::runtime()?.block_on(demo::run(&args)),
        Verb::Doctor(args) => setup::runtime()?.block_on(doctor::run(&args)),
        Verb::Requeue(args) => setup::runtime()?.block_on(requeue::run(&args)),
        Verb::Send(args) => setup::runtime()?.block_on(send::run(&args)),
        Verb::Serve(args) => setup::runtime()?.block_on(serve::run(&args)),
        Verb::Token(args) => token::run(&args),
    }
}

/// Whoever reads our output may stop reading.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

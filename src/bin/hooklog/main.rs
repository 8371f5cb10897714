//! `hooklog`: run the receiver without AWS, try it, and look into it.

mod accept;
mod answers;
mod args;
mod chosen;
mod columns;
mod completions;
mod decode;
mod demo;
mod doctor;
mod export;
mod figures;
mod http;
mod import;
mod json;
mod man;
mod output;
mod pace;
mod paint;
mod pause;
mod print;
mod printable;
mod replay;
mod requeue;
mod requeueing;
mod samples;
mod send;
mod sender;
mod serve;
mod setup;
mod shapes;
mod show;
mod stats;
mod tail;
mod token;
mod ui;

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
        Verb::Completions(args) => completions::run(&args),
        Verb::Decode(args) => decode::run(&args),
        Verb::Demo(args) => setup::runtime()?.block_on(demo::run(&args)),
        Verb::Doctor(args) => setup::runtime()?.block_on(doctor::run(&args)),
        Verb::Export(args) => setup::runtime()?.block_on(export::run(&args)),
        Verb::Import(args) => setup::runtime()?.block_on(import::run(&args)),
        Verb::Man(args) => man::run(&args),
        Verb::Replay(args) => setup::runtime()?.block_on(replay::run(&args)),
        Verb::Requeue(args) => setup::runtime()?.block_on(requeue::run(&args)),
        Verb::Send(args) => setup::runtime()?.block_on(send::run(&args)),
        Verb::Serve(args) => setup::runtime()?.block_on(serve::run(&args)),
        Verb::Show(args) => setup::runtime()?.block_on(show::run(&args)),
        Verb::Stats(args) => setup::runtime()?.block_on(stats::run(&args)),
        Verb::Tail(args) => setup::runtime()?.block_on(tail::run(&args)),
        Verb::Token(args) => token::run(&args),
        Verb::Ui(args) => setup::runtime()?.block_on(ui::run(&args)),
    }
}

/// Whoever reads our output may stop reading.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

//! `hooklog man`: the manual, out of the same words as `--help`.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use crate::args::{Args, Man};
use crate::output;

pub fn run(args: &Man) -> Result<ExitCode> {
    let command = Args::command();
    if let Some(folder) = &args.folder {
        let told = || format!("{} cannot be written to", folder.display());
        fs::create_dir_all(folder).with_context(told)?;
        clap_mangen::generate_to(command, folder).with_context(told)?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        output::say_bytes(&page)?;
    }
    Ok(ExitCode::SUCCESS)
}

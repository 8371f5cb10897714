//! `hooklog token`: make a token, or the digest of one.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::args::{Token, TokenVerb};
use crate::{output, setup};

pub fn run(args: &Token) -> Result<ExitCode> {
    match args.verb {
        TokenVerb::New => output::say(&setup::new_token()?)?,
        TokenVerb::Digest => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input is not a text")?;
            let token = hooklog::verify::Token::new(text.trim().as_bytes());
            let token = token.context("give the token on standard input: echo TOKEN | hooklog token digest")?;
            output::say(&format!("sha256:{}", token.digest().hex()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

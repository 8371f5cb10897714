//! `hooklog decode`: `$_REQUEST` as PHP would make it.

use std::io::{self, BufRead as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hooklog::form::{Form, FormError, Limits};
use hooklog::record::Malformed;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::args::Decode;
use crate::output;

pub fn run(args: &Decode) -> Result<ExitCode> {
    if args.jsonl {
        return lines();
    }
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
    output::say(&serde_json::to_string(&request(args.query.as_bytes(), &body)?)?)?;
    Ok(ExitCode::SUCCESS)
}

/// One line of input. Bytes that JSON cannot carry come as base64.
#[derive(Deserialize)]
struct Line {
    id: Box<RawValue>,
    #[serde(default)]
    query: String,
    query_b64: Option<String>,
    #[serde(default)]
    body: String,
    body_b64: Option<String>,
}

#[derive(Serialize)]
struct Answer<'l> {
    id: &'l RawValue,
    #[serde(flatten)]
    result: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Request(Form),
    Error(String),
}

fn lines() -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for (line, number) in io::stdin().lock().lines().zip(1_u64..) {
        let line = line.with_context(|| format!("line {number} cannot be read"))?;
        let line: Result<Line, Malformed> = serde_json::from_str(&line).map_err(Malformed::from);
        let line = line.with_context(|| format!("line {number} is no request"))?;
        let query =
            bytes(&line.query, line.query_b64.as_deref()).with_context(|| format!("line {number}: query_b64"))?;
        let body = bytes(&line.body, line.body_b64.as_deref()).with_context(|| format!("line {number}: body_b64"))?;
        let result =
            request(&query, &body).map_or_else(|refusal| Outcome::Error(refusal.to_string()), Outcome::Request);
        if matches!(result, Outcome::Error(_)) {
            code = ExitCode::FAILURE;
        }
        output::say(&serde_json::to_string(&Answer { id: &line.id, result })?)?;
    }
    Ok(code)
}

fn bytes(text: &str, base64: Option<&str>) -> Result<Vec<u8>, base64::DecodeError> {
    base64.map_or_else(|| Ok(text.as_bytes().to_vec()), |base64| BASE64_STANDARD.decode(base64))
}

fn request(query: &[u8], body: &[u8]) -> Result<Form, FormError> {
    let limits = Limits::default();
    Form::merge(Form::parse(query, &limits)?, &Form::parse(body, &limits)?)
}

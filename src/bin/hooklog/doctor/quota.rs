//! How many requests at once the account may work on. One signed request: AWS's own client for Lambda would be the second
//! largest crate here, for one number.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use hooklog::aws::{Access, Limits, Request, Service, host};
use http::Method;
use serde_json::Value;
use url::Url;

use super::{Finding, Report};
use crate::setup;

const CHECK: &str = "concurrency";
const LIMITS: Limits = Limits {
    attempt_max: Duration::from_secs(5),
    attempts_max: 2,
    backoff_first: Duration::from_millis(200),
    backoff_max: Duration::from_millis(200),
};
/// What a new account is below.
const FEW: u64 = 100;
/// A URL answers so many requests a second for each one that may run at once
/// (<https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html>).
const PER_SECOND: u64 = 10;
const BY_HAND: &str =
    "look it up: aws lambda get-account-settings, ConcurrentExecutions; that many events may come at once";
const RAISE: &str = "ask for 1000, which costs nothing: Service Quotas, AWS Lambda, Concurrent executions";

/// Looks where the receiver is a function; `AWS_ENDPOINT_URL` can name another Lambda.
pub async fn examine(url: &Url, report: &mut Report) -> Result<()> {
    let (aws, endpoint) = setup::aws().await?;
    let region = region(url).or_else(|| endpoint.as_ref().and(aws.region.clone()));
    let Some(region) = region else { return Ok(()) };
    let endpoint = endpoint.unwrap_or_else(|| format!("https://{}", host("lambda", &region)));
    let lambda = Service::new("lambda", Access { region: Some(region), ..aws }, LIMITS);
    report.add(&match ask(&lambda, &endpoint).await {
        Err(error) => Finding::unknown(CHECK, format!("{error:#}"), BY_HAND),
        Ok(limit) => describe(limit),
    })
}

/// The region that a function URL names.
fn region(url: &Url) -> Option<String> {
    let (_, rest) = url.host_str()?.split_once(".lambda-url.")?;
    Some(rest.strip_suffix(".on.aws")?.to_owned())
}

async fn ask(lambda: &Service, endpoint: &str) -> Result<u64> {
    let url = format!("{}/2016-08-19/account-settings", endpoint.trim_end_matches('/'));
    let answer = lambda.send(&Request::new(Method::GET, url.parse()?, Bytes::new())).await;
    let settings: Value =
        serde_json::from_slice(answer.context("the quota cannot be read")?.body()).unwrap_or_default();
    let limit = settings.pointer("/AccountLimit/ConcurrentExecutions").and_then(Value::as_u64);
    limit.context("Lambda's answer names no quota")
}

fn describe(limit: u64) -> Finding {
    let says = format!(
        "{limit} requests at once and {} a second; what comes above that is lost. Other functions of the account share it",
        limit.saturating_mul(PER_SECOND)
    );
    if limit < FEW { Finding::hint(CHECK, says, RAISE) } else { Finding::ok(CHECK, says) }
}

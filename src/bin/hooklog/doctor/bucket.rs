//! What is set on an S3 bucket: that it is there, versions, TLS, nothing public.

use std::error::Error;

use anyhow::Result;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::BucketVersioningStatus;
use hooklog::telemetry::with_causes;
use serde_json::Value;

use super::{Finding, Report};

const TEMPLATE: &str = "deploy template.yaml again, which sets it, or set it in the S3 console";
const MAY_NOT: &str = "ask whoever deployed it, or run this with their credentials";

/// Looks at the bucket's settings; false where there is no bucket to look into.
pub async fn examine(client: &Client, bucket: &str, report: &mut Report) -> Result<bool> {
    if let Err(error) = client.head_bucket().bucket(bucket).send().await {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let finding = match status {
            Some(403) => Finding::unknown("bucket", "this caller may not look at the bucket", MAY_NOT),
            Some(404) => {
                let remedy = "compare it with Bucket, an output of the stack, and look at AWS_REGION";
                Finding::broken("bucket", format!("there is no bucket {bucket}"), remedy)
            }
            Some(301) => Finding::broken("bucket", "the bucket is in another region", "set AWS_REGION to the stack's"),
            Some(_) | None => Finding::broken(
                "bucket",
                format!("S3 does not answer as it should: {}", with_causes(&error)),
                "look at AWS_REGION, at the credentials (aws sts get-caller-identity) and at the network",
            ),
        };
        report.add(&finding)?;
        return Ok(status == Some(403));
    }
    report.add(&Finding::ok("bucket", format!("{bucket} is there")))?;
    report.add(&versioning(client, bucket).await)?;
    report.add(&tls_only(client, bucket).await)?;
    report.add(&private(client, bucket).await)?;
    Ok(true)
}

async fn versioning(client: &Client, bucket: &str) -> Finding {
    const CHECK: &str = "versioning";
    match client.get_bucket_versioning().bucket(bucket).send().await {
        Ok(set) if set.status() == Some(&BucketVersioningStatus::Enabled) => {
            Finding::ok(CHECK, "a deleted event can be brought back")
        }
        Ok(_) => Finding::hint(CHECK, "versioning is off: a deleted event is gone", TEMPLATE),
        Err(error) => hidden(CHECK, "the bucket's versioning", &error),
    }
}

async fn tls_only(client: &Client, bucket: &str) -> Finding {
    const CHECK: &str = "tls-only";
    match client.get_bucket_policy().bucket(bucket).send().await {
        Ok(policy) if policy.policy().is_some_and(denies_plain_http) => {
            Finding::ok(CHECK, "the bucket refuses whoever comes without TLS")
        }
        Ok(_) => Finding::hint(CHECK, "the bucket also answers without TLS", TEMPLATE),
        Err(error) if error.code() == Some("NoSuchBucketPolicy") => {
            Finding::hint(CHECK, "the bucket also answers without TLS", TEMPLATE)
        }
        Err(error) => hidden(CHECK, "the bucket's policy", &error),
    }
}

fn denies_plain_http(policy: &str) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = policy.get("Statement").and_then(Value::as_array);
    statements.into_iter().flatten().any(|statement| {
        let secure = statement.pointer("/Condition/Bool/aws:SecureTransport").and_then(Value::as_str);
        statement.get("Effect").and_then(Value::as_str) == Some("Deny") && secure == Some("false")
    })
}

async fn private(client: &Client, bucket: &str) -> Finding {
    const CHECK: &str = "private";
    const PUBLIC: &str = "public access is not blocked: a wrong policy would show events to everybody";
    match client.get_public_access_block().bucket(bucket).send().await {
        Ok(block) => {
            let block = block.public_access_block_configuration();
            let is_whole = block.is_some_and(|block| {
                [
                    block.block_public_acls(),
                    block.block_public_policy(),
                    block.ignore_public_acls(),
                    block.restrict_public_buckets(),
                ]
                .iter()
                .all(|part| *part == Some(true))
            });
            if is_whole {
                Finding::ok(CHECK, "public access is blocked")
            } else {
                Finding::broken(CHECK, PUBLIC, TEMPLATE)
            }
        }
        Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => {
            Finding::broken(CHECK, PUBLIC, TEMPLATE)
        }
        Err(error) => hidden(CHECK, "whether public access is blocked", &error),
    }
}

/// What this caller may not see, or this S3 does not have.
fn hidden<E: ProvideErrorMetadata + Error + 'static>(check: &'static str, what: &str, error: &E) -> Finding {
    let why = error.code().map_or_else(|| with_causes(error), str::to_owned);
    Finding::unknown(check, format!("{what} cannot be read ({why})"), MAY_NOT)
}

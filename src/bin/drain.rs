//! The function that empties the overflow queue: batches of SQS messages in, the messages that must come again out
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>).

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::SystemTime;

use hooklog::config::Config;
use hooklog::overflow::Message;
use hooklog::record::MEDIA_TYPE;
use hooklog::store::Store;
use hooklog::telemetry::{Level, with_causes};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<Queued>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queued {
    message_id: String,
    body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(Level::Fatal, "did not start", &error);
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment and hands in the clock")]
    let (store, _) = Config::read(std::env::vars_os())?.open(SystemTime::now)?;
    let store = &store.patient();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = async move |event: LambdaEvent<Batch>| Ok::<_, Error>(drain(event.payload, store).await);
    runtime.block_on(lambda_runtime::run(service_fn(serve)))
}

/// Keeps each message's record. One that cannot be kept comes again, and after its last try waits in the queue of dead
/// letters; it does not hold up the others.
async fn drain(batch: Batch, store: &Store) -> Failures {
    let mut batch_item_failures = Vec::new();
    for message in batch.records {
        match keep(&message.body, store).await {
            Ok(()) => log(Level::Info, "drained", &message.message_id),
            Err(error) => {
                log(Level::Error, "not drained", &format_args!("{}: {}", message.message_id, with_causes(&*error)));
                batch_item_failures.push(Failure { item_identifier: message.message_id });
            }
        }
    }
    Failures { batch_item_failures }
}

async fn keep(body: &str, store: &Store) -> Result<(), Error> {
    let (key, json) = Message::read(body)?;
    store.put_new(&key, json.into(), MEDIA_TYPE).await?;
    Ok(())
}

/// Standard output is the log; where it cannot be written, there is nobody to tell.
fn log(level: Level, message: &str, about: &dyn Display) {
    let line = serde_json::json!({ "level": level, "message": message, "about": about.to_string() });
    let _nobody_to_tell = writeln!(std::io::stdout().lock(), "{line}");
}

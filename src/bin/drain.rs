//! The function that empties the overflow queue: batches of SQS messages in, the messages that must come again out
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>).

use std::convert::Infallible;
use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::SystemTime;

use hooklog::config::Config;
use hooklog::lambda::RuntimeApi;
use hooklog::overflow::Message;
use hooklog::record::MEDIA_TYPE;
use hooklog::store::Store;
use hooklog::telemetry::{Level, with_causes};
use serde::{Deserialize, Serialize};

type Error = Box<dyn std::error::Error + Send + Sync>;

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
        Ok(never) => match never {},
        Err(error) => {
            log(Level::Fatal, "stopped", &with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Infallible, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment and hands in the clock")]
    let (config, clock) = (Config::read(std::env::vars_os())?, SystemTime::now);
    let (store, _) = config.open(clock)?;
    let runtime_api = RuntimeApi::new(config.runtime_api()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { tokio::spawn(serve(store.patient(), runtime_api)).await? })
}

async fn serve(store: Store, mut runtime_api: RuntimeApi) -> Result<Infallible, Error> {
    loop {
        let event = runtime_api.next_event().await?;
        let answer = match serde_json::from_slice(&event.payload) {
            Ok(batch) => serde_json::to_vec(&drain(batch, &store).await),
            Err(error) => Err(error),
        };
        if let Err(error) = &answer {
            log(Level::Error, "no batch of messages", error);
        }
        match runtime_api.answer(&event.request_id, answer.as_deref()) {
            Err(error) if error.can_go_on() => log(Level::Error, "not answered", &error),
            answered => answered?,
        }
    }
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

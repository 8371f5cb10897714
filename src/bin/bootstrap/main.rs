//! The receiving function: a Lambda function URL's requests in, answers out.
//!
//! It stands on `lambda_runtime` and reads the function URL's event by itself: `lambda_http` panics at a body whose
//! base64 is malformed, and copies the body twice more on its way.

mod invocation;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hooklog::config::{Config, ConfigError};
use hooklog::form::Limits;
use hooklog::receive::{Answer, Outcome, Quota, Received, Receiver, Refusal};
use hooklog::record::Receipt;
use hooklog::telemetry::{Level, Log};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

use invocation::{Invocation, Response};

/// Everything that outlives one invocation.
struct Function {
    receiver: Receiver,
    log: Log,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = serde_json::json!({ "level": Level::Fatal, "message": error.to_string() });
            print_line(&line.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment")]
    let config = Config::read(std::env::vars_os())?;
    let function = Arc::new(Function::new(&config)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = async move {
        function.receiver.store.connect().await;
        let invoke = move |event| Arc::clone(&function).invoke(event);
        lambda_runtime::run(service_fn(invoke)).await
    };
    // As a task of its own: tokio wakes the future that it blocks on by a write to the system, three times an event.
    runtime.block_on(async { tokio::spawn(serve).await? })
}

impl Function {
    fn new(config: &Config) -> Result<Self, ConfigError> {
        let tokens = config.tokens()?;
        #[expect(clippy::disallowed_methods, reason = "this is the door that hands in the clock")]
        let (store, overflow) = config.open(SystemTime::now)?;
        let receiver = Receiver {
            tokens,
            store,
            overflow,
            rejections: Quota::default(),
            body_bytes_max: config.body_bytes_max,
            limits: Limits::default(),
        };
        let function_name = config.aws.function_name.clone().unwrap_or_else(|| "bootstrap".to_owned());
        Ok(Self { receiver, log: Log::new(config.log_level.as_deref(), function_name) })
    }

    async fn invoke(self: Arc<Self>, event: LambdaEvent<Box<RawValue>>) -> Result<Response, Error> {
        let started = Instant::now();
        let mut receipt = receipt()?;
        let invocation = serde_json::from_str::<Invocation<'_>>(event.payload.get());
        let invocation = invocation.unwrap_or_default();
        receipt.source_ip = invocation.source_ip();
        receipt.user_agent = invocation.user_agent();
        receipt.deadline = Some(deadline(&receipt, event.context.deadline, started));
        receipt.request_id = Some(event.context.request_id.as_str().into());
        let received = self.receive(&invocation, &receipt).await;
        if let Some(line) = self.log.line(&received, &receipt, started.elapsed()) {
            print_line(&line);
        }
        Ok(Response::new(Answer::from(&received.outcome), invocation.is_head()))
    }

    async fn receive(&self, invocation: &Invocation<'_>, receipt: &Receipt<'_>) -> Received {
        if invocation.method().is_empty() {
            return Received::unread(Outcome::Refused(Refusal::Invocation));
        }
        match invocation.body() {
            Ok(body) => self.receiver.receive(&invocation.request(&body), receipt).await,
            Err(_malformed) => Received::unread(Outcome::Refused(Refusal::Base64)),
        }
    }
}

fn receipt<'r>() -> Result<Receipt<'r>, getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    #[expect(clippy::disallowed_methods, reason = "this is the door that reads the clock")]
    Ok(Receipt::new(Timestamp::now(), random))
}

/// When Lambda stops waiting; it says so in milliseconds since 1970.
fn deadline(receipt: &Receipt<'_>, deadline: u64, started: Instant) -> Instant {
    let received = u64::try_from(receipt.received.as_millisecond()).unwrap_or(u64::MAX);
    let left = Duration::from_millis(deadline.saturating_sub(received));
    started.checked_add(left).unwrap_or(started)
}

/// Standard output is the log; where it cannot be written, there is nobody to tell.
fn print_line(line: &str) {
    let _nobody_to_tell = writeln!(std::io::stdout().lock(), "{line}");
}

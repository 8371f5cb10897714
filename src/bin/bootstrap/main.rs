//! The receiving function: a Lambda function URL's requests in, answers out.
//!
//! It takes events by [`hooklog::lambda`] and reads the function URL's part of them by itself: `lambda_http` panics at a
//! body whose base64 is malformed, and copies the body twice more on its way.

mod invocation;

use std::convert::Infallible;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use hooklog::config::Config;
use hooklog::lambda::{Event, RuntimeApi};
use hooklog::receive::{Answer, Outcome, Received, Receiver, Refusal};
use hooklog::record::Receipt;
use hooklog::telemetry::{Level, Log, with_causes};
use hooklog::verify::Digest;
use jiff::Timestamp;

use invocation::{Invocation, Response};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Everything that outlives one invocation.
struct Function {
    receiver: Receiver,
    log: Log,
    /// Random bytes that no other process has.
    seed: [u8; 32],
}

fn main() -> ExitCode {
    match run() {
        Ok(never) => match never {},
        Err(error) => {
            complain(Level::Fatal, &*error);
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Infallible, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the door that reads the environment")]
    let config = Config::read(std::env::vars_os())?;
    let function = Function::new(&config)?;
    let runtime_api = RuntimeApi::new(config.runtime_api()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // As a task: tokio wakes the future that it blocks on by a write to the system, twice an event.
    runtime.block_on(async { tokio::spawn(serve(function, runtime_api)).await? })
}

async fn serve(function: Function, mut runtime_api: RuntimeApi) -> Result<Infallible, Error> {
    function.receiver.store.connect().await;
    loop {
        let event = runtime_api.next_event().await?;
        let response = function.invoke(&event).await;
        match runtime_api.answer(&event.request_id, response.as_deref()) {
            Err(error) if error.can_go_on() => complain(Level::Error, &error),
            answered => answered?,
        }
    }
}

impl Function {
    fn new(config: &Config) -> Result<Self, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let tokens = config.tokens()?;
        #[expect(clippy::disallowed_methods, reason = "this is the door that hands in the clock")]
        let (store, overflow) = config.open(SystemTime::now)?;
        let receiver = Receiver::new(tokens, store, overflow, config.body_bytes_max);
        let function_name = config.aws.function_name.clone().unwrap_or_else(|| "bootstrap".to_owned());
        Ok(Self { receiver, log: Log::new(config.log_level.as_deref(), function_name), seed })
    }

    async fn invoke(&self, event: &Event) -> Result<Vec<u8>, Error> {
        let started = Instant::now();
        let mut receipt = self.receipt(&event.request_id);
        let invocation = serde_json::from_slice::<Invocation<'_>>(&event.payload).unwrap_or_default();
        receipt.source_ip = invocation.source_ip();
        receipt.user_agent = invocation.user_agent();
        receipt.deadline = event.deadline.map(|deadline| due(&receipt, deadline, started));
        receipt.request_id = Some(event.request_id.as_str().into());
        let received = self.receive(&invocation, &receipt).await;
        if let Some(line) = self.log.line(&received, &receipt, started.elapsed()) {
            print_line(&line);
        }
        let response = Response::new(Answer::from(&received.outcome), invocation.is_head());
        Ok(serde_json::to_vec(&response)?)
    }

    fn receipt<'r>(&self, request_id: &str) -> Receipt<'r> {
        #[expect(clippy::disallowed_methods, reason = "this is the door that reads the clock")]
        Receipt::new(Timestamp::now(), random(&self.seed, request_id))
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

/// Random bytes for an id, out of the process's own and the invocation's id, by which other processes and other requests
/// have other ones: to ask the system for some takes a hundredth of an event's time.
fn random(seed: &[u8; 32], request_id: &str) -> [u8; 10] {
    let digest = Digest::of(&[seed, request_id.as_bytes()].concat());
    *digest.bytes().first_chunk().unwrap_or(&[0; 10])
}

/// When Lambda stops waiting; it says so in milliseconds since 1970.
fn due(receipt: &Receipt<'_>, deadline: u64, started: Instant) -> Instant {
    let received = u64::try_from(receipt.received.as_millisecond()).unwrap_or(u64::MAX);
    let left = Duration::from_millis(deadline.saturating_sub(received));
    started.checked_add(left).unwrap_or(started)
}

/// Logs what has to do with no request.
fn complain(level: Level, error: &(dyn std::error::Error + 'static)) {
    print_line(&serde_json::json!({ "level": level, "message": with_causes(error) }).to_string());
}

/// Standard output is the log; where it cannot be written, there is nobody to tell.
fn print_line(line: &str) {
    let _nobody_to_tell = std::io::stdout().lock().write_all([line, "\n"].concat().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_processes_and_other_requests_have_other_random_bytes() {
        let all = [random(&[1; 32], "a"), random(&[1; 32], "b"), random(&[2; 32], "a")];
        assert!(all[0] != all[1] && all[0] != all[2] && all[0] == random(&[1; 32], "a"));
        let config =
            || Config::read([("HOOKLOG_STORE", "/x"), ("HOOKLOG_TOKENS", "a")].map(|(n, v)| (n.into(), v.into())));
        let seeds = [(); 2].map(|()| Function::new(&config().unwrap()).unwrap().seed);
        assert_ne!(seeds[0], seeds[1]);
    }
}

//! `hooklog serve`: receive over HTTP, without AWS.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hooklog::config::check_apart;
use hooklog::overflow::Overflow;
use hooklog::receive::{Outcome, Received, Receiver};
use hooklog::record::Receipt;
use hooklog::store::Store;
use hooklog::telemetry::{Log, with_causes};
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::Serve;
use crate::http::{self, Observer};
use crate::output::{self, Printer};
use crate::setup::{self, Stores};

/// How long what waits in the overflow folder waits between two tries.
const DRAIN_PAUSE: Duration = Duration::from_secs(2);

pub async fn run(args: &Serve) -> Result<ExitCode> {
    let config = setup::config()?;
    setup::raise_file_limit();
    let stores = Stores::new(&config);
    let (place, store) = stores.at(args.store.as_ref()).await?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("{} cannot be listened on", args.listen))?;
    let address = listener.local_addr()?;
    let (tokens, path) = if let Some(tokens) = &config.tokens {
        (tokens.clone(), String::new())
    } else {
        let token = setup::new_token()?;
        (format!("serve={token}").parse()?, token)
    };
    check_apart(&place, config.overflow.as_ref())?;
    let overflow = stores.overflow().await?;
    let receiver = Receiver::new(tokens, store, overflow, config.body_bytes_max);
    let printer = Printer::start();
    let print = printer.printing();
    let observer: Box<Observer> = if args.json {
        let function_name = config.aws.function_name.unwrap_or_else(|| "hooklog-serve".to_owned());
        let log = Log::new(config.log_level.as_deref(), function_name);
        Box::new(move |received, receipt, took| log.line(received, receipt, took).into_iter().for_each(&print))
    } else {
        Box::new(move |received, receipt, took| event_line(received, receipt, took).into_iter().for_each(&print))
    };
    output::complain(&format!("Keeping events in {place}. Receiving at http://{address}/{path}"));
    let draining = tokio::spawn(drain(receiver.overflow.clone(), receiver.store.clone().patient()));
    http::serve(listener, receiver, observer, stopped()?).await;
    draining.abort();
    printer.finish();
    output::complain("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// Empties the overflow folder whenever the store takes records again. A record that is in both places for a moment is
/// one event, because it has one key.
async fn drain(overflow: Option<Overflow>, store: Store) {
    let Some(Overflow::Folder(folder)) = overflow else { return };
    let mut said = false;
    loop {
        tokio::time::sleep(DRAIN_PAUSE).await;
        let drained = hooklog::overflow::drain(&folder, &store).await;
        if let Some(error) = drained.stopped.as_ref().filter(|_| !said) {
            output::complain(&format!("The overflow waits: {}", with_causes(error)));
        }
        said = drained.stopped.is_some();
        if drained.moved > 0 {
            output::complain(&format!("Moved {} events from the overflow into the store.", drained.moved));
        }
    }
}

/// Ends at Ctrl-C or at the service manager's SIGTERM.
fn stopped() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// What a person reads about a request.
fn event_line(received: &Received, receipt: &Receipt<'_>, took: Duration) -> Option<String> {
    let time = TimeZone::system().to_datetime(receipt.received).strftime("%H:%M:%S");
    let outcome = match &received.outcome {
        Outcome::Up => return None,
        Outcome::Stored(id) => format!("stored {id}"),
        Outcome::Overflowed(id, reason) => format!("overflowed {id}: {}", with_causes(reason)),
        Outcome::Rejected(denied) => format!("rejected: {denied}"),
        Outcome::Refused(refusal) => format!("refused: {}", with_causes(refusal)),
        Outcome::Lost(loss) => format!("LOST: {}", with_causes(loss)),
    };
    let (code, domain) = match &received.facts {
        Some(facts) => (facts.code.as_str(), facts.domain.as_deref().unwrap_or("unknown")),
        None => ("-", "-"),
    };
    Some(format!("{time}  {code:<28} {domain:<28} {outcome} ({:.1} ms)", took.as_secs_f64() * 1e3))
}

//! `hooklog demo`: the whole journey on one machine.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use hooklog::config::BODY_BYTES_MAX;
use hooklog::receive::Receiver;
use hooklog::record::{EVENTS, EventKey, Kept};
use hooklog::select::Selection;
use hooklog::store::{Folder, Store};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::args::Demo;
use crate::samples::{self, Sample};
use crate::sender::Sender;
use crate::{http, output, setup};

/// What no receiver of forms can take: JSON, and a token that two readers would read differently.
const NOT_KEPT: [(&str, u16); 2] = [("sale-delivery-calculate-json", 415), ("edge-token-twice", 403)];

pub async fn run(args: &Demo) -> Result<ExitCode> {
    let temporary = tempfile::tempdir().context("no temporary folder can be made")?;
    let folder = args.keep.as_deref().unwrap_or(temporary.path());
    let store = Store::Folder(Folder::new(folder));
    let before = Selection::default().newest(&store, 1, setup::now()).await.keys.pop_back();
    let before = before.as_ref().map_or("", EventKey::as_str);
    let samples = samples::all()?;
    let url_token = setup::new_token()?;
    let tokens = accepted(&samples, &url_token).parse()?;
    let receiver = Receiver::new(tokens, store.clone(), None, BODY_BYTES_MAX);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/{url_token}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(http::serve(listener, receiver, Box::new(|_, _, _| ()), async {
        let _sender_is_gone = stopped.await;
    }));

    output::say(&format!("Receiving at {url}\nKeeping events in {}\n", folder.display()))?;
    let surprises = send(&samples, &Sender::new(&url)?).await?;
    let _server_is_gone = stop.send(());
    server.await.context("the server broke down")?;
    let expected = samples.len().saturating_sub(NOT_KEPT.len());
    let kept = show(&store, before, expected).await?;
    Ok(if surprises == 0 && kept == expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The samples' own application tokens, and a URL token for those that carry none.
fn accepted(samples: &[Sample], url_token: &str) -> String {
    let mut tokens: Vec<_> = samples.iter().filter_map(Sample::application_token).collect();
    tokens.sort();
    tokens.dedup();
    let named = tokens.iter().zip(1..).map(|(token, number)| format!("portal-{number}={token}"));
    named.chain([format!("url={url_token}")]).collect::<Vec<_>>().join(",")
}

/// Sends each sample and counts the answers that were not as they should be.
async fn send(samples: &[Sample], sender: &Sender) -> Result<usize> {
    let mut surprises = 0_usize;
    for sample in samples {
        let delivery = sender.post(&sample.post()).await?;
        let expected = NOT_KEPT.iter().find(|(name, _)| *name == sample.name).map_or(200, |(_, status)| *status);
        if delivery.status != expected {
            surprises = surprises.saturating_add(1);
            output::complain(&format!("{}: answered {}, not {expected}", sample.name, delivery.status));
        } else if expected != 200 {
            output::say(&format!("{} was answered {expected}, as it must be", sample.name))?;
        }
    }
    Ok(surprises)
}

/// Shows the events that came after this key, and counts them.
async fn show(store: &Store, before: &str, expected: usize) -> Result<usize> {
    let mut pages = store.pages(EVENTS, before);
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await? {
        keys.extend(page);
    }
    let mut first = None;
    for key in &keys {
        let json = store.get(key).await?.context("an event is gone")?;
        let event = Kept::read(&json)?;
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let (subject, token_name) = (text(&event.subject), text(&event.tokenname));
        output::say(&format!("{:<36} {:<34} {subject:<14} {token_name}", event.code(), event.source))?;
        first.get_or_insert(json);
    }
    output::say(&format!("\n{} of {expected} sample events kept and verified. The first of them:\n", keys.len()))?;
    if let Some(json) = first {
        output::say(&serde_json::to_string_pretty(&serde_json::from_slice::<Value>(&json)?)?)?;
    }
    Ok(keys.len())
}

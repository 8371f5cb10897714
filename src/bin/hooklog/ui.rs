//! `hooklog ui`: a page over a store, for people who would rather look than read.

mod answer;
mod assets;
mod door;
mod entrance;
mod event;
mod guard;
mod lines;
mod list;
mod live;
mod page_of_keys;
mod question;
mod replay;
mod requeue;
mod room;
mod routes;
mod row;
mod summary;
mod tally;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use hooklog::config::OverflowPlace;
use hooklog::store::{Folder, Store};
use hooklog::verify::Tokens;
use tokio::net::TcpListener;

use crate::args::Ui;
use crate::{chosen, output, setup};
use guard::Guard;

/// What the page looks at.
struct Looking {
    guard: Guard,
    /// How people know the store.
    place: String,
    store: Store,
    overflow: Option<Store>,
    tokens: Option<Tokens>,
}

pub async fn run(args: &Ui) -> Result<ExitCode> {
    let config = setup::config()?;
    let password = password(args.password_file.as_deref())?;
    if !args.listen.ip().is_loopback() && password.is_none() {
        bail!(
            "{} is reached by others than this machine: give a password with HOOKLOG_UI_PASSWORD or --password-file",
            args.listen
        );
    }
    let (place, store) = chosen::open_store(args.store.as_ref(), &config).await?;
    let overflow = match &config.overflow {
        Some(OverflowPlace::Folder(path)) => Some(Store::Folder(Folder::new(path))),
        Some(OverflowPlace::Queue(_)) | None => None,
    };
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("{} cannot be listened on", args.listen))?;
    let address = listener.local_addr()?;
    let key = setup::new_token()?;
    let guard = Guard::new(address, &key, password.as_deref(), setup::new_token()?, args.host.clone());
    output::say(&format!("Looking at {place}. Open http://{address}/?key={key}"))?;
    if !address.ip().is_loopback() {
        output::complain(
            "Others can reach this, and plain HTTP can be read on its way: put TLS in front of it, or use ssh -L.",
        );
    }
    let looking = Looking { guard, place: place.to_string(), store, overflow, tokens: config.tokens };
    door::serve(listener, Arc::new(looking), async {
        let _either_way_it_stops = tokio::signal::ctrl_c().await;
    })
    .await;
    Ok(ExitCode::SUCCESS)
}

/// The password, out of its file or the environment; never out of the command line, which others can list.
fn password(file: Option<&Path>) -> Result<Option<String>> {
    let Some(file) = file else { return setup::ui_password() };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("{} is empty: write a password into it", file.display());
    }
    Ok(Some(password))
}

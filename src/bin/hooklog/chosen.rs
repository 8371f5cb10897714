//! What was chosen on the command line: an open store, and a selection in it.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use hooklog::config::{Config, Place};
use hooklog::select::{Selection, Unread};
use hooklog::store::{Store, StoreError};
use hooklog::telemetry::with_causes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::Choice;
use crate::setup::Stores;
use crate::{output, setup};

/// A store and the events in it that are asked for.
pub struct Chosen {
    pub place: Place,
    pub store: Store,
    pub selection: Selection,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Chosen {
    pub async fn open(choice: &Choice) -> Result<Self> {
        let config = setup::config()?;
        let (place, store) = open_store(choice.store.as_ref(), &config).await?;
        let (now, zone) = (setup::now(), TimeZone::system());
        let since = choice.since.as_ref().map(|since| since.start(now, &zone)).transpose().context("--since")?;
        let until = choice.until.as_ref().map(|until| until.end(now, &zone)).transpose().context("--until")?;
        let (portals, codes, subject) = (choice.portal.clone(), choice.event.clone(), choice.subject.clone());
        let selection = Selection { since, until, portals, codes, subject };
        Ok(Self { place, store, selection, now, zone })
    }
}

/// A store that is there already: nobody looks into a folder that a slip of the pen named.
pub async fn open_store(place: Option<&Place>, config: &Config) -> Result<(Place, Store)> {
    let (place, store) = Stores::new(config).at(place).await?;
    if let Place::Folder(folder) = &place
        && !folder.is_dir()
    {
        bail!("{} is no folder: say where the events are with --store, or HOOKLOG_STORE", folder.display());
    }
    Ok((place, store))
}

/// What could not be read, told as it comes. What could be is printed all the same.
#[derive(Default)]
pub struct Complaints(bool);

impl Complaints {
    pub fn tell(&mut self, unread: &Unread) {
        self.say(&with_causes(unread));
        if let Unread::Listing(StoreError::S3 { .. }) = unread {
            output::complain("See that --store names the bucket, and that AWS_REGION and credentials are its own.");
        }
    }

    /// Tells of anything else that did not go well.
    pub fn say(&mut self, line: &str) {
        output::complain(&format!("hooklog: {line}"));
        self.0 = true;
    }

    /// How the verb ends.
    pub fn code(&self) -> ExitCode {
        if self.0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

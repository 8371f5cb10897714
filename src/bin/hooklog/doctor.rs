//! `hooklog doctor`: what is wrong with a deployment, in plain words, each with its remedy.

mod bucket;
mod finding;
mod quota;
mod receiver;
mod store;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use hooklog::config::Place;
use hooklog::store::Store;
use url::Url;

use crate::args::Doctor;
use crate::setup::{self, Stores};
use finding::{Finding, Report};

/// The code of our own test events, which are no sign of a portal's life.
const TEST_CODE: &str = "HOOKLOGDOCTOR";

pub async fn run(args: &Doctor) -> Result<ExitCode> {
    let config = setup::config()?;
    let place = args.store.as_ref().or(config.store.as_ref());
    if args.url.is_none() && place.is_none() {
        bail!("say what to look at: --url URL, --store PLACE, or both");
    }
    let mut report = Report::new(args.json);
    let mut test_event = None;
    if let Some(url) = &args.url {
        // The URL may hold a token, so it is not repeated.
        let url: Url = url.parse().context("the receiver's URL is malformed")?;
        test_event = receiver::examine(&url, args.token.as_deref(), &mut report).await?;
        quota::examine(&url, &mut report).await?;
    }
    if let Some(place) = place {
        let (place, store) = Stores::new(&config).at(Some(place)).await?;
        if let (Place::S3 { bucket, .. }, Store::S3(s3)) = (&place, &store)
            && !bucket::examine(s3.client(), bucket, &mut report).await?
        {
            return report.finish();
        }
        store::examine(&store, test_event, &mut report).await?;
    }
    report.finish()
}

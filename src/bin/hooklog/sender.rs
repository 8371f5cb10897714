//! Posting as Bitrix24's queue servers do.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

use crate::samples::Sample;

const USER_AGENT: &str = "Bitrix24 Webhook Engine";
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);

/// Posts samples to one receiver.
pub struct Sender {
    client: Client,
    to: Url,
}

/// What came back.
pub struct Delivery {
    pub status: u16,
    pub took: Duration,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Sender {
    pub fn new(to: &str) -> Result<Self> {
        // The URL may hold a token, so it is not repeated.
        let to: Url = to.parse().context("the receiver's URL is malformed")?;
        // Whoever installed a provider first, it is this one.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(ANSWER_WAIT_MAX)
            .no_proxy()
            .redirect(Policy::none())
            .build()?;
        Ok(Self { client, to })
    }

    /// Posts one sample, with the sample's own query behind the receiver's URL.
    pub async fn post(&self, sample: &Sample) -> Result<Delivery> {
        let mut url = self.to.clone();
        if let Some(query) = sample.query() {
            url.set_query(Some(query));
        }
        let request = self.client.post(url).header("Content-Type", &sample.content_type).body(sample.body.clone());
        self.deliver(request).await
    }

    /// Asks whether the receiver is up.
    pub async fn get(&self) -> Result<Delivery> {
        self.deliver(self.client.get(self.to.clone())).await
    }

    async fn deliver(&self, request: RequestBuilder) -> Result<Delivery> {
        let started = Instant::now();
        let answer = request
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{} does not answer", self.to.origin().ascii_serialization()))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(reqwest::Error::without_url).context("the answer broke off")?;
        Ok(Delivery { status, took: started.elapsed(), headers, body: body.to_vec() })
    }
}

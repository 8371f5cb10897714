//! A function URL's event and answer, payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads>): the members that are used.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hooklog::receive::{Answer, Request};
use serde::{Deserialize, Serialize};

/// One request to the function URL. A member that is absent is empty.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Invocation<'i> {
    #[serde(borrow)]
    raw_path: Cow<'i, str>,
    #[serde(borrow)]
    raw_query_string: Cow<'i, str>,
    #[serde(borrow)]
    headers: Headers<'i>,
    #[serde(borrow)]
    request_context: Context<'i>,
    #[serde(borrow)]
    body: Option<Cow<'i, str>>,
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Headers<'i> {
    #[serde(borrow, rename = "content-type")]
    content_type: Option<Cow<'i, str>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context<'i> {
    #[serde(borrow)]
    http: Http<'i>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Http<'i> {
    #[serde(borrow)]
    method: Cow<'i, str>,
    #[serde(borrow)]
    source_ip: Option<Cow<'i, str>>,
    #[serde(borrow)]
    user_agent: Option<Cow<'i, str>>,
}

impl<'i> Invocation<'i> {
    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    pub fn is_head(&self) -> bool {
        self.method() == "HEAD"
    }

    pub fn source_ip(&self) -> Option<Cow<'i, str>> {
        self.request_context.http.source_ip.clone()
    }

    pub fn user_agent(&self) -> Option<Cow<'i, str>> {
        self.request_context.http.user_agent.clone()
    }

    /// The body as the client sent it.
    pub fn body(&self) -> Result<Cow<'_, [u8]>, base64::DecodeError> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            BASE64_STANDARD.decode(body).map(Cow::Owned)
        } else {
            Ok(Cow::Borrowed(body.as_bytes()))
        }
    }

    pub fn request<'r>(&'r self, body: &'r [u8]) -> Request<'r> {
        Request {
            method: self.method(),
            path: &self.raw_path,
            query: self.raw_query_string.as_bytes(),
            content_type: self.headers.content_type.as_deref(),
            body,
        }
    }
}

/// The answer in a function URL's form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    headers: serde_json::Map<String, serde_json::Value>,
    body: String,
    is_base64_encoded: bool,
}

impl Response {
    pub fn new(answer: Answer, is_head: bool) -> Self {
        let media_type = ("content-type", answer.media_type);
        let headers = std::iter::once(media_type).chain(answer.header);
        Self {
            status_code: answer.status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.into())).collect(),
            body: if is_head { String::new() } else { answer.body },
            is_base64_encoded: false,
        }
    }
}

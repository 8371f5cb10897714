//! A function URL's event and answer, payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads>): the members that are used.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hooklog::receive::{Answer, Request};
use serde::{Deserialize, Serialize};

/// A text that is borrowed from the event where it has no escapes. As an `Option` of a `Cow`, serde would copy it.
#[derive(Deserialize)]
struct Text<'i>(#[serde(borrow)] Cow<'i, str>);

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
    body: Option<Text<'i>>,
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Headers<'i> {
    #[serde(borrow, rename = "content-type")]
    content_type: Option<Text<'i>>,
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
    source_ip: Option<Text<'i>>,
    #[serde(borrow)]
    user_agent: Option<Text<'i>>,
}

impl Invocation<'_> {
    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    pub fn is_head(&self) -> bool {
        self.method() == "HEAD"
    }

    pub fn source_ip(&self) -> Option<Cow<'_, str>> {
        text(self.request_context.http.source_ip.as_ref()).map(Cow::Borrowed)
    }

    pub fn user_agent(&self) -> Option<Cow<'_, str>> {
        text(self.request_context.http.user_agent.as_ref()).map(Cow::Borrowed)
    }

    /// The body as the client sent it.
    pub fn body(&self) -> Result<Cow<'_, [u8]>, base64::DecodeError> {
        let body = text(self.body.as_ref()).unwrap_or_default();
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
            content_type: text(self.headers.content_type.as_ref()),
            body,
        }
    }
}

fn text<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(|text| &*text.0)
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

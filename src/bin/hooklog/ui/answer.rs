//! Answers: each with the headers that keep a browser from doing more with it than is meant.

use std::convert::Infallible;

use anyhow::Result;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

pub type Body = UnsyncBoxBody<Bytes, Infallible>;

pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html; charset=utf-8";

/// Nothing but this page's own files; no inline script or style, nothing that makes markup out of text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What a request cannot have, told to the page.
#[derive(Serialize)]
struct Trouble<'t> {
    error: &'t str,
}

pub fn whole(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    with_body(status, media_type, Full::new(body.into()).boxed_unsync())
}

pub fn with_body(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A value as JSON, or what hindered it.
pub fn json(value: Result<impl Serialize>) -> Response<Body> {
    match value.and_then(|value| Ok(serde_json::to_vec(&value)?)) {
        Ok(json) => whole(StatusCode::OK, JSON, json),
        Err(error) => trouble(StatusCode::BAD_REQUEST, &format!("{error:#}")),
    }
}

pub fn trouble(status: StatusCode, error: &str) -> Response<Body> {
    whole(status, JSON, serde_json::to_vec(&Trouble { error }).unwrap_or_default())
}

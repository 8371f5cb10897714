//! The way in: the key of the printed URL, and the password where there is one, are exchanged for a cookie.

use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use url::form_urlencoded;

use super::answer::{self, Body};
use super::guard::Guard;
use super::{assets, routes};

/// A wrong password is answered late.
const WRONG_PAUSE: Duration = Duration::from_secs(1);

/// Answers at `/`.
pub async fn answer(guard: &Guard, head: &Parts, body: Incoming) -> Response<Body> {
    let key = value_of(head.uri.query().unwrap_or_default().as_bytes(), "key");
    match key {
        None if guard.knows(&head.headers) => assets::html(StatusCode::OK, assets::PAGE),
        Some(key) if guard.opens(&key) && !guard.has_password() => enter(guard),
        Some(key) if guard.opens(&key) && head.method == Method::POST => {
            let form = routes::read(body).await.unwrap_or_default();
            if value_of(&form, "password").is_some_and(|password| guard.is_password(&password)) {
                return enter(guard);
            }
            tokio::time::sleep(WRONG_PAUSE).await;
            answer::trouble(StatusCode::FORBIDDEN, "that is not the password")
        }
        Some(key) if guard.opens(&key) => assets::html(StatusCode::OK, assets::PASSWORD),
        Some(_) | None => assets::html(StatusCode::UNAUTHORIZED, assets::CLOSED),
    }
}

fn enter(guard: &Guard) -> Response<Body> {
    let mut response = answer::whole(StatusCode::SEE_OTHER, answer::HTML, "");
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    if let Ok(cookie) = guard.set_cookie().try_into() {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

fn value_of(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}

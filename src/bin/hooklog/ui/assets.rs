//! The page's files, which are part of the program.

use hyper::{Response, StatusCode};

use super::answer::{self, Body, HTML};

pub const PAGE: &str = include_str!("page/index.html");
pub const CLOSED: &str = include_str!("page/closed.html");
pub const PASSWORD: &str = include_str!("page/password.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

const FILES: [(&str, &str, &str); 24] = [
    ("/icon.svg", PICTURE, include_str!("page/icon.svg")),
    ("/style.css", STYLE, include_str!("page/style.css")),
    ("/main.js", SCRIPT, include_str!("page/main.js")),
    ("/ask.js", SCRIPT, include_str!("page/ask.js")),
    ("/chart.js", SCRIPT, include_str!("page/chart.js")),
    ("/copy.js", SCRIPT, include_str!("page/copy.js")),
    ("/door.js", SCRIPT, include_str!("page/door.js")),
    ("/element.js", SCRIPT, include_str!("page/element.js")),
    ("/event.js", SCRIPT, include_str!("page/event.js")),
    ("/fields.js", SCRIPT, include_str!("page/fields.js")),
    ("/history.js", SCRIPT, include_str!("page/history.js")),
    ("/keyboard.js", SCRIPT, include_str!("page/keyboard.js")),
    ("/list.js", SCRIPT, include_str!("page/list.js")),
    ("/live.js", SCRIPT, include_str!("page/live.js")),
    ("/look.js", SCRIPT, include_str!("page/look.js")),
    ("/portals.js", SCRIPT, include_str!("page/portals.js")),
    ("/replay.js", SCRIPT, include_str!("page/replay.js")),
    ("/time.js", SCRIPT, include_str!("page/time.js")),
    ("/tree.js", SCRIPT, include_str!("page/tree.js")),
    ("/view.js", SCRIPT, include_str!("page/view.js")),
    ("/words.js", SCRIPT, include_str!("page/words.js")),
    ("/vendor/uPlot.js", SCRIPT, include_str!("page/vendor/uPlot.js")),
    ("/vendor/uPlot.css", STYLE, include_str!("page/vendor/uPlot.css")),
    ("/vendor/uPlot.LICENSE", TEXT, include_str!("page/vendor/uPlot.LICENSE")),
];

/// A file of the page; none of them is secret.
pub fn file(path: &str) -> Option<Response<Body>> {
    let (_, media_type, text) = FILES.iter().find(|(name, ..)| *name == path)?;
    Some(answer::whole(StatusCode::OK, media_type, *text))
}

pub fn html(status: StatusCode, text: &'static str) -> Response<Body> {
    answer::whole(status, HTML, text)
}

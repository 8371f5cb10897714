// What comes while somebody looks. A tab that nobody sees does not ask: on S3 each look costs something.

import { find } from "./element.js";
import { query, room, view } from "./view.js";
import { t } from "./words.js";

let source = null, calls = null, heard = 0, turning = 0;

/** Listens to what the view wants: `calls.come(rows)`, `calls.trouble(text)`. What is over brings nothing new. */
export function follow(listener) {
    calls = listener;
    heard = Date.now();
    connect();
}

function connect() {
    source?.close();
    source = null;
    if (room() === "rejected" || (view.until && Date.parse(view.until) < Date.now()) || document.hidden) return status("paused");
    status("live");
    source = new EventSource(`/api/live?${query({ heard })}`);
    const on = (name, take) => source.addEventListener(name, (event) => {
        heard = Number(event.lastEventId) || heard;
        take(JSON.parse(event.data));
    });
    on("new", ({ rows }) => calls.come(rows));
    on("trouble", ({ error }) => calls.trouble(error));
    on("looked", ({ pause }) => countDown(pause));
    source.addEventListener("error", () => status("lostTouch"));
}

function countDown(seconds) {
    clearInterval(turning);
    let left = seconds;
    status("live", left);
    turning = setInterval(() => (left > 1 ? status("live", (left -= 1)) : clearInterval(turning)), 1000);
}

export function status(name = find("live").dataset.status, seconds = 0) {
    if (name !== "live") clearInterval(turning);
    find("live").dataset.status = name;
    find("live-text").textContent = t(name);
    find("live").title = seconds ? t("liveIn", { n: seconds }) : "";
}

document.addEventListener("visibilitychange", () => calls && connect());

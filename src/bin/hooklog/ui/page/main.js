// The page: asks for what the view wants, and gives it to the list, the chart, the portals and the open event.

import { get, lines, post } from "./ask.js";
import * as chart from "./chart.js";
import { element, find } from "./element.js";
import * as event from "./event.js";
import * as list from "./list.js";
import * as look from "./look.js";
import * as portals from "./portals.js";
import * as time from "./time.js";
import { change, clear, isFiltered, known, onChange, query, room, sameFilters, view } from "./view.js";
import { t } from "./words.js";

const TIMES = ["", "15m", "1h", "24h", "7d", "30d"];
const TYPING_MS = 250;
/** So many objects are asked for at once: their keys must fit into a request's head. */
const DETAILS_MAX = 40;

const filters = find("filters");
/** Stops what the view before wanted. */
let stop = new AbortController();
let live = null;
/** Where the list goes on: the last key, whether there is more, and whether it is being asked for. */
let next = { before: null, more: false, asking: false, looked: null, found: 0 };
let about = { has_overflow: false };
let waiting = 0, typing = 0, turning = 0;
/** What somebody typed and did not stop typing yet. */
let typed = {};
const asked = new Set();

const isSearch = () => Boolean(view.text || view.subject);

function trouble(text) {
    find("trouble").hidden = !text;
    find("trouble").textContent = text;
}

function failed(error) {
    if (error.name !== "AbortError") trouble(error.message);
}

/** Shows the view from the start. */
function restart() {
    stop.abort();
    stop = new AbortController();
    live?.close();
    live = null;
    next = { before: null, more: true, asking: false, looked: null, found: 0 };
    waiting = 0;
    asked.clear();
    trouble("");
    list.clear();
    fields();
    more(true);
    follow();
}

/** Asks for the next page. A search goes on only when somebody says so. */
async function more(isFirst = false) {
    if (next.asking || !next.more || (isSearch() && !isFirst)) return;
    const { signal } = stop;
    next.asking = true;
    foot();
    const each = (line) => {
        if (line.keys) list.add(line.keys.map(time.ofKey));
        if (line.found) {
            next.found += 1;
            list.add([{ ...time.ofKey(line.found.key), row: line.found }]);
        }
        if (line.looked) next.looked = { at: line.looked.at, count: line.looked.count };
        if (line.error) trouble(line.error);
        if (line.end) {
            next.more = line.end.more;
            next.before = line.end.before;
        }
        foot();
    };
    try {
        await lines(`/api/list?${query(next.before ? { before: next.before } : {})}`, each, signal);
    } catch (error) {
        failed(error);
        if (!signal.aborted) next.more = false;
    }
    if (signal.aborted) return;
    next.asking = false;
    foot();
    // The list paints before everything is counted.
    if (isFirst && !next.counted) count(signal);
}

async function count(signal) {
    next.counted = true;
    find("overview").hidden = room() !== "events";
    if (room() !== "events") return;
    try {
        await lines(`/api/summary?${query()}`, ({ counted, error, summary }) => {
            if (counted) find("chart-title").textContent = t("counting", { n: time.number(counted) });
            if (error) trouble(error);
            if (!summary) return;
            chart.show(summary);
            options("codes", summary.codes.map(([code]) => code), known.code);
            options("portals", Object.keys(summary.portals), known.portal);
            list.redraw();
            foot();
            portals.show(summary.portals, signal).catch(failed);
        }, signal);
    } catch (error) {
        failed(error);
    }
}

function options(id, names, all) {
    for (const name of names) all.add(name);
    find(id).replaceChildren(...[...all].sort().map((value) => element("option", { value })));
}

/** Listens for what comes. What is over brings nothing new. */
function follow() {
    if (room() === "rejected" || (view.until && Date.parse(view.until) < Date.now())) return status("paused");
    status("live");
    live = new EventSource(`/api/live?${query()}`);
    live.addEventListener("new", ({ data }) => {
        const items = JSON.parse(data).rows.map((row) => ({ ...time.ofKey(row.key), row, isFresh: true }));
        const unknown = items.filter((item) => !list.get(item.key));
        list.fill(items.map((item) => item.row));
        if (!list.add(unknown)) return;
        if (room() === "events") unknown.forEach((item) => (chart.count(item), portals.hear(item)));
        waiting = list.isAtTop() ? 0 : waiting + unknown.length;
        chart.draw();
        portals.draw();
        foot();
    });
    live.addEventListener("looked", ({ data }) => countDown(JSON.parse(data).pause));
    live.addEventListener("trouble", ({ data }) => trouble(JSON.parse(data).error));
    live.addEventListener("error", () => status("lostTouch"));
}

function countDown(seconds) {
    clearInterval(turning);
    let left = seconds;
    status("live", left);
    turning = setInterval(() => (left > 1 ? status("live", (left -= 1)) : clearInterval(turning)), 1000);
}

function status(name, seconds) {
    if (name !== "live") clearInterval(turning);
    find("live").dataset.status = name;
    find("live-text").textContent = t(name);
    find("live").title = seconds ? t("liveIn", { n: seconds }) : "";
}

/** The line below the list: how much of what there is it has. */
function foot() {
    const total = room() === "events" && !isSearch() ? chart.total() : null;
    const parts = [isSearch() ? t("found", { n: time.number(list.count()) })
        : total === null ? t("listed", { n: time.number(list.count()) }) : t("shown", { n: time.number(list.count()), total: time.number(total) })];
    if (next.looked) parts.push(t("looked", { n: time.number(next.looked.count), at: time.moment(next.looked.at) }));
    if (next.asking && isSearch()) parts.push(t("searching"));
    find("foot").textContent = parts.join(" · ");
    find("go-on").hidden = !isSearch() || !(next.asking || next.more);
    find("go-on").textContent = t(next.asking ? "stop" : "goOn");
    find("empty").hidden = list.count() > 0 || next.asking;
    find("empty").textContent = t(room() === "events" || isFiltered() ? "none" : room() === "rejected" ? "noneRejected" : "noneOverflow");
    find("fresh").hidden = waiting === 0;
    find("fresh").textContent = t("fresh", { n: time.number(waiting) });
    find("requeue-all").hidden = room() === "events" || list.count() === 0;
    find("requeue-all").textContent = t(room() === "overflow" ? "moveAll" : "requeueAll");
}

/** Writes the view into the fields, but never where somebody types. */
function fields() {
    for (const name of ["text", "code", "portal", "subject"]) {
        if (document.activeElement !== filters[name]) filters[name].value = view[name];
    }
    const times = TIMES.includes(view.since) && !view.until ? TIMES : [...TIMES, "custom"];
    filters.since.replaceChildren(...times.map((value) => element("option", { value }, t(value || "all"))));
    filters.since.value = times === TIMES ? view.since : "custom";
    find("clear").hidden = !isFiltered();
    for (const tab of find("rooms").children) tab.setAttribute("aria-pressed", String(tab.dataset.room === room()));
    document.body.classList.toggle("with-event", Boolean(view.event));
}

/** Asks for objects of rows that are only keys yet, once somebody looks at them. */
async function details(items) {
    const wanted = items.filter((item) => !asked.has(item.key)).slice(0, DETAILS_MAX);
    if (!wanted.length) return;
    const { signal } = stop;
    for (const item of wanted) asked.add(item.key);
    const pairs = [["room", room()], ...wanted.map((item) => ["key", item.key])];
    try {
        list.fill(await get(`/api/rows?${new URLSearchParams(pairs)}`, signal));
    } catch (error) {
        for (const item of wanted) asked.delete(item.key);
        failed(error);
    }
}

function show() {
    list.opened(view.event);
    if (view.event) event.open(view.event, requeued);
    else event.close();
}

function requeued(keys) {
    list.remove(new Set(keys));
    foot();
}

async function requeueAll() {
    try {
        const outcome = await post(`/api/requeue?${new URLSearchParams({ room: room() })}`, {});
        restart();
        trouble([t("requeued", outcome), ...outcome.unreadable].join(" · "));
    } catch (error) {
        failed(error);
    }
}

function onKey(pressed) {
    const isField = pressed.target.matches("input, select, textarea");
    if (pressed.key === "Escape") {
        if (isField) pressed.target.blur();
        else if (view.event) change({ event: "" });
        else clear();
        return;
    }
    if (isField || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity }[pressed.key];
    if (step && !pressed.target.closest("#event")) {
        const item = list.move(step);
        if (item && view.event) change({ event: item.key }, true);
    } else if (pressed.key === "/") {
        filters.text.focus();
        filters.text.select();
    } else if (pressed.key === "Enter" && pressed.target.closest("#list, body") && !pressed.target.closest("button, summary, a")) {
        if (list.active()) change({ event: list.active().key });
    } else return;
    pressed.preventDefault();
}

function listen() {
    filters.addEventListener("input", ({ target }) => {
        clearTimeout(typing);
        if (target === filters.since) return target.value !== "custom" && change({ since: target.value, until: "" });
        typed[target.name] = target.value.trim();
        typing = setTimeout(() => {
            change(typed, true);
            typed = {};
        }, TYPING_MS);
    });
    filters.addEventListener("submit", (submitted) => submitted.preventDefault());
    find("clear").addEventListener("click", clear);
    find("rooms").addEventListener("click", ({ target }) => target.dataset.room && change({ room: target.dataset.room === "events" ? "" : target.dataset.room, event: "" }));
    find("fresh").addEventListener("click", () => {
        waiting = 0;
        list.toTop();
        foot();
    });
    find("scroll").addEventListener("scroll", () => waiting && list.isAtTop() && ((waiting = 0), foot()), { passive: true });
    find("go-on").addEventListener("click", () => {
        if (!next.asking) return more(true);
        stop.abort();
        stop = new AbortController();
        next.asking = false;
        foot();
    });
    find("requeue-all").addEventListener("click", requeueAll);
    document.addEventListener("keydown", onKey);
}

look.start(() => {
    fields();
    chart.draw();
    portals.draw();
    list.redraw();
    foot();
    status(find("live").dataset.status);
    if (view.event) show();
});
list.start({ open: (item) => change({ event: item.key }), more, details }, chart.colour);
onChange((before) => {
    if (!sameFilters(before, view)) restart();
    else fields();
    if (before.event !== view.event) show();
});
listen();
restart();
show();
get("/api/about").then((found) => {
    about = found;
    find("place").textContent = about.place;
    document.title = `hooklog · ${about.place}`;
    for (const tab of find("rooms").children) if (tab.dataset.room === "overflow") tab.hidden = !about.has_overflow;
}).catch(failed);

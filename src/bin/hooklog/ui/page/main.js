// The page: asks for what the view wants, and gives it to the list, the chart, the portals and the open event.

import { get, lines, post } from "./ask.js";
import * as chart from "./chart.js";
import { find } from "./element.js";
import * as event from "./event.js";
import * as fields from "./fields.js";
import * as keyboard from "./keyboard.js";
import * as list from "./list.js";
import * as live from "./live.js";
import * as look from "./look.js";
import * as portals from "./portals.js";
import * as time from "./time.js";
import { change, isFiltered, onChange, query, room, sameFilters, view } from "./view.js";
import { t } from "./words.js";

/** So many objects are asked for at once: their keys must fit into a request's head. */
const DETAILS_MAX = 40;

/** Stops what the view before wanted. */
let stop = new AbortController();
/** Where the list goes on: the last key, whether there is more, and whether it is being asked for. */
let next = { before: null, more: true, asking: false, looked: null };
/** So many came while somebody read further down. */
let waiting = 0;
const asked = new Set();

const isSearch = () => Boolean(view.text || view.subject);

function trouble(text) {
    find("trouble").hidden = !text;
    find("trouble").textContent = text;
}

function failed(error) {
    if (error.name !== "AbortError") trouble(error.message);
}

/** Shows the view from the start. The list paints before everything is counted. */
async function restart() {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    next = { before: null, more: true, asking: false, looked: null };
    waiting = 0;
    asked.clear();
    trouble("");
    list.clear();
    fields.show();
    find("overview").hidden = room() !== "events";
    live.follow({ come, trouble });
    await more();
    if (!signal.aborted && room() === "events") count(signal).catch(failed);
}

/** Asks for the next page. */
async function more() {
    if (next.asking || !next.more) return;
    const { signal } = stop;
    // An answer that breaks off says of no more.
    Object.assign(next, { asking: true, more: false });
    foot();
    try {
        await lines(`/api/list?${query(next.before ? { before: next.before } : {})}`, take, signal);
    } catch (error) {
        failed(error);
    }
    if (signal.aborted) return;
    next.asking = false;
    foot();
}

function take(line) {
    if (line.keys) list.add(line.keys.map(time.ofKey));
    if (line.found) list.add([{ ...time.ofKey(line.found.key), row: line.found }]);
    if (line.looked) next.looked = line.looked;
    if (line.error) trouble(line.error);
    if (line.end) Object.assign(next, line.end);
    foot();
}

async function count(signal) {
    await lines(`/api/summary?${query()}`, ({ counted, error, summary }) => {
        if (counted) find("chart-title").textContent = t("counting", { n: time.number(counted) });
        if (error) trouble(error);
        if (!summary) return;
        chart.show(summary);
        fields.offer(summary.codes.map(([code]) => code), Object.keys(summary.portals));
        list.redraw();
        foot();
        portals.show(summary.portals, signal).catch(failed);
    }, signal);
}

/** Takes in what came meanwhile; the list may have some of it. */
function come(rows) {
    const items = rows.map((row) => ({ ...time.ofKey(row.key), row, isFresh: true }));
    const unknown = items.filter((item) => !list.get(item.key));
    list.fill(rows);
    if (!list.add(unknown)) return;
    if (room() === "events") {
        for (const item of unknown) {
            chart.count(item);
            portals.hear(item);
        }
        chart.draw();
        portals.draw();
    }
    waiting = list.isAtTop() ? 0 : waiting + unknown.length;
    foot();
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

/** The line below the list: how much of what there is it has. */
function foot() {
    const n = time.number(list.count());
    const total = room() === "events" && !isSearch() ? chart.total() : null;
    const parts = [isSearch() ? t("found", { n }) : total === null ? t("listed", { n }) : t("shown", { n, total: time.number(total) })];
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

function show() {
    list.opened(view.event);
    if (view.event) event.open(view.event, requeued);
    else event.close();
}

function requeued(key) {
    list.remove(key);
    foot();
}

async function requeueAll() {
    try {
        const outcome = await post(`/api/requeue?${new URLSearchParams({ room: room() })}`, {});
        await restart();
        trouble([t("requeued", outcome), ...outcome.unreadable].join(" · "));
    } catch (error) {
        failed(error);
    }
}

/** Stops a search, or goes on with it. */
function goOn() {
    if (!next.asking) return more();
    stop.abort();
    stop = new AbortController();
    // What was found of this part already is not doubled by looking at it again.
    Object.assign(next, { asking: false, more: true });
    foot();
}

function seen() {
    if (!waiting || !list.isAtTop()) return;
    waiting = 0;
    foot();
}

look.start(() => {
    fields.show();
    chart.draw();
    portals.draw();
    list.redraw();
    foot();
    live.status();
    if (view.event) show();
});
// A search goes on only when somebody says so.
list.start({ open: (item) => change({ event: item.key }), more: () => isSearch() || more(), details }, chart.colour);
fields.start();
keyboard.start();
find("fresh").addEventListener("click", list.toTop);
find("scroll").addEventListener("scroll", seen, { passive: true });
find("go-on").addEventListener("click", goOn);
find("requeue-all").addEventListener("click", requeueAll);
onChange((before) => {
    if (sameFilters(before, view)) fields.show();
    else restart();
    if (before.event !== view.event) show();
});
restart();
show();
get("/api/about").then(({ place, has_overflow }) => {
    find("place").textContent = place;
    document.title = `hooklog · ${place}`;
    find("rooms").querySelector("[data-room=overflow]").hidden = !has_overflow;
}).catch(failed);

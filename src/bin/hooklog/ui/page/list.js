// The list: of any number of events, only the rows on the screen exist.

import { element, find } from "./element.js";
import * as time from "./time.js";
import { t } from "./words.js";

/** Rows above and below the screen, so that scrolling shows no gap. */
const MARGIN = 8;

const scroll = find("scroll"), list = find("list");

/** Newest first. */
let items = [];
let byKey = new Map();
let hashes = new Map();
let rows = new Map();
let activeKey = null, openKey = null;
let colour = () => "other";
let wants = { open() {}, more() {}, details() {} };
let frame = 0, isStale = false;

const height = () => parseFloat(getComputedStyle(list).getPropertyValue("--row")) || 28;

/** What the list calls: `open(item)`, `more()` near its end, `details(items)` for rows that are only keys yet. */
export function start(calls, colourOf) {
    wants = calls;
    colour = colourOf;
    scroll.addEventListener("scroll", draw, { passive: true });
    new ResizeObserver(redraw).observe(scroll);
    list.addEventListener("click", (event) => {
        const row = event.target.closest("[data-key]");
        if (row) choose(row.dataset.key, true);
    });
    setInterval(() => rows.size && redraw(), 60_000);
}

export const count = () => items.length;
export const active = () => byKey.get(activeKey);
export const newest = () => items[0];
export const get = (key) => byKey.get(key);
export const isAtTop = () => scroll.scrollTop < height();
export const toTop = () => scroll.scrollTo({ top: 0 });

export function clear() {
    items = [];
    byKey = new Map();
    hashes = new Map();
    activeKey = null;
    scroll.scrollTop = 0;
    redraw();
}

/** Adds events in their places; gives how many were new. Whoever reads further down stays where they are. */
export function add(more) {
    const newestFirst = (one, other) => (one.key < other.key ? 1 : -1);
    const fresh = more.filter((item) => !byKey.has(item.key)).sort(newestFirst);
    if (!fresh.length) return 0;
    for (const item of fresh) {
        byKey.set(item.key, item);
        if (item.row) note(item);
    }
    const top = items[Math.floor(scroll.scrollTop / height())]?.key;
    const isOlder = !items.length || fresh.every((item) => item.key < items.at(-1).key);
    items = items.concat(fresh);
    if (!isOlder) items.sort(newestFirst);
    if (!isOlder && !isAtTop()) {
        const moved = items.findIndex((item) => item.key === top) - Math.floor(scroll.scrollTop / height());
        size();
        scroll.scrollTop += moved * height();
    }
    redraw();
    return fresh.length;
}

/** Takes what an object says of an event that was only a key. */
export function fill(found) {
    for (const row of found) {
        const item = byKey.get(row.key);
        if (!item || item.row) continue;
        item.row = row;
        note(item);
    }
    redraw();
}

function note({ row }) {
    if (row.contenthash) hashes.set(row.contenthash, (hashes.get(row.contenthash) ?? 0) + 1);
}

export function remove(key) {
    items = items.filter((item) => item.key !== key);
    byKey.delete(key);
    redraw();
}

/** Moves the choice; gives the event that is chosen now. */
export function move(by) {
    const at = items.findIndex((item) => item.key === activeKey);
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) choose(next.key, false);
    return next;
}

function choose(key, opens) {
    activeKey = key;
    const at = items.findIndex((item) => item.key === key) * height();
    if (at < scroll.scrollTop) scroll.scrollTop = at;
    else if (at + height() > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = at + height() - scroll.clientHeight;
    redraw();
    list.focus({ preventScroll: true });
    if (opens) wants.open(byKey.get(key));
}

export function opened(key) {
    openKey = key || null;
    if (key) activeKey = key;
    redraw();
}

const size = () => (list.style.height = `${items.length * height()}px`);

/** Makes every row anew, with the next frame. */
export function redraw() {
    isStale = true;
    size();
    draw();
}

function draw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
        if (isStale) {
            for (const row of rows.values()) row.remove();
            rows = new Map();
            isStale = false;
        }
        const tall = height();
        const first = Math.max(0, Math.floor(scroll.scrollTop / tall) - MARGIN);
        const last = Math.min(items.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / tall) + MARGIN);
        const wanted = new Set();
        for (let index = first; index < last; index += 1) wanted.add(items[index].key);
        for (const [key, row] of rows) {
            if (wanted.has(key)) continue;
            row.remove();
            rows.delete(key);
        }
        let above = null;
        for (let index = first; index < last; index += 1) above = place(items[index], index, tall, above);
        list.setAttribute("aria-activedescendant", rows.has(activeKey) ? rows.get(activeKey).id : "");
        const bare = items.slice(first, last).filter((item) => !item.row);
        if (bare.length) wants.details(bare);
        if (items.length - last < 100) wants.more();
    });
}

/** Puts a row in its place; in the document too, where those who listen find it. */
function place(item, index, tall, above) {
    const row = rows.get(item.key) ?? make(item);
    rows.set(item.key, row);
    if (row.parentNode !== list || row.previousSibling !== above) list.insertBefore(row, above ? above.nextSibling : list.firstChild);
    row.style.transform = `translateY(${index * tall}px)`;
    row.setAttribute("aria-posinset", index + 1);
    row.setAttribute("aria-setsize", items.length);
    return row;
}

function make(item) {
    const { row } = item, lag = time.lag(item);
    const isTwice = row?.contenthash && hashes.get(row.contenthash) > 1;
    const classes = ["row", item.isFresh && "new", item.key === activeKey && "active", item.key === openKey && "open"];
    item.isFresh = false;
    const what = row?.error ? `${t("unreadable")}: ${row.error}` : [row?.reason, row?.preview].filter(Boolean).join(" · ");
    return element("div",
        { class: classes.filter(Boolean).join(" "), role: "option", id: `row-${item.id}`, "data-key": item.key, "aria-selected": String(item.key === activeKey) },
        element("span", { class: "at", title: time.exact(item.at) }, element("span", { class: "day" }, time.day(item.at)), " ", time.clock(item.at)),
        element("span", { class: `code ${colour(item.code)}` }, element("span", { class: "ink" }, item.code)),
        element("span", { class: "portal" }, item.portal),
        element("span", { class: "subject" }, row?.subject ?? ""),
        element("span", { class: row?.error ? "preview wrong" : "preview" },
            isTwice && element("span", { class: "tag", title: t("duplicateWhy") }, t("duplicate")), what),
        element("span", { class: lag !== null && lag > 60_000 ? "lag slow" : "lag" }, lag === null ? "" : time.span(lag)),
        element("span", { class: "end" }, item.id.slice(-8)));
}

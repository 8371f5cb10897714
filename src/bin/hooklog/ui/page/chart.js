// The chart: events per minute, hour or day, stacked by code. A range that is dragged on it becomes a filter.

import { button, element, find } from "./element.js";
import * as time from "./time.js";
import { change, view } from "./view.js";
import uPlot from "./vendor/uPlot.js";
import { t } from "./words.js";

/** Codes with a colour of their own; the others share one. */
const COLOURS = 7;
/** A chart has no more columns than pixels. */
const COLUMNS_MAX = 1000;
const STEP = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const TITLE = { minute: "perMinute", hour: "perHour", day: "perDay" };

let summary = null;
let plot = null;
/** The codes with a colour, most frequent first. */
let ranked = [];

export const colour = (code) => (ranked.includes(code) ? `c${ranked.indexOf(code)}` : "other");
export const total = () => summary?.total ?? null;

export function show(next) {
    summary = next;
    ranked = next.codes.toSorted((one, other) => other[1] - one[1]).slice(0, COLOURS).map(([code]) => code);
    draw();
}

/** Counts an event that came meanwhile. */
export function count(item) {
    if (!summary) return;
    let code = summary.codes.findIndex(([name]) => name === item.code);
    if (code < 0) code = summary.codes.push([item.code, 0]) - 1;
    if (ranked.length < COLOURS && !ranked.includes(item.code)) ranked.push(item.code);
    summary.codes[code][1] += 1;
    summary.total += 1;
    const start = startOf(item.at);
    let column = summary.columns.findLast((one) => one.start === start);
    if (!column) {
        summary.columns.push((column = { start, counts: {} }));
        summary.columns.sort((one, other) => one.start - other.start);
    }
    column.counts[code] = (column.counts[code] ?? 0) + 1;
}

function startOf(at) {
    const date = new Date(at);
    if (summary.unit === "day") date.setHours(0, 0, 0, 0);
    else date.setMinutes(summary.unit === "hour" ? 0 : date.getMinutes(), 0, 0);
    return date.getTime();
}

function after(start) {
    if (summary.unit !== "day") return start + STEP[summary.unit];
    const date = new Date(start);
    date.setDate(date.getDate() + 1);
    return date.getTime();
}

/** Starts of columns, empty ones too, and for each rank how many events its code and those ranked below it have. */
function stacked() {
    const places = [...ranked, null].map((code) => summary.codes.flatMap(([name], place) => (code === null ? !ranked.includes(name) : name === code) ? [place] : []));
    const counted = new Map(summary.columns.map(({ start, counts }) => [start, counts]));
    const starts = [];
    const first = summary.columns[0]?.start ?? startOf(Date.now());
    const last = summary.columns.at(-1)?.start ?? first;
    for (let start = first; start <= last && starts.length < COLUMNS_MAX; start = after(start)) starts.push(start);
    // Few columns would be as wide as the page.
    while (starts.length < 24) starts.unshift(starts[0] - STEP[summary.unit]);
    const heights = places.map((codes) => starts.map((start) => codes.reduce((sum, code) => sum + (counted.get(start)?.[code] ?? 0), 0)));
    for (let rank = heights.length - 2; rank >= 0; rank -= 1) {
        heights[rank] = heights[rank].map((own, column) => own + heights[rank + 1][column]);
    }
    return [starts.map((start) => start / 1000), ...heights];
}

const ink = (name, property = "color") => {
    const probe = element("span", { class: name });
    find("chart").append(probe);
    const found = getComputedStyle(probe)[property];
    probe.remove();
    return found;
};

export function draw() {
    if (!summary) return;
    caption();
    legend();
    const place = find("chart");
    const data = stacked();
    plot?.destroy();
    const [dim, line] = [ink("dim"), ink("rule")];
    const bars = uPlot.paths.bars({ align: 1, size: [0.82, 40], gap: 0 });
    const axis = { stroke: dim, font: "11px ui-monospace, monospace", ticks: { show: false } };
    plot = new uPlot({
        width: place.clientWidth,
        height: place.clientHeight,
        padding: [6, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        scales: { x: { range: (_, from, to) => [from, after(to * 1000) / 1000] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.05)] } },
        axes: [
            { ...axis, size: 22, gap: 4, grid: { show: false }, values: (_, ticks) => labels(ticks) },
            { ...axis, size: 44, gap: 6, grid: { stroke: line, width: 1 }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000], space: 28, values: (_, ticks) => ticks.map((tick) => time.number(tick)) },
        ],
        series: [{}, ...[...ranked, "other"].map((_, rank) => ({ paths: bars, fill: ink(rank < ranked.length ? `c${rank}` : "other"), width: 0, points: { show: false } }))],
        hooks: { setSelect: [choose] },
    }, data, place);
    const last = data[0].at(-1) * 1000;
    place.setAttribute("aria-label", t("chartLabel", { n: time.number(summary.total), from: time.moment(data[0][0] * 1000), to: time.moment(after(last)) }));
}

function labels(ticks) {
    let day = "";
    return ticks.map((tick) => {
        const today = time.day(tick * 1000), clock = time.clock(tick * 1000).slice(0, 5);
        const label = summary.unit === "day" ? today : today === day || clock !== "00:00" && day === "" ? clock : today;
        day = today;
        return label;
    });
}

/** Whole columns are chosen, whatever part of them was dragged over. */
function choose({ select, posToVal }) {
    if (select.width < 4) return;
    const since = startOf(posToVal(select.left, "x") * 1000);
    const until = after(startOf(posToVal(select.left + select.width, "x") * 1000 - 1));
    change({ since: new Date(since).toISOString(), until: new Date(until).toISOString() });
}

function caption() {
    find("chart-title").textContent = [t(TITLE[summary.unit]), time.number(summary.total), !summary.complete && t("incomplete")].filter(Boolean).join(" · ");
    const range = find("range");
    range.hidden = !view.until;
    if (view.until) {
        const from = Date.parse(view.since), to = Date.parse(view.until);
        range.textContent = `${Number.isNaN(from) ? view.since : time.moment(from)} – ${Number.isNaN(to) ? view.until : time.moment(to)} ×`;
    }
}

function legend() {
    const counts = new Map(summary.codes);
    const rest = summary.codes.filter(([code]) => !ranked.includes(code)).reduce((sum, [, many]) => sum + many, 0);
    const one = (code) => {
        const isChosen = view.code === code;
        const choose = () => change({ code: isChosen ? "" : code });
        return element("li", {}, button([element("span", { class: `swatch ${colour(code)}` }), code, " ", element("span", { class: "dim" }, time.number(counts.get(code)))], choose, { class: "plain mono", "aria-pressed": String(isChosen) }));
    };
    const others = rest > 0 && element("li", { class: "mono" }, element("span", { class: "swatch other" }), t("other"), " ", element("span", { class: "dim" }, time.number(rest)));
    find("legend").replaceChildren(...[...ranked.map(one), others].filter(Boolean));
}

find("range").addEventListener("click", () => change({ since: "", until: "" }));
new ResizeObserver(() => plot?.setSize({ width: find("chart").clientWidth, height: find("chart").clientHeight })).observe(find("chart"));

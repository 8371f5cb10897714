// Moments, and how long something took, as people read them. A key tells when its event was received.

import { language, t } from "./words.js";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const formats = new Map();
function format(options) {
    const name = language() + JSON.stringify(options);
    if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(language() === "ru" ? "ru-RU" : "en-GB", options));
    return formats.get(name);
}

const two = (number) => String(number).padStart(2, "0");

/** `12:36:11` in local time. */
export function clock(at) {
    const date = new Date(at);
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `24 Nov` */
export const day = (at) => format({ day: "2-digit", month: "short" }).format(at).replace(".", "");

export const moment = (at) => `${day(at)} ${clock(at)}`;

/** A moment to the millisecond, with its year. */
export const exact = (at) =>
    `${format({ day: "numeric", month: "long", year: "numeric" }).format(at)}, ${clock(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;

export const number = (value) => new Intl.NumberFormat(language() === "ru" ? "ru-RU" : "en-GB").format(value);

/** `1.3 s`, `4 min`, `2 d` */
export function span(ms) {
    const size = Math.abs(ms), sign = ms < 0 ? "−" : "";
    if (size < SECOND) return `${sign}${Math.round(size)} ${t("ms")}`;
    if (size < 10 * SECOND) return `${sign}${number(Math.round(size / 100) / 10)} ${t("s")}`;
    if (size < MINUTE) return `${sign}${Math.round(size / SECOND)} ${t("s")}`;
    if (size < HOUR) return `${sign}${Math.round(size / MINUTE)} ${t("min")}`;
    if (size < 2 * DAY) return `${sign}${Math.round(size / HOUR)} ${t("h")}`;
    return `${sign}${number(Math.round(size / DAY))} ${t("d")}`;
}

/** What a key says: `events/date=2026-11-24/UUIDV7_PORTAL_CODE.json`. */
export function ofKey(key) {
    const name = key.slice(key.lastIndexOf("/") + 1, -".json".length);
    const [id, portal, ...code] = name.split("_");
    return { key, id, portal, code: code.join("_"), at: parseInt(id.slice(0, 8) + id.slice(9, 13), 16), row: null };
}

/** How long an event was on its way; nothing where it has no time of its own. */
export function lag(item) {
    const sent = Date.parse(item.row?.time ?? "");
    return Number.isNaN(sent) || sent === item.at ? null : item.at - sent;
}

export const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? null;

// The portals: how many events each sent, when the last one came, how long events are on their way, and who is silent.

import { get } from "./ask.js";
import { button, element, find } from "./element.js";
import * as time from "./time.js";
import { change, view } from "./view.js";
import { t } from "./words.js";

/** So many portals' lags are asked for: each costs some objects. */
const ASKED_MAX = 20;

let heard = [];

/** Shows what the listing told, and asks for the newest objects to tell the lags. */
export async function show(portals, signal) {
    const known = new Map(heard.map((portal) => [portal.name, portal.lag]));
    heard = Object.entries(portals).map(([name, portal]) => ({ name, lag: known.get(name) ?? null, ...portal }));
    heard.sort((one, other) => other.silent - one.silent || other.last - one.last);
    draw();
    for (const portal of heard.slice(0, ASKED_MAX)) {
        const keys = portal.newest.map((key) => `key=${encodeURIComponent(key)}`).join("&");
        const rows = await get(`/api/rows?${keys}`, signal);
        portal.lag = time.median(rows.map((row) => time.lag({ ...time.ofKey(row.key), row })).filter((lag) => lag !== null));
        draw();
    }
}

/** Counts an event that came meanwhile. */
export function hear(item) {
    let portal = heard.find(({ name }) => name === item.portal);
    if (!portal) heard.unshift((portal = { name: item.portal, count: 0, last: 0, lag: time.lag(item), newest: [] }));
    portal.count += 1;
    portal.last = Math.max(portal.last, item.at);
    portal.silent = false;
}

export function draw() {
    find("heard").tBodies[0].replaceChildren(...heard.map((portal) => {
        const isChosen = view.portal === portal.name;
        const choose = () => change({ portal: isChosen ? "" : portal.name });
        return element("tr", { class: portal.silent ? "silent" : null },
            element("td", {}, button(portal.name, choose, { class: "plain mono", "aria-pressed": String(isChosen) })),
            element("td", { class: "number" }, time.number(portal.count)),
            element("td", { title: time.exact(portal.last) }, portal.silent && element("span", { class: "tag warn", title: t("silentWhy") }, t("silent")), ago(portal.last)),
            element("td", { class: "number" }, portal.lag === null ? "" : time.span(portal.lag)));
    }));
}

function ago(at) {
    const ms = Date.now() - at;
    return ms < 2000 ? t("now") : t("ago", { span: time.span(ms) });
}

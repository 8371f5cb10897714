// The fields that filter: what is typed becomes the view, and the view stands in them.

import { element, find } from "./element.js";
import { change, clear, isFiltered, known, room, view } from "./view.js";
import { t } from "./words.js";

const TIMES = ["", "15m", "1h", "24h", "7d", "30d"];
const TYPING_MS = 250;

const form = find("filters");
let timer = 0;
/** What somebody typed and did not stop typing yet. */
let typed = {};

export function start() {
    form.addEventListener("input", ({ target }) => {
        if (target === form.since) return target.value !== "custom" && change({ since: target.value, until: "" });
        clearTimeout(timer);
        typed[target.name] = target.value.trim();
        timer = setTimeout(() => {
            change(typed, true);
            typed = {};
        }, TYPING_MS);
    });
    form.addEventListener("submit", (submitted) => submitted.preventDefault());
    find("clear").addEventListener("click", clear);
    find("rooms").addEventListener("click", ({ target }) => {
        if (target.dataset.room) change({ room: target.dataset.room === "events" ? "" : target.dataset.room, event: "" });
    });
}

/** Writes the view into the fields, but never where somebody types. */
export function show() {
    for (const name of ["text", "code", "portal", "subject"]) {
        if (document.activeElement !== form[name]) form[name].value = view[name];
    }
    const times = TIMES.includes(view.since) && !view.until ? TIMES : [...TIMES, "custom"];
    form.since.replaceChildren(...times.map((value) => element("option", { value }, t(value || "all"))));
    form.since.value = times === TIMES ? view.since : "custom";
    find("clear").hidden = !isFiltered();
    for (const tab of find("rooms").children) tab.setAttribute("aria-pressed", String(tab.dataset.room === room()));
    document.body.classList.toggle("with-event", Boolean(view.event));
}

/** Offers these names, and knows from now on that they are whole. */
export function offer(codes, portals) {
    for (const [id, names, all] of [["codes", codes, known.code], ["portals", portals, known.portal]]) {
        for (const name of names) all.add(name);
        find(id).replaceChildren(...[...all].sort().map((value) => element("option", { value })));
    }
}

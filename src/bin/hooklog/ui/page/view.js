// What is looked at: the filters and the open event. All of it stands in the address bar, so that it can be linked.

const FILTERS = ["room", "portal", "code", "subject", "since", "until", "text"];

const read = () => Object.fromEntries([...FILTERS, "event"].map((name) => [name, new URLSearchParams(location.search).get(name) ?? ""]));

export let view = read();
const listeners = [];

/** Calls back with the view before, whenever it changes. */
export const onChange = (listener) => listeners.push(listener);

function become(next) {
    const before = view;
    view = next;
    for (const listener of listeners) listener(before);
}

/** Changes some of it. Going back in the browser undoes it, unless somebody is still typing. */
export function change(some, isTyping = false) {
    const next = { ...view, ...some };
    const query = new URLSearchParams(Object.entries(next).filter(([, value]) => value)).toString();
    if (query === new URLSearchParams(Object.entries(view).filter(([, value]) => value)).toString()) return;
    history[isTyping ? "replaceState" : "pushState"](null, "", query ? `/?${query}` : "/");
    become(next);
}

export const isFiltered = () => FILTERS.slice(1).some((name) => view[name]);
export const clear = () => change(Object.fromEntries(FILTERS.slice(1).map((name) => [name, ""])));
export const room = () => view.room || "events";
export const sameFilters = (one, other) => FILTERS.every((name) => one[name] === other[name]);

/** The view as a query of the program's, with more in it. */
export function query(more = {}) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const pairs = FILTERS.filter((name) => view[name]).map((name) => [name, pattern(name, view[name])]);
    return new URLSearchParams([...pairs, ["zone", zone], ...Object.entries(more)]).toString();
}

/** What is whole names: any other text is a part of one. */
export const known = { code: new Set(), portal: new Set() };

function pattern(name, text) {
    if (!known[name]) return text;
    const parts = text.split(/[\s,]+/).filter(Boolean);
    const isWhole = (part) => /[*?]/.test(part) || known[name].has(name === "code" ? part.toUpperCase() : part.toLowerCase());
    return parts.map((part) => (isWhole(part) ? part : `*${part}*`)).join(",");
}

addEventListener("popstate", () => become(read()));

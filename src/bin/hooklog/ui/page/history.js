// What else happened to an event's entity, and which of it has the same content.

import { lines } from "./ask.js";
import { button, element } from "./element.js";
import * as time from "./time.js";
import { change } from "./view.js";
import { t } from "./words.js";

/** The search starts so long after the event. */
const AHEAD_MS = 7 * 24 * 3600 * 1000;
const SHOWN_MAX = 50;

/** `ONCRMDEALUPDATE` is about what `ONCRMDEALADD` is about: a deal. */
const family = (code) => code.replace(/(ADD|UPDATE|DELETE|RESTORE|MOVETOCATEGORY|COMMENTADD|COMMENTUPDATE|COMMENTDELETE)$/, "") + "*";

/** A list that fills as the search goes. */
export function history(item, { subject, hash }, signal) {
    const list = element("ol", { class: "history mono" });
    const foot = element("p", { class: "dim" });
    const until = new Date(item.at + AHEAD_MS).toISOString();
    const ask = { portal: item.portal, code: family(item.code), subject, until };
    let found = 0;
    const each = (line) => {
        if (line.looked) foot.textContent = t("looked", { n: time.number(line.looked.count), at: time.moment(line.looked.at) });
        if (line.error) foot.textContent = line.error;
        if (!line.found || found >= SHOWN_MAX) return;
        found += line.found.key === item.key ? 0 : 1;
        list.append(past(line.found, item, hash));
    };
    lines(`/api/list?${new URLSearchParams(ask)}`, each, signal).then(() => found || foot.prepend(`${t("noHistory")} `)).catch((error) => {
        if (error.name !== "AbortError") foot.textContent = error.message;
    });
    return element("section", { class: "past" }, element("h3", {}, t("history")), list, foot);
}

function past(row, item, hash) {
    const other = time.ofKey(row.key);
    const isOpen = row.key === item.key;
    const isSame = !isOpen && hash && row.contenthash === hash;
    const text = [element("span", { class: "dim" }, time.moment(other.at)), " ", other.code];
    return element("li", { "aria-current": isOpen ? "true" : null },
        isOpen ? element("span", {}, text) : button(text, () => change({ event: row.key }), { class: "plain mono" }),
        isSame && element("span", { class: "tag", title: t("sameWhy") }, t("same")));
}

// The keys: up and down, Enter, `/`, Esc.

import { find } from "./element.js";
import * as list from "./list.js";
import { change, clear, view } from "./view.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity };

/** What a key does here; nothing where the browser has a better use for it. */
function action({ key, target }) {
    const isField = target.matches("input, select, textarea");
    if (key === "Escape") return isField ? () => target.blur() : () => (view.event ? change({ event: "" }) : clear());
    if (isField) return null;
    if (key === "/") return () => find("filters").text.select();
    if (STEPS[key] && !target.closest("#event")) return () => step(STEPS[key]);
    if (key === "Enter" && list.active() && !target.closest("button, summary")) return () => change({ event: list.active().key });
    return null;
}

function step(by) {
    const item = list.move(by);
    // Going through the list with an event open is one visit, not many.
    if (item && view.event) change({ event: item.key }, true);
}

export function start() {
    document.addEventListener("keydown", (pressed) => {
        if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
        const act = action(pressed);
        if (!act) return;
        pressed.preventDefault();
        act();
    });
}

// How the page looks: light or dark, English or Russian.

import { find } from "./element.js";
import { switchLanguage, t, translate } from "./words.js";

const THEMES = ["auto", "light", "dark"];
const theme = () => localStorage.getItem("theme") ?? "auto";

function show() {
    translate();
    document.documentElement.dataset.theme = theme();
    find("language").textContent = t("language");
    find("theme").textContent = t(theme());
    find("theme").setAttribute("aria-label", t("theme", { now: t(theme()) }));
}

/** Shows it, and calls `again` whenever somebody, or the system, changes it. */
export function start(again) {
    show();
    find("language").addEventListener("click", () => {
        switchLanguage();
        show();
        again();
    });
    find("theme").addEventListener("click", () => {
        localStorage.setItem("theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
        show();
        again();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

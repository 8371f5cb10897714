// A record as a tree that folds. Order is the portal's: the program sends pairs, not objects.

import { element } from "./element.js";
import { t } from "./words.js";

/** What redaction writes in a secret's place. */
const SECRET = /(sha256:[0-9a-f]{8})(?![0-9a-f])/;
/** Branches that are folded at first: they are the same in every event. */
const FOLDED = new Set(["auth"]);
const LONG = 40;

const isBranch = (node) => node !== null && typeof node === "object";
const pairs = (node) => node.map ?? node.list.map((item, index) => [index, item]);

/** The value of a member of the record. */
export const member = (tree, name) => tree.map.find(([key]) => key === name)?.[1];

export function tree(node, isTop = true) {
    const entries = pairs(node).map(([name, value]) => (isBranch(value) && pairs(value).length ? branch(name, value) : leaf(name, value)));
    return element("ul", { class: isTop ? "tree mono" : "below" }, entries);
}

function branch(name, node) {
    const size = pairs(node).length;
    const isOpen = !FOLDED.has(name) && size <= LONG;
    const summary = element("summary", {}, element("span", { class: "name" }, named(name)), element("span", { class: "size" }, node.list ? `[${size}]` : `{${size}}`));
    const details = element("details", { open: isOpen }, summary);
    // A folded branch can be a large one, and is made when somebody looks into it.
    const fill = () => details.children.length === 1 && details.append(tree(node, false));
    if (isOpen) fill();
    details.addEventListener("toggle", fill);
    return element("li", {}, details);
}

function leaf(name, value) {
    const shown = isBranch(value) ? element("span", { class: "size" }, value.list ? "[]" : "{}") : text(value);
    return element("li", { class: "leaf" }, element("span", { class: "name" }, named(name)), " ", shown);
}

const named = (name) => marked(String(name));

function text(value) {
    if (value === "") return element("span", { class: "size" }, "\"\"");
    return element("span", { class: typeof value === "string" ? "value" : "value other" }, marked(String(value)));
}

/** The text, with what stands in secrets' places shown as such. */
function marked(whole) {
    return whole.split(SECRET).map((part, index) =>
        index % 2 ? element("span", { class: "secret", title: t("redactedWhy") }, `${t("redacted")} ${part.slice("sha256:".length)}`) : part);
}

export function foldAll(root, isOpen) {
    // Unfolding makes what is below, which is unfolded next.
    for (let found; (found = [...root.querySelectorAll("details")].filter((one) => one.open !== isOpen)).length;) {
        for (const one of found) {
            one.open = isOpen;
            one.dispatchEvent(new Event("toggle"));
        }
    }
}

// One event: what it says, and ways to take it elsewhere.

import { get, post } from "./ask.js";
import { copy, curl, form } from "./copy.js";
import { button, element, find, say } from "./element.js";
import * as time from "./time.js";
import { history } from "./history.js";
import { lastTo, replay } from "./replay.js";
import { foldAll, member, tree } from "./tree.js";
import { change, room } from "./view.js";
import { t } from "./words.js";

const panel = find("event");
let stop = new AbortController();
let shown = "";

export function close() {
    stop.abort();
    shown = "";
    panel.hidden = true;
    panel.replaceChildren();
}

/** Shows an event. `requeued` is called when one is none of this room's any more. */
export async function open(key, requeued) {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const item = time.ofKey(key);
    shown = key;
    panel.hidden = false;
    try {
        const whole = await get(`/api/event?${new URLSearchParams({ room: room(), key })}`, signal);
        if (shown !== key) return;
        const [subject, hash] = ["subject", "contenthash"].map((name) => member(whole.tree, name));
        const past = subject && room() === "events" && history(item, { subject, hash }, signal);
        panel.replaceChildren(...[head(item), copies(whole), facts(item, whole),
            element("div", { class: "beside" }, payload(whole), past), action(item, whole, requeued)].filter(Boolean));
        panel.scrollTop = 0;
    } catch (error) {
        if (error.name !== "AbortError") panel.replaceChildren(head(item), element("p", { class: "trouble" }, error.message));
    }
}

const head = (item) => element("header", {},
    element("h2", { class: "mono" }, item.code),
    button("×", () => change({ event: "" }), { class: "quiet close", "aria-label": t("close") }),
    element("p", { class: "mono dim" }, item.portal, " · ", item.id));

function copies(whole) {
    const ways = [["JSON", () => whole.json], ["form", () => form(whole)], ["curl", () => curl(whole, lastTo())], ["print_r", () => whole.print_r]];
    const buttons = ways.filter(([name]) => name === "JSON" || whole.form !== null).map(([name, text]) => {
        const one = button(name, async () => {
            await copy(text());
            one.classList.add("done");
            say(t("copied"));
            setTimeout(() => one.classList.remove("done"), 1200);
        }, { class: "mono", "data-copy": name });
        return one;
    });
    return element("div", { class: "copies" }, element("span", { class: "dim" }, t("copyAs")), buttons);
}

function facts(item, whole) {
    const text = (name) => member(whole.tree, name);
    const sent = Date.parse(text("time"));
    const lag = time.lag({ ...item, row: { time: text("time") } });
    const hash = text("contenthash");
    const pairs = [
        ["received", time.exact(item.at)],
        ["sent", Number.isNaN(sent) || lag === null ? null : time.exact(sent)],
        ["lag", lag === null ? null : time.span(lag)],
        ["entity", text("subject")], ["reason", text("reason")], ["tokenname", text("tokenname")],
        ["sourceip", text("sourceip")], ["useragent", text("useragent")], ["memberid", text("memberid")],
        ["contenthash", hash?.slice(0, 16)],
    ];
    return element("dl", { class: "facts" }, pairs.filter(([, value]) => value).map(([name, value]) => [
        element("dt", {}, t(name)), element("dd", { class: "mono", title: name === "contenthash" ? hash : null }, value)]));
}

function payload(whole) {
    // What the facts say already is in the copied JSON; the tree has what the portal sent.
    const data = member(whole.tree, "data");
    const root = tree(data?.map || data?.list ? data : whole.tree);
    return element("section", { class: "payload" },
        element("h3", {}, t("payload"), button(t("expand"), () => foldAll(root, true), { class: "quiet" }), button(t("fold"), () => foldAll(root, false), { class: "quiet" })),
        whole.error && element("p", { class: "dim" }, whole.error), root);
}

/** A rejected request can become an event; an event can be posted again. */
function action(item, whole, requeued) {
    if (room() === "rejected") return requeue(item, requeued);
    return whole.form !== null && replay(item);
}

function requeue(item, requeued) {
    const outcome = element("p", { role: "status" });
    const ask = async () => {
        try {
            const told = await post(`/api/requeue?${new URLSearchParams({ room: room(), key: item.key })}`, {});
            outcome.textContent = t("requeued", told);
            if (told.moved) requeued(item.key);
        } catch (error) {
            outcome.textContent = error.message;
        }
    };
    return element("section", { class: "again" }, button(t("requeue"), ask, { id: "requeue" }), outcome);
}

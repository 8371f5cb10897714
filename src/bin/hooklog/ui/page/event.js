// One event: what it says, what else happened to its entity, and ways to take it elsewhere or to post it again.

import { get, lines, post } from "./ask.js";
import { copy, curl, form } from "./copy.js";
import { button, element, find, say } from "./element.js";
import * as time from "./time.js";
import { foldAll, member, tree } from "./tree.js";
import { change, room } from "./view.js";
import { t } from "./words.js";

/** Where events were posted last; a token is never kept. */
const TO = "replay-to";
/** The history is searched from so long after the event. */
const AHEAD_MS = 7 * 24 * 3600 * 1000;
const HISTORY_MAX = 50;

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
        const past = history(item, whole, signal);
        panel.replaceChildren(head(item), copies(whole), facts(item, whole),
            element("div", { class: "beside" }, payload(whole), past), ...actions(item, whole, requeued));
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
    const ways = [["JSON", () => whole.json], ["form", () => form(whole)], ["curl", () => curl(whole, sessionStorage.getItem(TO))], ["print_r", () => whole.print_r]];
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

/** `ONCRMDEALUPDATE` is about what `ONCRMDEALADD` is about: a deal. */
const family = (code) => code.replace(/(ADD|UPDATE|DELETE|RESTORE|MOVETOCATEGORY|COMMENTADD|COMMENTUPDATE|COMMENTDELETE)$/, "") + "*";

function history(item, whole, signal) {
    const subject = member(whole.tree, "subject");
    const hash = member(whole.tree, "contenthash");
    if (!subject || room() !== "events") return null;
    const list = element("ol", { class: "history mono" });
    const foot = element("p", { class: "dim" });
    const until = new Date(item.at + AHEAD_MS).toISOString();
    const ask = { portal: item.portal, code: family(item.code), subject, until };
    let found = 0;
    const each = (line) => {
        if (line.looked) foot.textContent = t("looked", { n: time.number(line.looked.count), at: time.moment(line.looked.at) });
        if (line.error) foot.textContent = line.error;
        if (!line.found || found >= HISTORY_MAX) return;
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

function actions(item, whole, requeued) {
    const isRejected = room() === "rejected";
    const again = isRejected && button(t("requeue"), async () => {
        const outcome = element("p", { role: "status" });
        again.after(outcome);
        try {
            const { moved, left, truncated } = await post(`/api/requeue?${new URLSearchParams({ room: room(), key: item.key })}`, {});
            outcome.textContent = t("requeued", { moved, left, truncated });
            if (moved) requeued([item.key]);
        } catch (error) {
            outcome.textContent = error.message;
        }
    }, { id: "requeue" });
    const isEvent = whole.form !== null && !isRejected;
    return [again && element("section", { class: "again" }, again), isEvent && replay(item)].filter(Boolean);
}

function replay(item) {
    const to = element("input", { name: "to", type: "url", required: true, class: "mono", placeholder: "http://127.0.0.1:8000/hook.php", value: sessionStorage.getItem(TO) ?? "" });
    const token = element("input", { name: "token", type: "password", class: "mono", autocomplete: "off", placeholder: t("tokenHint") });
    const send = element("button", { type: "submit" }, t("post"));
    const answer = element("div", { class: "answer", role: "status" });
    const submit = async (event) => {
        event.preventDefault();
        sessionStorage.setItem(TO, to.value);
        answer.replaceChildren(t("posting"));
        try {
            const order = { to: to.value, token: token.value };
            answer.replaceChildren(...told(await post(`/api/replay?${new URLSearchParams({ room: room(), key: item.key })}`, order)));
        } catch (error) {
            answer.replaceChildren(element("p", { class: "trouble" }, error.message));
        }
    };
    return element("section", { class: "replay" }, element("h3", {}, t("replay")),
        element("form", { on: { submit } },
            element("label", { class: "wide" }, element("span", {}, t("to")), to),
            element("label", {}, element("span", {}, t("token")), token), send), answer);
}

function told({ status, ms, body, cut, redacted }) {
    return [
        element("p", {}, element("span", { class: status < 300 ? "tag good" : "tag warn" }, status), " ", t("answered", { status, ms: time.span(ms) })),
        redacted.length > 0 && element("p", { class: "dim" }, t("stays", { names: redacted.join(", ") })),
        body ? element("pre", { class: "mono", tabindex: 0 }, body) : element("p", { class: "dim" }, t("emptyAnswer")),
        cut && element("p", { class: "dim" }, t("cut")),
    ].filter(Boolean);
}

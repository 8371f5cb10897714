// Posting an event again, and showing what came back.

import { post } from "./ask.js";
import { element } from "./element.js";
import * as time from "./time.js";
import { room } from "./view.js";
import { t } from "./words.js";

const TO = "replay-to";

/** Where events were posted last in this tab; a token is never kept. */
export const lastTo = () => sessionStorage.getItem(TO) ?? "";

export function replay(item) {
    const to = element("input", { name: "to", type: "url", required: true, class: "mono", placeholder: "http://127.0.0.1:8000/hook.php", value: lastTo() });
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

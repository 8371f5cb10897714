// Taking an event elsewhere.

const RECEIVER = "http://127.0.0.1:9000/";

/** A word as a shell takes it, whatever is in it. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The event as `curl` posts it. */
export function curl(event, to) {
    const url = to || RECEIVER;
    const query = event.query ? `${url.includes("?") ? "&" : "?"}${event.query}` : "";
    return `curl ${quoted(url + query)} \\\n  --user-agent 'Bitrix24 Webhook Engine' \\\n  --data-raw ${quoted(event.form)}`;
}

/** Query and body as one body, of which PHP makes the same `$_REQUEST`. */
export const form = (event) => (event.query ? `${event.query}&${event.form}` : event.form);

export async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without TLS a browser has no clipboard but this.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
}

// Stores for the tests: records as the receiver keeps them, made by the thousand.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const MINUTE = 60_000, HOUR = 60 * MINUTE;

const PORTALS = ["northwind.bitrix24.ru", "acme.bitrix24.com", "portal.example.ru", "studio.bitrix24.eu"];
/** Codes, how often each comes, and what its payload is like. */
const CODES = [
    ["ONCRMDEALUPDATE", 30], ["ONTASKUPDATE", 22], ["ONCRMDEALADD", 10], ["ONCRMCONTACTUPDATE", 9],
    ["ONIMBOTMESSAGEADD", 8], ["ONTASKADD", 7], ["ONCRMLEADADD", 5], ["ONTASKCOMMENTADD", 5], ["ROBOT", 3], ["ONCRMCOMPANYUPDATE", 1],
];
const LOTS = CODES.flatMap(([code, weight]) => Array(weight).fill(code));

/** Numbers that look random and are the same in every run. */
function lots(seed) {
    let state = seed;
    return (below) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
}

export function uuid(at, number) {
    const time = at.toString(16).padStart(12, "0"), tail = createHash("sha1").update(String(number)).digest("hex").slice(0, 12);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${(number % 4096).toString(16).padStart(3, "0")}-8000-${tail}`;
}

const seconds = (at) => new Date(at).toISOString().replace(/\.\d+/, "");

/** A record and its key. `fields` stand below `data` in the payload. */
export function record({ at, number, portal, code, subject, fields = { FIELDS: { ID: subject } }, lag = 900, more = {} }) {
    const id = uuid(at, number), sent = seconds(at - lag);
    const data = {
        event: code, event_handler_id: "101", data: fields, ts: String(Math.floor((at - lag) / 1000)),
        auth: { domain: portal, client_endpoint: `https://${portal}/rest/`, server_endpoint: "https://oauth.bitrix.info/rest/", member_id: createHash("md5").update(portal).digest("hex"), application_token: "sha256:186574d8" },
    };
    const json = {
        specversion: "1.0", id, source: `https://${portal}`, type: `bitrix24.${code}`, subject, time: sent,
        datacontenttype: "application/json", data, receivedtime: new Date(at).toISOString(), memberid: data.auth.member_id,
        tokenname: "portal-1", contenthash: createHash("sha256").update(JSON.stringify(data)).digest("hex"),
        sourceip: "192.0.2.17", useragent: "Bitrix24 Webhook Engine", ...more,
    };
    return { key: `events/date=${json.receivedtime.slice(0, 10)}/${id}_${portal}_${code}.json`, json };
}

export function write(folder, { key, json }) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), JSON.stringify(json));
    return key;
}

function fieldsOf(code, subject, lot) {
    if (code === "ROBOT") return { document_id: ["crm", "CCrmDocumentDeal", `DEAL_${subject}`] };
    if (code === "ONIMBOTMESSAGEADD") return { PARAMS: { DIALOG_ID: `chat${lot(90)}`, MESSAGE: ["Где мой заказ?", "Перезвоните мне, пожалуйста", "Счёт оплачен", "Спасибо!"][lot(4)], MESSAGE_ID: subject, FROM_USER_ID: String(lot(40)) }, USER: { ID: String(lot(40)), NAME: ["Анна", "Борис", "Maria", "John"][lot(4)] } };
    if (code.startsWith("ONTASK")) return { FIELDS_BEFORE: { ID: subject }, FIELDS_AFTER: { ID: subject }, IS_ACCESSIBLE_BEFORE: "Y", IS_ACCESSIBLE_AFTER: "Y" };
    return { FIELDS: { ID: subject } };
}

/** Fills a folder with so many events that end at `end`; gives their keys, oldest first. */
export function fill(folder, count, end, spread) {
    const lot = lots(42), keys = [];
    for (let number = 0; number < count; number += 1) {
        const at = Math.floor(end - spread * ((count - number) / count) ** 1.15) - lot(Math.max(1, Math.floor(spread / count)));
        const code = LOTS[lot(LOTS.length)], portal = PORTALS[[0, 0, 0, 0, 0, 1, 1, 1, 2, 2][lot(10)]], subject = String(4000 + lot(400));
        keys.push(write(folder, record({ at, number, portal, code, subject, fields: fieldsOf(code, subject, lot), lag: 300 + lot(2600) })));
    }
    return keys.sort();
}

export const QUIET = PORTALS[3];

// The page in a real browser: arriving, filtering, opening, copying, dragging, replaying, and what strangers put into it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { browser, faults, folder, hooklog, remove, ui, watched } from "./browser.mjs";
import { fill, HOUR, MINUTE, QUIET, record, write } from "./store.mjs";

const TOKEN = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
const PORTAL = "northwind.bitrix24.ru";
const EVENTS = 600;
/** What the page says when it has every event that it wants. */
const ALL = /^(\d+) of \1 listed/;
let chromium, store, page, look, receiver, started;

before(async () => {
    chromium = await browser();
    store = folder();
    started = Date.now();
    fill(store, EVENTS, started - MINUTE, 6 * HOUR);
    for (let n = 0; n < 5; n += 1) {
        write(store, record({ at: started - 20 * HOUR + n * MINUTE, number: 10_000 + n, portal: QUIET, code: "ONTASKADD", subject: "77" }));
    }
    const serving = { HOOKLOG_TOKENS: `portal-1=${TOKEN}`, HOOKLOG_STORE: store };
    receiver = await hooklog(["serve", "--listen", "127.0.0.1:0"], /Receiving at (http:\/\/\S+)/, serving);
    look = await ui(store, { HOOKLOG_TOKENS: `portal-1=${TOKEN}` });
    page = await watched(chromium.context);
    await page.goto(look.url);
});

after(async () => {
    await chromium.close();
    await look.stop();
    await receiver.stop();
    remove(store);
});

beforeEach(async () => {
    await page.goto(look.origin);
    await page.waitForSelector("#legend li");
    await page.waitForSelector("#list .row .subject:not(:empty)");
});

const rows = () => page.locator("#list .row");
const search = () => Object.fromEntries(new URL(page.url()).searchParams);

/** The line below the list says `text`, and the rows that it speaks of are drawn. */
async function settled(text, where = page) {
    await where.waitForFunction((wanted) => document.getElementById("foot").textContent.match(wanted), text);
    await where.evaluate(() => new Promise(requestAnimationFrame));
}

/** Posts an event as a portal does. */
async function arrive(fields) {
    const body = new URLSearchParams({ event: "ONCRMDEALADD", ts: String(Math.floor(Date.now() / 1000)), "auth[domain]": PORTAL, "auth[application_token]": TOKEN, ...fields });
    const answer = await fetch(receiver.match[1], { method: "POST", body });
    assert.equal(answer.status, 200);
    return (await answer.json()).id;
}

/** A receiver that somebody tries; gives its URL and what was posted to it. */
async function tried(status, answer) {
    const posted = [];
    const server = createServer((request, response) => {
        let body = "";
        request.on("data", (bytes) => (body += bytes));
        request.on("end", () => {
            posted.push({ method: request.method, url: request.url, body });
            response.writeHead(status, { "Content-Type": "text/html" }).end(answer);
        });
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    return { url: `http://127.0.0.1:${server.address().port}/hook.php`, posted, close: () => server.close() };
}

test("an event that arrives is shown without a reload", async () => {
    const first = await rows().first().getAttribute("data-key");
    const id = await arrive({ "data[FIELDS][ID]": "990001" });
    await page.waitForSelector(`#row-${id}`, { timeout: 40_000 });
    assert.equal(await rows().first().getAttribute("id"), `row-${id}`);
    const keys = await rows().evaluateAll((all) => all.map((row) => row.dataset.key));
    assert.deepEqual(keys, [...keys].sort().reverse(), "newest first");
    assert.notEqual(await rows().first().getAttribute("data-key"), first);
    assert.equal(await page.locator(`#row-${id} .subject`).textContent(), "990001");
});

test("a tab that nobody sees does not ask, and misses nothing", async () => {
    const see = (hidden) => page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
        document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await see(true);
    assert.equal(await page.getAttribute("#live", "data-status"), "paused");
    const id = await arrive({ "data[FIELDS][ID]": "990005" });
    await see(false);
    await page.waitForSelector(`#row-${id}`, { timeout: 40_000 });
    assert.equal(await page.getAttribute("#live", "data-status"), "live");
});

test("filters stand in the address, and the address alone shows the same", async () => {
    await page.fill("[name=code]", "ONTASK*");
    await page.fill("[name=portal]", PORTAL);
    await page.waitForFunction(() => location.search.includes("code=ONTASK") && location.search.includes("portal=north"));
    await settled(ALL);
    const codes = await rows().locator(".code").allTextContents();
    assert.ok(codes.length > 5 && codes.every((code) => code.startsWith("ONTASK")), codes.join());
    assert.ok((await rows().locator(".portal").allTextContents()).every((portal) => portal === PORTAL));
    const other = await watched(chromium.context);
    await other.goto(page.url());
    await settled(ALL, other);
    assert.equal(await other.inputValue("[name=code]"), "ONTASK*");
    assert.deepEqual(await other.locator("#list .row .code").allTextContents(), codes);
    await other.close();
    await page.click("#clear");
    await page.waitForFunction(() => !location.search);
});

test("a text and an entity are searched for in the objects, and the search says how far it got", async () => {
    const id = await arrive({ "data[FIELDS][ID]": "990002", "data[FIELDS][TITLE]": "Сделка с «Ромашкой»" });
    await page.fill("[name=text]", "с «ромашкой»");
    await settled(/^1 found · \d+ searched, back to /);
    assert.equal(await rows().getAttribute("id"), `row-${id}`);
    await page.click("#clear");
    await page.fill("[name=subject]", "990002");
    await settled(/^1 found/);
    assert.equal(await rows().getAttribute("id"), `row-${id}`);
});

test("the keyboard is enough", async () => {
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.name), "text");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector("#list .row:nth-child(2).active");
    const key = await rows().nth(1).getAttribute("data-key");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#event .tree");
    assert.equal(search().event, key);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((before) => new URLSearchParams(location.search).get("event") !== before, key);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#event", { state: "hidden" });
});

test("an event shows its tree, what was redacted, and what else happened to its entity", async () => {
    const same = { at: started - 30_000, portal: PORTAL, code: "ONCRMDEALUPDATE", subject: "880001" };
    const first = record({ ...same, number: 20_000 });
    write(store, first);
    write(store, record({ ...same, at: same.at + 1, number: 20_001, code: "ONCRMDEALADD" }));
    const twin = record({ ...same, at: same.at + 2, number: 20_002, more: { contenthash: first.json.contenthash } });
    write(store, twin);
    write(store, record({ ...same, number: 20_003, code: "ONTASKADD" }));
    await page.goto(`${look.origin}/?${new URLSearchParams({ event: twin.key })}`);
    await page.waitForSelector("#event .tree");
    await page.getByText("auth", { exact: true }).click();
    assert.match(await page.locator(".tree .secret").first().textContent(), /redacted 186574d8/);
    await page.waitForFunction(() => document.querySelectorAll(".history li").length === 3);
    const history = await page.locator(".history li").allTextContents();
    assert.match(history[0], /ONCRMDEALUPDATE$/);
    assert.match(history[1], /ONCRMDEALADD$/);
    assert.match(history[2], /ONCRMDEALUPDATEsame content$/, "a duplicate is marked");
    await page.locator(".history button").first().click();
    await page.waitForFunction(() => document.querySelector("#event h2").textContent === "ONCRMDEALADD");
});

test("an event is copied as JSON, form, curl and print_r", async () => {
    const id = await arrive({ "data[FIELDS][ID]": "990003", "data[FIELDS][10]": "it's", "data[FIELDS][2]": "b" });
    await page.waitForSelector(`#row-${id}`, { timeout: 40_000 });
    await page.click(`#row-${id}`);
    await page.waitForSelector("#event .tree");
    const names = await page.locator(".tree .name").allTextContents();
    assert.ok(names.indexOf("10") < names.indexOf("2"), "the portal's order is kept");
    const copied = async (name) => {
        await page.click(`[data-copy="${name}"]`);
        return page.evaluate(() => navigator.clipboard.readText());
    };
    assert.equal(JSON.parse(await copied("JSON")).id, id);
    const show = (format) => execFileSync(process.env.HOOKLOG ?? "target/debug/hooklog", ["show", id, "--store", store, "--format", format]).toString();
    assert.equal(`${await copied("form")}\n`, show("form"));
    assert.equal(await copied("print_r"), show("print_r"));
    const there = await tried(200, "");
    const curl = (await copied("curl")).replace("http://127.0.0.1:9000/", there.url);
    // The shell must not break it, whatever is in it.
    const said = execFileSync("sh", ["-c", `set -- ${curl.replace(/^curl /, "")}; printf '%s\\n' "$@"`]).toString().trimEnd().split("\n");
    assert.deepEqual([said[0], `${said.at(-1)}\n`], [there.url, show("form")]);
    there.close();
});

test("a range that is dragged on the chart is a filter", async () => {
    const box = await page.locator("#chart .u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 45, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(() => location.search.includes("until="));
    const { since, until } = search();
    await settled(ALL);
    const times = (await rows().evaluateAll((all) => all.map((row) => row.dataset.key.match(/\/(.{8})-(.{4})/)))).map(([, high, low]) => parseInt(high + low, 16));
    assert.ok(times.length > 3 && times.every((at) => at >= Date.parse(since) && at < Date.parse(until)), `${since} ${until}`);
    await page.click("#range");
    await page.waitForFunction(() => !location.search.includes("until="));
});

test("portals tell when they were heard last, and a silent one is marked", async () => {
    await page.waitForFunction(() => [...document.querySelectorAll("#heard td:last-child")].every((cell) => cell.textContent));
    const silent = await page.locator("#heard tr.silent").allTextContents();
    assert.equal(silent.length, 1);
    assert.match(silent[0], new RegExp(`^${QUIET}5silent\\d+ h ago`));
});

test("an event is replayed to a URL, and the answer is shown as text", async () => {
    const there = await tried(201, "<b>thanks</b><script>document.title='bad'</script>");
    const id = await arrive({ "data[FIELDS][ID]": "990004" });
    await page.waitForSelector(`#row-${id}`, { timeout: 40_000 });
    await page.click(`#row-${id}`);
    await page.fill("[name=to]", there.url);
    await page.fill("[name=token]", TOKEN);
    await page.click(".replay button");
    await page.waitForSelector(".answer pre");
    assert.match(await page.locator(".answer").textContent(), /Answered 201 in /);
    assert.equal(await page.locator(".answer pre").textContent(), "<b>thanks</b><script>document.title='bad'</script>");
    assert.equal(there.posted.length, 1);
    const posted = new URLSearchParams(there.posted[0].body);
    assert.equal(posted.get("auth[application_token]"), TOKEN, "the token is put back");
    assert.equal(posted.get("data[FIELDS][ID]"), "990004");
    there.close();
});

test("a payload full of script is text", async () => {
    const evil = `<script>window.bad=1</script><img src=x onerror="window.bad=1">"'><svg onload=window.bad=1>`;
    const id = await arrive({ "data[FIELDS][ID]": evil, [`data[${evil.replaceAll(/[[\]]/g, "")}]`]: evil, [evil]: "javascript:window.bad=1" });
    await page.waitForSelector(`#row-${id}`, { timeout: 40_000 });
    await page.click(`#row-${id}`);
    await page.waitForSelector("#event .tree");
    assert.ok((await page.locator("#event .tree .value").allTextContents()).includes(evil));
    assert.ok((await page.locator(`#row-${id} .preview`).textContent()).includes("<script>window.bad=1</script>"));
    assert.equal(await page.evaluate(() => window.bad), undefined);
    assert.equal(await page.locator("#event script, #event img, #event svg, #list script, #list img").count(), 0);
});

test("rejected requests have a view of their own, and become events when their token is accepted", async () => {
    const post = (token, ID) => fetch(receiver.match[1], { method: "POST", body: new URLSearchParams({ event: "ONTASKADD", "data[FIELDS][ID]": ID, "auth[domain]": PORTAL, "auth[application_token]": token }) });
    assert.equal((await post("w".repeat(32), "770001")).status, 403);
    assert.equal((await post("v".repeat(32), "770002")).status, 403);
    // Another ui knows one of the tokens by now.
    const wiser = await ui(store, { HOOKLOG_TOKENS: `portal-1=${TOKEN},late=${"w".repeat(32)}` });
    const other = await watched(chromium.context);
    await other.goto(wiser.url);
    await other.click("[data-room=rejected]");
    await other.waitForFunction(() => document.querySelectorAll("#list .row .subject:not(:empty)").length === 2);
    assert.match(await other.locator("#list .row .preview").first().textContent(), /token.* · FIELDS\.ID=77000/);
    await other.click("#list .row >> nth=0");
    await other.waitForSelector("#requeue");
    await other.click("#requeue-all");
    await other.waitForFunction(() => document.getElementById("trouble").textContent.includes("1 moved, 1 without"));
    await other.waitForFunction(() => document.querySelectorAll("#list .row").length === 1);
    await other.click("[data-room=events]");
    await other.fill("[name=subject]", "770001");
    await other.waitForFunction(() => document.getElementById("foot").textContent.startsWith("1 found"));
    assert.deepEqual(other.complaints, []);
    await other.close();
    await wiser.stop();
});

test("what waits in the overflow is shown and moved into the store", async () => {
    const overflow = folder();
    const key = write(overflow, record({ at: started - 10_000, number: 30_000, portal: PORTAL, code: "ONTASKADD", subject: "660001" }));
    const wide = await ui(store, { HOOKLOG_OVERFLOW: overflow });
    const other = await watched(chromium.context);
    await other.goto(wide.url);
    await other.click("[data-room=overflow]");
    await other.waitForFunction(() => document.querySelector("#list .row .subject")?.textContent === "660001");
    await other.click("#requeue-all");
    await other.waitForFunction(() => document.getElementById("trouble").textContent.startsWith("1 moved"));
    await other.goto(`${wide.origin}/?${new URLSearchParams({ event: key })}`);
    await other.waitForSelector("#event .tree");
    await other.close();
    await wide.stop();
    remove(overflow);
});

test("English and Russian, light and dark, each by a button, and axe finds no serious fault", async () => {
    await rows().nth(2).click();
    await page.waitForSelector("#event .tree");
    assert.equal(await page.locator("#rooms button").first().textContent(), "Events");
    await page.click("#language");
    assert.equal(await page.locator("#rooms button").first().textContent(), "События");
    assert.equal(await page.getAttribute("html", "lang"), "ru");
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.click("#theme");
    assert.deepEqual(await faults(page), []);
    await page.click("#theme");
    assert.notEqual(await ground(), light);
    assert.deepEqual(await faults(page), []);
    await page.click("#theme");
    await page.click("#language");
});

test("a Russian browser on a telephone finds its language and its width", async () => {
    const telephone = await browser({ locale: "ru-RU", viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
    const other = await watched(telephone.context);
    await other.goto(look.url);
    await other.waitForSelector("#list .row .subject:not(:empty)");
    assert.equal(await other.locator("#rooms button").first().textContent(), "События");
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is cut at the side");
    assert.deepEqual(await faults(other), []);
    await other.locator("#list .row").first().tap();
    await other.waitForSelector("#event .tree");
    assert.deepEqual(await faults(other), []);
    await other.locator(".close").tap();
    await other.waitForSelector("#event", { state: "hidden" });
    assert.deepEqual(other.complaints, []);
    await telephone.close();
});

test("no script failed, and the policy had nothing to forbid", () => {
    assert.deepEqual(page.complaints, []);
});

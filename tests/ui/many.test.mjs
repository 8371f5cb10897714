// 100,000 events: what the page costs, printed and bounded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { browser, folder, remove, ui, watched } from "./browser.mjs";
import { fill, HOUR, MINUTE, record, write } from "./store.mjs";

const EVENTS = Number(process.env.LOOK_EVENTS ?? 100_000);
let chromium, store, look, keys;

before(async () => {
    store = folder();
    keys = fill(store, EVENTS, Date.now() - MINUTE, 7 * 24 * HOUR);
    // One that a search finds on its way to its bound, and one that lies behind it.
    write(store, record({ at: Date.now() - 90 * MINUTE, number: 1e6, portal: "acme.bitrix24.com", code: "ONCRMDEALADD", subject: "5", fields: { TITLE: "needle" } }));
    write(store, record({ at: Date.now() - 6 * 24 * HOUR, number: 1e6 + 1, portal: "acme.bitrix24.com", code: "ONCRMDEALADD", subject: "5", fields: { TITLE: "needle" } }));
    chromium = await browser();
    look = await ui(store);
});

after(async () => {
    await chromium.close();
    await look.stop();
    remove(store);
});

/** The most memory that hooklog had, in MB. */
const memory = () => Math.round(Number(readFileSync(`/proc/${look.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)[1]) / 1024);

test("so many events are looked at without waiting", async () => {
    const page = await watched(chromium.context);
    await page.goto(look.url);
    await page.waitForSelector("#legend li");
    // The first time a debug build's files are read from the disk; what somebody sees each time is measured.
    await page.goto(look.origin);
    const first = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const painted = await (await page.waitForFunction(first)).jsonValue();
    const listed = await (await page.waitForFunction(() => document.querySelector("#list .row") && performance.now())).jsonValue();
    await page.waitForSelector("#list .row .subject:not(:empty)");
    const told = await page.evaluate(() => performance.now());
    await page.waitForSelector("#legend li");
    const counted = await page.evaluate(() => performance.now());
    const total = await page.textContent("#chart-title");
    assert.match(total, new RegExp(`${new Intl.NumberFormat("en-GB").format(EVENTS + 2)}$`));

    const asked = { rows: 0, list: 0 };
    page.on("request", (request) => {
        const name = new URL(request.url()).pathname.slice("/api/".length);
        if (name in asked) asked[name] += 1;
    });
    await page.focus("#list");
    const scrolled = Date.now();
    let most = 0;
    for (let times = 0; times < 12; times += 1) {
        const before = await page.textContent("#foot");
        await page.keyboard.press("End");
        await page.waitForFunction((text) => document.getElementById("foot").textContent !== text, before);
        most = Math.max(most, await page.locator("#list .row").count());
    }
    const took = Date.now() - scrolled;

    await page.goto(`${look.origin}/?text=needle`);
    const searching = Date.now();
    await page.waitForFunction(() => /1 found · 5,000 searched, back to /.test(document.getElementById("foot").textContent), undefined, { timeout: 60_000 });
    const searched = Date.now() - searching;
    const far = await page.textContent("#foot");
    await page.getByText("Go on").click();
    await page.waitForFunction((far) => {
        const now = document.getElementById("foot").textContent;
        return now !== far && /5,000 searched, back to [^·]*$/.test(now);
    }, far, { timeout: 60_000 });

    console.log([
        `${EVENTS} events in a folder, 7 days`,
        `first paint ${Math.round(painted)} ms, list ${Math.round(listed)} ms, what is on the screen read ${Math.round(told)} ms, all counted and the chart drawn ${Math.round(counted)} ms`,
        `12 pages of 500 further down ${took} ms with ${asked.list} lists and ${asked.rows} readings; at most ${most} rows exist`,
        `5000 objects searched ${searched} ms; most memory of hooklog ${memory()} MB`,
    ].join("\n"));
    assert.ok(painted < 1000, `first paint ${painted} ms`);
    assert.ok(most < 100, `${most} rows exist`);
    assert.ok(asked.rows < 12 * 3, `${asked.rows} readings`);
    assert.ok(memory() < 200, `${memory()} MB`);
    assert.deepEqual(page.complaints, []);
});

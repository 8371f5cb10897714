// The pictures in the README: node tests/ui/pictures.mjs

import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { browser, folder, remove, ROOT, ui, watched } from "./browser.mjs";
import { fill, HOUR, MINUTE, QUIET, record, write } from "./store.mjs";

const docs = join(ROOT, "docs/ui");
mkdirSync(docs, { recursive: true });
const store = folder(), now = Date.now();
fill(store, 3000, now - 5000, 30 * HOUR);
for (let n = 0; n < 40; n += 1) write(store, record({ at: now - 29 * HOUR + n * 5 * MINUTE, number: 90_000 + n, portal: QUIET, code: "ONTASKADD", subject: "77" }));
const deal = { portal: "northwind.bitrix24.ru", subject: "4325", code: "ONCRMDEALUPDATE" };
const steps = [["ONCRMDEALADD", 26 * HOUR], ["ONCRMDEALUPDATE", 20 * HOUR], ["ONCRMDEALUPDATE", 3 * HOUR], ["ONCRMDEALUPDATE", 12 * MINUTE]];
steps.forEach(([code, ago], n) => write(store, record({ ...deal, code, at: now - ago, number: 91_000 + n })));
const first = record({ ...deal, at: now - 21_000, number: 92_000 });
write(store, first);
const twin = write(store, record({ ...deal, at: now - 9000, number: 92_001, more: { contenthash: first.json.contenthash } }));

const there = createServer((request, response) => request.resume().on("end", () => response.end("deal 4325 taken\n")));
await new Promise((listening) => there.listen(0, "127.0.0.1", listening));
const look = await ui(store);
const { context, close } = await browser({ viewport: { width: 1280, height: 800 } });
const page = await watched(context);

async function ready() {
    await page.waitForSelector("#legend li");
    await page.waitForFunction(() => [...document.querySelectorAll("#list .row")].every((row) => row.querySelector(".subject").textContent || row.querySelector(".preview").textContent));
    await page.waitForFunction(() => [...document.querySelectorAll("#heard td:last-child")].every((cell) => cell.textContent));
    // The folder's name is a temporary one.
    await page.evaluate(() => (document.getElementById("place").textContent = "s3://acme-hooks/"));
}

const shot = (name) => page.screenshot({ path: join(docs, `${name}.png`) });

await page.goto(look.url);
for (const theme of ["light", "dark"]) {
    await page.evaluate((theme) => localStorage.setItem("theme", theme), theme);
    await page.goto(look.origin);
    await ready();
    await shot(`list-${theme}`);

    await page.goto(`${look.origin}/?${new URLSearchParams({ event: twin })}`);
    await ready();
    await page.waitForFunction(() => document.querySelectorAll(".history li").length >= 6);
    await page.getByText("auth", { exact: true }).click();
    await page.fill("[name=to]", `http://127.0.0.1:${there.address().port}/hook.php`);
    await page.click(".replay form button");
    await page.waitForSelector(".answer pre");
    await page.evaluate(() => document.activeElement.blur());
    await page.setViewportSize({ width: 1280, height: 1150 });
    await page.evaluate(() => (document.getElementById("event").scrollTop = 0));
    await page.locator("#event").screenshot({ path: join(docs, `event-${theme}.png`) });
    await page.setViewportSize({ width: 1280, height: 800 });

    await page.goto(`${look.origin}/?code=ONCRM*&since=24h`);
    await ready();
    const box = await page.locator("#chart .u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.55, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.72, box.y + 45, { steps: 6 });
    const { x, y } = await page.locator(".figure").boundingBox();
    await page.screenshot({ path: join(docs, `chart-${theme}.png`), clip: { x: x - 16, y: y - 80, width: 1280, height: 290 } });
    await page.mouse.up();
}
console.log(page.complaints);
await close();
await look.stop();
there.close();
remove(store);

const telephone = await browser({ locale: "ru-RU", viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5 });
const small = folder();
fill(small, 400, Date.now() - 5000, 10 * HOUR);
const pocket = await ui(small);
const narrow = await watched(telephone.context);
await narrow.goto(pocket.url);
await narrow.waitForSelector("#legend li");
await narrow.waitForSelector("#list .row .subject:not(:empty)");
await narrow.evaluate(() => (document.getElementById("place").textContent = "s3://acme-hooks/"));
await narrow.screenshot({ path: join(docs, "telephone.png") });
await telephone.close();
await pocket.stop();
remove(small);

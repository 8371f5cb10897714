// Who may look: the key, the cookie, the password, the names the page is known by, and where a request comes from.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, folder, remove, ROOT, ui, watched } from "./browser.mjs";
import { record, write } from "./store.mjs";

const HOOKLOG = process.env.HOOKLOG ?? join(ROOT, "target/debug/hooklog");
let store, key, look, cookie;

/** Asks with any head, as no browser can. */
function ask(path, { method = "GET", headers = {}, body, origin = look.origin } = {}) {
    return new Promise((answered, failed) => {
        const asking = request(origin + path, { method, headers }, (response) => {
            let text = "";
            response.on("data", (bytes) => {
                text += bytes;
                // What goes on for ever is not waited for.
                if (response.headers["content-type"] === "text/event-stream") response.destroy();
            });
            response.on("close", () => answered({ status: response.statusCode, headers: response.headers, text }));
        });
        asking.on("error", failed);
        asking.end(body);
    });
}

const opened = async (url) => (await ask(new URL(url).pathname + new URL(url).search, { origin: new URL(url).origin })).headers["set-cookie"][0].split(";")[0];

before(async () => {
    store = folder();
    key = write(store, record({ at: Date.now() - 5000, number: 1, portal: "a.example", code: "ONTASKADD", subject: "1" }));
    look = await ui(store);
    cookie = await opened(look.url);
});

after(async () => {
    await look.stop();
    remove(store);
});

test("the key of the printed URL is exchanged for a cookie that only this page gets", async () => {
    const { status, headers } = await ask(`/${new URL(look.url).search}`);
    assert.equal(status, 303);
    assert.equal(headers.location, "/");
    assert.match(headers["set-cookie"][0], /^hooklog-ui-\d+=[a-z0-9]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.notEqual(headers["set-cookie"][0].match(/=([a-z0-9]+);/)[1], new URL(look.url).searchParams.get("key"));
});

test("without the cookie nobody reads anything", async () => {
    for (const path of ["/", "/?key=wrong", "/?key="]) assert.equal((await ask(path)).status, 401, path);
    for (const path of ["about", "list", "live", "summary", "rows?key=", `event?key=${key}`, "nothing"]) {
        const { status, text } = await ask(`/api/${path}`, { headers: { Cookie: "hooklog-ui-1=x" } });
        assert.equal(status, 401, path);
        assert.ok(!text.includes("ONTASKADD"));
    }
    assert.equal((await ask("/api/about", { headers: { Cookie: cookie } })).status, 200);
});

test("a foreign name that points here gets nothing", async () => {
    for (const path of ["/", "/main.js", "/api/list", new URL(look.url).search]) {
        const { status } = await ask(path.startsWith("/") ? path : `/${path}`, { headers: { Host: "rebound.evil.example", Cookie: cookie } });
        assert.equal(status, 421, path);
    }
    const port = new URL(look.origin).port;
    assert.equal((await ask("/api/about", { headers: { Host: `localhost:${port}`, Cookie: cookie } })).status, 200);
});

test("another site's page, even one of this machine, can neither read nor post", async () => {
    const replay = { method: "POST", body: JSON.stringify({ to: "http://127.0.0.1:1/" }) };
    for (const Origin of ["http://evil.example", "http://127.0.0.1:1", "null"]) {
        assert.equal((await ask("/api/list", { headers: { Cookie: cookie, Origin } })).status, 403, Origin);
        assert.equal((await ask(`/api/replay?key=${key}`, { ...replay, headers: { Cookie: cookie, Origin } })).status, 403, Origin);
    }
    for (const site of ["cross-site", "same-site"]) {
        assert.equal((await ask("/api/list", { headers: { Cookie: cookie, "Sec-Fetch-Site": site } })).status, 403, site);
    }
    assert.equal((await ask(`/api/replay?key=${key}`, { ...replay, headers: { Cookie: cookie } })).status, 403, "no Origin");
    assert.equal((await ask(`/api/replay?key=${key}`, { headers: { Cookie: cookie, Origin: look.origin } })).status, 404, "only by POST");
    assert.equal((await ask(`/api/replay?key=${key}`, { ...replay, headers: { Origin: look.origin } })).status, 401, "no cookie");
    const { status, text } = await ask(`/api/replay?key=${key}`, { ...replay, headers: { Cookie: cookie, Origin: look.origin } });
    assert.deepEqual([status, text.includes("does not answer")], [400, true], text);
});

test("only keys of the store's own kinds are read", async () => {
    for (const wrong of ["../secret", "/etc/passwd", "events/date=2026-01-01/../../secret", "tmp/x", key.replace("events/", "rejected/")]) {
        const { status } = await ask(`/api/event?${new URLSearchParams({ key: wrong })}`, { headers: { Cookie: cookie } });
        assert.equal(status, 400, wrong);
    }
});

test("every answer forbids the browser more than it needs", async () => {
    for (const path of ["/", "/main.js", "/style.css", "/vendor/uPlot.js", "/api/about", "/api/list", "/api/live", "/nothing"]) {
        const { headers } = await ask(path, { headers: { Cookie: cookie } });
        const policy = headers["content-security-policy"];
        for (const part of ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]) {
            assert.ok(policy.includes(part), `${path}: ${policy}`);
        }
        assert.ok(!policy.includes("unsafe"), policy);
        assert.equal(headers["x-content-type-options"], "nosniff", path);
        assert.equal(headers["referrer-policy"], "no-referrer", path);
        assert.equal(headers["cache-control"], "no-store", path);
    }
    const { text } = await ask("/", { headers: { Cookie: cookie } });
    assert.ok(!/<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=/i.test(text), "nothing inline");
});

test("other machines are let in only with a password, which is never on the command line", async () => {
    const refused = spawnSync(HOOKLOG, ["ui", "--store", store, "--listen", "0.0.0.0:0"], { encoding: "utf8" });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /give a password with HOOKLOG_UI_PASSWORD or --password-file/);
    assert.ok(!/--password[ =<]/.test(execFileSync(HOOKLOG, ["ui", "--help"], { encoding: "utf8" })));

    const file = join(store, "password");
    writeFileSync(file, "correct horse\n");
    const wide = await ui(store, {}, ["--password-file", file]);
    const chromium = await browser();
    const page = await watched(chromium.context);
    await page.goto(wide.url);
    await page.fill("[name=password]", "wrong");
    await page.click("button");
    await page.waitForSelector("#wrong:not([hidden])");
    assert.deepEqual((await chromium.context.cookies()).length, 0);
    await page.fill("[name=password]", "correct horse");
    await page.click("button");
    await page.waitForSelector("#list .row");
    assert.equal(new URL(page.url()).search, "", "the key is gone from the address");
    await chromium.close();
    await wide.stop();
});

test("a foreign page in the same browser sees nothing and does nothing", async () => {
    const chromium = await browser();
    const page = await watched(chromium.context);
    await page.goto(look.url);
    await page.waitForSelector("#list .row");
    const { createServer } = await import("node:http");
    const evil = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<title>evil</title>"));
    await new Promise((listening) => evil.listen(0, "127.0.0.1", listening));
    const other = await chromium.context.newPage();
    await other.goto(`http://localhost:${evil.address().port}/`);
    const outcome = await other.evaluate(async ([origin, key]) => {
        const tries = [
            fetch(`${origin}/api/list`, { credentials: "include" }),
            fetch(`${origin}/api/replay?key=${key}`, { method: "POST", credentials: "include", mode: "no-cors", body: "{}" }),
            new Promise((loaded, failed) => {
                const frame = document.createElement("iframe");
                frame.src = origin;
                frame.onload = () => (frame.contentDocument === null ? failed() : loaded());
                document.body.append(frame);
            }),
        ];
        return (await Promise.allSettled(tries)).map(({ status, value }) => (value?.type === "opaque" ? "opaque" : status));
    }, [look.origin, key]);
    assert.deepEqual(outcome.filter((one) => one === "fulfilled"), []);
    evil.close();
    await chromium.close();
});

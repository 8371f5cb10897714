// A browser, and hooklog behind it: the real ones.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";

export const ROOT = new URL("../..", import.meta.url).pathname;
/** Where `./check` installs what package.json names. */
const tools = createRequire(join(process.env.HOOKLOG_UI_TOOLS ?? join(ROOT, "target/tools/ui"), "package.json"));
const { chromium } = tools("playwright-core");
export const axe = tools("axe-core").source;

const HOOKLOG = process.env.HOOKLOG ?? join(ROOT, "target/debug/hooklog");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const folder = () => mkdtempSync(join(tmpdir(), "hooklog-ui-"));
export const remove = (path) => rmSync(path, { recursive: true, force: true });

/** Starts hooklog; gives what it says up to the line that `ready` finds, and a way to stop it. */
export async function hooklog(args, ready, environment = {}) {
    const child = spawn(HOOKLOG, args, { env: { PATH: process.env.PATH, ...environment } });
    let said = "";
    const match = await new Promise((found, failed) => {
        const read = (bytes) => {
            said += bytes;
            const match = said.match(ready);
            if (match) found(match);
        };
        child.stdout.on("data", read);
        child.stderr.on("data", read);
        child.on("exit", (code) => failed(new Error(`hooklog ${args.join(" ")} ended with ${code}: ${said}`)));
    });
    const stop = () => new Promise((stopped) => {
        child.removeAllListeners("exit");
        child.on("exit", stopped);
        child.kill("SIGINT");
    });
    return { match, stop, pid: child.pid };
}

/** Starts the page over a store; gives the URL that opens it. */
export async function ui(store, environment = {}, more = []) {
    const { match, stop, pid } = await hooklog(["ui", "--store", store, "--listen", "127.0.0.1:0", ...more], /(http:\/\/\S+)\n/, environment);
    return { url: match[1], origin: new URL(match[1]).origin, stop, pid };
}

/** Starts the browser with a profile of its own. */
export async function browser(options = {}) {
    const profile = folder();
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: "/usr/bin/chromium", args: FLAGS, headless: true, locale: "en-GB", timezoneId: "UTC",
        viewport: { width: 1360, height: 860 }, permissions: ["clipboard-read", "clipboard-write"], ...options,
    });
    const close = async () => {
        await context.close();
        remove(profile);
    };
    return { context, close };
}

/** A page that fails the test when a script fails or the policy forbids something. */
export async function watched(context) {
    const page = await context.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
    return page;
}

/** The serious faults that axe finds. */
export async function faults(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run());
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} (${failureSummary})`).join("; ")}`);
}

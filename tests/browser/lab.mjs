// The built page in a real Chromium: a static host at a sub-path, a browser, and what scripts may ask of the page.

import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, extname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
// Another build may be named, to compare two.
export const DIST = process.env.EXPLR_DIST ?? join(ROOT, "dist");
export const SCREENSHOTS = join(ROOT, "target/screenshots");
// Any static host, any sub-path: nothing in the page may assume that it lives at the root.
const BASE = "/somebody/some-lab/";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };

const SWITCHES = [
  "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  // The interface is drawn with WebGL, in software where there is no GPU.
  "--enable-unsafe-swiftshader",
];
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const NO_WEBGPU = ["--disable-blink-features=WebGPU", "--disable-features=WebGPUService"];

function browserPath() {
  const names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
  const folders = (process.env.PATH ?? "").split(":");
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
  if (!found) throw new Error("no Chromium on the path: apt-get install chromium");
  return found;
}

/** Serves dist/ under BASE; `served` collects the files asked for, `strays` requests for anything else. */
async function serve() {
  if (!existsSync(join(DIST, "index.html"))) throw new Error("dist/ is missing: run `cargo xtask test page` first");
  const served = [];
  const strays = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const inside = path.startsWith(BASE) && normalize(path) === path;
    const file = inside ? join(DIST, path.slice(BASE.length) || "index.html") : undefined;
    if (!file || !existsSync(file)) {
      // Browsers ask for it by themselves where the page names no icon.
      if (!path.endsWith("/favicon.ico")) strays.push(path);
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    served.push(relative(DIST, file));
    // As GitHub Pages says it; every tab has a profile of its own and begins without a cache.
    response.writeHead(200, { "Content-Type": type, "Cache-Control": "max-age=600" }).end(await readFile(file));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, served, strays, url: `http://127.0.0.1:${server.address().port}${BASE}` };
}

/** A host and a browser. Close it, or the test does not end. */
export class Lab {
  /** `before` is a function that every page runs before its own scripts. */
  static async open({ webgpu = true, before, argument } = {}) {
    const lab = new Lab();
    Object.assign(lab, { before, argument });
    Object.assign(lab, await serve());
    lab.browser = await chromium.launch({
      executablePath: browserPath(),
      headless: false, // the switch above asks for the new headless mode; playwright's own is the old one
      args: [...SWITCHES, ...(webgpu ? WEBGPU : NO_WEBGPU)],
    });
    return lab;
  }

  async close() {
    await this.browser.close();
    this.server.closeAllConnections?.();
    await new Promise((closed) => this.server.close(closed));
  }

  /** A tab of its own profile, with the page at `hash` ready in it. */
  async tab(hash = "", { size = [1440, 900], scheme = "light" } = {}) {
    const [width, height] = size;
    const context = await this.browser.newContext({
      viewport: { width, height }, colorScheme: scheme, permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    if (this.before) await page.addInitScript(this.before, this.argument);
    const tab = new Tab(page);
    await page.goto(this.url + hash);
    await tab.until("the page is ready", () => window.explr?.state() != null);
    await page.evaluate(() => window.explr.ready);
    return tab;
  }
}

/** One open page and what may be asked of it. */
export class Tab {
  constructor(page) {
    this.page = page;
    /** Errors the console showed. */
    this.errors = [];
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  /** Waits until `condition`, run in the page, holds; says what it waited for where it does not come. */
  async until(what, condition, argument, timeout = 120_000) {
    try {
      await this.page.waitForFunction(condition, argument, { timeout, polling: 50 });
    } catch (error) {
      const state = await this.page.evaluate(() => JSON.stringify(window.explr?.state?.())).catch(() => "unknown");
      throw new Error(`${what}: did not happen in ${timeout / 1000} s. State: ${state}. Console: ${this.errors.join("; ")}`,
        { cause: error });
    }
  }

  state() {
    return this.page.evaluate(() => window.explr.state());
  }

  series() {
    return this.page.evaluate(() => window.explr.series());
  }

  send(command) {
    return this.page.evaluate((command) => window.explr.send(command), command);
  }

  async untilStep(step, timeout = 240_000) {
    await this.until(`step ${step}`, (step) => window.explr.state()?.step >= step, step, timeout);
  }

  async untilState(name, timeout = 240_000) {
    await this.until(`the state ${name}`, (name) => window.explr.state()?.state === name, name, timeout);
  }

  async untilNotice(words, timeout = 120_000) {
    const said = (words) => window.explr.state()?.notices.find((notice) => notice.includes(words));
    await this.until(`a notice with “${words}”`, said, words, timeout);
    return this.page.evaluate(said, words);
  }

  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    return this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  close() {
    return this.page.context().close();
  }
}

/** The mean of a list. */
export const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** The newest distance of an arm at or before `step`. */
export function distanceAt(series, arm, step) {
  return series.arms[arm].distance_to_wd.filter(([at]) => at <= step).at(-1)?.[1];
}

/** The first `steps` rows of every arm, exactly: doubles survive JSON's shortest decimals. */
export function bits(series, steps) {
  const first = (arm) => [arm.loss, arm.log10_lr, arm.log10_weight_norm].map((list) => list.slice(0, steps));
  const distances = (arm) => arm.distance_to_wd.filter(([at]) => at < steps);
  return JSON.stringify(Object.entries(series.arms).map(([name, arm]) => [name, first(arm), distances(arm)]));
}

// How long the page takes from an input to the picture, and what drawing costs, while it trains at full speed. Not a test:
// `node tests/browser/latency.mjs [fragment]` prints a table; the numbers are those of the machine it ran on.
//
// What is measured:
//  * press, release, key: the browser's own Event Timing, from the input's time stamp to the presentation of the next frame
//    (with the work of the GPU process; rounded to 8 ms by the browser, and not told below 16);
//  * move: pointermove is no part of Event Timing; from its time stamp to the start of the frame after the one that drew it
//    (requestAnimationFrame twice), which counts the whole frame and never less;
//  * processor time by thread from /proc, as shares of one core, and frames by the calls of WebGL's clear (one a frame).

import { readFile, readdir } from "node:fs/promises";
import { Lab } from "./lab.mjs";

const FRAGMENT = process.argv[2] ?? "#v=1&engine=cpu&n=1000000";
const DRAGS = Number(process.argv[3] ?? 16);
const HOVERS = Number(process.argv[4] ?? 80);
const QUIET_SECONDS = Number(process.argv[5] ?? 20);
/** Clock ticks a second in /proc, on every Linux there is. */
const TICKS = 100;

/** In the page, before its own scripts: what inputs and frames leave behind. */
function watch() {
  const seen = { moves: [], events: [], frames: 0 };
  window.seen = seen;
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) seen.events.push([name, duration]);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  addEventListener("pointermove", ({ timeStamp }) => {
    requestAnimationFrame(() => requestAnimationFrame(() => seen.moves.push(performance.now() - timeStamp)));
  }, { capture: true });
  const { clear } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.clear = function (mask) {
    seen.frames += 1;
    return clear.call(this, mask);
  };
}

/** Processor seconds by process type and thread name, of the browser and its children. */
async function processorSeconds(lab) {
  const cdp = await lab.browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  const seconds = {};
  for (const { id, type } of processInfo) {
    for (const task of await readdir(`/proc/${id}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${id}/task/${task}/stat`, "utf8").catch(() => "");
      if (!stat) continue;
      const thread = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const name = group(type, thread);
      seconds[name] = (seconds[name] ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS;
    }
  }
  return seconds;
}

/** The few lines of the table of processor time. */
function group(type, thread) {
  if (type === "GPU") return "GPU process";
  if (type === "browser") return "browser process";
  if (type !== "renderer") return "other processes";
  if (/^DedicatedWorker/.test(thread)) return "trainer (Worker)";
  if (thread === "chromium" || /CrRendererMain|chrome/.test(thread)) return "page, main thread";
  if (/Compositor/.test(thread)) return "page, compositor";
  return "page, other threads";
}

/** Shares of a core, frames and steps a second while `during` runs. */
async function cost(lab, tab, name, during) {
  const now = async () => ({
    at: performance.now(), seconds: await processorSeconds(lab), step: (await tab.state()).step,
    frames: await tab.page.evaluate(() => window.seen.frames),
  });
  const before = await now();
  await during();
  const after = await now();
  const wall = (after.at - before.at) / 1000;
  const a_second = (key) => ((after[key] - before[key]) / wall).toFixed(1);
  console.log(`\n${name}: ${a_second("step")} steps and ${a_second("frames")} frames a second over ${wall.toFixed(0)} s`);
  for (const [thread, used] of Object.entries(after.seconds).sort()) {
    const share = 100 * (used - (before.seconds[thread] ?? 0)) / wall;
    if (share >= 0.5) console.log(`  ${share.toFixed(1).padStart(6)} % of a core  ${thread}`);
  }
}

function quantiles(name, list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]?.toFixed(0).padStart(5);
  console.log(`  ${name.padEnd(18)} ${String(sorted.length).padStart(5)} ${at(0.5)} ${at(0.95)} ${at(1)}`);
}

/** Presses on the slider of η, drags it as a hand does, lets go; then an arrow key moves it back. */
async function drag(tab, y, i) {
  const { mouse, keyboard } = tab.page;
  const x = 90 + (i % 7) * 5;
  await mouse.move(x, y);
  await mouse.down();
  for (let step = 1; step <= 8; step++) {
    await mouse.move(x + step * (i % 2 ? 2 : 3), y);
    await tab.page.waitForTimeout(12);
  }
  await mouse.up();
  await keyboard.press("ArrowLeft");
  await tab.page.waitForTimeout(40);
}

/** Where the slider of η is: the first place below the top bar whose dragging moves η. */
async function sliderHeight(tab) {
  const { mouse } = tab.page;
  const before = (await tab.state()).hyper.lr;
  for (let y = 70; y < 320; y += 6) {
    await mouse.move(90, y);
    await tab.page.waitForTimeout(100);
    await mouse.down();
    await tab.page.waitForTimeout(100);
    await mouse.move(102, y, { steps: 3 });
    await tab.page.waitForTimeout(100);
    await mouse.up();
    await tab.page.waitForTimeout(600);
    if ((await tab.state()).hyper.lr !== before) return y;
  }
  throw new Error("no place under the mouse moved η");
}

const lab = await Lab.open({ before: watch });
try {
  const tab = await lab.tab(FRAGMENT);
  await tab.untilStep(50);
  const y = await sliderHeight(tab);
  await tab.page.mouse.move(720, 24);
  await tab.page.waitForTimeout(1_000);
  console.log(FRAGMENT);
  await cost(lab, tab, "nobody touches it", () => tab.page.waitForTimeout(1_000 * QUIET_SECONDS));
  await tab.page.evaluate(() => {
    window.seen.events.length = 0;
    window.seen.moves.length = 0;
  });
  await cost(lab, tab, "under hands", async () => {
    for (let i = 0; i < DRAGS; i++) await drag(tab, y, i);
    for (let i = 0; i < HOVERS; i++) {
      await tab.page.mouse.move(400 + (i * 37) % 980, 200 + (i * 53) % 560, { steps: 2 });
      await tab.page.waitForTimeout(20);
    }
    await tab.page.waitForTimeout(500);
  });
  const { events, moves } = await tab.page.evaluate(() => window.seen);
  const of = (...names) => events.filter(([name]) => names.includes(name)).map(([, duration]) => duration);
  console.log("\ninput to paint, ms          n   p50   p95   max");
  quantiles("press and release", of("pointerdown", "pointerup"));
  quantiles("key", of("keydown"));
  quantiles("move", moves);
  quantiles("all", [...of("pointerdown", "pointerup", "keydown"), ...moves]);
  if (tab.errors.length) console.log(tab.errors.join("\n"));
} finally {
  await lab.close();
}

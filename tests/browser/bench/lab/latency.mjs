// How long the page takes from an input to the picture while it trains at full speed, and what drawing costs.
//
//  * press, release, key: the browser's own Event Timing, from the input's time stamp to the presentation of the next frame
//    (with the work of the GPU process; rounded to 8 ms by the browser, and not told below 16);
//  * move: pointermove is no part of Event Timing; from its time stamp to the start of the frame after the one that drew it
//    (requestAnimationFrame twice), which counts the whole frame and never less;
//  * processor time by thread, as shares of one core, and frames by the calls of WebGL's clear (one a frame).

import { Lab } from "../../lab.mjs";
import { processorSeconds } from "./threads.mjs";

const FRAGMENT = "#v=1&engine=cpu&n=1000000";

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

/** Shares of a core, frames and steps a second while `during` runs. */
async function cost(lab, tab, during) {
  const now = async () => ({
    at: performance.now(), seconds: await processorSeconds(lab), steps: (await tab.state()).step,
    frames: await tab.page.evaluate(() => window.seen.frames),
  });
  const before = await now();
  await during();
  const after = await now();
  const wall = (after.at - before.at) / 1000;
  const shares = Object.entries(after.seconds).sort().map(([thread, used]) => [thread, (used - (before.seconds[thread] ?? 0)) / wall]);
  const rate = (key) => (after[key] - before[key]) / wall;
  return { steps: rate("steps"), frames: rate("frames"), cores: Object.fromEntries(shares.filter(([, share]) => share >= 0.005)) };
}

/** The value below which this part of a list lies. */
export const quantile = (list, part) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(part * list.length))];

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

/** Milliseconds from input to paint, and what nobody's and somebody's watching cost. */
export async function latency({ drags, hovers, quietSeconds }, fragment = FRAGMENT) {
  const lab = await Lab.open({ before: watch });
  try {
    const tab = await lab.tab(fragment);
    await tab.untilStep(50);
    const y = await sliderHeight(tab);
    await tab.page.mouse.move(720, 24);
    await tab.page.waitForTimeout(1_000);
    const untouched = await cost(lab, tab, () => tab.page.waitForTimeout(1_000 * quietSeconds));
    await tab.page.evaluate(() => {
      window.seen.events.length = 0;
      window.seen.moves.length = 0;
    });
    const touched = await cost(lab, tab, async () => {
      for (let i = 0; i < drags; i++) await drag(tab, y, i);
      for (let i = 0; i < hovers; i++) {
        await tab.page.mouse.move(400 + (i * 37) % 980, 200 + (i * 53) % 560, { steps: 2 });
        await tab.page.waitForTimeout(20);
      }
      await tab.page.waitForTimeout(500);
    });
    const { events, moves } = await tab.page.evaluate(() => window.seen);
    const of = (...names) => events.filter(([name]) => names.includes(name)).map(([, duration]) => duration);
    const clicks = of("pointerdown", "pointerup");
    const keys = of("keydown");
    if (tab.errors.length) throw new Error(tab.errors.join("\n"));
    const summary = (list) => ({ n: list.length, p50: quantile(list, 0.5), p95: quantile(list, 0.95), max: quantile(list, 1) });
    return {
      fragment, untouched, touched, clicks: summary(clicks), keys: summary(keys), moves: summary(moves), all: summary([...clicks, ...keys, ...moves]),
    };
  } finally {
    await lab.close();
  }
}

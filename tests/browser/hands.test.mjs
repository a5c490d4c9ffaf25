// A real mouse and a real keyboard on the page.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab } from "./lab.mjs";

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

/** α: the larger root of x² − (1 + γ − λη)x + γ. */
function alpha({ lr, weight_decay, momentum }) {
  const b = 1 + momentum - weight_decay * lr;
  return (b + Math.sqrt(b * b - 4 * momentum)) / 2;
}

/** Presses at (x, y), moves right by `by` pixels in small steps as a hand does, and lets go; the page draws in between. */
async function drag(page, x, y, by) {
  await page.mouse.move(x, y);
  await frames(page);
  await page.mouse.down();
  await frames(page);
  await page.mouse.move(x + by, y, { steps: 5 });
  await frames(page);
  await page.mouse.up();
  await frames(page);
}

/** Waits until the page has drawn what it was told. */
const frames = (page) =>
  page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  });

/** Where the slider of η is: the first place below the bar at the top whose dragging moves η. The layout may change. */
async function findSlider(tab, x) {
  const before = (await tab.state()).hyper.lr;
  for (let y = 70; y < 320; y += 6) {
    await drag(tab.page, x, y, 12);
    if ((await tab.state()).hyper.lr !== before) return y;
  }
  throw new Error("no place under the mouse moved η");
}

test("dragging the slider of η with the mouse changes η, α and the link, and the twins stay together", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=2000&wd=1e-3");
  await tab.untilStep(2);
  await tab.send("Pause");
  await tab.untilState("Paused");
  const y = await findSlider(tab, 90);
  await tab.send("Play");
  await tab.untilStep((await tab.state()).step + 3);
  const before = await tab.state();
  assert.ok(Math.abs(before.alpha - alpha(before.hyper)) < 1e-12);
  await drag(tab.page, 110, y, 40);
  await tab.until("η to move", (lr) => window.explr.state()?.hyper.lr !== lr, before.hyper.lr);
  const state = await tab.state();
  assert.equal(state.hyper.weight_decay, before.hyper.weight_decay);
  assert.equal(state.hyper.momentum, before.hyper.momentum);
  assert.ok(Math.abs(state.alpha - alpha(state.hyper)) < 1e-12, "α is that of the new η");
  assert.notEqual(state.alpha, before.alpha);
  await tab.until("the address to follow", (lr) => decodeURIComponent(location.hash).includes(`lr=${lr}`), state.hyper.lr);
  await tab.untilStep(state.step + 30);
  const later = await tab.state();
  assert.ok(later.arms.exp.distance_to_wd[1] < 1e-3, `the twin is ${later.arms.exp.distance_to_wd} away`);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

test("space pauses and plays, the full stop takes one step", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=400");
  await tab.untilStep(3);
  await tab.page.keyboard.press("Space");
  await tab.untilState("Paused");
  const { step } = await tab.state();
  await tab.page.keyboard.press(".");
  await tab.untilStep(step + 1);
  await tab.untilState("Paused");
  assert.equal((await tab.state()).step, step + 1);
  await tab.page.keyboard.press("Space");
  await tab.untilStep(step + 3);
  await tab.close();
});

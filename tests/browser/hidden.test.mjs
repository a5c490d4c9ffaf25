// A tab behind another: the trainer goes on, nothing is drawn, events are taken in, and what is seen again is the present.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab } from "./lab.mjs";

let lab;
before(async () => (lab = await Lab.open({ before: watch })));
after(() => lab?.close());

/** In the page, before its own scripts: counts frames by the calls of WebGL's clear, one a frame, and lets a test hide the tab. */
function watch() {
  window.frames_drawn = 0;
  const { clear } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.clear = function (mask) {
    window.frames_drawn += 1;
    return clear.call(this, mask);
  };
  // A headless Chromium shows every tab as visible, whatever lies before it. What the page can know is what it is told.
  let hidden = false;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
  window.hide = (on) => {
    hidden = on;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

const counts = (tab) => tab.page.evaluate(() => [window.frames_drawn, window.explr.state().step]);

test("a hidden tab trains and takes events in but draws nothing, and is current when it is seen again", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=100000&arms=wd,exp");
  await tab.untilStep(5);
  await tab.page.evaluate(() => window.hide(true));
  // A frame that was under way may still come.
  await tab.page.waitForTimeout(500);
  const [frames, step] = await counts(tab);
  await tab.untilStep(step + 10);
  const [later, reached] = await counts(tab);
  assert.equal(later, frames, "nothing is drawn while nobody can see it");
  assert.ok(reached >= step + 10, "the session keeps up");
  await tab.page.evaluate(() => window.hide(false));
  await tab.until("a frame", (before) => window.frames_drawn > before, later);
  const [, shown] = await counts(tab);
  assert.ok(shown >= reached, `${shown} after ${reached}`);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

test("frozen and thawed by the browser, it goes on where it was", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=100000&arms=wd,exp");
  await tab.untilStep(5);
  const cdp = await tab.page.context().newCDPSession(tab.page);
  await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
  await new Promise((later) => setTimeout(later, 1_500));
  await cdp.send("Page.setWebLifecycleState", { state: "active" });
  const { step } = await tab.state();
  await tab.untilStep(step + 10);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

// What goes wrong: no WebGPU, a device that goes away, a setting outside the regime.

import { test } from "node:test";
import assert from "node:assert/strict";
import { Lab, bits } from "./lab.mjs";

test("without WebGPU the CPU trains, and a sentence says why", async () => {
  const lab = await Lab.open({ webgpu: false });
  try {
    const tab = await lab.tab("#v=1&engine=gpu&n=20");
    await tab.untilState("Finished");
    const state = await tab.state();
    assert.equal(state.engine.kind, "CPU");
    const sentence = await tab.untilNotice("Training on the CPU");
    assert.match(sentence, /WebGPU/);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  } finally {
    await lab.close();
  }
});

test("a destroyed device is replaced, and the run ends at the same bits", async () => {
  const lab = await Lab.open();
  try {
    const hash = "#v=1&engine=gpu&n=60&batch=16&arms=wd,exp";
    const calm = await lab.tab(hash);
    await calm.untilState("Finished", 420_000);
    const shaken = await lab.tab(hash);
    await shaken.untilStep(4, 420_000);
    await shaken.send("LoseDevice");
    const sentence = await shaken.untilNotice("lost");
    assert.match(sentence, /[Rr]eplay/);
    await shaken.untilState("Finished", 420_000);
    const state = await shaken.state();
    assert.equal(state.engine.kind, "GPU");
    assert.equal(bits(await shaken.series(), 60), bits(await calm.series(), 60));
    await calm.close();
    await shaken.close();
  } finally {
    await lab.close();
  }
});

test("outside the regime the twin ends with a sentence, and a restarted gauge goes on", async () => {
  const lab = await Lab.open();
  try {
    // λη = 0.01 lies beyond (1 − √0.9)² = 0.00263.
    const tab = await lab.tab("#v=1&lr=0.1&wd=0.1&engine=cpu&n=200");
    await tab.untilState("TwinEnded");
    const ended = await tab.state();
    assert.equal(ended.stops[0].arm, "exp");
    assert.equal(ended.stops[0].reason, "GaugeEnded");
    assert.equal(ended.alpha, null, "there is no α outside the regime");
    await tab.send({ Set: "RestartGauge" });
    // Only so far: the new gauge ends as the first did, and a fast run would be there before it is looked at.
    await tab.send({ RunTo: ended.step + 5 });
    await tab.untilStep(ended.step + 5);
    assert.ok((await tab.state()).arms.exp.live, "the twin lives again");
    assert.deepEqual(tab.errors, []);
    await tab.close();
  } finally {
    await lab.close();
  }
});

test("a trainer that panics leaves a page that says so", async () => {
  const lab = await Lab.open();
  try {
    const tab = await lab.tab("#v=1&engine=cpu&n=50");
    await tab.untilStep(2);
    // No link can say this: a batch of nothing.
    const experiment = {
      hyper: { lr: 0.1, weight_decay: 0.001, momentum: 0.9 },
      schedule: { warmup: { Steps: 0 }, shape: "Constant" }, twin: "Ghost", twist: null, data: "Fashion14",
      architecture: { ConvNet: { widths: [[4, 1]] } }, norm: "Batch", augment: { shift: 0, flip: false },
      seed: 7, activation: "Gelu", batch: 0, epsilon: 0, head_norm: 10,
      arms: { control: true, ablation: true, broken: false }, steps: 100, changes: [], engine: "Cpu", precision: "F32", rescaling: true,
    };
    await tab.send({ Load: experiment });
    await tab.until("the failure to be known", () => window.explr.state()?.failure);
    assert.match((await tab.state()).failure, /trainer stopped: panicked at src\/.*Reload/s, "in its own words");
    await assert.rejects(tab.send({ Nonsense: 1 }), /explr.send/, "a command that is none is refused");
    await tab.close();
  } finally {
    await lab.close();
  }
});

test("when the browser takes the drawing away, an overlay says so and brings the experiment back", async () => {
  const lab = await Lab.open();
  try {
    const tab = await lab.tab("#v=1&engine=cpu&n=20&seed=3");
    await tab.untilState("Finished");
    const overlay = tab.page.locator("#panic");
    assert.equal(await overlay.isVisible(), false);
    await tab.page.evaluate(() => {
      document.getElementById("lab").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext();
    });
    await overlay.waitFor({ state: "visible" });
    assert.match(await tab.page.locator("#panic-report").textContent(), /WebGL.*#v=1.*seed=3/s);
    await tab.screenshot("overlay");
    await tab.page.locator("#panic-copy").click();
    assert.match(await tab.page.evaluate(() => navigator.clipboard.readText()), /seed=3/);
    await Promise.all([tab.page.waitForEvent("load"), tab.page.locator("#panic-reload").click()]);
    await tab.untilState("Finished");
    assert.match((await tab.state()).link, /seed=3/);
    await tab.close();
  } finally {
    await lab.close();
  }
});

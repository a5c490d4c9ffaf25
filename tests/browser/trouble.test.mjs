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
    const hash = "#v=1&engine=gpu&n=12&batch=16&arms=wd,exp";
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
    assert.equal(bits(await shaken.series(), 12), bits(await calm.series(), 12));
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
    await tab.send("Play");
    await tab.untilStep(ended.step + 5);
    assert.ok((await tab.state()).arms.exp.live, "the twin lives again");
    assert.deepEqual(tab.errors, []);
    await tab.close();
  } finally {
    await lab.close();
  }
});

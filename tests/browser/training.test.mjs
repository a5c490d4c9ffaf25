// The page as somebody opens it: nothing goes wrong, both runs train, on either engine.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab, distanceAt, mean } from "./lab.mjs";

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

test("the page opens from a sub-path without a word in the console and trains by itself", async () => {
  const tab = await lab.tab();
  await tab.untilStep(5);
  const state = await tab.state();
  assert.equal(state.failure, null);
  assert.ok(state.arms.wd.live && state.arms.exp.live, "both runs are live");
  assert.deepEqual(tab.errors, []);
  assert.deepEqual(lab.strays, [], "requests outside the sub-path");
  await tab.close();
});

for (const [engine, steps, closest] of [["cpu", 101, 1e-4], ["gpu", 101, 1e-5]]) {
  test(`engine=${engine}: losses fall, the twin stays within ${closest}, the ablation does not`, async () => {
    const tab = await lab.tab(`#v=1&engine=${engine}&n=${steps}`);
    await tab.untilState("Finished", 420_000);
    const [state, series] = [await tab.state(), await tab.series()];
    assert.equal(state.engine.kind, engine.toUpperCase(), state.engine.reason);
    assert.equal(state.step, steps);
    for (const arm of ["wd", "exp"]) {
      const { loss } = series.arms[arm];
      assert.equal(loss.length, steps);
      assert.ok(mean(loss.slice(-10)) < 0.8 * mean(loss.slice(0, 10)), `${arm}: the loss falls`);
    }
    const exp = distanceAt(series, "exp", 100);
    const ablation = distanceAt(series, "ablation", 100);
    assert.ok(exp <= closest, `the twin at step 100 is ${exp} away`);
    assert.ok(ablation > 10 * exp, `the ablation at step 100 is ${ablation} away, the twin ${exp}`);
    const [first, last] = [0, steps - 1].map((step) => series.arms.exp.log10_lr[step]);
    assert.ok(last > first, "the twin's learning rate climbs");
    assert.equal(series.arms.wd.log10_lr[0], series.arms.wd.log10_lr[steps - 1]);
    assert.deepEqual(tab.errors, []);
    console.log(`${engine}: distance of exp at step 100 is ${exp}, of the ablation ${ablation}`);
    await tab.close();
  });
}

test("the engine is chosen with a reason where the link leaves it open", async () => {
  const tab = await lab.tab("#v=1&n=5");
  await tab.untilState("Finished");
  const { engine } = await tab.state();
  assert.match(engine.kind, /^(CPU|GPU)$/);
  assert.ok(engine.reason.length > 10, engine.reason);
  await tab.close();
});

// The page as somebody opens it: nothing goes wrong, both runs train, on either engine.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
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

// The software GPU of the tests is slow: there two runs must do.
const CASES = [
  { engine: "cpu", closest: 1e-4, arms: "" },
  { engine: "gpu", closest: 1e-5, arms: "&arms=wd,exp" },
];
const STEPS = 101;

for (const { engine, closest, arms } of CASES) {
  test(`engine=${engine}: losses fall, and after 100 steps the twin is within ${closest}`, async () => {
    const tab = await lab.tab(`#v=1&engine=${engine}&n=${STEPS}${arms}`);
    await tab.untilState("Finished", 540_000);
    const [state, series] = [await tab.state(), await tab.series()];
    assert.equal(state.engine.kind, engine.toUpperCase(), state.engine.reason);
    assert.equal(state.step, STEPS);
    for (const arm of ["wd", "exp"]) {
      const { loss } = series.arms[arm];
      assert.equal(loss.length, STEPS);
      assert.ok(mean(loss.slice(-10)) < 0.8 * mean(loss.slice(0, 10)), `${arm}: the loss falls`);
    }
    const exp = distanceAt(series, "exp", 100);
    assert.ok(exp > 0 && exp <= closest, `the twin at step 100 is ${exp} away`);
    if (series.arms.ablation) {
      const ablation = distanceAt(series, "ablation", 100);
      assert.ok(ablation > 1000 * exp, `the ablation at step 100 is ${ablation} away, the twin ${exp}`);
    }
    const { log10_lr } = series.arms.exp;
    assert.ok(log10_lr.every((x, t) => t === 0 || x > log10_lr[t - 1]), "the twin's learning rate climbs in every step");
    assert.equal(new Set(series.arms.wd.log10_lr).size, 1, "the other's is constant");
    assert.deepEqual(tab.errors, []);
    console.log(`engine=${engine}: the twin is ${exp} away at step 100`);
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

test("the runs train in Workers of their own, and how they are shared out changes no bit", async () => {
  const finished = async (arms) => {
    const tab = await lab.tab(`#v=1&engine=cpu&n=40&arms=${arms}`);
    await tab.untilState("Finished");
    const result = { state: await tab.state(), series: await tab.series(), errors: tab.errors };
    await tab.close();
    return result;
  };
  const [two, four] = [await finished("wd,exp"), await finished("wd,exp,control,ablation")];
  const device = (arms) => (availableParallelism() > 1 ? `CPU, ${Math.min(availableParallelism(), arms)} Workers` : "CPU");
  assert.equal(two.state.engine.device, device(2));
  assert.equal(four.state.engine.device, device(4));
  const of = ({ series }) => JSON.stringify(["wd", "exp"].map((arm) => [series.arms[arm].loss, series.arms[arm].log10_weight_norm]));
  assert.equal(of(four), of(two));
  assert.deepEqual([...two.errors, ...four.errors], []);
});

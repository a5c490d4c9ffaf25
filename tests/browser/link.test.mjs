// The link: a second reader sees the same run, and a bad one gets sentences.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab, bits } from "./lab.mjs";

const STEPS = 40;
let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

test("the link of a run, changed while it ran, opened elsewhere gives the same bits", async () => {
  const first = await lab.tab(`#v=1&lr=0.2&seed=11&engine=cpu&n=${STEPS}`);
  await first.untilStep(8);
  await first.send({ Set: { LearningRate: 0.05 } });
  await first.untilState("Finished");
  await first.until("the address to follow", () => location.hash.includes("ev="));
  const link = (await first.page.evaluate(() => location.href)).split("#")[1];
  const second = await lab.tab(`#${link}`);
  await second.untilState("Finished");
  const [a, b] = [await first.series(), await second.series()];
  assert.ok(a.arms.wd.loss.length >= STEPS && b.arms.wd.loss.length >= STEPS);
  assert.equal(bits(a, STEPS), bits(b, STEPS));
  const unchanged = await lab.tab(`#v=1&lr=0.2&seed=11&engine=cpu&n=${STEPS}`);
  await unchanged.untilState("Finished");
  assert.notEqual(bits(await unchanged.series(), STEPS), bits(a, STEPS), "the change mattered");
  for (const tab of [first, second, unchanged]) await tab.close();
});

test("a new fragment in the address bar is a new experiment", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=5");
  await tab.untilState("Finished");
  await tab.page.evaluate(() => { location.hash = "#v=1&engine=cpu&n=7&lr=0.25&act=relu"; });
  await tab.until("seven steps", () => window.explr.state()?.step === 7 && window.explr.state()?.hyper.lr === 0.25);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

for (const [hash, words] of [
  ["#v=1&lr=50&engine=cpu&n=3", "50"],
  ["#v=1&lr=banana&engine=cpu&n=3", "banana"],
  ["#v=9&engine=cpu&n=3", "9"],
]) {
  test(`${hash} gets a sentence and trains`, async () => {
    const tab = await lab.tab(hash);
    await tab.untilState("Finished");
    const sentence = await tab.untilNotice(words);
    assert.match(sentence, /\w+ \w+/);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });
}

test("unknown keys stay in the link", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&n=3&later=yes");
  await tab.untilState("Finished");
  await tab.send({ Set: { LearningRate: 0.05 } });
  await tab.until("the address to follow", () => location.hash.includes("0.05"));
  assert.match(await tab.page.evaluate(() => location.hash), /later=yes/);
  await tab.close();
});

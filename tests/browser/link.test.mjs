// The link: a second reader sees the same run, and a bad one gets sentences.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Lab, bits } from "./lab.mjs";

const STEPS = 40;
let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

/** The link as a person gets it: the key s, and the button in the panel, found by clicking down its left edge. */
async function copiedLink(tab) {
  const clipboard = () => tab.page.evaluate(() => navigator.clipboard.readText());
  await tab.page.evaluate(() => navigator.clipboard.writeText("nothing yet"));
  await tab.page.keyboard.press("s");
  await tab.page.waitForTimeout(800);
  for (let y = 480; y < 560; y += 8) {
    await tab.page.mouse.move(541, y);
    await tab.page.waitForTimeout(150);
    await tab.page.mouse.click(541, y, { delay: 80 });
    await tab.page.waitForTimeout(250);
    const text = await clipboard();
    if (text !== "nothing yet") return text;
  }
  throw new Error("no place in the share panel copied a link");
}

test("the copied link of a run, changed while it ran, opened elsewhere gives the same bits", async () => {
  const hash = `#v=1&lr=0.2&seed=11&engine=cpu&n=${STEPS}`;
  const first = await lab.tab(hash);
  await first.untilStep(8);
  await first.send({ Set: { LearningRate: 0.05 } });
  await first.untilState("Finished");
  const link = await copiedLink(first);
  assert.ok(link.startsWith(`${lab.url}#v=1`), link);
  assert.match(link, /ev=\d+(:|%3A)lr=0.05/);
  await first.until("the address to follow", (link) => location.href === link, link);
  const second = await lab.tab(`#${link.split("#")[1]}`);
  await second.untilState("Finished");
  const [a, b] = [await first.series(), await second.series()];
  assert.ok(a.arms.wd.loss.length >= STEPS && b.arms.wd.loss.length >= STEPS);
  assert.equal(bits(a, STEPS), bits(b, STEPS));
  const unchanged = await lab.tab(hash);
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

// bench.html: it trains what the peers train, with few calls, and says what it cannot.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Lab } from "./lab.mjs";

const FIXTURE = JSON.parse(await readFile(new URL("../fixtures/peers_float64.json", import.meta.url), "utf8"));
const { batch, losses } = FIXTURE.N0;

/** Whether lists agree to four digits behind the point. */
const agree = (got, want) => got.length === want.length && got.every((x, i) => Math.abs(x - want[i]) < 5e-5);

let lab;
before(async () => { lab = await Lab.open(); });
after(() => lab.close());

/** bench.html in a tab of its own, once it is ready or has failed. */
async function open(query = "") {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(`${lab.url}bench.html${query}`);
  await page.waitForFunction(() => window.benchReady || window.benchError, null, { timeout: 120_000 });
  return page;
}

const bench = (page, net, batch, steps) =>
  page.evaluate(([net, batch, steps]) => window.bench(net, batch, steps), [net, batch, steps]);

test("the comparison sees a change in the fourth digit", () => {
  assert.ok(agree(losses, losses));
  assert.ok(!agree(losses, losses.with(2, losses[2] + 1e-4)) && !agree(losses.slice(1), losses));
});

for (const engine of ["cpu", "gpu"]) {
  test(`the ${engine} engine gives PyTorch's losses`, async () => {
    const page = await open(`?engine=${engine}&arms=2`);
    const results = [];
    for (const _ of losses) results.push(await bench(page, "N0", batch, 1));
    const got = results.flatMap((result) => result.losses);
    assert.ok(agree(got, losses), `${got} is not ${losses}`);
    assert.equal(results[0].engine, engine);
    assert.equal(results[0].arms, 2);
    assert.ok(results[0].setupMs > 0 && results.slice(1).every((result) => result.setupMs === 0));
    await page.context().close();
  });
}

test("a step takes at most one submit, and the engine counts what the browser counts", async () => {
  const page = await open("?engine=gpu");
  await page.evaluate(() => {
    window.__gpu = { submit: 0, dispatch: 0 };
    for (const [owner, name, key] of [
      [GPUQueue, "submit", "submit"], [GPUComputePassEncoder, "dispatchWorkgroups", "dispatch"],
    ]) {
      const plain = owner.prototype[name];
      owner.prototype[name] = function (...list) {
        window.__gpu[key] += 1;
        return plain.apply(this, list);
      };
    }
  });
  await bench(page, "N0", batch, 1);
  const { gpu, losses } = await bench(page, "N0", batch, 20);
  assert.ok(gpu.submit > 0 && gpu.submit <= 1, `${gpu.submit} submits a step`);
  assert.equal(gpu.submit, gpu.own.submit);
  assert.equal(gpu.dispatch, gpu.own.dispatch);
  assert.ok(gpu.dispatch >= 5 && gpu.bytes > 1e5);
  assert.equal(losses.length, 2, "a loss every tenth step");
  await page.context().close();
});

test("what cannot be is said in a sentence, and the next call is served", async () => {
  const page = await open("?engine=cpu");
  await assert.rejects(bench(page, "N9", 32, 1), /There is no network "N9"; there are N0, N1, N2, P20, P32\./);
  await assert.rejects(bench(page, "N0", 1.5, 1), /1\.5 is no batch: a whole number from 2 to 256 is\./);
  await assert.rejects(bench(page, "N0", 32, 0), /0 is no steps/);
  const { losses: got } = await bench(page, "N0", batch, 1);
  assert.ok(agree(got, losses.slice(0, 1)));
  await page.context().close();
  const wrong = await open("?engine=abacus");
  assert.equal(await wrong.evaluate(() => window.benchError), "engine= takes gpu or cpu.");
  await wrong.context().close();
});

test("whoever opens it can run it by a button", async () => {
  const page = await open("?engine=cpu");
  await page.fill("#steps", "4");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr").length === 1, null, { timeout: 120_000 });
  const cells = await page.$$eval("#rows td", (list) => list.map((cell) => cell.textContent));
  assert.deepEqual(cells.slice(0, 4), ["N0", "32", "1", "CPU"]);
  assert.ok(Number(cells[4]) > 0);
  await page.screenshot({ path: new URL("../../target/screenshots/bench.png", import.meta.url).pathname });
  await page.context().close();
});

// node measure.mjs OUT.json ROUNDS [--quick]: our engines in bench.html, in a Chromium with a software WebGPU.

import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { Lab } from "../lab.mjs";
import { groups } from "./points.mjs";

const [out, rounds] = [process.argv[2], Number(process.argv[3])];
const quick = process.argv.includes("--quick");

const lab = await Lab.open();
try {
  const browser = `Chromium ${lab.browser.version()}`;
  const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, browser, adapter: await adapter() };
  const measured = [];
  for (const group of groups(quick)) measured.push(await sideBySide(group));
  await writeFile(out, JSON.stringify({ date: new Date().toISOString(), rounds, quick, machine, groups: measured }, null, 1));
} finally {
  await lab.close();
}

async function open(query = "") {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(`${lab.url}bench.html${query}`);
  await page.waitForFunction(() => window.benchReady || window.benchError, null, { timeout: 120_000 });
  const error = await page.evaluate(() => window.benchError);
  if (error) throw new Error(error);
  return page;
}

async function adapter() {
  const page = await open();
  const name = await page.evaluate(async () => {
    const info = (await navigator.gpu?.requestAdapter())?.info;
    return info ? [info.vendor, info.architecture, info.description].filter(Boolean).join(", ") : "none";
  });
  await page.context().close();
  return name;
}

/** Each point in a tab of its own, warmed up; then all of them once a round. */
async function sideBySide({ key, engine, points }) {
  const bench = (page, { net, batch, steps }) =>
    page.evaluate(([net, batch, steps]) => window.bench(net, batch, steps), [net, batch, steps]);
  const tabs = [];
  for (const point of points) {
    const page = await open(`?engine=${engine}&arms=${point.arms}`);
    const first = await bench(page, { ...point, steps: 1 });
    // The browser compiles wasm a second time, better, once it has run for a while.
    if (engine === "cpu") await bench(page, { ...point, steps: Math.min(point.steps, 10) });
    tabs.push({ page, point, first, ms: [], gpu: null });
  }
  for (let round = 0; round < rounds; round++) {
    for (const tab of tabs) {
      await tab.page.bringToFront();
      const result = await bench(tab.page, tab.point);
      tab.ms.push(result.msPerStep);
      Object.assign(tab, { gpu: result.gpu.own, js: result.jsMsPerStep, loss: result.losses.at(-1) });
    }
  }
  for (const tab of tabs) await tab.page.context().close();
  const rows = tabs.map(({ point, first, ms, gpu, js, loss }) => ({
    ...point, ms, js, loss, calls: gpu, setupMs: first.setupMs, firstMs: first.msPerStep, device: first.device,
  }));
  for (const row of rows) console.log(key, engine, row.net, `batch ${row.batch}, ${row.arms} arms:`, row.ms.map((x) => x.toFixed(1)).join(" "), "ms");
  return { key, engine, rows };
}

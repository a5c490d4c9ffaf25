// Files dropped on the page: CIFAR-10 trains a PreResNet-8, a bad file gets a sentence and leaves the run alone; the larger
// images are fetched when a link asks for them.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lab } from "./lab.mjs";

const REAL = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/data/private/mini-cifar-10-binary.tar.gz");

let lab;
let folder;
before(async () => {
  lab = await Lab.open();
  folder = await mkdtemp(join(tmpdir(), "explr-files-"));
});
after(async () => {
  await lab?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** `records` of CIFAR-10's binary layout; seeded noise, the class visible in the red mean. */
async function cifar(name, records) {
  const bytes = Buffer.alloc(records * 3073);
  let seed = records;
  for (let i = 0; i < bytes.length; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    bytes[i] = i % 3073 ? (seed >>> 16) & 255 : (i / 3073) % 10;
  }
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Drops files as a hand would: through the browser's own handles. */
async function drop(tab, paths) {
  await tab.page.evaluate(() => {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, id: "hand" });
    input.style.display = "none";
    document.body.append(input);
  });
  await tab.page.setInputFiles("#hand", paths);
  await tab.page.evaluate(() => {
    const input = document.querySelector("#hand");
    const data = new DataTransfer();
    for (const file of input.files) data.items.add(file);
    input.remove();
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
}

const LINK = "#v=1&engine=cpu&arms=wd,exp&net=preres8:4,8&batch=16&n=12";

test("CIFAR-10 dropped on the page trains a PreResNet-8, and the link says so", async () => {
  const tab = await lab.tab(LINK);
  await tab.untilState("Finished");
  const real = existsSync(REAL);
  console.log(real ? "with real images" : "the mini CIFAR-10 is not here: with made-up images");
  await drop(tab, real ? [REAL] : [await cifar("data_batch_1.bin", 400), await cifar("test_batch.bin", 320)]);
  await tab.until("another set", () => window.explr.state()?.link.includes("data=cifar10"));
  await tab.untilState("Finished");
  const state = await tab.state();
  assert.equal(state.step, 12);
  assert.ok(state.arms.exp.distance_to_wd.at(-1) < 1e-3, `${state.arms.exp.distance_to_wd}`);
  await drop(tab, [await damaged()]);
  const said = await tab.untilNotice("holiday.bin");
  assert.match(said, /expected/);
  assert.equal((await tab.state()).step, 12, "the run is as it was");
  assert.match((await tab.state()).link, /data=cifar10/);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

async function damaged() {
  const path = join(folder, "holiday.bin");
  await writeFile(path, "no images at all");
  return path;
}

test("a link to images that are not here says what to do", async () => {
  const tab = await lab.tab(`${LINK}&data=cifar10`);
  await tab.until("a failure", () => window.explr.state()?.failure?.includes("Drop the same files"));
  await drop(tab, [await cifar("data_batch_2.bin", 500), await cifar("test_batch.bin", 320)]);
  await tab.untilState("Finished");
  assert.equal((await tab.state()).step, 12);
  await tab.close();
});

test("the 28×28 images are fetched when they are asked for", async () => {
  const tab = await lab.tab("#v=1&engine=cpu&arms=wd,exp&data=fashion28&net=conv:4s2,8s2&batch=16&n=8");
  await tab.untilState("Finished");
  assert.equal((await tab.state()).steps_per_epoch, 1250);
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

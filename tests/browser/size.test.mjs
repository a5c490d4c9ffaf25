// What a first visit costs: every file that the page fetches until it trains, compressed as hosts compress.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { DIST, Lab, ROOT } from "./lab.mjs";

/** Bytes over the wire: with gzip, which GitHub Pages sends, and with brotli, which others do. */
const BUDGET = { gzip: 1_600_000, brotli: 1_300_000 };
/** Bytes of the font files inside the wasm. */
const FONTS = 120_000;

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

function sizes(name, bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const gzip = gzipSync(bytes, { level: 9 }).length;
  return { name, plain: bytes.length, gzip, brotli: brotliCompressSync(bytes, { params }).length };
}

/** The kinds whose sum is above the budget. */
const above = (sum) => Object.keys(BUDGET).filter((kind) => sum[kind] > BUDGET[kind]);

function added(rows) {
  const sum = (kind) => rows.reduce((total, row) => total + row[kind], 0);
  return { name: "all", plain: sum("plain"), gzip: sum("gzip"), brotli: sum("brotli") };
}

test("a sum above the budget is seen, in each kind", () => {
  const rows = [{ plain: 9e6, gzip: 1_500_000, brotli: 1_200_000 }, { plain: 1, gzip: 100_000, brotli: 100_000 }];
  assert.deepEqual(above(added(rows)), []);
  assert.deepEqual(above(added([...rows, { plain: 1, gzip: 1, brotli: 0 }])), ["gzip"]);
  assert.deepEqual(above(added([...rows, { plain: 1, gzip: 0, brotli: 1 }])), ["brotli"]);
});

test("a first visit stays within the budget and fetches nothing twice", async () => {
  const tab = await lab.tab();
  await tab.untilStep(1);
  const files = lab.served.toSorted();
  await tab.close();
  assert.deepEqual(files, [...new Set(files)], "a file is fetched twice");
  assert.deepEqual(files.filter((name) => name.endsWith(".wasm")).length, 1);
  assert.deepEqual(files.filter((name) => name.startsWith("data/")), [], "the large images wait until they are asked for");
  const rows = await Promise.all(files.map(async (name) => sizes(name, await readFile(join(DIST, name)))));
  const sum = added(rows);
  for (const row of [...rows, sum]) {
    const numbers = [row.plain, row.gzip, row.brotli].map((n) => n.toLocaleString("en").padStart(10));
    console.log(`${numbers[0]} bytes, gzip ${numbers[1]}, brotli ${numbers[2]}  ${row.name}`);
  }
  assert.deepEqual(above(sum), [], `${JSON.stringify(sum)} against ${JSON.stringify(BUDGET)}`);
});

test("the fonts stay within their budget", async () => {
  const folder = join(ROOT, "assets/fonts");
  const fonts = (await readdir(folder)).filter((name) => name.endsWith(".ttf"));
  assert.ok(fonts.length >= 2);
  const bytes = await Promise.all(fonts.map(async (name) => (await readFile(join(folder, name))).length));
  const sum = bytes.reduce((a, b) => a + b);
  assert.ok(sum <= FONTS, `${sum} bytes of fonts, ${FONTS} at most`);
});

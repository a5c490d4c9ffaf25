// What a first visit costs: every file that the page fetches until it trains, compressed as hosts compress.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { added, firstVisit, fonts } from "./bench/lab/bytes.mjs";
import { Lab } from "./lab.mjs";

/** Bytes over the wire: with gzip, which GitHub Pages sends, and with brotli, which others do. */
const BUDGET = { gzip: 1_600_000, brotli: 1_300_000 };
/** Bytes of the font files inside the wasm. */
const FONTS = 120_000;

let lab;
before(async () => (lab = await Lab.open()));
after(() => lab?.close());

/** The kinds whose sum is above the budget. */
const above = (sum) => Object.keys(BUDGET).filter((kind) => sum[kind] > BUDGET[kind]);

test("a sum above the budget is seen, in each kind", () => {
  const rows = [{ plain: 9e6, gzip: 1_500_000, brotli: 1_200_000 }, { plain: 1, gzip: 100_000, brotli: 100_000 }];
  assert.deepEqual(above(added(rows)), []);
  assert.deepEqual(above(added([...rows, { plain: 1, gzip: 1, brotli: 0 }])), ["gzip"]);
  assert.deepEqual(above(added([...rows, { plain: 1, gzip: 0, brotli: 1 }])), ["brotli"]);
});

test("a first visit stays within the budget and fetches nothing twice", async () => {
  const rows = await firstVisit(lab);
  const files = rows.map(({ name }) => name);
  assert.deepEqual(files, [...new Set(files)], "a file is fetched twice");
  assert.deepEqual(files.filter((name) => name.endsWith(".wasm")).length, 1);
  assert.deepEqual(files.filter((name) => name.startsWith("data/")), [], "the large images wait until they are asked for");
  const sum = added(rows);
  for (const row of [...rows, sum]) {
    const numbers = [row.plain, row.gzip, row.brotli].map((n) => n.toLocaleString("en").padStart(10));
    console.log(`${numbers[0]} bytes, gzip ${numbers[1]}, brotli ${numbers[2]}  ${row.name}`);
  }
  assert.deepEqual(above(sum), [], `${JSON.stringify(sum)} against ${JSON.stringify(BUDGET)}`);
});

test("the fonts stay within their budget", async () => {
  const { files, bytes } = await fonts();
  assert.ok(files >= 2);
  assert.ok(bytes <= FONTS, `${bytes} bytes of fonts, ${FONTS} at most`);
});

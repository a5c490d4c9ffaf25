// What a first visit costs: every file that the page fetches until it trains, compressed as hosts compress.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { DIST, Lab, ROOT } from "../../lab.mjs";

function sizes(name, bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const gzip = gzipSync(bytes, { level: 9 }).length;
  return { name, plain: bytes.length, gzip, brotli: brotliCompressSync(bytes, { params }).length };
}

/** The sum of rows of `{ plain, gzip, brotli }`. */
export function added(rows) {
  const sum = (kind) => rows.reduce((total, row) => total + row[kind], 0);
  return { name: "all", plain: sum("plain"), gzip: sum("gzip"), brotli: sum("brotli") };
}

/** A row of bytes for every file of a first visit, in alphabetical order, twice where it is fetched twice. */
export async function firstVisit(lab) {
  const tab = await lab.tab();
  await tab.untilStep(1);
  const files = lab.served.toSorted();
  await tab.close();
  return Promise.all(files.map(async (name) => sizes(name, await readFile(join(DIST, name)))));
}

/** Bytes of the font files inside the wasm. */
export async function fonts() {
  const folder = join(ROOT, "assets/fonts");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ttf"));
  const bytes = await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).length));
  return { files: names.length, bytes: bytes.reduce((a, b) => a + b, 0) };
}

/** The sums of a first visit, and of the fonts. */
export async function bytes() {
  const lab = await Lab.open();
  try {
    return { ...added(await firstVisit(lab)), fonts: (await fonts()).bytes };
  } finally {
    await lab.close();
  }
}

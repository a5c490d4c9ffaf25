// node tests/browser/bench/lab/measure.mjs [--quick] [--out FILE] [latency|speed|start|bytes|memory …]: the page as people use
// it, measured; prints JSON, and writes it where a file is named. No tests: the numbers are those of the machine.

import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { bytes } from "./bytes.mjs";
import { latency } from "./latency.mjs";
import { memory } from "./memory.mjs";
import { speed } from "./speed.mjs";
import { start } from "./start.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, out: { type: "string" }, minutes: { type: "string" }, fragment: { type: "string" } },
});
const quick = values.quick ?? false;
const measurements = {
  latency: () => latency(quick ? { drags: 4, hovers: 15, quietSeconds: 2 } : { drags: 16, hovers: 80, quietSeconds: 10 }, values.fragment),
  speed: () => speed({ seconds: quick ? 4 : 10 }),
  start: () => start({ rounds: quick ? 1 : 5 }),
  bytes,
  memory: () => memory({ minutes: Number(values.minutes ?? (quick ? 0.5 : 2)) }, values.fragment),
};
const wanted = positionals.length ? positionals : Object.keys(measurements);
const unknown = wanted.find((name) => !measurements[name]);
if (unknown) throw new Error(`there is no ${unknown}; there are ${Object.keys(measurements).join(", ")}.`);
const measured = {};
for (const name of wanted) {
  measured[name] = await measurements[name]();
  console.log(name, JSON.stringify(measured[name], null, 1));
}
if (values.out) await writeFile(values.out, JSON.stringify(measured, null, 1));

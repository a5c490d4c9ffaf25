// The arithmetic behind docs/PERFORMANCE.md, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, line, median, ratio } from "./bench/fit.mjs";
import { groups } from "./bench/points.mjs";
import { KEPT, page } from "./bench/report.mjs";
import { lab, lossesApart, peers } from "./bench/tables.mjs";

test("medians and ratios of rounds", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1]), 2.5);
  // A slow moment hits both: the ratio does not see it.
  assert.equal(ratio([20, 200, 20], [10, 100, 10]), 2);
});

test("a line is found exactly, and a point off it is told", () => {
  const straight = [1, 2, 4, 8].map((x) => [x, 3 + 2 * x]);
  const { offset, slope, departures } = line(straight);
  assert.ok(Math.abs(offset - 3) < 1e-9 && Math.abs(slope - 2) < 1e-9);
  assert.ok(departures.every((d) => Math.abs(d) < 1e-9));
  const bent = [...straight.slice(0, 3), [8, 30]];
  assert.ok(Math.max(...line(bent).departures.map(Math.abs)) > 0.05);
  assert.match(inWords(straight, "arm"), /^3\.00 \+ 2\.00 ms for each arm; 8\.00 times the arms take 3\.80 times as long/);
  assert.equal(inWords(straight.slice(0, 2), "arm"), "2.00 times the arms take 1.40 times as long.");
});

const measured = () => ({
  date: "2026-01-02T03:04:05Z", rounds: 2, quick: false,
  machine: { cpu: "Abacus", cores: 2, browser: "Chromium 1", adapter: "google, swiftshader" },
  groups: groups(false).map(({ key, engine, points }) => ({
    key, engine,
    rows: points.map((point) => ({
      ...point, ms: [point.arms * point.batch, point.arms * point.batch], loss: 1, setupMs: 5, firstMs: 6, device: "d",
      calls: engine === "gpu" ? { dispatch: 18, submit: 0.5, pipeline: 17, bytes: 2e6 } : null,
    })),
  })),
});
const run = () => ({
  title: "N0", rounds: 2, steps: 5,
  out: [
    { peer: "own", ms: 10, all: [10, 10], first: { loss0: 2.3, firstStepMs: 1, setupMs: 2 }, losses: [2, 1], gpu: { dispatch: 18, submit: 0.3 } },
    { peer: "jax-webgpu", ms: 25, all: [25, 25], first: { loss0: 2.3 }, losses: [2, 1.0002], gpu: { dispatch: 64, submit: 64 } },
    { peer: "tfjs-webgl", error: "no WebGL" },
  ],
});
const parts = () => ({ page: measured(), peers: [run()], native: [], profiles: [], torch: [] });

test("a peer's ratio and losses are told, and one that failed is a row of its own", () => {
  const text = peers(run());
  assert.match(text, /jax-js, WebGPU \| 25\.0 \| 2\.50 \| 64 \| 64/);
  assert.match(text, /TensorFlow\.js, WebGL \| failed/);
  assert.match(text, /agree within 2·10⁻⁴/);
  const { out } = run();
  assert.ok(lossesApart(out, out[0]) > 1e-4 && lossesApart([out[0]], out[0]) === null);
});

test("the page names the machine, says that its GPU is software, and keeps what was written by hand", () => {
  const { text, svg } = page(parts(), `# Old\n\nold\n\n${KEPT}\n\n## Why\n\nBecause.\n`);
  assert.match(text, /Abacus, 2 cores; Chromium 1; WebGPU adapter: google, swiftshader/);
  assert.match(text, /\*\*That adapter is software\*\*/);
  assert.ok(text.endsWith(`${KEPT}\n\n## Why\n\nBecause.\n`) && !text.includes("# Old"));
  assert.ok(page(parts()).text.includes(KEPT));
  assert.equal(svg.match(/<circle/g).length, 2 * (6 + 5 + 3) + 2, "a dot a point, and two in the legend");
  assert.ok(!/NaN|undefined/.test(text + svg));
});

test("the page's own figures stand in words, and what was not measured is left out", () => {
  const cost = (steps) => ({ steps, frames: 30, cores: { "trainer (Worker)": 1.7, "GPU process": 0.9, "page, main thread": 0.25 } });
  const text = lab({
    speed: [{ fragment: "#v=1", engine: "CPU, 2 Workers", rate: 71.26 }],
    latency: { fragment: "#v=1", all: { n: 90, p50: 57.2, p95: 88, max: 119.6 }, touched: cost(6.6), untouched: cost(37) },
    start: { shell: [60, 70, 5], step: [2000, 2100, 1900] },
    memory: [{ minute: 0.5, step: 1000, heap: 2.1e6, wasm: 25e6, resident: 3e8 }, { minute: 2, step: 4000, heap: 2.2e6, wasm: 26e6, resident: 3.1e8 }],
  });
  for (const part of [/71\.3 \|/, /57 ms, 88 ms, 120 ms/, /6\.6, 30\.0; 1\.15/, /0\.06 s, 2\.00 s/, /after 2 minutes, 4,000 steps.*2\.20 MB, 26\.00 MB, 310\.00 MB/]) {
    assert.match(text, part);
  }
  assert.ok(!text.includes("gzip") && !/NaN|undefined/.test(text));
});

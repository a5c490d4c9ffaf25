// The tables of docs/PERFORMANCE.md, from what was measured. Pure.

import { inWords, median, percent, ratio, short } from "./fit.mjs";
import { DEPTHS } from "./points.mjs";

/** Rows of cells as Markdown; the first row is the head. */
export function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i ? "---:" : "---")).join("|")}|`, ...rows.map(line)].join("\n");
}

const NAMES = {
  own: "**ExpLR Lab**", "jax-webgpu": "jax-js, WebGPU", "jax-wasm": "jax-js, wasm", "tfjs-webgpu": "TensorFlow.js, WebGPU",
  "tfjs-webgl": "TensorFlow.js, WebGL", "tfjs-wasm": "TensorFlow.js, wasm", "tfjs-cpu": "TensorFlow.js, CPU",
  "proto-wgsl": "`proto`, 20 kB of WGSL by hand",
};
const count = (x) => (x == null ? "–" : +x.toFixed(1));

/** One call of the peers' runner: a net on one kind of device, ours among them. */
export function peers({ out, rounds, steps, device }) {
  const own = out.find((o) => o.peer === "own");
  if (!own?.all?.length) return `Our own page failed: ${own?.error ?? own?.dead ?? "it was not run"}.`;
  const rows = out.map((o) => {
    if (!o.all?.length) return [NAMES[o.peer] ?? o.peer, "failed", ...Array(6).fill("–")];
    const times = o === own ? "1" : short(ratio(o.all, own.all));
    // Waiting for a CPU is computing; WebGL has calls of its own, which nobody counts here.
    const calls = [o.gpu?.dispatch, o.gpu?.submit].map((n) => (n ? count(n) : "–"));
    const js = device === "cpu" ? "–" : short(o.jsMs);
    const first = (o.first?.setupMs ?? 0) + (o.first?.firstStepMs ?? 0);
    return [NAMES[o.peer] ?? o.peer, short(o.ms), times, ...calls, js, short(first), o.first?.loss0?.toFixed(4) ?? "–"];
  });
  const head = ["", "ms a step", "× ours", "dispatches", "submits", "JS ms", "set-up and first step, ms", "first loss"];
  const apart = lossesApart(out, own);
  const note = `Medians of ${rounds} round${rounds === 1 ? "" : "s"} of ${steps} step${steps === 1 ? "" : "s"}, side by side.` +
    (apart === null ? "" : ` All losses of all rounds agree within ${apart.toExponential(0).replace("e-", "·10⁻").replace(/\d$/, superscript)}.`);
  return `${table([head, ...rows])}\n\n${note}`;
}

const superscript = (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit];

/** The largest difference of a loss from ours in the same step; null where there is nothing to compare. */
export function lossesApart(out, own) {
  const others = out.filter((o) => o !== own && o.losses?.length);
  const apart = others.flatMap((o) => o.losses.slice(0, own.losses.length).map((x, i) => Math.abs(x - own.losses[i])));
  return apart.length ? Math.max(...apart) : null;
}

const rowsOf = (page, key) => page.groups.filter((group) => group.key === key).flatMap((group) => group.rows);

/** Arms 1, 2, 4: what two runs cost beside one. */
export function arms(page) {
  const rows = ["arms", "arms-n1"].flatMap((key) => rowsOf(page, key)).filter((row) => [1, 2, 4].includes(row.arms));
  const one = (row) => rows.find((r) => r.arms === 1 && r.net === row.net && r.engine === row.engine);
  const cells = rows.map((row) => [
    `${row.net}, batch ${row.batch}, ${row.engine === "gpu" ? "GPU" : "CPU"}`, row.arms, short(median(row.ms)),
    short(ratio(row.ms, one(row).ms)), count(row.calls?.dispatch), row.calls ? row.calls.submit.toFixed(2) : "–",
    row.calls?.pipeline ?? "–", row.calls ? short(row.calls.bytes / 1e6) : "–", short(row.setupMs), short(row.firstMs),
  ]);
  const head = ["", "arms", "ms a step", "× one arm", "dispatches", "submits", "pipelines", "MB of buffers", "set-up ms", "first step ms"];
  return table([head, ...cells]);
}

export const GROWTH = [
  { key: "arms", title: "Arms (N0, batch 32)", unit: "arm", of: (row) => row.arms },
  { key: "batch", title: "Batch (N0, one arm)", unit: "image", of: (row) => row.batch },
  { key: "depth", title: "Depth (PreResNet, batch 8)", unit: "layer", of: (row) => DEPTHS[row.net] },
];
const ENGINES = { cpu: "CPU (wasm)", gpu: "GPU (WebGPU)" };

/** The panels of the figure. */
export function growth(page) {
  return GROWTH.map(({ key, title, unit, of }) => ({
    title, unit,
    series: ["cpu", "gpu"].map((engine) => {
      const rows = page.groups.find((group) => group.key === key && group.engine === engine).rows;
      return { name: ENGINES[engine], points: rows.map((row) => [of(row), median(row.ms)]) };
    }),
  }));
}

/** The figure's numbers, and a sentence a line. */
export function growthInWords(panels) {
  const lines = panels.flatMap(({ title, unit, series }) =>
    series.map(({ name, points }) => `* ${title}, ${name}: ${inWords(points, unit)}`));
  const cells = panels.flatMap(({ title, series }) => series.map(({ name, points }) =>
    [`${title}, ${name}`, points.map(([x, y]) => `${x}: ${short(y)}`).join(" · ")]));
  return `${lines.join("\n")}\n\n${table([["ms a step", "at"], ...cells]).replace("---:", "---")}`;
}

/** Without a browser: `explr bench --json`, and torch_bench.py. */
export function native(reports, torch) {
  const own = (net) => reports.find((r) => r.net === net && r.arms === 1 && r.threads === 2);
  const ours = reports.map((r) => [
    `ExpLR Lab, ${r.net}, batch ${r.batch}, ${r.arms} arm${r.arms === 1 ? "" : "s"}, ${r.threads} thread${r.threads === 1 ? "" : "s"}`,
    short(r.ms_per_step), short(r.gflop_per_second), short(r.images_per_second),
  ]);
  const theirs = torch.map((t) => {
    const gflop = own(t.net)?.gflop_per_step;
    return [`PyTorch, ${t.net}, batch ${t.B}, 1 arm, 2 threads${t.peer.includes("channels_last") ? ", channels last" : ""}`,
      short(t.ms), gflop ? short((gflop / t.ms) * 1e3) : "–", short((t.B / t.ms) * 1e3)];
  });
  return table([["", "ms a step", "GFLOP/s", "images/s an arm"], ...ours, ...theirs]);
}

/** `explr bench --profile --json`. */
export function profile(p) {
  const cells = p.parts.map((part) => [
    part.name, part.shape, short(part.ms), percent(part.share), part.gflop_per_second ? short(part.gflop_per_second) : "–",
    short(part.gb_per_second), percent(part.of_roofline),
  ]);
  const head = ["part", "works on", "ms", "share", "GFLOP/s", "GB/s", "of the roofline"];
  return `${p.net}, batch ${p.batch}, on ${p.device}: at best ${short(p.peak_gflop_per_second)} GFLOP/s and ` +
    `${short(p.copy_gb_per_second)} GB/s, measured.\n\n${table([head, ...cells])}`;
}

const mega = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const seconds = (list) => `${(median(list) / 1000).toFixed(2)} s`;
const thousands = (n) => n.toLocaleString("en");

/** The page as people use it: what lab/measure.mjs found. */
export function lab({ latency, speed, start, bytes, memory }) {
  const rows = [["", "measured"]];
  for (const { fragment, engine, rate } of speed ?? []) {
    rows.push([`steps a second of all arms of \`${fragment}\`, plots drawn meanwhile (${engine})`, rate.toFixed(1)]);
  }
  if (latency) {
    const { all, untouched, touched } = latency;
    rows.push([
      `input to paint under hands, at full speed, \`${latency.fragment}\`, 1440×900: median, 95th percentile, longest of ${all.n}`,
      [all.p50, all.p95, all.max].map((ms) => `${ms.toFixed(0)} ms`).join(", "),
    ]);
    for (const [who, { steps, frames, cores }] of [["under hands", touched], ["nobody touches it", untouched]]) {
      const drawing = Object.entries(cores).filter(([name]) => !/Worker/.test(name)).reduce((sum, [, share]) => sum + share, 0);
      rows.push([`the same, ${who}: steps and frames a second; cores that draw`, `${steps.toFixed(1)}, ${frames.toFixed(1)}; ${drawing.toFixed(2)}`]);
    }
  }
  if (bytes) {
    rows.push(["bytes of a first visit with gzip, with brotli; of them fonts, before compression",
      `${thousands(bytes.gzip)}, ${thousands(bytes.brotli)}; ${thousands(bytes.fonts)}`]);
  }
  if (start) {
    rows.push([`first visit from this machine: until the page is seen, until the first step is plotted (medians of ${start.step.length})`,
      `${seconds(start.shell)}, ${seconds(start.step)}`]);
  }
  if (memory?.length) {
    const [first, last] = [memory.find(({ minute }) => minute >= 0.5) ?? memory[0], memory.at(-1)];
    for (const [when, row] of [["after half a minute", first], [`after ${last.minute} minutes`, last]]) {
      rows.push([`a tiny network, ${when}, ${thousands(row.step)} steps: JavaScript, wasm of the page, tab with its Workers`,
        [row.heap, row.wasm, row.resident].map(mega).join(", ")]);
    }
  }
  return table(rows);
}

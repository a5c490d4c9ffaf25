// node report.mjs FOLDER DOCS: what lies in FOLDER as JSON becomes DOCS/PERFORMANCE.md and DOCS/performance/growth.svg.

import { existsSync, readFileSync, readdirSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figure } from "./plot.mjs";
import * as tables from "./tables.mjs";

/** Everything from this line on is written by hand, and kept. */
export const KEPT = "<!-- From here on written by hand: `cargo xtask bench` keeps it. -->";
const NO_WORDS = `${KEPT}\n\n## Why\n\nNothing has been written here yet.\n`;

/** The page, from what was measured; `before` is the page as it was. */
export function page({ page, peers, native, profiles, torch, lab }, before = "") {
  const { machine, date, rounds, quick } = page;
  const sections = [
    "# Performance",
    "Written by `cargo xtask bench` (how to run it: `cargo xtask help`); every number is measured, none is typed in. Networks: N0 is a ConvNet of widths " +
    "16, 32, 32 on 8×8×1, N1 the same on 28×28×1, N2 a PreResNet-8 of widths 16, 32, 64 on 32×32×3; BatchNorm, ReLU, SGD with momentum " +
    "and weight decay, forward and backward and update. Ratios were measured side by side and mean more than milliseconds.",
    `Measured on ${date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores; ${machine.browser}; WebGPU adapter: ${machine.adapter}. ` +
    `Medians of ${rounds} round${rounds === 1 ? "" : "s"}${quick ? " (a quick run: few points, few steps)" : ""}.` +
    (/swiftshader|llvmpipe|software/i.test(machine.adapter)
      ? " **That adapter is software**: on it, the GPU rows compare programs and count calls, and say nothing about a GPU's speed; " +
        "the lab itself takes its CPU engine on such a machine."
      : ""),
  ];
  if (lab) {
    sections.push("## The page as people use it",
      "In a window of 1440×900, drawn by WebGL in software where the machine has no GPU. Under hands: a slider is dragged and the mouse wanders over the plots without a pause.",
      tables.lab(lab));
  }
  if (peers.length) {
    sections.push("## Beside other libraries, in one browser", "The same networks, weights and batches. “×\u202fours” is how many times as long a step takes.");
    for (const run of peers) sections.push(`### ${run.title}`, tables.peers(run));
  }
  sections.push("## Arms, and what a step asks of the GPU",
    "An arm is a training run; on the GPU all arms share each dispatch, on the CPU several train in Workers, as many as the machine has cores. Submits: one holds several steps where they are small, and one more reads results back, here every few steps and in the lab at most every 64. Pipelines and buffers include those of evaluations.",
    tables.arms(page));
  if (native.length) {
    sections.push("## Without a browser", tables.native(native, torch));
  }
  const panels = tables.growth(page);
  sections.push("## Cost of growth", "![Time of a step against arms, batch and depth](performance/growth.svg)", tables.growthInWords(panels));
  if (profiles.length) {
    sections.push("## Where the time of a step goes",
      "`explr bench --profile`, without a browser. GFLOP/s count convolutions; GB/s count each operand and result once; the roofline is the lesser of two measured " +
      "limits, arithmetic (a kernel of multiply-adds; on the CPU a product of matrices) and copying. Above 100 %: the operands came from a cache.",
      ...profiles.map(tables.profile));
  }
  const at = before.indexOf(KEPT);
  return { text: `${sections.join("\n\n")}\n\n${at < 0 ? NO_WORDS : before.slice(at)}`, svg: figure(panels) };
}

/** The JSON files of a folder whose names begin so, by name. */
const read = (folder, start) => readdirSync(folder).filter((file) => file.startsWith(start) && file.endsWith(".json")).sort()
  .map((file) => ({ file, ...JSON.parse(readFileSync(join(folder, file), "utf8")) }));

/** A run of the peers' runner with what the name of its file says: "peers-N1-gpu.json". */
export function named({ file, ...run }) {
  const [, net, device] = file.replace(".json", "").split("-");
  const where = device === "gpu" ? "on the GPU (WebGPU, WebGL)" : "on the CPU (wasm, JavaScript)";
  return { ...run, device, title: `${net}, batch ${run.out[0]?.B}, ${where}` };
}

function main(folder, docs) {
  const [measured] = read(folder, "page");
  if (!measured) throw new Error(`${folder} holds no page.json: nothing was measured.`);
  const peers = read(folder, "peers-").map(named);
  const lines = existsSync(join(folder, "torch.jsonl")) ? readFileSync(join(folder, "torch.jsonl"), "utf8").trim().split("\n") : [];
  const torch = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const target = join(docs, "PERFORMANCE.md");
  const before = existsSync(target) ? readFileSync(target, "utf8") : "";
  const [lab] = read(folder, "lab");
  const parts = { lab, page: measured, peers, native: read(folder, "native-"), profiles: read(folder, "profile-"), torch };
  const { text, svg } = page(parts, before);
  mkdirSync(join(docs, "performance"), { recursive: true });
  writeFileSync(target, text);
  writeFileSync(join(docs, "performance/growth.svg"), svg);
  console.log(`${target} is written.`);
}

if (import.meta.url === `file://${process.argv[1]}`) main(process.argv[2], process.argv[3]);

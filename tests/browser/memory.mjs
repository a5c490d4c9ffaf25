// Whether the page grows while it trains at full speed for some minutes. Not a test: `node tests/browser/memory.mjs
// [minutes] [fragment]` prints a line every half minute. A tiny network makes steps fast, and it is steps that the session
// keeps.
//
// What is measured: the page's JavaScript heap after a collection (CDP Runtime.getHeapUsage), its WebAssembly memory, which
// only ever grows (a hook of WebAssembly.instantiate keeps it), and the resident memory of the tab's whole process, page
// and Workers together, from /proc.

import { readFile } from "node:fs/promises";
import { Lab } from "./lab.mjs";

const MINUTES = Number(process.argv[2] ?? 3);
const FRAGMENT = process.argv[3] ?? "#v=1&engine=cpu&n=10000000&net=conv:2s2,2s2&batch=2&arms=wd,exp";

/** In the page, before its own scripts: keeps the module's memory at hand. */
function watch() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async function (...given) {
      const made = await original.apply(this, given);
      globalThis.wasm_memory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
}

/** Resident bytes of the largest renderer: the tab, with its Workers. */
async function resident(lab) {
  const cdp = await lab.browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  const bytes = renderers.map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  });
  return Math.max(...(await Promise.all(bytes)));
}

const lab = await Lab.open({ before: watch });
try {
  const tab = await lab.tab(FRAGMENT);
  await tab.untilStep(20);
  const cdp = await tab.page.context().newCDPSession(tab.page);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1).padStart(9);
  console.log(`${FRAGMENT}\n  minute     step   rows   JS heap  wasm page  tab and Workers, MB`);
  const begin = performance.now();
  for (let half = 0; half <= 2 * MINUTES; half++) {
    await new Promise((later) => setTimeout(later, Math.max(0, begin + half * 30_000 - performance.now())));
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    const [step, rows, wasm] = await tab.page.evaluate(() => {
      const { steps, every, whole_from } = window.explr.series();
      return [steps, whole_from / every + steps - whole_from, window.wasm_memory?.buffer.byteLength ?? 0];
    });
    const numbers = [usedSize, wasm, await resident(lab)].map(megabytes);
    console.log(`  ${(half / 2).toFixed(1).padStart(6)} ${String(step).padStart(8)} ${String(rows).padStart(6)} ${numbers.join("  ")}`);
  }
} finally {
  await lab.close();
}

// Whether the page grows while it trains at full speed. A tiny network makes steps fast, and it is steps that the session keeps.
//
// What is measured: the page's JavaScript heap after a collection (CDP Runtime.getHeapUsage), its WebAssembly memory, which
// only ever grows (a hook of WebAssembly.instantiate keeps it), and the resident memory of the tab's whole process, page
// and Workers together, from /proc.

import { Lab } from "../../lab.mjs";
import { residentBytes } from "./threads.mjs";

const FRAGMENT = "#v=1&engine=cpu&n=100000000&net=conv:2s2,2s2&batch=2&arms=wd,exp";
const EVERY_MS = 30_000;

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

/** A row of bytes every half minute: `{ minute, step, rows, heap, wasm, resident }`. */
export async function memory({ minutes }, fragment = FRAGMENT) {
  const lab = await Lab.open({ before: watch });
  const seen = [];
  try {
    const tab = await lab.tab(fragment);
    await tab.untilStep(20);
    const cdp = await tab.page.context().newCDPSession(tab.page);
    const begin = performance.now();
    for (let half = 0; half <= 2 * minutes; half++) {
      await new Promise((later) => setTimeout(later, Math.max(0, begin + half * EVERY_MS - performance.now())));
      await cdp.send("HeapProfiler.collectGarbage");
      const { usedSize } = await cdp.send("Runtime.getHeapUsage");
      const row = await tab.page.evaluate(() => {
        const { steps, every, whole_from } = window.explr.series();
        return { step: steps, rows: whole_from / every + steps - whole_from, wasm: window.wasm_memory?.buffer.byteLength ?? 0 };
      });
      seen.push({ minute: half / 2, ...row, heap: usedSize, resident: await residentBytes(lab) });
      console.log(JSON.stringify(seen.at(-1)));
    }
  } finally {
    await lab.close();
  }
  return seen;
}

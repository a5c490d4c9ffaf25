// Whether the page grows while it trains at full speed for some minutes. Not a test: `node tests/browser/memory.mjs
// [minutes] [fragment]` prints a line every half minute. `memory=` in the fragment's place of 8×8 pictures is not needed: a
// small batch and one channel make steps fast, and it is steps that the session keeps.
//
// What is measured: the JavaScript heap after a collection (CDP Runtime.getHeapUsage), and the WebAssembly memories of the
// page and of the trainer's Worker, which only ever grow (a hook of WebAssembly.instantiate keeps them).

import { Lab } from "./lab.mjs";

const MINUTES = Number(process.argv[2] ?? 3);
const FRAGMENT = process.argv[3] ?? "#v=1&engine=cpu&n=100000000&batch=1&width=1&arms=wd,exp";

/** In page and Worker, before their own scripts: keeps the module's memory at hand. */
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

const lab = await Lab.open({ before: watch });
try {
  const tab = await lab.tab("#v=1&engine=cpu&n=1");
  const started = tab.page.waitForEvent("worker", { timeout: 60_000 }).catch(() => undefined);
  await tab.page.goto("about:blank");
  await tab.page.goto(lab.url + FRAGMENT);
  await tab.untilStep(20);
  const worker = (await started) ?? tab.page.workers()[0];
  const cdp = await tab.page.context().newCDPSession(tab.page);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1).padStart(7);
  console.log(`${FRAGMENT}\n  minute     step   rows   JS heap   wasm page   Worker's JS heap, MB`);
  const begin = performance.now();
  for (let half = 0; half <= 2 * MINUTES; half++) {
    await new Promise((later) => setTimeout(later, Math.max(0, begin + half * 30_000 - performance.now())));
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    const [step, rows, wasm] = await tab.page.evaluate(() => {
      const { steps, every, whole_from } = window.explr.series();
      return [steps, whole_from / every + steps - whole_from, window.wasm_memory?.buffer.byteLength ?? 0];
    });
    const far = await worker.evaluate(() => performance.memory?.usedJSHeapSize ?? 0).catch(() => 0);
    console.log(`  ${(half / 2).toFixed(1).padStart(6)} ${String(step).padStart(8)} ${String(rows).padStart(6)}  ${megabytes(usedSize)}     ${megabytes(wasm)}     ${megabytes(far)}`);
  }
} finally {
  await lab.close();
}

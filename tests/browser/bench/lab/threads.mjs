// Who uses the processor: seconds by process and thread, from /proc.

import { readFile, readdir } from "node:fs/promises";

/** Clock ticks a second in /proc, on every Linux there is. */
const TICKS = 100;

/** Processor seconds by the few names below, of the browser and its children. */
export async function processorSeconds(lab) {
  const seconds = {};
  for (const { id, type } of await processes(lab)) {
    for (const task of await readdir(`/proc/${id}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${id}/task/${task}/stat`, "utf8").catch(() => "");
      if (!stat) continue;
      const thread = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const name = group(type, thread);
      seconds[name] = (seconds[name] ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS;
    }
  }
  return seconds;
}

/** Resident bytes of the largest renderer: the tab, with its Workers. */
export async function residentBytes(lab) {
  const renderers = (await processes(lab)).filter(({ type }) => type === "renderer");
  const bytes = renderers.map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  });
  return Math.max(...(await Promise.all(bytes)));
}

async function processes(lab) {
  const cdp = await lab.browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  return processInfo;
}

function group(type, thread) {
  if (type === "GPU") return "GPU process";
  if (type === "browser") return "browser process";
  if (type !== "renderer") return "other processes";
  if (/^DedicatedWorker/.test(thread)) return "trainer (Worker)";
  if (thread === "chromium" || /CrRendererMain|chrome/.test(thread)) return "page, main thread";
  if (/Compositor/.test(thread)) return "page, compositor";
  return "page, other threads";
}

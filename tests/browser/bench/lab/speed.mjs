// Steps a second of the page as somebody meets it: with the engine it picks, its plots drawn meanwhile.

import { Lab } from "../../lab.mjs";

const FRAGMENTS = ["#v=1&arms=wd,exp", "#v=1&arms=wd,exp&norm=gn:4", "#v=1"];

/** `[{ fragment, engine, rate }]`: over some seconds from step 50 on. */
export async function speed({ seconds }) {
  const lab = await Lab.open();
  const rows = [];
  try {
    for (const fragment of FRAGMENTS) {
      const tab = await lab.tab(`${fragment}&n=1000000`);
      await tab.untilStep(50);
      const [before, begin] = [await tab.state(), performance.now()];
      await tab.page.waitForTimeout(1_000 * seconds);
      const [after, end] = [await tab.state(), performance.now()];
      const { kind, device } = after.engine;
      rows.push({ fragment, engine: device || kind, rate: (1_000 * (after.step - before.step)) / (end - begin) });
      await tab.close();
    }
  } finally {
    await lab.close();
  }
  return rows;
}
